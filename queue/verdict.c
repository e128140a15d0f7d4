#include "queue/verdict.h"

#include "base/clock.h"
#include "base/str.h"
#include "queue/outbox.h"
#include "queue/outbox_row.h"
#include "queue/queue.h"
#include "queue/tally.h"
#include "store/store.h"

static const char sql_former[] =
    "SELECT envelope_id FROM envelope_former WHERE message_id = $1";
static const char sql_note[] =
    "UPDATE envelope SET why = $3, code = CASE WHEN answer_by_ms > $4"
    " THEN $2 ELSE code END WHERE id = $1 AND state = '" ENVELOPE_AWAITING "'";
static const char sql_return[] =
    "UPDATE envelope SET state = $2, due_ms = $3, code = $4, why = $5,"
    " renew = 1, leased = 0, answer_by_ms = 0 WHERE id = $1"
    " AND state NOT IN ('" ENVELOPE_ANSWERED "', '" ENVELOPE_CANCELLED "')";
static const char sql_undelivered[] =
    "UPDATE outbox SET state = $2, code = $3, why = $4, done_ms = 0"
    " WHERE envelope_id = $1 AND envelope_id <> 0"
    " AND state = '" OUTBOX_DELIVERED "'";
static const char sql_first[] =
    "SELECT min(id), min(lane) FROM outbox WHERE envelope_id = $1"
    " AND envelope_id <> 0";
/* Of the rows after $2 only: what came before can't undo it. */
static const char sql_later[] =
    "SELECT p.id FROM outbox p WHERE p.id > $2 AND p.lane = $3"
    " AND p.state = '" OUTBOX_DELIVERED "' AND p.envelope_id <> $1"
    " AND p.subject IN (SELECT subject FROM outbox WHERE envelope_id = $1"
    "  AND envelope_id <> 0 AND subject <> '') LIMIT 1";
static const char sql_answer[] =
    "UPDATE envelope SET answer_id = $2 WHERE id = $1";
static const char sql_test[] = "UPDATE envelope SET test = 1 WHERE id = $1";

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

int
verdict_find(struct store_tx *tx, const char *message_id, struct arena *arena,
    struct envelope *ret, bool *ret_former)
{
	struct row *row;

	*ret_former = false;
	if (outbox_envelope(tx, message_id, arena, ret) == 1)
		return 1;
	row = store_one(tx, sql_former, PARAMS(P_TEXT(message_id)));
	if (row == NULL)
		return 0;
	*ret_former = true;
	return envelope_load(tx, row_int(row, 0), arena, ret);
}

void
verdict_note(struct store_tx *tx, int64_t envelope_id, int64_t answer_by_ms,
    const char *code, const char *why)
{
	outbox_delivered(tx, envelope_id, answer_by_ms);
	store_exec(tx, sql_note,
	    PARAMS(P_INT(envelope_id), P_TEXT(or_empty(code)),
		P_TEXT(or_empty(why)), P_INT(clock_now_ms())));
}

/* Whether a later change of one of its subjects has been delivered. */
static bool
overtaken(struct store_tx *tx, int64_t envelope_id)
{
	struct row *row = store_one(tx, sql_first, PARAMS(P_INT(envelope_id)));
	char lane[64];
	int64_t first;

	if (row == NULL || row_text(row, 1) == NULL)
		return false;
	first = row_int(row, 0);
	str_copy(lane, sizeof(lane), row_text(row, 1));
	return store_one(tx, sql_later,
		   PARAMS(P_INT(envelope_id), P_INT(first), P_TEXT(lane)))
	    != NULL;
}

int
verdict_return(struct store_tx *tx, int64_t envelope_id, int64_t due_ms,
    const char *code, const char *why)
{
	bool held = due_ms == 0 || overtaken(tx, envelope_id);
	const char *state = held ? OUTBOX_HELD : OUTBOX_WAITING;

	store_exec(tx, sql_return,
	    PARAMS(P_INT(envelope_id),
		P_TEXT(held ? ENVELOPE_HELD : ENVELOPE_WAITING),
		P_INT(held ? clock_now_ms() : due_ms), P_TEXT(or_empty(code)),
		P_TEXT(or_empty(why))));
	if (store_changed(tx) == 0)
		return 0;
	(void)envelope_rows_move(tx, envelope_id, state, code, why);
	store_exec(tx, sql_undelivered,
	    PARAMS(P_INT(envelope_id), P_TEXT(state), P_TEXT(or_empty(code)),
		P_TEXT(or_empty(why))));
	tally_add(tx, TALLY_DELIVERED, -store_changed(tx));
	return 1;
}

void
verdict_test(struct store_tx *tx, int64_t envelope_id)
{
	store_exec(tx, sql_test, PARAMS(P_INT(envelope_id)));
}

void
verdict_answer(struct store_tx *tx, int64_t envelope_id, const char *answer_id)
{
	store_exec(
	    tx, sql_answer, PARAMS(P_INT(envelope_id), P_TEXT(answer_id)));
}
