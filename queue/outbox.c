#include "queue/outbox.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "queue/outbox_row.h"
#include "queue/queue.h"
#include "queue/queue_backend.h"
#include "queue/tally.h"
#include "store/store.h"

/* Not done_ms = 0, which would offer the index over all that is alive. */
#define LIVE " AND state IN ('" OUTBOX_WAITING "', '" OUTBOX_HELD "')"

static const char sql_put[] =
    "INSERT INTO outbox (lane, kind, subject, dedup_key, reply_to, cause,"
    " state, created_ms, due_ms, destination, due_by_ms, eol_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, '" OUTBOX_WAITING "', $7, $8, $9, $10,"
    " $11)"
    " ON CONFLICT (dedup_key) DO NOTHING RETURNING id";
static const char sql_put_body[] =
    "INSERT INTO outbox_body (id, body) VALUES ($1, $2)";
static const char sql_get[] =
    "SELECT state, envelope_id FROM outbox WHERE id = $1" LIVE;
static const char sql_move[] =
    "UPDATE outbox SET state = $2, code = '', why = $3, done_ms = $4"
    " WHERE id = $1" LIVE;
static const char sql_rows_move[] =
    "UPDATE outbox SET state = $2, code = $3, why = $4"
    " WHERE envelope_id = $1 AND envelope_id <> 0" LIVE;
static const char sql_rows_delivered[] =
    "UPDATE outbox SET state = '" OUTBOX_DELIVERED "', code = '', why = '',"
    " done_ms = $2"
    " WHERE envelope_id = $1 AND envelope_id <> 0" LIVE;
static const char sql_rows_left[] =
    "SELECT count(*) FROM outbox"
    " WHERE envelope_id = $1 AND envelope_id <> 0" LIVE;
static const char sql_envelope_state[] =
    "UPDATE envelope SET state = $3, code = '', why = $4, due_ms = $5,"
    " leased = 0, attempt = 0 WHERE id = $1 AND state = $2";
static const char sql_unseal[] = "DELETE FROM envelope_body WHERE id = $1";
static const char sql_rename[] = "UPDATE envelope SET renew = 1 WHERE id = $1";
static const char sql_cancel_envelope[] =
    "UPDATE envelope SET state = '" ENVELOPE_CANCELLED "', leased = 0"
    " WHERE id = $1";

static const char sql_late[] =
    "UPDATE outbox SET late = 1 WHERE id IN (SELECT id FROM outbox"
    "  WHERE done_ms = 0 AND due_by_ms <> 0 AND late = 0 AND due_by_ms <= $1"
    "  ORDER BY due_by_ms, id LIMIT $2)"
    " AND late = 0 RETURNING id, lane, destination, cause, due_by_ms";

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

const char *
message_destination(const struct message *msg)
{
	return msg->destination == NULL || *msg->destination == '\0'
	    ? msg->lane
	    : msg->destination;
}

/* Other nodes are told once, when it is sure to be there. */
static void
wake(struct store_tx *tx, void *memory)
{
	const char *sql = queue_backend(tx)->wake;

	(void)memory;
	if (sql != NULL)
		store_exec(tx, sql, NO_PARAMS);
}

static const struct store_memory wake_memory = { 1, wake };

static int64_t
put(struct store_tx *tx, const struct message *msg)
{
	int64_t now_ms = clock_now_ms(), id;
	struct row *row;

	row = store_one(tx, sql_put,
	    PARAMS(P_TEXT(msg->lane), P_TEXT(msg->kind),
		P_TEXT(or_empty(msg->subject)), P_TEXT(msg->dedup_key),
		P_TEXT(or_empty(msg->reply_to)), P_TEXT(or_empty(msg->cause)),
		P_INT(now_ms), P_INT(msg->due_ms == 0 ? now_ms : msg->due_ms),
		P_TEXT(message_destination(msg)), P_INT(msg->due_by_ms),
		P_INT(msg->eol_ms)));
	if (row == NULL)
		return 0;
	id = row_int(row, 0);
	store_exec(tx, sql_put_body,
	    PARAMS(P_INT(id),
		P_BLOB(
		    msg->body_bytes == 0 ? "" : msg->body, msg->body_bytes)));
	tally_add(tx, TALLY_OWED, 1);
	(void)store_memory(tx, &wake_memory);
	return id;
}

int64_t
outbox_put(struct store_tx *tx, const struct message *msg)
{
	return put(tx, msg);
}

int64_t
outbox_put_named(
    struct store_tx *tx, const struct message *msg, const char *message_id)
{
	int64_t id = put(tx, msg);

	if (id != 0)
		envelope_put(tx, msg, id, message_id);
	return id;
}

void
envelope_rows_delivered(struct store_tx *tx, int64_t id)
{
	store_exec(
	    tx, sql_rows_delivered, PARAMS(P_INT(id), P_INT(clock_now_ms())));
	tally_add(tx, TALLY_DELIVERED, store_changed(tx));
}

int64_t
envelope_rows_move(struct store_tx *tx, int64_t id, const char *state,
    const char *code, const char *why)
{
	store_exec(tx, sql_rows_move,
	    PARAMS(P_INT(id), P_TEXT(state), P_TEXT(or_empty(code)),
		P_TEXT(or_empty(why))));
	return store_changed(tx);
}

size_t
outbox_late(
    struct store_tx *tx, size_t max, struct arena *arena, struct message ret[])
{
	size_t count = 0;
	struct row *row;

	store_query(
	    tx, sql_late, PARAMS(P_INT(clock_now_ms()), P_INT((int64_t)max)));
	for (; count < max && (row = store_next(tx)) != NULL; count++)
		ret[count] = (struct message){
			.id = row_int(row, 0),
			.lane = arena_strdup(arena, row_text(row, 1)),
			.destination = arena_strdup(arena, row_text(row, 2)),
			.cause = arena_strdup(arena, row_text(row, 3)),
			.due_by_ms = row_int(row, 4),
		};
	return count;
}

/* The live row's state, or false. */
static bool
live_row(struct store_tx *tx, int64_t id, bool *ret_held, int64_t *ret_envelope)
{
	struct row *row = store_one(tx, sql_get, PARAMS(P_INT(id)));

	if (row == NULL)
		return false;
	*ret_held = str_equal(row_text(row, 0), OUTBOX_HELD);
	*ret_envelope = row_int(row, 1);
	return true;
}

/* A row outside envelopes goes alone; in one, all go together. */
static int64_t
move(struct store_tx *tx, int64_t id, bool to_held, const char *why)
{
	const char *from = to_held ? ENVELOPE_WAITING : ENVELOPE_HELD;
	const char *to = to_held ? ENVELOPE_HELD : ENVELOPE_WAITING;
	int64_t envelope_id, now_ms = clock_now_ms();
	bool held;

	if (!live_row(tx, id, &held, &envelope_id) || held == to_held)
		return 0;
	if (envelope_id == 0) {
		store_exec(tx, sql_move,
		    PARAMS(P_INT(id),
			P_TEXT(to_held ? OUTBOX_HELD : OUTBOX_WAITING),
			P_TEXT(or_empty(why)), P_INT(0)));
		return store_changed(tx);
	}
	store_exec(tx, sql_envelope_state,
	    PARAMS(P_INT(envelope_id), P_TEXT(from), P_TEXT(to),
		P_TEXT(or_empty(why)), P_INT(now_ms)));
	return envelope_rows_move(
	    tx, envelope_id, to_held ? OUTBOX_HELD : OUTBOX_WAITING, "", why);
}

int64_t
outbox_release(struct store_tx *tx, int64_t id)
{
	return move(tx, id, false, "");
}

int64_t
outbox_hold(struct store_tx *tx, int64_t id, const char *why)
{
	return move(tx, id, true, why);
}

/* An envelope that lost a row is sealed anew, and is another message then. */
static void
shrink(struct store_tx *tx, int64_t envelope_id)
{
	struct row *row =
	    store_one(tx, sql_rows_left, PARAMS(P_INT(envelope_id)));

	if (row == NULL)
		return;
	if (row_int(row, 0) == 0) {
		store_exec(tx, sql_cancel_envelope, PARAMS(P_INT(envelope_id)));
		return;
	}
	store_exec(tx, sql_unseal, PARAMS(P_INT(envelope_id)));
	if (store_changed(tx) != 0)
		store_exec(tx, sql_rename, PARAMS(P_INT(envelope_id)));
}

int64_t
outbox_cancel(struct store_tx *tx, int64_t id, const char *why)
{
	int64_t envelope_id, changed, now_ms = clock_now_ms();
	bool held;

	if (!live_row(tx, id, &held, &envelope_id))
		return 0;
	store_exec(tx, sql_move,
	    PARAMS(P_INT(id), P_TEXT(OUTBOX_CANCELLED), P_TEXT(or_empty(why)),
		P_INT(now_ms)));
	changed = store_changed(tx);
	tally_add(tx, TALLY_OUT_CANCELLED, changed);
	if (changed != 0 && envelope_id != 0)
		shrink(tx, envelope_id);
	return changed;
}
