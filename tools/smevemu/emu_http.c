#include "tools/smevemu/emu_http.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/obj.h"
#include "base/str.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_admin.h"
#include "tools/smevemu/emu_builtin.h"
#include "tools/smevemu/emu_exchange.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_mime.h"
#include "tools/smevemu/emu_push.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_wire_write.h"
#include "tools/smevemu/emu_wsdl.h"

#define HTTP_MAGIC      0x656d7568u
#define PENDING_MAGIC   0x656d7570u
#define BODY_BYTES      (64 << 20)
#define HEADERS_BYTES   (32 << 10)
#define TICK_USEC       50000
#define SILENCE_SECONDS 300

struct emu_http {
	uint32_t magic;
	struct emu *emu;
	struct evhttp *server;
	struct event *tick;
	struct pending *waiting; /* answers that leave later, or never */
};

/* A call that is not answered at once. */
struct pending {
	uint32_t magic;
	struct pending *next, **back;
	struct emu_http *http;
	struct evhttp_request *req;
	struct event *timer;
	struct emu_answer answer;
};

/* Hand the answer to evhttp, which copies it. */
static void
reply(struct evhttp_request *req, const struct emu_answer *answer)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	struct evbuffer *out = evbuffer_new();
	struct buf wrapped;
	char type[300];

	buf_init(&wrapped, 0);
	str_copy(type, sizeof(type),
	    answer->status == 500  ? "text/xml"
		: answer->soap_env ? "text/xml; charset=utf-8"
				   : "text/xml;charset=UTF-8");
	if (answer->multipart) {
		emu_mime_wrap(
		    &answer->body, answer->xop, &wrapped, type, sizeof(type));
		evbuffer_add(out, wrapped.data, wrapped.bytes);
	} else if (answer->body.bytes > 0) {
		evbuffer_add(out, answer->body.data, answer->body.bytes);
	}
	evhttp_add_header(headers, "Content-Type", type);
	evhttp_send_reply(req, answer->status, NULL, out);
	evbuffer_free(out);
	buf_release(&wrapped);
}

/* Close the connection of req, which dies with it. */
static void
cut(struct evhttp_request *req, bool reset)
{
	struct evhttp_connection *con = evhttp_request_get_connection(req);
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct bufferevent *bev;

	if (con == NULL) { /* the client was quicker */
		evhttp_send_reply(req, 500, NULL, NULL);
		return;
	}
	bev = evhttp_connection_get_bufferevent(con);
	if (reset) /* evhttp would say good-bye first */
		(void)connect(bufferevent_getfd(bev), &nobody, sizeof(nobody));
	evhttp_connection_free(con);
}

static void
pending_free(struct pending *pending)
{
	*pending->back = pending->next;
	if (pending->next != NULL)
		pending->next->back = pending->back;
	if (pending->timer != NULL)
		event_free(pending->timer);
	buf_release(&pending->answer.body);
	free(pending);
}

static void
on_due(evutil_socket_t fd, short what, void *arg)
{
	struct pending *pending;

	(void)fd;
	(void)what;
	OBJ_CAST(pending, arg, PENDING_MAGIC);
	if (pending->answer.cut)
		cut(pending->req, pending->answer.reset);
	else
		reply(pending->req, &pending->answer);
	pending_free(pending);
}

/* Answer after a while: a request survives the end of its connection, and a
 * connection must not be freed inside its own callback. */
static void
postpone(struct emu_http *http, struct evhttp_request *req,
    const struct emu_answer *answer)
{
	struct pending *pending = xcalloc(1, sizeof(*pending));
	struct timeval delay = { (time_t)(answer->delay_ms / 1000),
		(suseconds_t)(answer->delay_ms % 1000 * 1000) };

	pending->magic = PENDING_MAGIC;
	pending->http = http;
	pending->req = req;
	pending->answer = *answer;
	pending->next = http->waiting;
	pending->back = &http->waiting;
	if (http->waiting != NULL)
		http->waiting->back = &pending->next;
	http->waiting = pending;
	if (answer->silent)
		return;
	pending->timer = evtimer_new(http->emu->base, on_due, pending);
	evtimer_add(pending->timer, &delay);
}

/* The body of req as an envelope, or err. */
static int
read_body(struct evhttp_request *req, struct buf *ret_xml, struct err *err)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	size_t bytes = evbuffer_get_length(in);
	const char *body =
	    bytes == 0 ? "" : (const char *)evbuffer_pullup(in, -1);
	const char *type = evhttp_find_header(
	    evhttp_request_get_input_headers(req), "Content-Type");

	if (emu_mime_is_multipart(type))
		return emu_mime_open(type, body, bytes, ret_xml, err);
	buf_add(ret_xml, body, bytes);
	return 0;
}

static void
on_call(
    struct emu_http *http, struct evhttp_request *req, enum emu_version version)
{
	struct emu *emu = http->emu;
	struct emu_answer answer = { .status = 500 };
	struct emu_facts none = { 0 };
	struct err err = { 0 };
	struct buf xml;

	buf_init(&xml, 0);
	if (read_body(req, &xml, &err) == -1) {
		emu_speak_to(emu, NULL);
		answer.soap_env = emu->speak.soap_env;
		buf_init(&answer.body, 0);
		emu_write_fault(emu, emu_fault_by_code(err.code), err.text,
		    &none, version, &answer.body);
	} else {
		emu_exchange(emu, version, buf_text(&xml), xml.bytes, &answer);
	}
	buf_release(&xml);
	if (answer.delay_ms > 0 || answer.cut || answer.silent) {
		postpone(http, req, &answer);
	} else {
		reply(req, &answer);
		buf_release(&answer.body);
	}
	emu_builtin_run(emu);
}

static void
on_wsdl(
    struct emu_http *http, struct evhttp_request *req, enum emu_version version)
{
	const char *host =
	    evhttp_find_header(evhttp_request_get_input_headers(req), "Host");
	char location[300];
	struct buf out;

	(void)http;
	snprintf(location, sizeof(location), "http://%.200s/smev/v%s/ws",
	    host == NULL ? "localhost" : host, emu_version_name(version));
	buf_init(&out, 0);
	emu_wsdl_write(version, location, &out);
	emu_admin_reply(req, 200, "text/xml; charset=utf-8", &out);
	buf_release(&out);
}

/* The version of an endpoint's path; -1: it is none. */
static int
endpoint(const char *path)
{
	char name[40];

	if (path == NULL)
		return -1;
	for (int v = 0; v < EMU_VERSIONS; v++) {
		snprintf(name, sizeof(name), "/smev/v%s/ws",
		    emu_version_name((enum emu_version)v));
		if (strcmp(path, name) == 0)
			return v;
	}
	return strcmp(path, "/ws") == 0 ? EMU_V11 : -1;
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	int version = endpoint(evhttp_uri_get_path(uri));
	const char *query = evhttp_uri_get_query(uri);
	struct emu_http *http;

	OBJ_CAST(http, arg, HTTP_MAGIC);
	if (version == -1)
		emu_admin(http->emu, req);
	else if (evhttp_request_get_command(req) == EVHTTP_REQ_POST)
		on_call(http, req, (enum emu_version)version);
	else if (query != NULL && strcmp(query, "wsdl") == 0)
		on_wsdl(http, req, (enum emu_version)version);
	else
		evhttp_send_error(req, HTTP_BADMETHOD, NULL);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct emu_http *http;

	(void)fd;
	(void)what;
	OBJ_CAST(http, arg, HTTP_MAGIC);
	emu_queue_expire(http->emu);
	emu_builtin_run(http->emu);
	emu_push_run(http->emu);
}

static int
port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} name = { .in6 = { 0 } };
	socklen_t length = sizeof(name);

	if (getsockname(fd, &name.any, &length) == -1)
		return -1;
	return ntohs(name.any.sa_family == AF_INET6 ? name.in6.sin6_port
						    : name.in.sin_port);
}

int
emu_http_start(
    struct emu *emu, struct emu_http **ret_http, int *ret_port, struct err *err)
{
	struct emu_http *http = xcalloc(1, sizeof(*http));
	struct timeval tick = { 0, TICK_USEC };
	struct evhttp_bound_socket *bound;
	int fd, on = 1;

	http->magic = HTTP_MAGIC;
	http->emu = emu;
	http->server = evhttp_new(emu->base);
	evhttp_set_max_body_size(http->server, BODY_BYTES);
	evhttp_set_max_headers_size(http->server, HEADERS_BYTES);
	evhttp_set_timeout(http->server, SILENCE_SECONDS);
	evhttp_set_gencb(http->server, on_request, http);
	bound = evhttp_bind_socket_with_handle(
	    http->server, emu->listen_address, (uint16_t)emu->port);
	if (bound == NULL) {
		emu_http_free(http);
		return err_set(err, ERR_FATAL, "EMU_LISTEN",
		    "can't listen on %s port %d", emu->listen_address,
		    emu->port);
	}
	fd = evhttp_bound_socket_get_fd(bound);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	*ret_port = port_of(fd);
	http->tick = event_new(emu->base, -1, EV_PERSIST, on_tick, http);
	event_add(http->tick, &tick);
	*ret_http = http;
	return 0;
}

void
emu_http_free(struct emu_http *http)
{
	struct pending *pending, *next;

	if (http == NULL)
		return;
	for (pending = http->waiting; pending != NULL; pending = next) {
		next = pending->next;
		pending_free(pending);
	}
	if (http->tick != NULL)
		event_free(http->tick);
	evhttp_free(http->server);
	free(http);
}
