/*
 * gateway/exchange/transport.h - calls over HTTP.
 *
 * Bytes out, bytes back; nothing is parsed and nobody is believed.  Only http
 * and https, no redirects, no cookies, no proxy of the environment, bounded
 * time and bounded bytes, unpacked ones where it was packed by gzip.  Connections are kept and used again.
 */
#ifndef GATEWAY_EXCHANGE_TRANSPORT_H
#define GATEWAY_EXCHANGE_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

struct multi;
struct transport;

struct transport_call {
	const char *url;
	const char *soap_action; /* without quotes; "" none */
	const char *content_type;
	int64_t timeout_ms;
	int64_t max_bytes; /* of the answer's body */
	const void *body;
	size_t bytes;
};

struct transport_answer {
	int http; /* status; 0: no answer */
	const char *content_type; /* "" when there is none */
	const char *error; /* when http is 0: why, English, one line */
	int64_t took_ms;
	const void *body;
	size_t bytes;
};

/* What became of a call; everything in answer is valid during the call. */
typedef void transport_done(const struct transport_answer *answer, void *arg);

/* Over multi, which must outlive it. */
struct transport *transport_new(struct multi *multi);
/* Calls under way end without an answer and without done(). */
void transport_free(struct transport *transport); /* NULL is fine */
/* Begin call, whose bytes are copied; done() comes later, never from here. */
void transport_post(struct transport *transport,
    const struct transport_call *call, transport_done *done, void *arg);
/* Calls under way. */
size_t transport_running(const struct transport *transport);

#endif
