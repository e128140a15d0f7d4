/* Send: what a system says is kept, with the row of the outbox and the letter
 * that remembers it. */
#include "gateway/door/door.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "gateway/config.h"
#include "gateway/door/door_take.h"
#include "gateway/door/door_text.h"
#include "gateway/door/door_visit.h"
#include "gateway/flow/route.h"
#include "queue/inbox.h"
#include "queue/journal.h"
#include "queue/mailbox.h"
#include "queue/outbox.h"
#include "queue/queue.h"
#include "store/store.h"

static void
no(struct store_tx *tx, const char *code, const char *text)
{
	struct err err;

	(void)err_set(&err, ERR_REFUSE, code, "%s", text);
	store_fail(tx, &err);
}

/* The request that a response answers. */
static void
find_request(struct store_tx *tx, struct transit *t, struct letter *ret)
{
	const struct door_call *call = &visit_of(t)->call;

	if (mailbox_find(tx, call->system, MAILBOX_IN, call->reply_to_client_id,
		t->arena, ret)
		== 0
	    || strcmp(ret->kind, MAILBOX_REQUEST) != 0
	    || *ret->reply_to == '\0')
		no(tx, "DOOR_NOT_ASKED", call->reply_to_client_id);
	else if (*call->datatype != '\0'
	    && strcmp(call->datatype, ret->datatype) != 0)
		no(tx, "DOOR_TYPE", "ответ другого вида, чем запрос");
	else if (ret->answered)
		no(tx, "DOOR_ANSWERED", call->reply_to_client_id);
	else if (call->final)
		mailbox_answered(tx, ret->id, true);
}

/* What the request goes on from: the chain's first message, its code. */
static void
find_reference(
    struct store_tx *tx, struct transit *t, struct door_outgoing *outgoing)
{
	const struct door_call *call = &visit_of(t)->call;
	struct letter before;

	if (*call->reference_client_id == '\0')
		return;
	if (mailbox_find(tx, call->system, NULL, call->reference_client_id,
		t->arena, &before)
	    == 0) {
		no(tx, "DOOR_REFERENCE", call->reference_client_id);
		return;
	}
	outgoing->reference_id = *before.reference_id != '\0'
	    ? before.reference_id
	    : before.message_id;
	outgoing->transaction_code = before.transaction_code;
}

/* Until when who asked has to have the answer; 0: nobody asked. */
static int64_t
due_by_ms(const struct config *config, const struct letter *request)
{
	const struct config_datatype *type = request->id == 0
	    ? NULL
	    : config_datatype_named(config, request->datatype);

	return type == NULL ? 0 : request->created_ms + type->deadline_s * 1000;
}

/* The row of the outbox, and the letter that remembers it. */
static void
put_out(struct store_tx *tx, struct transit *t, const char *message_id,
    const struct letter *request, const struct door_outgoing *outgoing)
{
	const struct door_call *call = &visit_of(t)->call;
	struct letter letter = { .owner = call->system,
		.side = MAILBOX_OUT,
		.kind = !call->response ? MAILBOX_REQUEST
		    : call->final       ? MAILBOX_RESPONSE
					: MAILBOX_STATUS,
		.client_id = call->client_id,
		.ref_client_id = call->reply_to_client_id,
		.node = call->node,
		.datatype = call->datatype,
		.message_id = message_id,
		.reference_id = outgoing->reference_id,
		.transaction_code = outgoing->transaction_code };
	struct message message = {
		.lane = call->response ? LANE_ANSWERS : LANE_DOOR,
		.destination =
		    call->response ? request->sender : call->datatype,
		.due_by_ms = due_by_ms(t->desk->config, request),
		.kind = CONFIG_DOOR,
		.dedup_key = arena_printf(
		    t->arena, "door:%s:%s", call->system, call->client_id),
		.reply_to = request->reply_to,
		.cause = call->client_id,
	};
	struct buf body, result;

	buf_init(&body, 0);
	buf_init(&result, 0);
	door_outgoing_write(outgoing, &body);
	message.body = body.data;
	message.body_bytes = body.bytes;
	letter.outbox_id = outbox_put_named(tx, &message, message_id);
	door_take_put(
	    tx, letter.outbox_id, visit_of(t)->files, call->file_count);
	door_text_letter(
	    &letter, "", call->message, call->message_bytes, &result);
	letter.body = result.data;
	letter.body_bytes = result.bytes;
	if (mailbox_put(tx, &letter) == 0)
		no(tx, "DOOR_CONFLICT", call->client_id);
	buf_release(&result);
	buf_release(&body);
}

static void
send_new(struct store_tx *tx, struct transit *t, const char *message_id,
    int64_t inbox_id)
{
	const struct door_call *call = &visit_of(t)->call;
	struct door_outgoing outgoing = { .reference_id = "",
		.transaction_code = "",
		.words = call->words,
		.words_bytes = call->words_bytes };
	struct letter request = { .reply_to = "" };

	journal_add(tx,
	    &(struct journal_entry){ .event = "accepted",
		.packet_id = call->client_id,
		.source = t->source,
		.digest = call->digest,
		.detail = call->datatype });
	if (call->response)
		find_request(tx, t, &request);
	else
		find_reference(tx, t, &outgoing);
	if (call->file_count != 0 && visit_of(t)->files == NULL)
		no(tx, "X_INTERNAL", ""); /* it was here a moment ago */
	if (store_error(tx)->kind != ERR_NONE)
		return;
	put_out(tx, t, message_id, &request, &outgoing);
	inbox_settle(tx, inbox_id, INBOX_APPLIED, "", "", NULL, 0);
	journal_add(tx,
	    &(struct journal_entry){ .event = INBOX_APPLIED,
		.packet_id = call->client_id,
		.source = t->source,
		.digest = call->digest,
		.detail = message_id });
}

void
door_send(struct store_tx *tx, struct batch_job *job)
{
	struct transit *t = TRANSIT_OF(job);
	struct visit *visit = visit_of(t);
	const struct door_call *call = &visit->call;
	struct inbox_packet packet = { .packet_id = call->client_id,
		.source = t->source,
		.channel = t->channel == CHANNEL_FOLDER ? "folder" : "door",
		.content_type = DOOR_TYPE,
		.body = call->body,
		.body_bytes = call->body_bytes,
		.digest = call->digest,
		.meta = call->system,
		.due_ms = clock_now_ms() + t->desk->config->lease_ms,
		.received_ms = t->received_ms };
	char message_id[UUID_BYTES];
	enum inbox_put put;

	uuid_v1(message_id);
	door_text_result(call->system, message_id, &visit->answer);
	packet.receipt = visit->answer.data;
	packet.receipt_bytes = visit->answer.bytes;
	store_savepoint(tx);
	put = inbox_put(tx, &packet, t->arena);
	visit->result = "accepted";
	visit->message_id = arena_strdup(t->arena, message_id);
	if (put == INBOX_NEW)
		send_new(tx, t, message_id, packet.id);
	else if (put == INBOX_CONFLICT || packet.receipt_bytes == 0)
		no(tx, "DOOR_CONFLICT", call->client_id);
	if (store_release(tx, &visit->refused) == 0 && put == INBOX_SAME) {
		visit->result = "duplicate";
		visit->message_id = "";
		buf_clear(&visit->answer);
		buf_add(&visit->answer, packet.receipt, packet.receipt_bytes);
	}
}
