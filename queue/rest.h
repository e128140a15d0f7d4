/*
 * queue/rest.h - who is not called for a while, why, and until when.
 *
 * A destination of a lane that has no room, SMEV itself, what is polled: each
 * has a row while it rests, so that an operator sees it whether the daemon
 * runs or not, other nodes know, and a restart does not forget.  Owner of the
 * table rest.
 */
#ifndef QUEUE_REST_H
#define QUEUE_REST_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct store_tx;

/* Realms beside the lanes. */
#define REST_SMEV "smev" /* the name is "" */
#define REST_POLL "poll" /* the name is what is polled */

struct rest {
	const char *realm; /* a lane, or one of the above */
	const char *name; /* the destination */
	int64_t failures; /* in a row */
	int64_t rests; /* in a row, each longer than the one before */
	int64_t until_ms; /* UTC; then one call tries */
	int64_t pace; /* learnt calls in 1000 s; 0 none */
	const char *code, *why;
	int64_t changed_ms; /* filled by rest_put() */
};

/* Note it, instead of what stood there. */
void rest_put(struct store_tx *tx, const struct rest *rest);
/* It is called again as always. */
void rest_end(struct store_tx *tx, const char *realm, const char *name);
/* Up to max of realm (NULL: of all), by realm and name, in arena; returns how
 * many. */
size_t rest_list(struct store_tx *tx, const char *realm, size_t max,
    struct arena *arena, struct rest ret[]);

#endif
