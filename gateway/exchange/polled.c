#include "gateway/exchange/polled.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/gost.h"
#include "gateway/desk.h"
#include "gateway/exchange/answered.h"
#include "gateway/flow/fail.h"
#include "model/changeset.h"
#include "queue/inbox.h"
#include "queue/journal.h"
#include "smev/smev.h"
#include "smev/smev_codec.h"
#include "store/store.h"
#include "xsd/xml_date.h"

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

const char *
polled_source(const struct transit *t)
{
	return *t->decoded.source == '\0' ? "smev" : t->decoded.source;
}

/*
 * The name under which redeliveries are known: SMEV's id of the message.  A
 * status of our own queue has none, and there may be several about one message
 * of ours: what it says names it.
 */
static const char *
name_of(const struct transit *t)
{
	const struct decoded *d = &t->decoded;
	unsigned char raw[32];
	const char *said;
	char hex[65];

	if (t->op != SMEV_GET_STATUS)
		return d->ack_id;
	said = arena_printf(t->arena, "%s\n%s\n%s\n%s", d->original_message_id,
	    d->status, d->code, d->why);
	gost_digest(GOST_STREEBOG_256, said, strlen(said), raw);
	str_hex(hex, raw, sizeof(raw));
	return arena_printf(t->arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
	    hex + 12, hex + 16, hex + 20);
}

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

	t->packet_id = name_of(t);
	t->source = polled_source(t);
	polled_digest(t);
	packet.packet_id = t->packet_id;
	packet.source = t->source;
	packet.digest = t->digest;
	rc = inbox_put(tx, &packet, t->arena);
	t->inbox_id = packet.id;
	return rc;
}

/*
 * Of what is said there is more than the content: a broadcast has no response
 * (SMEV sees to that), and after EOL nobody waits for one.
 * Source: smev PROTOCOL 7.6, 11.5.
 */
static void
accept_request(struct store_tx *tx, struct transit *t)
{
	int64_t eol_ms;

	t->test = t->decoded.test;
	if (t->decoded.broadcast)
		t->decoded.reply_to = "";
	if (xml_datetime_parse(t->decoded.eol, &eol_ms) == 0
	    && eol_ms < clock_now_ms())
		defects_add(&t->change->defects,
		    &(struct defect){
			.level = DEFECT_FATAL, .code = "SMEV_EOL_PASSED" });
	if (t->decoded.answer == SMEV_ANSWER_CANCEL)
		journal_add(tx,
		    &(struct journal_entry){ .event = "cancel-asked",
			.packet_id = t->decoded.original_message_id,
			.source = t->decoded.sender,
			.digest = "",
			.detail = t->packet_id });
}

static bool
accept_kind(struct store_tx *tx, struct transit *t)
{
	if (t->decoded.answer != SMEV_ANSWER_REQUEST
	    && t->decoded.answer != SMEV_ANSWER_CANCEL)
		return answered_accept(tx, t);
	accept_request(tx, t);
	return true;
}

/* It waited in the inbox, perhaps by a name that we had to give it. */
static bool
accept_again(struct store_tx *tx, struct transit *t)
{
	if (*t->decoded.ack_id == '\0')
		return true; /* refused */
	if (!fail_named(tx, t, polled_source(t), name_of(t)))
		return false;
	inbox_ack_owe(tx, t->inbox_id, t->decoded.ack_id, true);
	return accept_kind(tx, t);
}

bool
polled_accept(struct store_tx *tx, struct transit *t)
{
	enum inbox_put rc;

	if (t->inbox_id != 0)
		return accept_again(tx, t);
	rc = put(tx, t);
	inbox_ack_owe(tx, t->inbox_id, t->decoded.ack_id, true);
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
	return accept_kind(tx, t);
}
