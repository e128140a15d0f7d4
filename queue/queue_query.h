/*
 * queue/queue_query.h - reads over all queue tables; never writes.
 */
#ifndef QUEUE_QUEUE_QUERY_H
#define QUEUE_QUEUE_QUERY_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct store_tx;

/* accepted = applied + refused + cancelled + waiting (held included), and
 * owed = delivered + cancelled + waiting (held included).  From the tables:
 * accepted and owed are counted by the journal-independent counters kept at
 * put time, so that a lost row shows. */
struct balance {
	int64_t accepted, applied, refused, cancelled, waiting, held;
	int64_t owed, delivered, out_cancelled, out_waiting, out_held;
	int64_t in_difference, out_difference; /* 0 when all is well */
};

/* The balance as of tx, from its own counters. */
void queue_balance(struct store_tx *tx, struct balance *ret);
/* The same with finished rows counted one by one: slow, and trusts nothing but
 * accepted and owed. */
void queue_recount(struct store_tx *tx, struct balance *ret);

/* One row of `kontingentctl queue`: a lane or source, and its state. */
struct queue_line {
	const char *side; /* in, out */
	const char *name; /* source or lane */
	const char *state;
	const char *code; /* why; "" */
	int64_t count;
	int64_t oldest_ms; /* received or created */
	int64_t due_ms; /* soonest; 0 none */
};

/* Up to max lines into ret, texts in arena; returns how many. */
size_t queue_lines(struct store_tx *tx, size_t max, struct arena *arena,
    struct queue_line *ret);

/* The journal of one packet or message, oldest first. */
struct queue_step {
	int64_t at_ms;
	const char *event, *source, *detail;
};

/* Up to max steps of the packet into ret, oldest first; returns how many. */
size_t queue_trace(struct store_tx *tx, const char *packet_id, size_t max,
    struct arena *arena, struct queue_step *ret);

/*
 * Rows of the outbox that travel, or wait, under message_id; or (message_id
 * NULL) all that are held.  Returns how many ids there are in ret.
 */
size_t queue_outbox_ids(
    struct store_tx *tx, const char *message_id, size_t max, int64_t *ret);

#endif
