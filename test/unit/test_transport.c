/* The promises of gateway/exchange/transport.h, one test each. */
#include "test/lib/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <openssl/ssl.h>

#include "base/err.h"
#include "gateway/exchange/multi.h"
#include "gateway/exchange/transport.h"
#include "test/lib/keys.h"

#define LARGE 300000

struct got {
	int http;
	char type[80], error[200], body[400];
	size_t bytes;
	bool done;
};

static struct event_base *base;
static struct multi *multi;
static struct transport *transport;
static int port, tls_port;
static pid_t server;

/* The neighbour. */

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct evkeyvalq *in = evhttp_request_get_input_headers(req);
	const char *path = evhttp_request_get_uri(req);
	struct evbuffer *out = evbuffer_new();
	char *address = NULL;
	ev_uint16_t from = 0;

	(void)arg;
	evhttp_connection_get_peer(
	    evhttp_request_get_connection(req), &address, &from);
	(void)evhttp_add_header(evhttp_request_get_output_headers(req),
	    "Content-Type", "text/xml; charset=utf-8");
	if (strcmp(path, "/slow") == 0) {
		evbuffer_free(out);
		return;
	}
	if (strcmp(path, "/large") == 0) {
		for (int i = 0; i < LARGE; i++)
			(void)evbuffer_add(out, "x", 1);
	} else if (strcmp(path, "/echo") == 0) {
		(void)evbuffer_add_printf(out, "%d|%s|%s|%s|", from,
		    evhttp_find_header(in, "SOAPAction"),
		    evhttp_find_header(in, "Content-Type"),
		    evhttp_find_header(in, "Expect") == NULL ? "plain"
							     : "expect");
		(void)evbuffer_add_buffer(
		    out, evhttp_request_get_input_buffer(req));
	}
	if (strcmp(path, "/moved") == 0) {
		(void)evhttp_add_header(evhttp_request_get_output_headers(req),
		    "Location", "/echo");
		evhttp_send_reply(req, 302, "Found", out);
	} else {
		evhttp_send_reply(
		    req, strcmp(path, "/fault") == 0 ? 500 : 200, "As is", out);
	}
	evbuffer_free(out);
}

static struct bufferevent *
tls_bufferevent(struct event_base *server_base, void *arg)
{
	return bufferevent_openssl_socket_new(server_base, -1, SSL_new(arg),
	    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}

static int
listener(int *ret_port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t bytes = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &bytes), 0);
	(void)evutil_make_socket_nonblocking(fd);
	*ret_port = ntohs(addr.sin_port);
	return fd;
}

static void
serve(int fd, int tls_fd)
{
	struct event_base *server_base = event_base_new();
	struct evhttp *plain = evhttp_new(server_base);
	struct evhttp *secure = evhttp_new(server_base);
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (SSL_CTX_use_certificate_chain_file(ctx, keys_path("tls.pem")) != 1
	    || SSL_CTX_use_PrivateKey_file(
		   ctx, keys_path("tls.key"), SSL_FILETYPE_PEM)
		!= 1)
		_exit(1);
	evhttp_set_bevcb(secure, tls_bufferevent, ctx);
	evhttp_set_gencb(plain, on_request, NULL);
	evhttp_set_gencb(secure, on_request, NULL);
	(void)evhttp_accept_socket(plain, fd);
	(void)evhttp_accept_socket(secure, tls_fd);
	(void)event_base_dispatch(server_base);
	_exit(0);
}

static int
set_up(void **state)
{
	int fd, tls_fd;

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	keys_setup();
	fd = listener(&port);
	tls_fd = listener(&tls_port);
	server = fork();
	if (server == 0)
		serve(fd, tls_fd);
	(void)close(fd);
	(void)close(tls_fd);
	base = event_base_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)kill(server, SIGKILL);
	(void)waitpid(server, NULL, 0);
	event_base_free(base);
	return 0;
}

static void
open_transport(const char *ca)
{
	struct err err = { 0 };

	transport_free(transport);
	multi_free(multi);
	transport = NULL;
	multi = NULL;
	if (multi_new(base, ca, &multi, &err) == -1)
		fail_msg("%s", err.text);
	transport = transport_new(multi);
}

static int
open_plain(void **state)
{
	(void)state;
	open_transport(keys_path("tlsca.pem"));
	return 0;
}

static int
close_transport(void **state)
{
	(void)state;
	transport_free(transport);
	multi_free(multi);
	transport = NULL;
	multi = NULL;
	return 0;
}

static void
on_done(const struct transport_answer *answer, void *arg)
{
	struct got *got = arg;

	got->http = answer->http;
	got->bytes = answer->bytes;
	got->done = true;
	(void)snprintf(
	    got->type, sizeof(got->type), "%s", answer->content_type);
	(void)snprintf(got->error, sizeof(got->error), "%s", answer->error);
	(void)snprintf(got->body, sizeof(got->body), "%.*s",
	    (int)(answer->bytes < 399 ? answer->bytes : 399),
	    answer->bytes > 0 ? (const char *)answer->body : "");
}

static struct got
post(const char *url, int64_t timeout_ms, int64_t max_bytes)
{
	struct got got = { 0 };
	char copy[] = "<a/>";
	struct transport_call call = { .url = url,
		.soap_action = "urn:GetRequest",
		.content_type = "text/xml; charset=utf-8",
		.timeout_ms = timeout_ms,
		.max_bytes = max_bytes,
		.body = copy,
		.bytes = 4 };

	transport_post(transport, &call, on_done, &got);
	memset(copy, 'z', 4); /* it took a copy */
	assert_false(got.done); /* never from within */
	while (!got.done)
		(void)event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(transport_running(transport), 0);
	return got;
}

static const char *
url(const char *path)
{
	static char text[100];

	(void)snprintf(text, sizeof(text), "http://127.0.0.1:%d%s", port, path);
	return text;
}

static void
bytes_go_out_and_come_back_as_they_are(void **state)
{
	struct got got = post(url("/echo"), 5000, 1000);

	(void)state;
	assert_int_equal(got.http, 200);
	assert_string_equal(got.error, "");
	assert_string_equal(got.type, "text/xml; charset=utf-8");
	assert_non_null(strstr(got.body,
	    "|\"urn:GetRequest\"|text/xml; charset=utf-8|plain|<a/>"));
}

static void
connection_is_used_again(void **state)
{
	struct got first = post(url("/echo"), 5000, 1000);
	struct got second = post(url("/echo"), 5000, 1000);

	(void)state;
	assert_string_equal(first.body, second.body); /* the same port */
}

static void
fault_is_an_answer(void **state)
{
	struct got got = post(url("/fault"), 5000, 1000);

	(void)state;
	assert_int_equal(got.http, 500);
}

static void
redirect_is_not_followed(void **state)
{
	struct got got = post(url("/moved"), 5000, 1000);

	(void)state;
	assert_int_equal(got.http, 302);
	assert_int_equal(got.bytes, 0);
}

static void
answer_over_its_limit_is_no_answer(void **state)
{
	struct got got = post(url("/large"), 5000, LARGE - 1);

	(void)state;
	assert_int_equal(got.http, 0);
	assert_string_not_equal(got.error, "");
	got = post(url("/large"), 5000, LARGE);
	assert_int_equal(got.http, 200);
	assert_int_equal(got.bytes, LARGE);
}

static void
slow_answer_ends_at_its_time(void **state)
{
	struct got got = post(url("/slow"), 200, 1000);

	(void)state;
	assert_int_equal(got.http, 0);
	assert_non_null(strstr(got.error, "time"));
}

static void
nobody_there_and_odd_addresses_are_errors(void **state)
{
	static const char *const urls[] = { "http://127.0.0.1:1/",
		"file:///etc/hostname", "ftp://127.0.0.1/", "gopher://a/",
		"nonsense://", "", "http://" };

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct got got = post(urls[i], 3000, 1000);

		assert_int_equal(got.http, 0);
		assert_string_not_equal(got.error, "");
	}
}

static void
server_is_believed_by_its_authority_only(void **state)
{
	char text[100];
	struct got got;

	(void)state;
	(void)snprintf(
	    text, sizeof(text), "https://localhost:%d/echo", tls_port);
	got = post(text, 5000, 1000);
	assert_string_equal(got.error, "");
	assert_int_equal(got.http, 200);
	open_transport(keys_path("ca.pem")); /* another authority */
	got = post(text, 5000, 1000);
	assert_int_equal(got.http, 0);
	assert_string_not_equal(got.error, "");
}

static void
calls_under_way_end_with_the_transport(void **state)
{
	struct transport_call call = { .url = url("/slow"),
		.soap_action = "",
		.content_type = "text/xml",
		.timeout_ms = 60000,
		.max_bytes = 10,
		.body = "",
		.bytes = 0 };
	struct got got = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		transport_post(transport, &call, on_done, &got);
	(void)event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(transport_running(transport), 3);
	transport_free(transport);
	transport = NULL;
	assert_false(got.done);
}

static void
missing_authorities_are_an_error(void **state)
{
	struct multi *none = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(multi_new(base, "/nowhere/ca.pem", &none, &err), -1);
	assert_string_equal(err.code, "NET_CA");
	assert_null(none);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, open_plain, close_transport)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bytes_go_out_and_come_back_as_they_are),
		TEST(connection_is_used_again),
		TEST(fault_is_an_answer),
		TEST(redirect_is_not_followed),
		TEST(answer_over_its_limit_is_no_answer),
		TEST(slow_answer_ends_at_its_time),
		TEST(nobody_there_and_odd_addresses_are_errors),
		TEST(server_is_believed_by_its_authority_only),
		TEST(calls_under_way_end_with_the_transport),
		TEST(missing_authorities_are_an_error),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
