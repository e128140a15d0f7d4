/*
 * queue/tally.h - how many rows were accepted and owed, and how many stand in
 * each finished state: the balance's own memory.
 *
 * Counted in the transaction that changes the rows, and written once before
 * its commit.  Owner of the table queue_counter.  Included by queue/ only.
 */
#ifndef QUEUE_TALLY_H
#define QUEUE_TALLY_H

#include <stdint.h>

struct store_tx;

enum tally {
	TALLY_ACCEPTED,
	TALLY_APPLIED,
	TALLY_REFUSED,
	TALLY_CANCELLED,
	TALLY_OWED,
	TALLY_DELIVERED,
	TALLY_OUT_CANCELLED,
	TALLY_COUNT
};

/* Add n, which may be negative, when tx commits. */
void tally_add(struct store_tx *tx, enum tally tally, int64_t n);
/* The same by the state of an inbox row; one that is not finished has none. */
void tally_add_state(struct store_tx *tx, const char *state, int64_t n);
/* All of them as of now, this transaction included. */
void tally_read(struct store_tx *tx, int64_t ret[TALLY_COUNT]);

#endif
