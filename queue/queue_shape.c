/* What waits, by destination and age, and one by one. */
#include "queue/queue_query.h"

#include "base/arena.h"
#include "base/clock.h"
#include "queue/queue.h"
#include "store/store.h"

#define MINUTE_MS INT64_C(60000)
#define FIRST_MS  (5 * MINUTE_MS)

/* Rows older than each end, $1 the first. */
#define OLDER(column, n) \
	", sum(CASE WHEN " column " <= $" #n " THEN 1 ELSE 0 END)"
#define AGES(column)     \
	OLDER(column, 1) \
	OLDER(column, 2) \
	OLDER(column, 3) \
	OLDER(column, 4) \
	OLDER(column, 5) \
	OLDER(column, 6) \
	OLDER(column, 7) \
	OLDER(column, 8) \
	OLDER(column, 9)
#define HELD ", sum(CASE WHEN state = '" OUTBOX_HELD "' THEN 1 ELSE 0 END)"

static const char sql_shape[] =
    "SELECT 'in', '', source, count(*), min(received_ms)" HELD AGES(
	"received_ms") " FROM inbox WHERE done_ms = 0 GROUP BY source"
		       " UNION ALL SELECT 'out', lane, destination, count(*),"
		       " min(created_ms)" HELD AGES(
			   "created_ms") " FROM outbox"
					 " WHERE done_ms = 0 GROUP BY lane, "
					 "destination"
					 " ORDER BY 1, 2, 3 LIMIT $10";

static const char sql_packets[] =
    "SELECT 0, packet_id, '', source, state, code, why, received_ms, due_ms,"
    " attempt, leased, 0, 0, 0 FROM inbox WHERE done_ms = 0"
    " AND ($1 = '' OR source = $1 OR ($1 = 'held' AND state = 'held'))"
    " ORDER BY id LIMIT $2";
/* A row in an envelope waits for what its envelope waits for. */
static const char sql_messages[] =
    "SELECT o.id, e.message_id, o.lane, o.destination, o.state,"
    " CASE WHEN e.id IS NULL THEN o.code ELSE e.code END,"
    " CASE WHEN e.id IS NULL THEN o.why ELSE e.why END,"
    " o.created_ms, CASE WHEN e.id IS NULL THEN o.due_ms ELSE e.due_ms END,"
    " e.attempt, e.leased,"
    " CASE WHEN o.subject <> '' AND EXISTS (SELECT 1 FROM outbox p"
    "  WHERE p.lane = o.lane AND p.subject = o.subject AND p.id < o.id"
    "  AND p.done_ms = 0) THEN 1 ELSE 0 END, o.due_by_ms, o.eol_ms"
    " FROM outbox o LEFT JOIN envelope e"
    "  ON e.id = o.envelope_id AND o.envelope_id <> 0"
    " WHERE o.done_ms = 0 AND ($1 = '' OR o.lane = $1 OR o.destination = $1"
    "  OR ($1 = 'held' AND o.state = 'held'))"
    " ORDER BY o.id LIMIT $2";

static const char *
text_at(struct arena *arena, struct row *row, int column)
{
	const char *text = row_text(row, column);

	return text == NULL ? "" : arena_strdup(arena, text);
}

int64_t
queue_age_ms(size_t i)
{
	return i >= QUEUE_AGES - 1 ? 0 : FIRST_MS << i;
}

size_t
queue_shape(struct store_tx *tx, size_t max, struct arena *arena,
    struct queue_shape *ret)
{
	struct param params[QUEUE_AGES + 1] = { 0 };
	int64_t now_ms = clock_now_ms(), older, before;
	size_t count = 0;
	struct row *row;

	for (size_t i = 0; i < QUEUE_AGES - 1; i++)
		params[i] = (struct param)P_INT(now_ms - queue_age_ms(i));
	params[QUEUE_AGES - 1] = (struct param)P_INT((int64_t)max);
	store_query(tx, sql_shape, params);
	for (; count < max && (row = store_next(tx)) != NULL; count++) {
		struct queue_shape *shape = &ret[count];

		*shape = (struct queue_shape){
			.side = text_at(arena, row, 0),
			.lane = text_at(arena, row, 1),
			.name = text_at(arena, row, 2),
			.total = row_int(row, 3),
			.oldest_ms = row_int(row, 4),
			.held = row_int(row, 5),
		};
		before = shape->total;
		for (int i = 0; i < QUEUE_AGES; i++) {
			older = i == QUEUE_AGES - 1 ? 0 : row_int(row, 6 + i);
			shape->by_age[i] = before - older;
			before = older;
		}
	}
	return count;
}

static size_t
read_items(struct store_tx *tx, const char *sql, const char *side,
    const char *what, size_t max, struct arena *arena, struct queue_item *ret)
{
	size_t count = 0;
	struct row *row;

	store_query(tx, sql, PARAMS(P_TEXT(what), P_INT((int64_t)max)));
	for (; count < max && (row = store_next(tx)) != NULL; count++)
		ret[count] = (struct queue_item){
			.side = side,
			.id = row_int(row, 0),
			.packet_id = text_at(arena, row, 1),
			.lane = text_at(arena, row, 2),
			.name = text_at(arena, row, 3),
			.state = text_at(arena, row, 4),
			.code = text_at(arena, row, 5),
			.why = text_at(arena, row, 6),
			.created_ms = row_int(row, 7),
			.due_ms = row_int(row, 8),
			.attempt = row_int(row, 9),
			.leased = row_int(row, 10) != 0,
			.behind = row_int(row, 11) != 0,
			.due_by_ms = row_int(row, 12),
			.eol_ms = row_int(row, 13),
		};
	return count;
}

size_t
queue_items(struct store_tx *tx, const char *what, size_t max,
    struct arena *arena, struct queue_item *ret)
{
	size_t count = read_items(tx, sql_packets, "in", what, max, arena, ret);

	return count
	    + read_items(
		tx, sql_messages, "out", what, max - count, arena, ret + count);
}
