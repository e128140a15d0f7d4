#include "test/lib/unit.h"

#include "test/lib/front.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>
#include <openssl/evp.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "base/wire.h"
#include "gateway/config.h"
#include "gateway/flow/job.h"
#include "gateway/metrics.h"
#include "gateway/role.h"
#include "test/lib/keys.h"

#define PAGES 2

struct front_test {
	struct config *config;
	char path[64];
	struct event_base *base;
	struct ipc_peer *control;
	int listen_fd, metrics_fd;
	uint16_t port;
	pid_t front, store;
	bool ready;
};

/* The store. */

static struct event_base *store_base;

struct late {
	struct ipc_peer *peer;
	uint64_t id;
};

static void
say(struct ipc_peer *peer, uint64_t id, int http, const char *text)
{
	struct reply reply = { .http = http,
		.content_type = "application/xml; charset=utf-8",
		.body = text,
		.body_bytes = strlen(text) };
	struct buf out;

	buf_init(&out, 0);
	reply_write(&reply, &out);
	(void)ipc_send(peer, IPC_ANSWER, id, out.data, out.bytes);
	buf_release(&out);
}

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	struct late *late = arg;

	(void)fd;
	(void)what;
	say(late->peer, late->id, 202, "late");
	free(late);
}

static void
on_accept(struct ipc_peer *peer, uint64_t id, const struct ask *what)
{
	const char *body = what->body_bytes > 0 ? what->body : "";
	struct timeval pause = { .tv_usec = 300000 };
	struct late *late;
	char text[300];

	if (what->body_bytes == 6 && memcmp(body, "silent", 6) == 0)
		return;
	if (what->body_bytes == 3 && memcmp(body, "die", 3) == 0)
		_exit(0);
	if (what->body_bytes == 4 && memcmp(body, "slow", 4) == 0) {
		late = calloc(1, sizeof(*late));
		late->peer = peer;
		late->id = id;
		(void)event_base_once(
		    store_base, -1, EV_TIMEOUT, on_late, late, &pause);
		return;
	}
	(void)snprintf(text, sizeof(text), "%s|%s|%lld|%zu", what->source,
	    what->digest, (long long)what->wait_ms, what->body_bytes);
	say(peer, id, 202, text);
}

static void
on_store_message(
    struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct arena *arena = arena_new();
	struct ask what;
	char text[200];

	(void)arg;
	if (msg->type == IPC_METRICS)
		say(peer, msg->id, 200, "kontingent_queue_waiting 7\n");
	else if (msg->type == IPC_HEALTH)
		say(peer, msg->id, 200, "ready\n");
	else if (!ask_read(msg, arena, &what))
		say(peer, msg->id, 500, "not understood");
	else if (msg->type == IPC_ACCEPT)
		on_accept(peer, msg->id, &what);
	else if (msg->type == IPC_STATUS) {
		(void)snprintf(
		    text, sizeof(text), "%s|%s", what.source, what.packet_id);
		say(peer, msg->id, 200, text);
	} else if (msg->type == IPC_CHANGES) {
		(void)snprintf(text, sizeof(text), "%s|%lld", what.source,
		    (long long)what.after);
		say(peer, msg->id, 200, text);
	} else {
		say(peer, msg->id, 200, "validated");
	}
	arena_free(arena);
}

static void
on_store_gone(struct ipc_peer *peer, void *arg)
{
	(void)peer;
	(void)arg;
	_exit(0);
}

static void
store_child(int fd)
{
	store_base = event_base_new();
	(void)ipc_peer_new(store_base, fd, ROLE_FRONT, 0, 1000,
	    on_store_message, on_store_gone, NULL);
	(void)event_base_dispatch(store_base);
	_exit(0);
}

/* Parent. */

static void
on_control(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct front_test *test = arg;

	(void)peer;
	if (msg->type == IPC_READY)
		test->ready = true;
	if (msg->fd != -1)
		(void)close(msg->fd);
}

static void
on_control_gone(struct ipc_peer *peer, void *arg)
{
	struct front_test *test = arg;

	(void)peer;
	test->control = NULL;
}

static void
pump(struct front_test *test)
{
	for (int i = 0; i < 10; i++)
		(void)event_base_loop(test->base, EVLOOP_NONBLOCK);
}

void
front_new_store(struct front_test *test)
{
	struct buf out;
	int pair[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	test->store = fork();
	if (test->store == 0) {
		(void)close(pair[0]);
		store_child(pair[1]);
	}
	(void)close(pair[1]);
	buf_init(&out, 0);
	wire_put_int(&out, ROLE_STORE);
	wire_put_int(&out, 0);
	assert_true(ipc_send_fd(
	    test->control, IPC_PEER, 0, out.data, out.bytes, pair[0]));
	buf_release(&out);
	(void)close(pair[0]);
	pump(test);
}

void
front_kill_store(struct front_test *test)
{
	(void)kill(test->store, SIGKILL);
	(void)waitpid(test->store, NULL, 0);
	test->store = 0;
}

static void
put_sha256(struct buf *out, const char *name, const char *role, const char *key,
    const char *more)
{
	unsigned char digest[32];
	char hex[65];

	assert_int_equal(
	    EVP_Digest(key, strlen(key), digest, NULL, EVP_sha256(), NULL), 1);
	str_hex(hex, digest, sizeof(digest));
	buf_addf(out,
	    "source \"%s\" { role = \"%s\" key_sha256 = {\"%s\"} %s }\n", name,
	    role, hex, more);
}

static void
load_config(struct front_test *test, const char *http, const char *more)
{
	struct err err = { 0 };
	struct buf text;
	int fd;

	buf_init(&text, 0);
	buf_addf(&text,
	    "region = \"55\"\nuser = \"\"\nroles { sandbox = false }\n"
	    "log { level = \"error\" }\n"
	    "http { body_bytes = 100000 header_bytes = 8192 "
	    "answer_timeout_ms = 1000 %s }\n",
	    http);
	put_sha256(&text, "school", "school", KEY_SCHOOL, "");
	put_sha256(&text, "revoked", "school", KEY_REVOKED, "revoked = true");
	put_sha256(&text, "slow", "school", KEY_SLOW, "rate = 2");
	buf_adds(&text, more);
	(void)snprintf(
	    test->path, sizeof(test->path), "/tmp/test_front.XXXXXX");
	fd = mkstemp(test->path);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(
	    file_write(test->path, text.data, text.bytes, &err), 0);
	if (config_load(test->path, &test->config, &err) == -1)
		fail_msg("%s", err.text);
	buf_release(&text);
	(void)unlink(test->path);
}

static void
open_listener(struct front_test *test)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t bytes = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &bytes), 0);
	test->listen_fd = fd;
	test->port = ntohs(addr.sin_port);
}

struct front_test *
front_start(const char *http, const char *more)
{
	struct front_test *test = calloc(1, sizeof(*test));
	struct role_start start = { .role = ROLE_FRONT };
	int pair[2];

	assert_non_null(test);
	(void)signal(SIGPIPE, SIG_IGN);
	keys_setup();
	load_config(test, http, more);
	open_listener(test);
	test->metrics_fd = metrics_create(PAGES);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	start.config = test->config;
	start.control_fd = pair[1];
	start.listen_fds = &test->listen_fd;
	start.listen_count = 1;
	start.metrics_fd = test->metrics_fd;
	start.metrics_page = 1;
	start.metrics_pages = PAGES;
	test->front = fork();
	if (test->front == 0) {
		(void)close(pair[0]);
		log_open("front", LOG_LEVEL_ERROR);
		_exit(role_front(&start));
	}
	(void)close(pair[1]);
	(void)close(test->listen_fd);
	test->base = event_base_new();
	test->control = ipc_peer_new(test->base, pair[0], ROLE_FRONT, 0, 100,
	    on_control, on_control_gone, test);
	front_new_store(test);
	while (!test->ready && test->control != NULL)
		(void)event_base_loop(test->base, EVLOOP_ONCE);
	assert_true(test->ready);
	return test;
}

void
front_ask_stop(struct front_test *test)
{
	if (test->control != NULL)
		(void)ipc_send(test->control, IPC_STOP, 0, "", 0);
	pump(test);
}

void
front_pause(struct front_test *test)
{
	int status;

	assert_int_equal(kill(test->front, SIGSTOP), 0);
	assert_int_equal(waitpid(test->front, &status, WUNTRACED), test->front);
	assert_true(WIFSTOPPED(status));
}

void
front_resume(struct front_test *test)
{
	assert_int_equal(kill(test->front, SIGCONT), 0);
}

int
front_wait(struct front_test *test)
{
	int status = 0;

	assert_int_equal(waitpid(test->front, &status, 0), test->front);
	if (test->store != 0)
		front_kill_store(test);
	ipc_peer_free(test->control);
	event_base_free(test->base);
	(void)close(test->metrics_fd);
	config_free(test->config);
	free(test);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int
front_stop(struct front_test *test)
{
	front_ask_stop(test);
	return front_wait(test);
}

/* The client. */

uint16_t
front_port(const struct front_test *test)
{
	return test->port;
}

int
front_connect(const struct front_test *test)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons(test->port) };
	struct timeval patience = { .tv_sec = 10 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(
	    connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

void
send_bytes(int fd, const void *p, size_t bytes)
{
	const char *at = p;
	ssize_t n = 0;

	/* A server that has refused already may have closed: no failure. */
	for (; bytes > 0 && n != -1; bytes -= n > 0 ? (size_t)n : 0) {
		n = send(fd, at, bytes, MSG_NOSIGNAL);
		at += n > 0 ? n : 0;
	}
}

void
send_text(int fd, const char *text)
{
	send_bytes(fd, text, strlen(text));
}

int
read_answer(int fd, char *ret, size_t room)
{
	size_t bytes = 0, wanted = room - 1;
	bool sized = false;
	ssize_t n;

	ret[0] = '\0';
	while (bytes < wanted
	    && (n = recv(fd, ret + bytes, sized ? wanted - bytes : 1, 0)) > 0) {
		const char *length;

		bytes += (size_t)n;
		ret[bytes] = '\0';
		if (sized || bytes < 4
		    || strcmp(ret + bytes - 4, "\r\n\r\n") != 0)
			continue;
		length = strstr(ret, "Content-Length: ");
		wanted = bytes
		    + (length == NULL ? 0 : strtoul(length + 16, NULL, 10));
		assert_true(wanted < room);
		sized = true;
	}
	return bytes > 12 ? (int)strtol(ret + 9, NULL, 10) : 0;
}

void
read_all(int fd, char *ret, size_t room)
{
	size_t bytes = 0;
	ssize_t n;

	while (bytes < room - 1
	    && (n = recv(fd, ret + bytes, room - 1 - bytes, 0)) > 0)
		bytes += (size_t)n;
	ret[bytes] = '\0';
}

int
ask(const struct front_test *test, const char *request, char *ret, size_t room)
{
	int fd = front_connect(test);

	send_text(fd, request);
	(void)shutdown(fd, SHUT_WR);
	read_all(fd, ret, room);
	(void)close(fd);
	return strlen(ret) > 12 ? (int)strtol(ret + 9, NULL, 10) : 0;
}
