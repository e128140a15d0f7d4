/*
 * gateway/http/http_reply.h - an answer as bytes.
 */
#ifndef GATEWAY_HTTP_HTTP_REPLY_H
#define GATEWAY_HTTP_HTTP_REPLY_H

#include <stdbool.h>

struct evbuffer;
struct http_head;
struct http_reply;

/* Append reply to the request with head; close: it is the last answer. */
void http_reply_write(struct evbuffer *out, const struct http_reply *reply,
    bool close, const struct http_head *head);

#endif
