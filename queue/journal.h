/*
 * queue/journal.h - what happened to packets and messages: append-only and
 * hash-chained.
 *
 * Each entry's hash covers the hash before it and all its fields, so a changed,
 * lost or inserted row is found.  The hash is given by whoever opens the
 * journal (Streebog-256: queue/ does not know crypto/).  Owner of the table
 * journal.
 */
#ifndef QUEUE_JOURNAL_H
#define QUEUE_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

struct store_tx;

typedef void
journal_hash_fn(const void *p, size_t bytes, unsigned char ret[32]);

struct journal_entry {
	const char *event; /* accepted, settled, sealed, sent, ... */
	const char *packet_id; /* or MessageID */
	const char *source; /* or lane */
	const char *digest; /* of the body, hex; "" */
	const char *detail; /* result, code; no personal data */
};

/* Once a process: what hashes the chain. */
void journal_setup(journal_hash_fn *hash);
/*
 * Append.  Entries of a transaction are chained and written together before
 * its commit, so that other nodes wait for the chain no longer than that;
 * entries of a part that is undone are not written.
 */
void journal_add(struct store_tx *tx, const struct journal_entry *entry);

struct journal_check {
	int64_t entries;
	int64_t bad_seq; /* first entry that does not fit; 0 */
	int64_t bad_body; /* inbox id of the first accepted packet whose stored
			     * body has another digest; 0 */
	char head[65];
};

/* Walk the whole chain to its remembered end, and compare the body of each
 * accepted packet that is still stored with the entry's digest. */
void journal_verify(struct store_tx *tx, struct journal_check *ret);

#endif
