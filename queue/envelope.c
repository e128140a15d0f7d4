/*
 * Envelopes: rows of one lane under one MessageID.
 *
 *	waiting --delivered--> awaiting --answered--> answered
 *	   |  \                (or done: no answer is awaited)
 *	   |   `--held--> held --release--> waiting
 *	   `--its last row cancelled--> cancelled
 *
 * A row is packed when it is due and no earlier row of its subject in the lane
 * is unfinished outside the pack: an earlier one that is under way, paused or
 * held keeps the later ones back, so a subject's changes arrive in order.
 */
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "queue/file.h"
#include "queue/outbox.h"
#include "queue/outbox_row.h"
#include "queue/queue.h"
#include "queue/queue_backend.h"
#include "store/store.h"

/* o is to be packed at $2: due, and its subject's next. */
#define PACKABLE                                                \
	" o.lane = $1 AND o.destination = $4 AND o.done_ms = 0" \
	" AND o.envelope_id = 0 AND o.state = '" OUTBOX_WAITING "'"
#define NOT_BLOCKED                                                    \
	" AND (o.subject = '' OR NOT EXISTS (SELECT 1 FROM outbox p"   \
	"  WHERE p.lane = o.lane AND p.subject = o.subject"            \
	"  AND p.id < o.id AND p.done_ms = 0"                          \
	"  AND (p.envelope_id <> 0 OR p.state <> '" OUTBOX_WAITING "'" \
	"   OR p.due_ms > $2)))"

static const char sql_pick[] =
    "SELECT o.id, o.kind, o.reply_to, o.eol_ms FROM outbox o WHERE" PACKABLE
    " AND o.due_ms <= $2" NOT_BLOCKED " ORDER BY o.id LIMIT $3";
static const char sql_under_way[] =
    "SELECT id FROM envelope WHERE lane = $1 AND destination = $2"
    " AND state = '" ENVELOPE_WAITING "' LIMIT 1";
static const char sql_new[] =
    "INSERT INTO envelope (message_id, lane, kind, reply_to, state, attempt,"
    " leased, created_ms, due_ms, destination, eol_ms)"
    " VALUES ($1, $2, $3, $4, '" ENVELOPE_WAITING "', 1, $7, $5, $6, $8, $9)"
    " RETURNING id";
static const char sql_put[] =
    "INSERT INTO envelope (message_id, lane, kind, reply_to, state, attempt,"
    " leased, created_ms, due_ms, destination, eol_ms)"
    " VALUES ($1, $2, $3, $4, '" ENVELOPE_WAITING "', 0, 0, $5, $6, $7, $8)"
    " RETURNING id";
/* The next destination each time: one step down the index, whatever waits. */
#define STEPS(name, table, waits)                                       \
	name "(name) AS (SELECT (SELECT min(destination)"               \
	     "  FROM " table " WHERE lane = $1 AND " waits ")"          \
	     " UNION ALL SELECT (SELECT min(t.destination) FROM " table \
	     " t WHERE t.lane = $1 AND t.destination > " name           \
	     ".name AND " waits ") FROM " name " WHERE " name ".name"   \
	     " IS NOT NULL)"
static const char sql_places[] = "WITH RECURSIVE " STEPS(
    "e", "envelope", "state = '" ENVELOPE_WAITING "'") ", " STEPS("r", "outbox",
    "done_ms = 0 AND envelope_id = 0 AND state = '" OUTBOX_WAITING
    "'") " SELECT name, max(fresh), max(due_ms) FROM ("
	 "SELECT e.name AS name, 0 AS fresh,"
	 " (SELECT min(v.due_ms) FROM envelope v WHERE v.lane = $1"
	 "  AND v.destination = e.name AND v.state = '" ENVELOPE_WAITING "')"
	 "  AS due_ms FROM e WHERE e.name IS NOT NULL"
	 " UNION ALL SELECT r.name, 1, 0 FROM r WHERE r.name IS NOT NULL) w"
	 " GROUP BY name ORDER BY name LIMIT $2";
static const char sql_hasten_all[] =
    "UPDATE envelope SET due_ms = $2 WHERE state = '" ENVELOPE_WAITING
    "' AND code = $1 AND leased = 0 AND due_ms > $2";
static const char sql_hasten[] =
    "UPDATE envelope SET due_ms = $4 WHERE lane = $1 AND destination = $2"
    " AND state = '" ENVELOPE_WAITING "' AND code = $3 AND leased = 0"
    " AND due_ms > $4";
static const char sql_find[] = "SELECT id FROM envelope WHERE message_id = $1";
static const char sql_pack[] =
    "UPDATE outbox SET envelope_id = $2 WHERE id = $1";
static const char sql_get[] =
    "SELECT e.message_id, e.lane, e.kind, e.reply_to, e.attempt,"
    " e.created_ms, e.due_ms, e.code, e.why, e.renew, b.sealed, b.content_type,"
    " e.destination, e.eol_ms, e.state, e.test, e.answer_id"
    " FROM envelope e LEFT JOIN envelope_body b ON b.id = e.id"
    " WHERE e.id = $1";
static const char sql_rows[] =
    "SELECT o.id, o.subject, o.dedup_key, o.reply_to, o.cause, o.due_ms,"
    " b.body FROM outbox o JOIN outbox_body b ON b.id = o.id"
    " WHERE o.envelope_id = $1 AND o.envelope_id <> 0"
    " AND o.state <> '" OUTBOX_CANCELLED "' ORDER BY o.id";
static const char sql_row_count[] =
    "SELECT count(*) FROM outbox o WHERE o.envelope_id = $1"
    " AND o.envelope_id <> 0 AND o.state <> '" OUTBOX_CANCELLED "'";
static const char sql_seal[] =
    "INSERT INTO envelope_body (id, sealed, content_type) VALUES ($1, $2, $3)"
    " ON CONFLICT (id) DO NOTHING";
static const char sql_unseal[] = "DELETE FROM envelope_body WHERE id = $1";
static const char sql_former[] =
    "INSERT INTO envelope_former (message_id, envelope_id)"
    " SELECT message_id, id FROM envelope WHERE id = $1"
    " ON CONFLICT (message_id) DO NOTHING";
static const char sql_rename[] =
    "UPDATE envelope SET message_id = $2, renew = 0, test = 0 WHERE id = $1";
static const char sql_delivered[] =
    "UPDATE envelope SET state = $2, answer_by_ms = $3, leased = 0,"
    " code = '', why = '' WHERE id = $1"
    " AND state IN ('" ENVELOPE_WAITING "', '" ENVELOPE_HELD "')";
static const char sql_prolong[] =
    "UPDATE envelope SET due_ms = $2 WHERE id = $1"
    " AND state = '" ENVELOPE_WAITING "' AND leased = $3";
static const char sql_retry[] =
    "UPDATE envelope SET due_ms = $2, code = $3, why = $4, leased = 0"
    " WHERE id = $1 AND state = '" ENVELOPE_WAITING "'";
static const char sql_held[] =
    "UPDATE envelope SET state = '" ENVELOPE_HELD "', code = $2, why = $3,"
    " leased = 0 WHERE id = $1 AND state = '" ENVELOPE_WAITING "'";
static const char sql_renew[] =
    "UPDATE envelope SET renew = 1, due_ms = $2, leased = 0"
    " WHERE id = $1 AND state = '" ENVELOPE_WAITING "'";
static const char sql_answered[] =
    "UPDATE envelope SET state = '" ENVELOPE_ANSWERED "', answer_by_ms = 0,"
    " leased = 0, code = '', why = '' WHERE message_id = $1 AND state"
    " NOT IN ('" ENVELOPE_ANSWERED "', '" ENVELOPE_CANCELLED "')"
    " RETURNING id";
static const char sql_overdue[] =
    "UPDATE envelope SET code = $3 WHERE id IN (SELECT id FROM envelope"
    "  WHERE state = '" ENVELOPE_AWAITING "' AND answer_by_ms <= $1"
    "  AND code <> $3 ORDER BY answer_by_ms, id LIMIT $2)"
    " AND state = '" ENVELOPE_AWAITING "' AND code <> $3"
    " RETURNING id, message_id, lane, kind";
static const char sql_unlease[] =
    "UPDATE envelope SET due_ms = created_ms, leased = 0"
    " WHERE state = '" ENVELOPE_WAITING "' AND leased = $1";

static const char *
text_at(struct arena *arena, struct row *row, int column)
{
	const char *text = row_text(row, column);

	return text == NULL ? "" : arena_strdup(arena, text);
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static void
read_rows(struct store_tx *tx, struct arena *arena, struct envelope *ret)
{
	struct row *row = store_one(tx, sql_row_count, PARAMS(P_INT(ret->id)));
	size_t room = row == NULL ? 0 : (size_t)row_int(row, 0);
	const void *body;

	ret->messages = arena_alloc(arena, room * sizeof(*ret->messages));
	store_query(tx, sql_rows, PARAMS(P_INT(ret->id)));
	while (ret->message_count < room && (row = store_next(tx)) != NULL) {
		struct message *m = &ret->messages[ret->message_count++];

		*m = (struct message){
			.id = row_int(row, 0),
			.subject = text_at(arena, row, 1),
			.dedup_key = text_at(arena, row, 2),
			.reply_to = text_at(arena, row, 3),
			.cause = text_at(arena, row, 4),
			.due_ms = row_int(row, 5),
		};
		body = row_blob(row, 6, &m->body_bytes);
		m->body = arena_memdup(arena, body, m->body_bytes);
	}
}

static void
read_envelope(struct row *row, struct arena *arena, struct envelope *ret)
{
	const void *sealed;

	ret->message_id = text_at(arena, row, 0);
	ret->lane = text_at(arena, row, 1);
	ret->kind = text_at(arena, row, 2);
	ret->reply_to = text_at(arena, row, 3);
	ret->attempt = row_int(row, 4);
	ret->created_ms = row_int(row, 5);
	ret->due_ms = row_int(row, 6);
	ret->code = text_at(arena, row, 7);
	ret->why = text_at(arena, row, 8);
	ret->destination = text_at(arena, row, 12);
	ret->eol_ms = row_int(row, 13);
	ret->state = text_at(arena, row, 14);
	ret->test = row_int(row, 15) != 0;
	ret->answer_id = text_at(arena, row, 16);
	if (!row_null(row, 10)) {
		sealed = row_blob(row, 10, &ret->sealed_bytes);
		ret->sealed = arena_memdup(arena, sealed, ret->sealed_bytes);
		ret->content_type = text_at(arena, row, 11);
	}
}

int
envelope_load(
    struct store_tx *tx, int64_t id, struct arena *arena, struct envelope *ret)
{
	struct row *row = store_one(tx, sql_get, PARAMS(P_INT(id)));

	if (row == NULL)
		return 0;
	*ret = (struct envelope){ .id = id };
	read_envelope(row, arena, ret);
	read_rows(tx, arena, ret);
	return store_error(tx)->kind == ERR_NONE;
}

void
envelope_put(struct store_tx *tx, const struct message *msg, int64_t outbox_id,
    const char *message_id)
{
	int64_t now_ms = clock_now_ms(), id;
	struct row *row = store_one(tx, sql_put,
	    PARAMS(P_TEXT(message_id), P_TEXT(msg->lane), P_TEXT(msg->kind),
		P_TEXT(or_empty(msg->reply_to)), P_INT(now_ms),
		P_INT(msg->due_ms == 0 ? now_ms : msg->due_ms),
		P_TEXT(message_destination(msg)), P_INT(msg->eol_ms)));

	if (row == NULL)
		return;
	id = row_int(row, 0);
	store_exec(tx, sql_pack, PARAMS(P_INT(outbox_id), P_INT(id)));
}

int
outbox_envelope(struct store_tx *tx, const char *message_id,
    struct arena *arena, struct envelope *ret)
{
	struct row *row = store_one(tx, sql_find, PARAMS(P_TEXT(message_id)));

	return row == NULL ? 0 : envelope_load(tx, row_int(row, 0), arena, ret);
}

/* An envelope of before, if one is due. */
static int
lease_old(struct store_tx *tx, const char *lane, const char *destination,
    const char *message_id, int64_t until_ms, struct arena *arena,
    struct envelope *ret)
{
	struct row *row = store_one(tx, queue_backend(tx)->envelope_lease,
	    PARAMS(P_TEXT(lane), P_INT(clock_now_ms()), P_INT(until_ms),
		P_INT(queue_node()), P_TEXT(destination)));
	bool renewed = false;
	int64_t id;
	int found;

	if (row == NULL)
		return 0;
	id = row_int(row, 0);
	row = store_one(tx, sql_get, PARAMS(P_INT(id)));
	if (row != NULL && row_int(row, 9) != 0) {
		store_exec(tx, sql_former, PARAMS(P_INT(id)));
		store_exec(
		    tx, sql_rename, PARAMS(P_INT(id), P_TEXT(message_id)));
		store_exec(tx, sql_unseal, PARAMS(P_INT(id)));
		renewed = true;
	}
	found = envelope_load(tx, id, arena, ret);
	/* SMEV took the files away with the message that had them. */
	for (size_t i = 0; renewed && found == 1 && i < ret->message_count; i++)
		file_restore(tx, ret->messages[i].id);
	return found;
}

/*
 * The rows of a new envelope: the oldest due one, and those after it that have
 * its kind.  An answer (with reply_to) travels alone.  Returns how many.
 */
static size_t
pick(struct store_tx *tx, const char *lane, size_t batch, struct arena *arena,
    int64_t ids[], struct envelope *ret)
{
	size_t count = 0;
	struct row *row;

	store_query(tx, sql_pick,
	    PARAMS(P_TEXT(lane), P_INT(clock_now_ms()), P_INT((int64_t)batch),
		P_TEXT(ret->destination)));
	while (count < batch && (row = store_next(tx)) != NULL) {
		if (count == 0) {
			ret->kind = text_at(arena, row, 1);
			ret->reply_to = text_at(arena, row, 2);
		} else if (*ret->reply_to != '\0'
		    || !str_equal(row_text(row, 2), "")
		    || !str_equal(row_text(row, 1), ret->kind)) {
			break;
		}
		if (row_int(row, 3) != 0
		    && (ret->eol_ms == 0 || row_int(row, 3) < ret->eol_ms))
			ret->eol_ms = row_int(row, 3);
		ids[count++] = row_int(row, 0);
	}
	return count;
}

static int
lease_new(struct store_tx *tx, const char *lane, const char *destination,
    size_t batch, const char *message_id, int64_t until_ms, struct arena *arena,
    struct envelope *ret)
{
	int64_t *ids = arena_alloc(arena, batch * sizeof(*ids)), id;
	struct envelope fresh = { .destination = destination };
	size_t count = pick(tx, lane, batch, arena, ids, &fresh);
	struct row *row;

	if (count == 0)
		return 0;
	row = store_one(tx, sql_new,
	    PARAMS(P_TEXT(message_id), P_TEXT(lane), P_TEXT(fresh.kind),
		P_TEXT(fresh.reply_to), P_INT(clock_now_ms()), P_INT(until_ms),
		P_INT(queue_node()), P_TEXT(destination), P_INT(fresh.eol_ms)));
	if (row == NULL)
		return 0;
	id = row_int(row, 0);
	for (size_t i = 0; i < count; i++)
		store_exec(tx, sql_pack, PARAMS(P_INT(ids[i]), P_INT(id)));
	return envelope_load(tx, id, arena, ret);
}

int
outbox_lease(struct store_tx *tx, const char *lane, const char *destination,
    size_t batch, int ordered, const char *message_id, int64_t lease_ms,
    struct arena *arena, struct envelope *ret)
{
	int64_t until_ms = clock_now_ms() + lease_ms;
	const char *lock = queue_backend(tx)->lane_lock;

	if (destination == NULL)
		destination = lane;
	if (lease_old(tx, lane, destination, message_id, until_ms, arena, ret)
	    == 1)
		return 1;
	if (lock != NULL)
		(void)store_one(tx, lock, PARAMS(P_TEXT(lane)));
	if (ordered
	    && store_one(
		   tx, sql_under_way, PARAMS(P_TEXT(lane), P_TEXT(destination)))
		!= NULL)
		return 0;
	return lease_new(tx, lane, destination, batch == 0 ? 1 : batch,
	    message_id, until_ms, arena, ret);
}

size_t
outbox_places(struct store_tx *tx, const char *lane, size_t max,
    struct arena *arena, struct outbox_place ret[])
{
	size_t count = 0;
	struct row *row;

	store_query(tx, sql_places, PARAMS(P_TEXT(lane), P_INT((int64_t)max)));
	for (; count < max && (row = store_next(tx)) != NULL; count++)
		ret[count] = (struct outbox_place){
			.name = text_at(arena, row, 0),
			.fresh = row_int(row, 1) != 0,
			.due_ms = row_int(row, 2),
		};
	return count;
}

int64_t
outbox_hasten(struct store_tx *tx, const char *lane, const char *destination,
    const char *code)
{
	if (lane == NULL)
		store_exec(tx, sql_hasten_all,
		    PARAMS(P_TEXT(code), P_INT(clock_now_ms())));
	else
		store_exec(tx, sql_hasten,
		    PARAMS(P_TEXT(lane), P_TEXT(destination), P_TEXT(code),
			P_INT(clock_now_ms())));
	return store_changed(tx);
}

void
outbox_sealed(struct store_tx *tx, int64_t envelope_id,
    const char *content_type, const void *sealed, size_t sealed_bytes)
{
	store_exec(tx, sql_seal,
	    PARAMS(P_INT(envelope_id), P_BLOB(sealed, sealed_bytes),
		P_TEXT(content_type)));
}

void
outbox_delivered(struct store_tx *tx, int64_t envelope_id, int64_t answer_by_ms)
{
	store_exec(tx, sql_delivered,
	    PARAMS(P_INT(envelope_id),
		P_TEXT(answer_by_ms == 0 ? ENVELOPE_DONE : ENVELOPE_AWAITING),
		P_INT(answer_by_ms)));
	if (store_changed(tx) == 1)
		envelope_rows_delivered(tx, envelope_id);
}

void
outbox_prolong(struct store_tx *tx, int64_t envelope_id, int64_t lease_ms)
{
	store_exec(tx, sql_prolong,
	    PARAMS(P_INT(envelope_id), P_INT(clock_now_ms() + lease_ms),
		P_INT(queue_node())));
}

void
outbox_retry(struct store_tx *tx, int64_t envelope_id, int64_t due_ms,
    const char *code, const char *why)
{
	store_exec(tx, sql_retry,
	    PARAMS(P_INT(envelope_id), P_INT(due_ms), P_TEXT(or_empty(code)),
		P_TEXT(or_empty(why))));
}

void
outbox_held(
    struct store_tx *tx, int64_t envelope_id, const char *code, const char *why)
{
	store_exec(tx, sql_held,
	    PARAMS(P_INT(envelope_id), P_TEXT(or_empty(code)),
		P_TEXT(or_empty(why))));
	if (store_changed(tx) == 1)
		(void)envelope_rows_move(
		    tx, envelope_id, OUTBOX_HELD, code, why);
}

void
outbox_renew(struct store_tx *tx, int64_t envelope_id)
{
	store_exec(
	    tx, sql_renew, PARAMS(P_INT(envelope_id), P_INT(clock_now_ms())));
}

int
outbox_answered(struct store_tx *tx, const char *message_id,
    struct arena *arena, struct envelope *ret)
{
	struct row *row =
	    store_one(tx, sql_answered, PARAMS(P_TEXT(message_id)));
	int64_t id;

	if (row == NULL)
		return 0;
	id = row_int(row, 0);
	envelope_rows_delivered(tx, id);
	return envelope_load(tx, id, arena, ret);
}

size_t
outbox_overdue(struct store_tx *tx, size_t max, const char *code,
    struct arena *arena, struct envelope ret[])
{
	size_t count = 0;
	struct row *row;

	store_query(tx, sql_overdue,
	    PARAMS(P_INT(clock_now_ms()), P_INT((int64_t)max), P_TEXT(code)));
	for (; count < max && (row = store_next(tx)) != NULL; count++)
		ret[count] = (struct envelope){
			.id = row_int(row, 0),
			.message_id = text_at(arena, row, 1),
			.lane = text_at(arena, row, 2),
			.kind = text_at(arena, row, 3),
		};
	return count;
}

void
outbox_unlease(struct store_tx *tx)
{
	store_exec(tx, sql_unlease, PARAMS(P_INT(queue_node())));
}
