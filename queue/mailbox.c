#include "queue/mailbox.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "queue/queue_backend.h"
#include "store/store.h"

static const char sql_put[] =
    "INSERT INTO mailbox (owner, side, kind, client_id, ref_client_id, node,"
    " datatype, message_id, reference_id, transaction_code, reply_to,"
    " outbox_id, created_ms, sender, files_of)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
    " $15)"
    " ON CONFLICT (owner, side, client_id) DO NOTHING RETURNING id";
static const char sql_put_body[] =
    "INSERT INTO mailbox_body (id, body) VALUES ($1, $2)";

#define COLUMNS                                                     \
	"SELECT m.id, m.owner, m.side, m.kind, m.client_id, "       \
	"m.ref_client_id,"                                          \
	" m.node, m.datatype, m.message_id, m.reference_id,"        \
	" m.transaction_code, m.reply_to, m.outbox_id, m.answered," \
	" m.created_ms, m.sender, m.files_of"
#define BODY_COLUMN 17
#define WITH_BODY                                                        \
	COLUMNS ", b.body FROM mailbox m JOIN mailbox_body b ON b.id = " \
		"m.id"

static const char sql_token[] =
    "SELECT id FROM mailbox"
    " WHERE owner = $1 AND taken_by = $2 AND taken_by <> ''";
static const char sql_get_body[] = WITH_BODY " WHERE m.id = $1";
static const char sql_find[] =
    COLUMNS " FROM mailbox m WHERE m.owner = $1 AND m.client_id = $2"
	    " AND ($3 = '' OR m.side = $3) ORDER BY m.id LIMIT 1";
static const char sql_sent[] =
    COLUMNS " FROM mailbox m WHERE m.outbox_id = $1 AND m.outbox_id <> 0";
static const char sql_answered[] =
    "UPDATE mailbox SET answered = $2 WHERE id = $1";
static const char sql_late[] =
    "UPDATE mailbox SET late = 1 WHERE late = 0 AND id IN"
    " (SELECT id FROM mailbox WHERE datatype = $1 AND created_ms < $2"
    "  AND side = 'in' AND kind = 'request' AND answered = 0 AND late = 0"
    "  AND reply_to <> '' ORDER BY created_ms, id LIMIT $3)"
    " RETURNING id, owner, client_id, created_ms";
static const char sql_by_time[] =
    WITH_BODY " WHERE m.owner = $1 AND m.created_ms >= $2"
	      " AND m.created_ms <= $3 AND m.files_of = 0 ORDER BY "
	      "m.created_ms, m.id LIMIT $4";
static const char sql_by_name[] =
    WITH_BODY " WHERE m.owner = $1 AND m.client_id = $2"
	      " AND (m.kind = 'request') = ($3 = 1) AND m.files_of = 0"
	      " ORDER BY m.id LIMIT $4";
static const char sql_by_ref[] = WITH_BODY
    " WHERE m.owner = $1 AND m.ref_client_id = $2"
    " AND m.ref_client_id <> '' AND m.files_of = 0 ORDER BY m.id LIMIT $3";

static const char sql_due[] =
    WITH_BODY " WHERE m.owner = $1 AND m.side = 'in' AND m.taken_ms = 0"
	      " AND m.due_ms <= $2 AND (m.files_of <> 0) = ($4 = 1)"
	      " ORDER BY m.id LIMIT $3";
/* Again with due_ms: another node may be faster. */
static const char sql_lease[] =
    "UPDATE mailbox SET due_ms = $2, leased = $3 WHERE id = $1"
    " AND taken_ms = 0 AND due_ms <= $4";
static const char sql_given[] =
    "UPDATE mailbox SET taken_ms = $2, leased = 0, code = ''"
    " WHERE id = $1 AND taken_ms = 0";
static const char sql_pause[] =
    "UPDATE mailbox SET due_ms = $2, code = $3, leased = 0"
    " WHERE id = $1 AND taken_ms = 0";
static const char sql_ready[] =
    "UPDATE mailbox SET files_of = 0, due_ms = 0, leased = 0, code = ''"
    " WHERE id = $1";
static const char sql_unlease[] =
    "UPDATE mailbox SET due_ms = 0, leased = 0 WHERE leased = $1"
    " AND leased <> 0 AND taken_ms = 0";

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static const char *
text_at(struct arena *arena, struct row *row, int column)
{
	return arena_strdup(arena, or_empty(row_text(row, column)));
}

static void
read_row(
    struct row *row, bool with_body, struct arena *arena, struct letter *ret)
{
	const void *body;

	*ret = (struct letter){
		.id = row_int(row, 0),
		.owner = text_at(arena, row, 1),
		.side = text_at(arena, row, 2),
		.kind = text_at(arena, row, 3),
		.client_id = text_at(arena, row, 4),
		.ref_client_id = text_at(arena, row, 5),
		.node = text_at(arena, row, 6),
		.datatype = text_at(arena, row, 7),
		.message_id = text_at(arena, row, 8),
		.reference_id = text_at(arena, row, 9),
		.transaction_code = text_at(arena, row, 10),
		.reply_to = text_at(arena, row, 11),
		.outbox_id = row_int(row, 12),
		.answered = row_int(row, 13) != 0,
		.created_ms = row_int(row, 14),
		.sender = text_at(arena, row, 15),
		.files_of = row_int(row, 16),
	};
	if (!with_body)
		return;
	body = row_blob(row, BODY_COLUMN, &ret->body_bytes);
	ret->body = arena_memdup(arena, body, ret->body_bytes);
}

int
mailbox_put(struct store_tx *tx, struct letter *letter)
{
	struct row *row;

	row = store_one(tx, sql_put,
	    PARAMS(P_TEXT(letter->owner), P_TEXT(letter->side),
		P_TEXT(letter->kind), P_TEXT(letter->client_id),
		P_TEXT(or_empty(letter->ref_client_id)),
		P_TEXT(or_empty(letter->node)),
		P_TEXT(or_empty(letter->datatype)),
		P_TEXT(or_empty(letter->message_id)),
		P_TEXT(or_empty(letter->reference_id)),
		P_TEXT(or_empty(letter->transaction_code)),
		P_TEXT(or_empty(letter->reply_to)), P_INT(letter->outbox_id),
		P_INT(clock_now_ms()), P_TEXT(or_empty(letter->sender)),
		P_INT(letter->files_of)));
	if (row == NULL)
		return 0;
	letter->id = row_int(row, 0);
	store_exec(tx, sql_put_body,
	    PARAMS(P_INT(letter->id),
		P_BLOB(letter->body_bytes == 0 ? "" : letter->body,
		    letter->body_bytes)));
	return 1;
}

int
mailbox_take(struct store_tx *tx, const char *owner, const char *node,
    const char *what, const char *token, struct arena *arena,
    struct letter *ret)
{
	struct row *row =
	    store_one(tx, sql_token, PARAMS(P_TEXT(owner), P_TEXT(token)));
	int64_t id;

	if (row == NULL)
		row = store_one(tx, queue_backend(tx)->mailbox_take,
		    PARAMS(P_TEXT(owner), P_TEXT(node), P_TEXT(what),
			P_TEXT(token), P_INT(clock_now_ms())));
	if (row == NULL)
		return 0;
	id = row_int(row, 0);
	row = store_one(tx, sql_get_body, PARAMS(P_INT(id)));
	if (row == NULL)
		return 0;
	read_row(row, true, arena, ret);
	return 1;
}

int
mailbox_find(struct store_tx *tx, const char *owner, const char *side,
    const char *client_id, struct arena *arena, struct letter *ret)
{
	struct row *row = store_one(tx, sql_find,
	    PARAMS(P_TEXT(owner), P_TEXT(client_id), P_TEXT(or_empty(side))));

	if (row == NULL)
		return 0;
	read_row(row, false, arena, ret);
	return 1;
}

int
mailbox_sent(struct store_tx *tx, int64_t outbox_id, struct arena *arena,
    struct letter *ret)
{
	struct row *row = store_one(tx, sql_sent, PARAMS(P_INT(outbox_id)));

	if (row == NULL)
		return 0;
	read_row(row, false, arena, ret);
	return 1;
}

void
mailbox_answered(struct store_tx *tx, int64_t id, bool answered)
{
	store_exec(tx, sql_answered, PARAMS(P_INT(id), P_INT(answered)));
}

size_t
mailbox_search(struct store_tx *tx, const struct mailbox_search *search,
    size_t max, struct arena *arena, struct letter *ret)
{
	struct row *row;
	size_t count = 0, bytes = 0;

	if (*search->client_id != '\0')
		store_query(tx, sql_by_name,
		    PARAMS(P_TEXT(search->owner), P_TEXT(search->client_id),
			P_INT(search->requests), P_INT((int64_t)max)));
	else if (*search->ref_client_id != '\0')
		store_query(tx, sql_by_ref,
		    PARAMS(P_TEXT(search->owner), P_TEXT(search->ref_client_id),
			P_INT((int64_t)max)));
	else
		store_query(tx, sql_by_time,
		    PARAMS(P_TEXT(search->owner), P_INT(search->from_ms),
			P_INT(search->to_ms), P_INT((int64_t)max)));
	while ((row = store_next(tx)) != NULL) {
		if (count == max)
			continue;
		(void)row_blob(row, BODY_COLUMN, &ret[count].body_bytes);
		bytes += ret[count].body_bytes;
		if (search->max_bytes != 0 && bytes > search->max_bytes)
			count = max;
		else
			read_row(row, true, arena, &ret[count++]);
	}
	return count;
}

size_t
mailbox_lease(struct store_tx *tx, const char *owner, bool files, size_t max,
    int64_t until_ms, struct arena *arena, struct letter *ret)
{
	int64_t now = clock_now_ms();
	size_t found = 0, count = 0;
	struct row *row;

	store_query(tx, sql_due,
	    PARAMS(
		P_TEXT(owner), P_INT(now), P_INT((int64_t)max), P_INT(files)));
	while ((row = store_next(tx)) != NULL)
		if (found < max)
			read_row(row, true, arena, &ret[found++]);
	for (size_t i = 0; i < found; i++) {
		store_exec(tx, sql_lease,
		    PARAMS(P_INT(ret[i].id), P_INT(until_ms),
			P_INT(queue_node()), P_INT(now)));
		if (store_changed(tx) == 1)
			ret[count++] = ret[i];
	}
	return count;
}

void
mailbox_given(struct store_tx *tx, int64_t id)
{
	store_exec(tx, sql_given, PARAMS(P_INT(id), P_INT(clock_now_ms())));
}

void
mailbox_ready(struct store_tx *tx, int64_t id)
{
	store_exec(tx, sql_ready, PARAMS(P_INT(id)));
}

void
mailbox_pause(struct store_tx *tx, int64_t id, int64_t due_ms, const char *code)
{
	store_exec(
	    tx, sql_pause, PARAMS(P_INT(id), P_INT(due_ms), P_TEXT(code)));
}

void
mailbox_unlease(struct store_tx *tx)
{
	store_exec(tx, sql_unlease, PARAMS(P_INT(queue_node())));
}

size_t
mailbox_late(struct store_tx *tx, const char *datatype, int64_t before_ms,
    size_t max, struct arena *arena, struct letter *ret)
{
	size_t count = 0;
	struct row *row;

	store_query(tx, sql_late,
	    PARAMS(P_TEXT(datatype), P_INT(before_ms), P_INT((int64_t)max)));
	for (; count < max && (row = store_next(tx)) != NULL; count++)
		ret[count] = (struct letter){
			.id = row_int(row, 0),
			.owner = text_at(arena, row, 1),
			.client_id = text_at(arena, row, 2),
			.created_ms = row_int(row, 3),
		};
	return count;
}
