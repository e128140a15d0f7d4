#include "gateway/exchange/answered.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/err.h"
#include "base/rand.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/door/door_deliver.h"
#include "gateway/exchange/backoff.h"
#include "gateway/flow/fail.h"
#include "model/changeset.h"
#include "model/changeset_codec.h"
#include "model/protocol.h"
#include "queue/journal.h"
#include "queue/outbox.h"
#include "queue/queue.h"
#include "queue/verdict.h"
#include "smev/smev.h"
#include "store/store.h"

/* A journal line of the message we sent. */
static void
note(struct store_tx *tx, const struct transit *t, const struct envelope *e,
    const char *event, const char *detail)
{
	journal_add(tx,
	    &(struct journal_entry){ .event = event,
		.packet_id = e->message_id,
		.source =
		    *t->decoded.sender == '\0' ? "smev" : t->decoded.sender,
		.digest = "",
		.detail = detail });
}

/* Keep it, credited to nobody. */
static bool
end_orphan(struct store_tx *tx, struct transit *t, const char *code)
{
	struct protocol protocol = { .kind = t->kind,
		.started_ms = t->received_ms };

	defects_add(&t->change->defects,
	    &(struct defect){ .level = DEFECT_FATAL, .code = code });
	t->decoded.reply_to = "";
	fail_refuse(tx, t, &protocol);
	fail_finish(tx, t, &protocol);
	return false;
}

/* Whether content of the kind that e asks for came. */
static bool
is_of_kind(const struct transit *t, const struct envelope *e)
{
	const struct config_datatype *type =
	    config_datatype_named(t->desk->config, t->decoded.datatype);

	return type != NULL && strcmp(type->adapter, e->kind) == 0;
}

/* Until when an answer is awaited to what nobody told us was delivered. */
static int64_t
answer_by_ms(const struct transit *t, const struct envelope *e)
{
	const struct config *config = t->desk->config;

	for (size_t i = 0; i < config->datatype_count; i++)
		if (!config->datatypes[i].provider
		    && strcmp(config->datatypes[i].adapter, e->kind) == 0)
			return clock_now_ms()
			    + config->datatypes[i].deadline_s * 1000;
	return 0;
}

/* Not the last word: it is shown, and the answer is awaited on. */
static void
under_way(struct store_tx *tx, struct transit *t, const struct envelope *e)
{
	bool ours = t->decoded.answer == SMEV_ANSWER_STATUS;
	const char *state = ours ? arena_printf(t->arena, "RequestStatus %lld",
				(long long)t->decoded.status_code)
	    : *t->decoded.status == '\0' ? t->decoded.code
					 : t->decoded.status;

	if (ours)
		verdict_note(
		    tx, e->id, answer_by_ms(t, e), "SMEV_STATUS", state);
	note(tx, t, e, "status",
	    arena_printf(t->arena, "%s, %s", state, t->packet_id));
	t->code = "SMEV_STATUS";
}

/* SMEV took it, and says now that it came to nothing. */
static void
came_to_nothing(
    struct store_tx *tx, struct transit *t, const struct envelope *e)
{
	const struct config_retry *retry = &t->desk->config->retry;
	const char *code =
	    *t->decoded.code == '\0' ? "SMEV_ASYNC_REJECTED" : t->decoded.code;
	const struct code *row = code_find(code);
	int64_t due_ms = 0;

	if (row != NULL && row->kind == ERR_NONE) { /* it was there before */
		under_way(tx, t, e);
		return;
	}
	if (row != NULL && row->kind == ERR_RETRY
	    && e->attempt < retry->send_attempts)
		due_ms = clock_now_ms()
		    + backoff_pause_ms(
			backoff_of(code), retry, e->attempt, rand_u64());
	(void)verdict_return(tx, e->id, due_ms, code, t->decoded.why);
	note(tx, t, e, "smev-rejected",
	    arena_printf(t->arena, "%s, %s", code, t->packet_id));
	t->code = code;
}

/* Who was asked says no: what was sent waits for a person. */
static void
rejected(struct store_tx *tx, struct transit *t, const struct envelope *e)
{
	(void)verdict_return(tx, e->id, 0, "SMEV_REJECTED", t->decoded.why);
	note(tx, t, e, "rejected", t->packet_id);
	t->code = "SMEV_REJECTED";
	t->why = t->decoded.why;
}

/* The line of the changeset we sent that a record of the answer speaks of. */
static void
match_record(struct transit *t, struct record *record, const struct envelope *e)
{
	struct changeset *sent;
	struct err err;
	size_t i = (size_t)record->rec_no - 1;

	if (record->rec_no < 1 || i >= e->message_count)
		return;
	if (changeset_decode(e->messages[i].body, e->messages[i].body_bytes,
		t->arena, &sent, &err)
		== -1
	    || sent->record_count == 0)
		return;
	record->person = sent->records[0].person;
	record->external_key = sent->records[0].external_key;
}

static void
answered(struct store_tx *tx, struct transit *t, const struct envelope *e)
{
	struct envelope closed;

	/* Read again after it was held: it has been noted already. */
	if (outbox_answered(tx, e->message_id, t->arena, &closed) == 1) {
		verdict_answer(tx, e->id, t->packet_id);
		note(tx, t, e, "answered", t->packet_id);
	}
	t->test = e->test;
	for (size_t i = 0; i < t->change->record_count; i++)
		if (t->change->records[i].kind == RECORD_ANSWER)
			match_record(t, &t->change->records[i], e);
}

/* Why a last word about e is credited to nobody, or NULL. */
static const char *
uncredited(const struct transit *t, const struct envelope *e, bool former)
{
	if (former || strcmp(e->state, ENVELOPE_CANCELLED) == 0)
		return "SMEV_ANSWER_LATE";
	if (strcmp(e->state, ENVELOPE_ANSWERED) == 0
	    && strcmp(e->answer_id, t->packet_id) != 0)
		return "SMEV_ANSWER_REPEATED";
	if (t->decoded.answer == SMEV_ANSWER_RESPONSE && !is_of_kind(t, e))
		return *t->decoded.datatype == '\0' ? "PKT_UNKNOWN_TYPE"
						    : "SMEV_NOT_ASKED";
	return NULL;
}

static bool
last_word(struct store_tx *tx, struct transit *t, const struct envelope *e,
    bool former)
{
	const char *no = uncredited(t, e, former);

	if (no != NULL) {
		note(tx, t, e, "not-credited",
		    arena_printf(t->arena, "%s, %s", no, t->packet_id));
		return end_orphan(tx, t, no);
	}
	if (t->decoded.answer == SMEV_ANSWER_REJECTED)
		rejected(tx, t, e);
	else
		answered(tx, t, e);
	return true;
}

/* What the trace of a message of the door says came. */
static const char *
door_event(const struct transit *t)
{
	switch (t->decoded.answer) {
	case SMEV_ANSWER_REJECTED:
		return "rejected";
	case SMEV_ANSWER_STATUS:
		return "status";
	case SMEV_ANSWER_ASYNC:
		return t->decoded.failed ? "smev-rejected" : "status";
	default:
		return "answered";
	}
}

bool
answered_accept(struct store_tx *tx, struct transit *t)
{
	const char *id = *t->decoded.original_message_id != '\0'
	    ? t->decoded.original_message_id
	    : t->decoded.guessed_id;
	struct envelope e;
	bool former = false;

	if (*id == '\0' || verdict_find(tx, id, t->arena, &e, &former) == 0)
		return end_orphan(tx, t, "SMEV_NOT_ASKED");
	if (strcmp(e.kind, CONFIG_DOOR) == 0) {
		/* One row an envelope: by whatever name, it is that one. */
		t->decoded.original_message_id = e.message_id;
		if (!door_answers(tx, t))
			return end_orphan(tx, t, "SMEV_NOT_ASKED");
		note(tx, t, &e, door_event(t), t->packet_id);
		return true;
	}
	if (t->decoded.answer == SMEV_ANSWER_STATUS
	    || (t->decoded.answer == SMEV_ANSWER_ASYNC && !t->decoded.failed))
		under_way(tx, t, &e);
	else if (t->decoded.answer == SMEV_ANSWER_ASYNC && !former)
		came_to_nothing(tx, t, &e);
	else if (t->decoded.answer == SMEV_ANSWER_ASYNC)
		note(tx, t, &e, "smev-rejected", t->decoded.code);
	else
		return last_word(tx, t, &e, former);
	return true;
}
