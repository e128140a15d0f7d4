/*
 * queue/queue_query.h - reads over all queue tables; never writes.
 */
#ifndef QUEUE_QUEUE_QUERY_H
#define QUEUE_QUEUE_QUERY_H

#include <stdbool.h>
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

#define QUEUE_AGES 10

/* What waits for one destination, or of one source, by age. */
struct queue_shape {
	const char *side; /* in, out */
	const char *lane; /* out: its lane; in: "" */
	const char *name; /* destination or source */
	int64_t total, held;
	int64_t by_age[QUEUE_AGES]; /* youngest first; see queue_age_ms() */
	int64_t oldest_ms; /* received or created */
};

/* Where column i of by_age ends, in ms; the last one has no end: 0. */
int64_t queue_age_ms(size_t i);
/* Up to max rows by side, lane and name, texts in arena; returns how many. */
size_t queue_shape(struct store_tx *tx, size_t max, struct arena *arena,
    struct queue_shape *ret);

/* One waiting or held row of the outbox, or packet of the inbox. */
struct queue_item {
	const char *side; /* in, out */
	int64_t id; /* out: of the row */
	const char *packet_id; /* in: its id; out: MessageID, "" none yet */
	const char *lane, *name; /* as in struct queue_shape */
	const char *state;
	const char *code, *why; /* of its last try; "" */
	int64_t created_ms, due_ms, attempt;
	bool leased; /* it is under way */
	bool behind; /* an earlier one of its subject is not done */
	int64_t due_by_ms, eol_ms; /* 0 */
};

/*
 * Up to max of them, oldest first, the inbox first: all (what ""), those that
 * are held ("held"), or those of that lane, destination or source.
 */
size_t queue_items(struct store_tx *tx, const char *what, size_t max,
    struct arena *arena, struct queue_item *ret);

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
