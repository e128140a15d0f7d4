#include "gateway/http/http_conn.h"

#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/obj.h"
#include "base/str.h"
#include "gateway/http/http_chunk.h"
#include "gateway/http/http_reply.h"

#define HTTP_CONN_MAGIC UINT32_C(0x48545043)
#define READ_BYTES      ((size_t)256 * 1024) /* unread bytes we keep */
#define LINGER_MS       2000
#define QUIET_MS        1000 /* a stopping server waits for a next request */
#define AGAIN_MS        10

/*
 * HEAD -> BODY -> BUSY -> WRITE -> HEAD ...
 *    a refusal goes to WRITE from anywhere; what can't be followed by another
 *    request ends WRITE -> LINGER: our side is shut, theirs is read and
 *    dropped for a while, because closing with bytes unread would reset the
 *    connection and lose the answer on its way.
 * Bytes that come in BUSY and WRITE stay in the input, bounded by READ_BYTES.
 *
 * Who connected or was told to keep the connection may have a request on its
 * way, so no connection is closed because it looks idle to a server that stops:
 * it gets a shorter time for the request, and the answer is the last one.
 */
enum conn_state {
	CONN_HEAD, /* idle, or a part of a head is there */
	CONN_BODY,
	CONN_BUSY, /* the handler has the request */
	CONN_WRITE,
	CONN_LINGER
};

struct http_conn {
	uint32_t magic;
	enum conn_state state;
	struct http_server *server;
	struct bufferevent *bev;
	struct event *timer;
	int64_t until_ms; /* base/clock mono: the timer's */
	struct http_request req;
	struct http_chunk chunk;
	bool begun; /* the first byte of a request was seen */
	bool served; /* it had an answer */
	bool close_after; /* this answer is the last */
	bool eof; /* they send no more */
	char cert_sha256[65];
	char from[INET6_ADDRSTRLEN];
	TAILQ_ENTRY(http_conn) link;
};

static void go_on(struct http_conn *conn);

static void
set_timer(struct http_conn *conn, int64_t ms)
{
	struct timeval tv = { .tv_sec = (time_t)(ms / 1000),
		.tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	conn->until_ms = clock_mono_ms() + ms;
	(void)evtimer_add(conn->timer, &tv);
}

/* How much of ms there is for a request; less when the server stops. */
static int64_t
patience(const struct http_conn *conn, int64_t ms)
{
	int64_t left = conn->server->read_until_ms - clock_mono_ms();

	if (!conn->server->stopping)
		return ms;
	if (conn->served && !conn->begun && left > QUIET_MS)
		left = QUIET_MS;
	if (left > ms)
		left = ms;
	return left > 0 ? left : 0;
}

void
http_conn_hurry(struct http_server *server)
{
	struct http_conn *conn;

	TAILQ_FOREACH(conn, &server->conns, link)
	if (conn->state == CONN_HEAD || conn->state == CONN_BODY)
		set_timer(
		    conn, patience(conn, conn->until_ms - clock_mono_ms()));
}

void
http_conn_free(struct http_conn *conn)
{
	struct http_server *server = conn->server;

	if (conn->state == CONN_BUSY)
		server->handler.gone(&conn->req, server->handler.arg);
	TAILQ_REMOVE(&server->conns, conn, link);
	server->count--;
	event_free(conn->timer);
	bufferevent_free(conn->bev);
	buf_release(&conn->req.body);
	arena_free(conn->req.arena);
	conn->magic = 0;
	free(conn);
}

/* No request has begun, and none lies in the socket. */
static bool
is_idle(const struct http_conn *conn)
{
	char byte;

	return conn->state == CONN_HEAD && !conn->begun
	    && recv(bufferevent_getfd(conn->bev), &byte, 1,
		   MSG_PEEK | MSG_DONTWAIT)
	    <= 0;
}

bool
http_conn_close_idle(struct http_server *server)
{
	struct http_conn *conn;

	TAILQ_FOREACH(conn, &server->conns, link)
	if (is_idle(conn)) {
		http_conn_free(conn);
		return true;
	}
	return false;
}

/* Wait for the next request, with what belonged to the last one emptied. */
static void
begin(struct http_conn *conn, int64_t idle_ms)
{
	struct http_server *server = conn->server;

	conn->state = CONN_HEAD;
	conn->begun = false;
	buf_clear(&conn->req.body);
	if (conn->req.body.room > READ_BYTES) /* one large body is no reason */
		buf_release(&conn->req.body);
	arena_reset(conn->req.arena);
	memset(&conn->req.head, 0, sizeof(conn->req.head));
	conn->req.head.query = conn->req.head.path = conn->req.head.method = "";
	conn->req.mine = NULL;
	TAILQ_REMOVE(&server->conns, conn, link);
	TAILQ_INSERT_TAIL(&server->conns, conn, link);
	set_timer(conn, patience(conn, idle_ms));
}

static void
refuse(struct http_conn *conn, int status, const char *why)
{
	conn->close_after = true;
	conn->state = CONN_BUSY;
	conn->server->handler.refuse(
	    &conn->req, status, why, conn->server->handler.arg);
}

/* All is here: hand it over.  It may be answered before this returns. */
static void
complete(struct http_conn *conn)
{
	(void)evtimer_del(conn->timer);
	conn->state = CONN_BUSY;
	conn->server->handler.whole(&conn->req, conn->server->handler.arg);
}

static void
read_body(struct http_conn *conn)
{
	struct evbuffer *in = bufferevent_get_input(conn->bev);
	struct http_request *req = &conn->req;
	bool chunked = req->head.framing == HTTP_CHUNKED;
	struct evbuffer_iovec part;
	size_t taken;

	while (conn->state == CONN_BODY
	    && evbuffer_peek(in, -1, NULL, &part, 1) > 0 && part.iov_len > 0) {
		taken = part.iov_len;
		if (chunked) {
			taken = http_chunk_feed(
			    &conn->chunk, part.iov_base, taken, &req->body);
		} else {
			size_t left =
			    (size_t)req->head.length - req->body.bytes;

			if (taken > left)
				taken = left;
			buf_add(&req->body, part.iov_base, taken);
		}
		(void)evbuffer_drain(in, taken);
		if (buf_full(&req->body))
			refuse(conn, 413, "the body is too large");
		else if (chunked && conn->chunk.state == CHUNK_BAD)
			refuse(conn, 400, "a chunk has another form");
		else if (chunked ? conn->chunk.state == CHUNK_DONE
				 : req->body.bytes == (size_t)req->head.length)
			complete(conn);
	}
}

static void
begin_body(struct http_conn *conn)
{
	struct http_server *server = conn->server;
	const struct http_head *head = &conn->req.head;
	bool last = !head->keep_alive || server->stopping
	    || server->options.keepalive_ms == 0;

	/* Who is answered now has a body on its way that would be taken for the
	 * next head: the answer is the last one then. */
	conn->state = CONN_BUSY;
	conn->close_after = last || head->framing != HTTP_NO_BODY;
	if (head->framing == HTTP_LENGTH
	    && (uint64_t)head->length > server->options.body_bytes) {
		refuse(conn, 413, "the body is too large");
		return;
	}
	if (!server->handler.head(&conn->req, server->handler.arg))
		return;
	conn->close_after = last;
	if (head->framing == HTTP_NO_BODY) {
		complete(conn);
		return;
	}
	conn->state = CONN_BODY;
	http_chunk_init(&conn->chunk);
	if (head->expects_continue
	    && evbuffer_get_length(bufferevent_get_input(conn->bev)) == 0)
		(void)bufferevent_write(
		    conn->bev, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	read_body(conn);
}

static void
read_head(struct http_conn *conn)
{
	struct evbuffer *in = bufferevent_get_input(conn->bev);
	size_t limit = conn->server->options.header_bytes;
	size_t bytes = evbuffer_get_length(in), head_bytes;
	const char *p, *why = "";
	int status;

	if (bytes > limit)
		bytes = limit;
	p = (const char *)evbuffer_pullup(in, (ev_ssize_t)bytes);
	if (!conn->begun) {
		/* An empty line may come before a request: RFC 9112, 2.2. */
		while (bytes >= 2 && memcmp(p, "\r\n", 2) == 0) {
			(void)evbuffer_drain(in, 2);
			bytes -= 2;
			p = (const char *)evbuffer_pullup(
			    in, (ev_ssize_t)bytes);
		}
		if (bytes == 0 || (bytes == 1 && *p == '\r'))
			return;
		conn->begun = true;
		conn->req.begun_ms = clock_mono_ms();
		set_timer(
		    conn, patience(conn, conn->server->options.request_ms));
	}
	head_bytes = http_head_bytes(p, bytes);
	if (head_bytes == 0 && bytes == limit) {
		refuse(conn, 431, "the headers are too large");
		return;
	}
	if (head_bytes == 0)
		return;
	status = http_head_parse(
	    p, head_bytes, conn->req.arena, &conn->req.head, &why);
	(void)evbuffer_drain(in, head_bytes);
	if (status != 0)
		refuse(conn, status, why);
	else
		begin_body(conn);
}

/* Close our side, and read theirs for a while. */
static void
linger(struct http_conn *conn)
{
	SSL *ssl = bufferevent_openssl_get_ssl(conn->bev);

	if (conn->eof) {
		http_conn_free(conn);
		return;
	}
	conn->state = CONN_LINGER;
	if (ssl != NULL)
		(void)SSL_shutdown(ssl);
	else
		(void)shutdown(bufferevent_getfd(conn->bev), SHUT_WR);
	set_timer(conn, LINGER_MS);
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct http_conn *conn;

	(void)bev;
	OBJ_CAST(conn, arg, HTTP_CONN_MAGIC);
	go_on(conn);
}

static void
go_on(struct http_conn *conn)
{
	struct evbuffer *in = bufferevent_get_input(conn->bev);

	if (conn->state == CONN_LINGER)
		(void)evbuffer_drain(in, evbuffer_get_length(in));
	else if (conn->state == CONN_HEAD && evbuffer_get_length(in) > 0)
		read_head(conn);
	else if (conn->state == CONN_BODY)
		read_body(conn);
}

/* All that was written is gone out. */
static void
on_written(struct bufferevent *bev, void *arg)
{
	struct http_conn *conn;

	(void)bev;
	OBJ_CAST(conn, arg, HTTP_CONN_MAGIC);
	if (conn->state != CONN_WRITE)
		return;
	if (conn->close_after) {
		linger(conn);
		return;
	}
	begin(conn, conn->server->options.keepalive_ms);
	go_on(conn);
	if (conn->eof && conn->state == CONN_HEAD)
		http_conn_free(conn);
}

/* Whoever shows a certificate out of its dates shows none. */
static void
read_cert(struct http_conn *conn)
{
	SSL *ssl = bufferevent_openssl_get_ssl(conn->bev);
	X509 *cert = ssl == NULL ? NULL : SSL_get1_peer_certificate(ssl);
	unsigned char digest[EVP_MAX_MD_SIZE];
	time_t now = (time_t)(clock_now_ms() / 1000);
	unsigned bytes = 0;

	if (cert != NULL && X509_cmp_time(X509_get0_notBefore(cert), &now) < 0
	    && X509_cmp_time(X509_get0_notAfter(cert), &now) > 0
	    && X509_digest(cert, EVP_sha256(), digest, &bytes) == 1
	    && bytes == 32)
		str_hex(conn->cert_sha256, digest, bytes);
	X509_free(cert);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct http_conn *conn;

	(void)bev;
	OBJ_CAST(conn, arg, HTTP_CONN_MAGIC);
	if ((what & BEV_EVENT_CONNECTED) != 0) {
		read_cert(conn); /* the handshake is done */
		return;
	}
	conn->eof = true;
	/* They may have shut only their side and wait for the answer. */
	if ((what & BEV_EVENT_EOF) == 0
	    || (conn->state != CONN_BUSY && conn->state != CONN_WRITE))
		http_conn_free(conn);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct http_conn *conn;

	(void)fd;
	(void)what;
	OBJ_CAST(conn, arg, HTTP_CONN_MAGIC);
	if (conn->state == CONN_BODY
	    || (conn->state == CONN_HEAD && conn->begun))
		refuse(conn, 408, "the request came too slowly");
	else if (conn->state == CONN_HEAD && !is_idle(conn))
		set_timer(conn, AGAIN_MS); /* it came just now: read it */
	else if (conn->state != CONN_BUSY)
		http_conn_free(conn);
}

void
http_conn_new(struct http_server *server, struct bufferevent *bev, bool local,
    const char *from)
{
	struct http_conn *conn = xcalloc(1, sizeof(*conn));

	conn->magic = HTTP_CONN_MAGIC;
	conn->server = server;
	conn->bev = bev;
	conn->timer = evtimer_new(server->base, on_timer, conn);
	conn->req.arena = arena_new();
	conn->req.local = local;
	(void)snprintf(conn->from, sizeof(conn->from), "%s", from);
	conn->req.from = conn->from;
	conn->req.cert_sha256 = conn->cert_sha256;
	buf_init(&conn->req.body, server->options.body_bytes);
	TAILQ_INSERT_TAIL(&server->conns, conn, link);
	server->count++;
	begin(conn, server->options.request_ms);
	bufferevent_setwatermark(bev, EV_READ, 0, READ_BYTES);
	bufferevent_setcb(bev, on_read, on_written, on_event, conn);
	(void)bufferevent_enable(bev, EV_READ | EV_WRITE);
}

void
http_answer(struct http_request *req, const struct http_reply *reply)
{
	struct http_conn *conn = (struct http_conn *)(void *)((char *)req
	    - offsetof(struct http_conn, req));

	assert(conn->magic == HTTP_CONN_MAGIC && conn->state == CONN_BUSY);
	conn->served = true;
	conn->close_after |= conn->server->stopping;
	conn->state = CONN_WRITE;
	http_reply_write(bufferevent_get_output(conn->bev), reply,
	    conn->close_after, &conn->req.head);
	set_timer(conn, conn->server->options.request_ms);
}
