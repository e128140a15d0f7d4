/*
 * gateway/http/http_server.h - HTTP/1.1 over libevent, for hostile clients.
 *
 * libevent's own evhttp shows a request only after its last byte and answers
 * bad framing by itself; here a handler sees the head first, so that who may
 * not send is told before the body is read, each request has one deadline
 * however slowly it drips, and every refusal has our body.
 *
 * A request belongs to the server: a handler answers it once, now or later,
 * with http_answer(), or hears by gone() that nobody waits any more.
 */
#ifndef GATEWAY_HTTP_HTTP_SERVER_H
#define GATEWAY_HTTP_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "base/buf.h"
#include "gateway/http/http_head.h"

struct event_base;
struct http_server;

struct http_request {
	struct http_head head;
	struct buf body; /* whole in handler->whole(), else empty */
	struct arena *arena; /* lives as long as the request */
	bool local; /* from this machine */
	const char *from; /* its address; "" by a unix socket */
	const char *cert_sha256; /* of the client's certificate; "" */
	int64_t begun_ms; /* base/clock mono: its first byte */
	void *mine; /* the handler's; NULL at first */
};

struct http_reply {
	int status;
	const char *content_type; /* NULL: no body */
	const void *body;
	size_t bytes;
	int64_t retry_after_s; /* 0: none */
	const char *allow; /* methods, for 405; or NULL */
	const char *challenge; /* WWW-Authenticate; or NULL */
};

struct http_handler {
	/* The head is there.  False: answered, don't read the body. */
	bool (*head)(struct http_request *req, void *arg);
	/* The body is there too. */
	void (*whole)(struct http_request *req, void *arg);
	/* Answer a request that is not understood (400, 408, 413, 431, 505) with
	 * status; why is English and holds nothing of the client's. */
	void (*refuse)(
	    struct http_request *req, int status, const char *why, void *arg);
	/* Nobody waits for the answer; req ends with this call. */
	void (*gone)(struct http_request *req, void *arg);
	void *arg;
};

struct http_options {
	size_t connections; /* at a time; one more closes an idle one, or
				gets 503 */
	size_t header_bytes;
	size_t body_bytes;
	int64_t request_ms; /* from its first byte to its last */
	int64_t keepalive_ms; /* between requests; 0 closes */
	SSL_CTX *tls; /* NULL: none; stays the caller's */
};

/*
 * Serves nothing yet; http_server_free() it.  options are copied; what handler
 * names must outlive the server.
 */
struct http_server *http_server_new(struct event_base *base,
    const struct http_options *options, const struct http_handler *handler);
void http_server_free(struct http_server *server); /* NULL is fine */
/* Serve the listening socket fd, which the server owns then. */
void http_server_listen(struct http_server *server, int fd);
/*
 * Accept nobody any more and serve who is connected: a request that is on its
 * way is answered, as the last one of its connection.  Who sends none is closed
 * after a second, or after five when it never sent one; within these five all
 * of a request has to come.  Then http_server_connections() falls to 0, once
 * the handler has answered all.
 */
void http_server_stop(struct http_server *server);
size_t http_server_connections(const struct http_server *server);
/* Answer req; everything is copied, and req ends with this call. */
void http_answer(struct http_request *req, const struct http_reply *reply);

#endif
