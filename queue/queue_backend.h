/*
 * queue/queue_backend.h - the statements in which the two databases differ:
 * SQLite has one writer at a time, PostgreSQL several nodes.  Included by
 * queue/ only.
 */
#ifndef QUEUE_QUEUE_BACKEND_H
#define QUEUE_QUEUE_BACKEND_H

struct store_tx;

struct queue_backend {
	/* $1 now, $2 until, $3 how many, $4 node: ids of the packets leased. */
	const char *inbox_lease;
	/* $1 now, $2 not tried since, $3 how many: ack_id, accepted. */
	const char *inbox_acks;
	/* $1 id: the row if it waits, locked against other nodes. */
	const char *inbox_claim;
	/* $1 lane, $2 now, $3 until, $4 node, $5 destination: id of the
	 * envelope leased. */
	const char *envelope_lease;
	/* $1 lane: one node at a time packs it; NULL: no need. */
	const char *lane_lock;
	/* $1 owner, $2 node, $3 kind, $4 token, $5 now: id of the letter
	 * marked as taken. */
	const char *mailbox_take;
	/* Other nodes look for work; NULL: there are none. */
	const char *wake;
};

/* mailbox_take; two nodes at once take two letters. */
#define MAILBOX_TAKE(lock)                                                   \
	"UPDATE mailbox SET taken_ms = $5, taken_by = $4, leased = 0"        \
	" WHERE taken_ms = 0"                                                \
	" AND id = (SELECT id FROM mailbox WHERE owner = $1 AND side = 'in'" \
	"  AND taken_ms = 0 AND files_of = 0 AND ($2 = '' OR node = $2)"     \
	"  AND ($3 = '' OR ($3 = 'REQUEST') = (kind = 'request'))"           \
	"  ORDER BY id LIMIT 1" lock ")"                                     \
	" RETURNING id"

extern const struct queue_backend queue_sqlite, queue_pgsql;

/* Whose leases ours are: see queue_setup(). */
int queue_node(void);
/* The statements for the database of tx. */
const struct queue_backend *queue_backend(struct store_tx *tx);

#endif
