/*
 * PostgreSQL: several nodes lease at once, and each skips what another one is
 * just taking.
 */
#include "queue/queue_backend.h"

const struct queue_backend queue_pgsql = {
	.inbox_lease =
	    "UPDATE inbox SET due_ms = $2, leased = $4, attempt = attempt + 1"
	    " WHERE id IN (SELECT id FROM inbox WHERE state = 'waiting'"
	    "  AND done_ms = 0 AND due_ms <= $1 ORDER BY due_ms, id LIMIT $3"
	    "  FOR UPDATE SKIP LOCKED)"
	    " RETURNING id",
	.inbox_acks =
	    "UPDATE inbox_ack SET tried_ms = $1 WHERE ack_id IN"
	    " (SELECT ack_id FROM inbox_ack WHERE tried_ms < $2"
	    "  ORDER BY tried_ms, ack_id LIMIT $3 FOR UPDATE SKIP LOCKED)"
	    " RETURNING ack_id, accepted",
	.inbox_claim = "SELECT id FROM inbox WHERE id = $1"
		       " AND state = 'waiting' FOR UPDATE",
	.envelope_lease =
	    "UPDATE envelope SET due_ms = $3, leased = $4,"
	    " attempt = attempt + 1 WHERE id = (SELECT id FROM envelope"
	    "  WHERE lane = $1 AND destination = $5 AND state = 'waiting'"
	    "  AND due_ms <= $2"
	    "  ORDER BY due_ms, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
	    " RETURNING id",
	.lane_lock = "SELECT pg_advisory_xact_lock(7201701, hashtext($1))",
	.mailbox_take = MAILBOX_TAKE("  FOR UPDATE SKIP LOCKED"),
	.wake = "SELECT pg_notify('kontingent', '')",
};
