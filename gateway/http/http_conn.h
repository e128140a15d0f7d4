/*
 * gateway/http/http_conn.h - one connection of the server; for http_server.c.
 */
#ifndef GATEWAY_HTTP_HTTP_CONN_H
#define GATEWAY_HTTP_HTTP_CONN_H

#include <sys/queue.h>

#include "gateway/http/http_server.h"

struct bufferevent;
struct http_conn;

TAILQ_HEAD(http_conns, http_conn);

struct http_server {
	struct event_base *base;
	struct http_options options;
	struct http_handler handler;
	struct http_conns conns; /* who went idle last is last */
	size_t count;
	bool stopping;
	int64_t read_until_ms; /* stopping: base/clock mono; no request later */
	struct event *resume; /* accept again after a pause */
	struct evconnlistener **listeners;
	size_t listener_count;
};

/* Serve the connected socket bev holds, which the connection owns then; from is
 * the client's address, "" where it has none. */
void http_conn_new(struct http_server *server, struct bufferevent *bev,
    bool local, const char *from);
void http_conn_free(struct http_conn *conn);
/* The server stops: shorten what is left to each for its request. */
void http_conn_hurry(struct http_server *server);
/* Close the connection that is idle longest.  False: none is idle. */
bool http_conn_close_idle(struct http_server *server);

#endif
