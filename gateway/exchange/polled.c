#include "gateway/exchange/polled.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/door/door_deliver.h"
#include "gateway/flow/fail.h"
#include "model/changeset.h"
#include "model/changeset_codec.h"
#include "model/protocol.h"
#include "queue/inbox.h"
#include "queue/journal.h"
#include "queue/outbox.h"
#include "queue/queue.h"
#include "smev/smev.h"
#include "smev/smev_codec.h"
#include "store/store.h"

bool
polled_is_message(int op)
{
	return op == SMEV_GET_REQUEST || op == SMEV_GET_RESPONSE
	    || op == SMEV_GET_STATUS;
}

const char *
polled_op_name(int op)
{
	return polled_is_message(op) ? smev_soap_action((enum smev_op)op) : "";
}

int
polled_op(const char *name)
{
	static const enum smev_op ops[] = { SMEV_GET_RESPONSE,
		SMEV_GET_STATUS };

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strcmp(name, smev_soap_action(ops[i])) == 0)
			return ops[i];
	return SMEV_GET_REQUEST;
}

bool
polled_read_again(struct transit *t)
{
	bool good = t->decoded.signature_ok && *t->decoded.ack_id != '\0';

	if (!good) {
		t->decoded.ack_id = t->decoded.reply_to = "";
		defects_add(&t->change->defects,
		    &(struct defect){ .level = DEFECT_FATAL,
			.code = *t->decoded.code == '\0' ? "SMEV_FORM"
							 : t->decoded.code });
	}
	return true;
}

void
polled_digest(struct transit *t)
{
	unsigned char raw[32];
	char hex[65];

	gost_digest(GOST_STREEBOG_256, t->body, t->body_bytes, raw);
	str_hex(hex, raw, sizeof(raw));
	t->digest = arena_strdup(t->arena, hex);
}

static const char *
source_of(const struct transit *t)
{
	return *t->decoded.source == '\0' ? "smev" : t->decoded.source;
}

/* The name under which redeliveries are known: SMEV's id of the message. */
static enum inbox_put
put(struct store_tx *tx, struct transit *t)
{
	struct inbox_packet packet = { .channel = "smev",
		.content_type = t->content_type,
		.body = t->body,
		.body_bytes = t->body_bytes,
		.meta = polled_op_name(t->op),
		.received_ms = t->received_ms,
		.due_ms = t->received_ms };
	enum inbox_put rc;

	t->packet_id = t->decoded.ack_id;
	t->source = source_of(t);
	polled_digest(t);
	packet.packet_id = t->packet_id;
	packet.source = t->source;
	packet.digest = t->digest;
	rc = inbox_put(tx, &packet, t->arena);
	t->inbox_id = packet.id;
	return rc;
}

/* The line of the changeset we sent that a record of the answer speaks of. */
static void
match_record(
    struct transit *t, struct record *record, const struct envelope *envelope)
{
	struct changeset *sent;
	struct err err;
	size_t i = (size_t)record->rec_no - 1;

	if (record->rec_no < 1 || i >= envelope->message_count)
		return;
	if (changeset_decode(envelope->messages[i].body,
		envelope->messages[i].body_bytes, t->arena, &sent, &err)
		== -1
	    || sent->record_count == 0)
		return;
	record->person = sent->records[0].person;
	record->external_key = sent->records[0].external_key;
}

/* A response to nothing we asked is kept, and credited to nobody. */
static void
end_orphan(struct store_tx *tx, struct transit *t)
{
	struct protocol protocol = { .kind = t->kind,
		.started_ms = t->received_ms };

	defects_add(&t->change->defects,
	    &(struct defect){
		.level = DEFECT_FATAL, .code = "SMEV_NOT_ASKED" });
	t->decoded.reply_to = "";
	fail_refuse(tx, t, &protocol);
	fail_finish(tx, t, &protocol);
}

static bool
accept_response(struct store_tx *tx, struct transit *t)
{
	struct envelope envelope;

	if (door_answers(tx, t))
		return true;
	if (t->decoded.answer == SMEV_ANSWER_STATUS) /* not final: noted */
		return true;
	if (outbox_answered(
		tx, t->decoded.original_message_id, t->arena, &envelope)
	    == 0) {
		end_orphan(tx, t);
		return false;
	}
	if (t->decoded.answer == SMEV_ANSWER_ASYNC
	    || t->decoded.answer == SMEV_ANSWER_REJECTED)
		outbox_held(tx, envelope.id,
		    *t->decoded.code == '\0' ? "SMEV_REJECTED"
					     : t->decoded.code,
		    t->decoded.why);
	for (size_t i = 0; i < t->change->record_count; i++)
		if (t->change->records[i].kind == RECORD_ANSWER)
			match_record(t, &t->change->records[i], &envelope);
	return true;
}

/* It waited in the inbox, perhaps by a name that we had to give it. */
static bool
accept_again(struct store_tx *tx, struct transit *t)
{
	if (*t->decoded.ack_id == '\0')
		return true; /* refused */
	if (!fail_named(tx, t, source_of(t), t->decoded.ack_id))
		return false;
	inbox_ack_owe(tx, t->inbox_id, t->packet_id, true);
	return t->decoded.answer == SMEV_ANSWER_REQUEST
	    || t->decoded.answer == SMEV_ANSWER_CANCEL
	    || accept_response(tx, t);
}

bool
polled_accept(struct store_tx *tx, struct transit *t)
{
	enum inbox_put rc;

	if (t->inbox_id != 0)
		return accept_again(tx, t);
	rc = put(tx, t);
	inbox_ack_owe(tx, t->inbox_id, t->packet_id, true);
	if (rc != INBOX_NEW) {
		t->state_name = "duplicate";
		return false;
	}
	journal_add(tx,
	    &(struct journal_entry){ .event = "accepted",
		.packet_id = t->packet_id,
		.source = t->source,
		.digest = t->digest,
		.detail = t->decoded.datatype });
	if (t->decoded.answer == SMEV_ANSWER_REQUEST
	    || t->decoded.answer == SMEV_ANSWER_CANCEL)
		return true;
	return accept_response(tx, t);
}
