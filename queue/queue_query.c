#include "queue/queue_query.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "queue/queue.h"
#include "queue/rest.h"
#include "queue/tally.h"
#include "store/store.h"

/* Only the live rows are counted; a partial index holds just them. */
static const char sql_live[] =
    "SELECT 'in', state, count(*) FROM inbox WHERE done_ms = 0 GROUP BY state"
    " UNION ALL SELECT 'out', state, count(*) FROM outbox WHERE done_ms = 0"
    " GROUP BY state";
static const char sql_recount[] =
    "SELECT 'in', state, count(*) FROM inbox GROUP BY state"
    " UNION ALL SELECT 'out', state, count(*) FROM outbox GROUP BY state";

/*
 * A row in an envelope waits for what its envelope waits for; one that has not
 * been tried, for SMEV or its destination, while these rest.  $2 now.
 */
static const char sql_lines[] =
    "SELECT 'in', source, state, code, count(*), min(received_ms),"
    " min(due_ms) FROM inbox WHERE done_ms = 0"
    " GROUP BY source, state, code"
    " UNION ALL SELECT 'out', lane, state, code, count(*), min(created_ms),"
    " min(due_ms) FROM (SELECT o.lane AS lane, o.state AS state,"
    "  o.created_ms AS created_ms,"
    "  CASE WHEN o.state <> '" OUTBOX_WAITING "' OR coalesce(e.code, o.code)"
    "   <> '' THEN coalesce(e.code, o.code)"
    "   ELSE coalesce(s.code, r.code, '') END AS code,"
    "  CASE WHEN o.state <> '" OUTBOX_WAITING "' OR e.id IS NOT NULL"
    "   THEN coalesce(e.due_ms, o.due_ms)"
    "   ELSE coalesce(s.until_ms, r.until_ms, o.due_ms) END AS due_ms"
    "  FROM outbox o LEFT JOIN envelope e ON e.id = o.envelope_id"
    "  LEFT JOIN rest s ON s.realm = '" REST_SMEV "' AND s.name = ''"
    "   AND s.until_ms > $2"
    "  LEFT JOIN rest r ON r.realm = o.lane AND r.name = o.destination"
    "   AND r.until_ms > $2"
    "  WHERE o.done_ms = 0) w GROUP BY lane, state, code"
    " UNION ALL SELECT 'out', lane, state, code, count(*), min(created_ms),"
    " min(answer_by_ms) FROM envelope"
    " WHERE state = '" ENVELOPE_AWAITING "' GROUP BY lane, state, code"
    " UNION ALL SELECT 'in', 'ack', 'owed', '', count(*), min(tried_ms), 0"
    " FROM inbox_ack HAVING count(*) > 0"
    " UNION ALL SELECT 'in', owner, 'mailbox', max(code), count(*),"
    " min(created_ms), max(due_ms) FROM mailbox"
    " WHERE side = 'in' AND taken_ms = 0 GROUP BY owner"
    " ORDER BY 1, 2, 3, 4 LIMIT $1";

static const char sql_trace[] =
    "SELECT at_ms, event, source, detail FROM journal WHERE packet_id = $1"
    " ORDER BY seq LIMIT $2";

static void
add_in(struct balance *b, const char *state, int64_t n)
{
	if (str_equal(state, INBOX_APPLIED))
		b->applied += n;
	else if (str_equal(state, INBOX_REFUSED))
		b->refused += n;
	else if (str_equal(state, INBOX_CANCELLED))
		b->cancelled += n;
	else
		b->waiting += n;
	if (str_equal(state, INBOX_HELD))
		b->held += n;
}

static void
add_out(struct balance *b, const char *state, int64_t n)
{
	if (str_equal(state, OUTBOX_DELIVERED))
		b->delivered += n;
	else if (str_equal(state, OUTBOX_CANCELLED))
		b->out_cancelled += n;
	else
		b->out_waiting += n;
	if (str_equal(state, OUTBOX_HELD))
		b->out_held += n;
}

static void
add_rows(struct store_tx *tx, const char *sql, struct balance *b)
{
	struct row *row;

	store_query(tx, sql, NO_PARAMS);
	while ((row = store_next(tx)) != NULL) {
		if (str_equal(row_text(row, 0), "in"))
			add_in(b, row_text(row, 1), row_int(row, 2));
		else
			add_out(b, row_text(row, 1), row_int(row, 2));
	}
}

static void
difference(struct balance *b)
{
	b->in_difference =
	    b->accepted - b->applied - b->refused - b->cancelled - b->waiting;
	b->out_difference =
	    b->owed - b->delivered - b->out_cancelled - b->out_waiting;
}

void
queue_balance(struct store_tx *tx, struct balance *ret)
{
	int64_t n[TALLY_COUNT];

	tally_read(tx, n);
	*ret = (struct balance){
		.accepted = n[TALLY_ACCEPTED],
		.applied = n[TALLY_APPLIED],
		.refused = n[TALLY_REFUSED],
		.cancelled = n[TALLY_CANCELLED],
		.owed = n[TALLY_OWED],
		.delivered = n[TALLY_DELIVERED],
		.out_cancelled = n[TALLY_OUT_CANCELLED],
	};
	add_rows(tx, sql_live, ret);
	difference(ret);
}

void
queue_recount(struct store_tx *tx, struct balance *ret)
{
	int64_t n[TALLY_COUNT];

	tally_read(tx, n);
	*ret = (struct balance){ .accepted = n[TALLY_ACCEPTED],
		.owed = n[TALLY_OWED] };
	add_rows(tx, sql_recount, ret);
	difference(ret);
}

static const char *
text_at(struct arena *arena, struct row *row, int column)
{
	const char *text = row_text(row, column);

	return text == NULL ? "" : arena_strdup(arena, text);
}

size_t
queue_lines(struct store_tx *tx, size_t max, struct arena *arena,
    struct queue_line *ret)
{
	size_t count = 0;
	struct row *row;

	store_query(
	    tx, sql_lines, PARAMS(P_INT((int64_t)max), P_INT(clock_now_ms())));
	for (; count < max && (row = store_next(tx)) != NULL; count++)
		ret[count] = (struct queue_line){
			.side = text_at(arena, row, 0),
			.name = text_at(arena, row, 1),
			.state = text_at(arena, row, 2),
			.code = text_at(arena, row, 3),
			.count = row_int(row, 4),
			.oldest_ms = row_int(row, 5),
			.due_ms = row_int(row, 6),
		};
	return count;
}

static const char sql_outbox_ids[] =
    "SELECT o.id FROM envelope e JOIN outbox o ON o.envelope_id = e.id"
    " WHERE e.message_id = $1 ORDER BY o.id LIMIT $2";

static const char sql_outbox_held[] =
    "SELECT id FROM outbox WHERE state = 'held' ORDER BY id LIMIT $1";

size_t
queue_outbox_ids(
    struct store_tx *tx, const char *message_id, size_t max, int64_t *ret)
{
	size_t count = 0;
	struct row *row;

	if (message_id == NULL)
		store_query(tx, sql_outbox_held, PARAMS(P_INT((int64_t)max)));
	else
		store_query(tx, sql_outbox_ids,
		    PARAMS(P_TEXT(message_id), P_INT((int64_t)max)));
	for (; count < max && (row = store_next(tx)) != NULL; count++)
		ret[count] = row_int(row, 0);
	return count;
}

size_t
queue_trace(struct store_tx *tx, const char *packet_id, size_t max,
    struct arena *arena, struct queue_step *ret)
{
	size_t count = 0;
	struct row *row;

	store_query(
	    tx, sql_trace, PARAMS(P_TEXT(packet_id), P_INT((int64_t)max)));
	for (; count < max && (row = store_next(tx)) != NULL; count++)
		ret[count] = (struct queue_step){
			.at_ms = row_int(row, 0),
			.event = text_at(arena, row, 1),
			.source = text_at(arena, row, 2),
			.detail = text_at(arena, row, 3),
		};
	return count;
}
