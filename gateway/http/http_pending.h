/*
 * gateway/http/http_pending.h - requests that wait for the store's answer.
 *
 * A fixed number of places; the id that travels to the store and back names a
 * place and how often it was used, so that an answer which comes too late, or
 * from a store that is no more, finds nobody instead of somebody else.  Each
 * process counts from a random number, because a store may still have to answer
 * what the front before this one asked.
 */
#ifndef GATEWAY_HTTP_HTTP_PENDING_H
#define GATEWAY_HTTP_HTTP_PENDING_H

#include <stddef.h>
#include <stdint.h>

struct http_pending;
struct http_request;

/* Nobody waits yet. */
struct http_pending *http_pending_new(size_t places);
void http_pending_free(struct http_pending *pending); /* NULL is fine */
/*
 * Keep req until until_ms (base/clock mono).
 *
 * Returns its id, or 0: no place is free.
 */
uint64_t http_pending_put(
    struct http_pending *pending, struct http_request *req, int64_t until_ms);
/* Take the request of id out, or NULL: nobody waits for it. */
struct http_request *
http_pending_take(struct http_pending *pending, uint64_t id);
/* Take out some request whose time is over at now_ms, or NULL: there is none.
 * INT64_MAX takes any. */
struct http_request *
http_pending_expired(struct http_pending *pending, int64_t now_ms);
size_t http_pending_count(const struct http_pending *pending);

#endif
