#include "queue/inbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "queue/queue.h"
#include "queue/queue_backend.h"
#include "queue/tally.h"
#include "store/store.h"

/*
 * done_ms = 0 stands in each query over live rows: it names the index.  A query
 * for one id does without, or a server that has not yet counted the table may
 * walk that index over all that waits.
 */
#define LIVE " AND done_ms = 0"

static const char sql_put[] =
    "INSERT INTO inbox (source, packet_id, channel, content_type, digest,"
    " meta, state, due_ms, received_ms, leased, attempt)"
    " VALUES ($1, $2, $3, $4, $5, $6, '" INBOX_WAITING "', $7, $8, $9, $10)"
    " ON CONFLICT (source, packet_id) DO NOTHING RETURNING id";
static const char sql_put_body[] =
    "INSERT INTO inbox_body (id, body, receipt) VALUES ($1, $2, $3)";

#define COLUMNS                                                           \
	"SELECT i.id, i.source, i.packet_id, i.channel, i.content_type,"  \
	" i.digest, i.meta, i.state, i.code, i.why, i.attempt, i.due_ms," \
	" i.received_ms, i.done_ms, i.protocol, b.receipt"
#define FROM " FROM inbox i LEFT JOIN inbox_body b ON b.id = i.id"

static const char sql_get[] = COLUMNS FROM " WHERE i.id = $1";
static const char sql_get_body[] = COLUMNS ", b.body" FROM " WHERE i.id = $1";
static const char sql_find[] =
    COLUMNS FROM " WHERE i.source = $1 AND i.packet_id = $2";

static const char sql_settle[] =
    "UPDATE inbox SET state = $2, code = $3, why = $4, protocol = $5,"
    " done_ms = $6, leased = 0"
    " WHERE id = $1 AND state = '" INBOX_WAITING "'";
static const char sql_retry[] =
    "UPDATE inbox SET due_ms = $2, code = $3, why = $4, leased = 0"
    " WHERE id = $1 AND state = '" INBOX_WAITING "'";
static const char sql_move[] =
    "UPDATE inbox SET state = $3, why = $4, due_ms = $5, done_ms = $6,"
    " leased = 0, attempt = 0 WHERE id = $1 AND state = $2";
static const char sql_named[] =
    "SELECT id FROM inbox WHERE source = $1 AND packet_id = $2";
static const char sql_rename[] =
    "UPDATE inbox SET source = $2, packet_id = $3 WHERE id = $1";
static const char sql_unlease[] =
    "UPDATE inbox SET due_ms = received_ms, leased = 0"
    " WHERE state = '" INBOX_WAITING "'" LIVE " AND leased = $1";

static const char sql_ack_owe[] =
    "INSERT INTO inbox_ack (ack_id, inbox_id, accepted) VALUES ($1, $2, $3)"
    " ON CONFLICT (ack_id) DO UPDATE SET accepted = $3";
static const char sql_ack_done[] = "DELETE FROM inbox_ack WHERE ack_id = $1";

static const char sql_sequence[] =
    "SELECT seq, full_seq FROM inbox_sequence"
    " WHERE source = $1 AND scope = $2 AND kind = $3";
static const char sql_sequence_put[] =
    "INSERT INTO inbox_sequence (source, scope, kind, seq, full_seq)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (source, scope, kind)"
    " DO UPDATE SET seq = $4, full_seq = $5";

static const char *
text_at(struct arena *arena, struct row *row, int column)
{
	const char *text = row_text(row, column);

	return text == NULL ? "" : arena_strdup(arena, text);
}

static const void *
blob_at(struct arena *arena, struct row *row, int column, size_t *ret_bytes)
{
	const void *p = row_blob(row, column, ret_bytes);

	if (row_null(row, column))
		return NULL;
	return arena_memdup(arena, p, *ret_bytes);
}

static void
packet_read(struct row *row, bool with_body, struct arena *arena,
    struct inbox_packet *ret)
{
	*ret = (struct inbox_packet){
		.id = row_int(row, 0),
		.source = text_at(arena, row, 1),
		.packet_id = text_at(arena, row, 2),
		.channel = text_at(arena, row, 3),
		.content_type = text_at(arena, row, 4),
		.digest = text_at(arena, row, 5),
		.meta = text_at(arena, row, 6),
		.state = text_at(arena, row, 7),
		.code = text_at(arena, row, 8),
		.why = text_at(arena, row, 9),
		.attempt = row_int(row, 10),
		.due_ms = row_int(row, 11),
		.received_ms = row_int(row, 12),
		.done_ms = row_int(row, 13),
	};
	ret->protocol = blob_at(arena, row, 14, &ret->protocol_bytes);
	ret->receipt = blob_at(arena, row, 15, &ret->receipt_bytes);
	if (with_body)
		ret->body = blob_at(arena, row, 16, &ret->body_bytes);
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static int64_t
insert(struct store_tx *tx, const struct inbox_packet *packet)
{
	int64_t now_ms = clock_now_ms(), due_ms = packet->due_ms;
	int64_t received_ms =
	    packet->received_ms == 0 ? now_ms : packet->received_ms;
	struct row *row;

	if (due_ms == 0)
		due_ms = now_ms;
	row = store_one(tx, sql_put,
	    PARAMS(P_TEXT(packet->source), P_TEXT(packet->packet_id),
		P_TEXT(or_empty(packet->channel)),
		P_TEXT(or_empty(packet->content_type)),
		P_TEXT(or_empty(packet->digest)),
		P_TEXT(or_empty(packet->meta)), P_INT(due_ms),
		P_INT(received_ms), P_INT(due_ms > now_ms ? queue_node() : 0),
		P_INT(due_ms > now_ms)));
	return row == NULL ? 0 : row_int(row, 0);
}

enum inbox_put
inbox_put(struct store_tx *tx, struct inbox_packet *packet, struct arena *arena)
{
	const char *digest = or_empty(packet->digest);
	struct inbox_packet there;

	packet->id = insert(tx, packet);
	if (packet->id != 0) {
		store_exec(tx, sql_put_body,
		    PARAMS(P_INT(packet->id),
			P_BLOB(packet->body_bytes == 0 ? "" : packet->body,
			    packet->body_bytes),
			P_BLOB(
			    packet->receipt_bytes == 0 ? "" : packet->receipt,
			    packet->receipt_bytes)));
		tally_add(tx, TALLY_ACCEPTED, 1);
		return INBOX_NEW;
	}
	if (inbox_find(tx, packet->source, packet->packet_id, arena, &there)
	    == 0)
		return INBOX_NEW;
	*packet = there;
	return strcmp(digest, there.digest) == 0 ? INBOX_SAME : INBOX_CONFLICT;
}

int
inbox_get(struct store_tx *tx, int64_t id, bool with_body, struct arena *arena,
    struct inbox_packet *ret)
{
	struct row *row = store_one(
	    tx, with_body ? sql_get_body : sql_get, PARAMS(P_INT(id)));

	if (row == NULL)
		return 0;
	packet_read(row, with_body, arena, ret);
	return 1;
}

int
inbox_find(struct store_tx *tx, const char *source, const char *packet_id,
    struct arena *arena, struct inbox_packet *ret)
{
	struct row *row =
	    store_one(tx, sql_find, PARAMS(P_TEXT(source), P_TEXT(packet_id)));

	if (row == NULL)
		return 0;
	packet_read(row, false, arena, ret);
	return 1;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

size_t
inbox_lease(struct store_tx *tx, size_t max, int64_t lease_ms,
    struct arena *arena, struct inbox_packet *ret)
{
	int64_t now_ms = clock_now_ms();
	int64_t *ids = arena_alloc(arena, max * sizeof(*ids));
	size_t count = 0, got = 0;
	struct row *row;

	store_query(tx, queue_backend(tx)->inbox_lease,
	    PARAMS(P_INT(now_ms), P_INT(now_ms + lease_ms), P_INT((int64_t)max),
		P_INT(queue_node())));
	while (count < max && (row = store_next(tx)) != NULL)
		ids[count++] = row_int(row, 0);
	qsort(ids, count, sizeof(*ids), by_value);
	for (size_t i = 0; i < count; i++)
		got += (size_t)inbox_get(tx, ids[i], true, arena, &ret[got]);
	return got;
}

int
inbox_claim(struct store_tx *tx, int64_t id)
{
	return store_one(tx, queue_backend(tx)->inbox_claim, PARAMS(P_INT(id)))
	    != NULL;
}

void
inbox_settle(struct store_tx *tx, int64_t id, const char *state,
    const char *code, const char *why, const void *protocol,
    size_t protocol_bytes)
{
	bool held = strcmp(state, INBOX_HELD) == 0;
	struct err err;

	store_exec(tx, sql_settle,
	    PARAMS(P_INT(id), P_TEXT(state), P_TEXT(or_empty(code)),
		P_TEXT(or_empty(why)), P_BLOB(protocol, protocol_bytes),
		P_INT(held ? 0 : clock_now_ms())));
	if (store_changed(tx) == 1) {
		tally_add_state(tx, state, 1);
	} else if (store_error(tx)->kind == ERR_NONE
	    && strcmp(state, INBOX_APPLIED) == 0) {
		(void)err_set(&err, ERR_HOLD, "QUE_SETTLED",
		    "packet %lld no longer waits", (long long)id);
		store_fail(tx, &err);
	}
}

void
inbox_retry(struct store_tx *tx, int64_t id, int64_t due_ms, const char *code,
    const char *why)
{
	store_exec(tx, sql_retry,
	    PARAMS(P_INT(id), P_INT(due_ms), P_TEXT(or_empty(code)),
		P_TEXT(or_empty(why))));
}

/* An operator's word: from one state to another, in the tally too. */
static int64_t
move(struct store_tx *tx, int64_t id, const char *from, const char *to,
    const char *why)
{
	int64_t now_ms = clock_now_ms(), changed;
	bool done = strcmp(to, INBOX_CANCELLED) == 0;

	store_exec(tx, sql_move,
	    PARAMS(P_INT(id), P_TEXT(from), P_TEXT(to), P_TEXT(or_empty(why)),
		P_INT(now_ms), P_INT(done ? now_ms : 0)));
	changed = store_changed(tx);
	tally_add_state(tx, from, -changed);
	tally_add_state(tx, to, changed);
	return changed;
}

int64_t
inbox_release(struct store_tx *tx, int64_t id)
{
	return move(tx, id, INBOX_HELD, INBOX_WAITING, "")
	    + move(tx, id, INBOX_REFUSED, INBOX_WAITING, "");
}

int64_t
inbox_hold(struct store_tx *tx, int64_t id, const char *why)
{
	return move(tx, id, INBOX_WAITING, INBOX_HELD, why);
}

int64_t
inbox_cancel(struct store_tx *tx, int64_t id, const char *why)
{
	return move(tx, id, INBOX_WAITING, INBOX_CANCELLED, why)
	    + move(tx, id, INBOX_HELD, INBOX_CANCELLED, why);
}

void
inbox_unlease(struct store_tx *tx)
{
	store_exec(tx, sql_unlease, PARAMS(P_INT(queue_node())));
}

int
inbox_rename(
    struct store_tx *tx, int64_t id, const char *source, const char *packet_id)
{
	struct row *row =
	    store_one(tx, sql_named, PARAMS(P_TEXT(source), P_TEXT(packet_id)));

	if (row != NULL)
		return row_int(row, 0) == id;
	store_exec(tx, sql_rename,
	    PARAMS(P_INT(id), P_TEXT(source), P_TEXT(packet_id)));
	return 1;
}

void
inbox_ack_owe(
    struct store_tx *tx, int64_t id, const char *ack_id, bool accepted)
{
	store_exec(tx, sql_ack_owe,
	    PARAMS(P_TEXT(ack_id), P_INT(id), P_INT(accepted)));
}

void
inbox_ack_done(struct store_tx *tx, const char *ack_id)
{
	store_exec(tx, sql_ack_done, PARAMS(P_TEXT(ack_id)));
}

size_t
inbox_ack_due(struct store_tx *tx, size_t max, int64_t before_ms,
    struct arena *arena, struct inbox_ack *ret)
{
	size_t count = 0;
	struct row *row;

	store_query(tx, queue_backend(tx)->inbox_acks,
	    PARAMS(
		P_INT(clock_now_ms()), P_INT(before_ms), P_INT((int64_t)max)));
	for (; count < max && (row = store_next(tx)) != NULL; count++)
		ret[count] = (struct inbox_ack){
			.ack_id = text_at(arena, row, 0),
			.accepted = row_int(row, 1) != 0,
		};
	return count;
}

int
inbox_sequence(struct store_tx *tx, const char *source, const char *scope,
    const char *kind, int64_t seq, int64_t based_on, bool full_list)
{
	int64_t last = 0, full = 0;
	bool known = false;
	struct row *row;

	row = store_one(tx, sql_sequence,
	    PARAMS(P_TEXT(source), P_TEXT(scope), P_TEXT(kind)));
	if (row != NULL) {
		known = true;
		last = row_int(row, 0);
		full = row_int(row, 1);
	}
	if (known && seq <= last)
		return 2;
	if (!full_list && based_on != 0 && based_on != full)
		return 3;
	store_exec(tx, sql_sequence_put,
	    PARAMS(P_TEXT(source), P_TEXT(scope), P_TEXT(kind), P_INT(seq),
		P_INT(full_list ? seq : full)));
	return known && !full_list && seq != last + 1;
}
