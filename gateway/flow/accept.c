#include "gateway/flow/accept.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/uuid.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/door/door.h"
#include "gateway/exchange/push.h"
#include "gateway/exchange/polled.h"
#include "gateway/flow/settle.h"
#include "gateway/ipc.h"
#include "gateway/metrics.h"
#include "gateway/protocol_xml.h"
#include "model/changeset.h"
#include "model/changeset_codec.h"
#include "model/protocol.h"
#include "queue/inbox.h"
#include "queue/journal.h"
#include "store/store.h"

static void
reply_protocol(struct transit *t, const struct protocol *protocol, int http)
{
	struct buf xml;

	buf_init(&xml, 0);
	protocol_xml(protocol, &xml);
	desk_reply(t,
	    &(struct reply){ .http = http,
		.content_type = PROTOCOL_XML_TYPE,
		.body = xml.data,
		.body_bytes = xml.bytes });
	buf_release(&xml);
}

/* Say no with one code, and forget the packet: it was never ours. */
static void
turn_away(struct transit *t, const char *code, int http, int64_t retry_after_s)
{
	struct buf xml;

	buf_init(&xml, 0);
	protocol_xml_refusal(t->packet_id, code, "", clock_now_ms(), &xml);
	desk_reply(t,
	    &(struct reply){ .http = http,
		.content_type = PROTOCOL_XML_TYPE,
		.retry_after_s = retry_after_s,
		.body = xml.data,
		.body_bytes = xml.bytes });
	buf_release(&xml);
	log_event(LOG_LEVEL_INFO,
	    "packet=%s stage=accept from=%s result=refused code=%s",
	    *t->packet_id == '\0' ? "-" : t->packet_id, t->source, code);
	metrics_add(METRIC_PACKETS_REFUSED, 1);
	transit_free(t);
}

void
accept_ask(struct desk *desk, const struct ipc_message *msg)
{
	int64_t now = clock_mono_ms();
	struct transit *t = transit_new(desk, CHANNEL_HTTP);
	struct ask ask;

	t->front_id = msg->id;
	if (!ask_read(msg, t->arena, &ask)) {
		transit_free(t);
		return;
	}
	t->state = TRANSIT_LOOKING;
	t->validate = msg->type == IPC_VALIDATE;
	t->source = ask.source;
	t->content_type = ask.content_type;
	t->digest = ask.digest;
	t->wait_until_ms = ask.wait_ms == 0 ? 0 : now + ask.wait_ms;
	t->body = arena_memdup(t->arena, ask.body, ask.body_bytes);
	t->body_bytes = ask.body_bytes;
	if (desk->stopping) { /* front asks the next store */
		transit_free(t);
		return;
	}
	if (desk->in_flight > (size_t)desk->config->roles.queue) {
		turn_away(t, "X_BUSY", 503, desk->config->http.retry_after_s);
		return;
	}
	(void)desk_send_opener(t);
}

/* An opener found it unusable: nothing is stored, all defects are told. */
static void
refuse_opened(struct transit *t, const struct opened *opened)
{
	struct protocol protocol = { .packet_id = t->packet_id,
		.status = "REFUSED",
		.kind = t->kind,
		.started_ms = t->received_ms,
		.finished_ms = clock_now_ms() };
	const struct code *code = NULL;
	struct changeset *change;
	struct err err;

	if (changeset_decode(opened->changeset, opened->changeset_bytes,
		t->arena, &change, &err)
		== -1
	    || change->defects.count == 0) {
		turn_away(t, "X_INTERNAL", 500, 0);
		return;
	}
	protocol.defects = change->defects;
	code = code_find(change->defects.items[0].code);
	reply_protocol(
	    t, &protocol, code == NULL || code->http == 0 ? 400 : code->http);
	log_event(LOG_LEVEL_INFO,
	    "packet=%s stage=open from=%s result=refused code=%s",
	    *t->packet_id == '\0' ? "-" : t->packet_id, t->source,
	    change->defects.items[0].code);
	metrics_add(METRIC_PACKETS_REFUSED, 1);
	transit_free(t);
}

static void
put_receipt(struct transit *t)
{
	char receipt_id[UUID_BYTES];
	struct buf xml;

	uuid_v4(receipt_id);
	buf_init(&xml, 0);
	receipt_xml(&(struct receipt){ .packet_id = t->packet_id,
			.receipt_id = receipt_id,
			.received_ms = t->received_ms,
			.status = "QUEUED" },
	    &xml);
	t->receipt = arena_memdup(t->arena, xml.data, xml.bytes);
	t->receipt_bytes = xml.bytes;
	buf_release(&xml);
}

static void
run_accept(struct store_tx *tx, struct batch_job *job)
{
	struct transit *t = TRANSIT_OF(job);
	struct inbox_packet packet = { .packet_id = t->packet_id,
		.source = t->source,
		.channel = "http",
		.content_type = t->content_type,
		.body = t->body,
		.body_bytes = t->body_bytes,
		.digest = t->digest,
		.meta = "",
		.due_ms = clock_now_ms() + t->desk->config->lease_ms,
		.received_ms = t->received_ms };

	if (t->parked)
		packet.due_ms = clock_now_ms();
	put_receipt(t);
	packet.receipt = t->receipt;
	packet.receipt_bytes = t->receipt_bytes;
	t->put = (int)inbox_put(tx, &packet, t->arena);
	t->inbox_id = packet.id;
	if (t->put == INBOX_NEW) {
		journal_add(tx,
		    &(struct journal_entry){ .event = "accepted",
			.packet_id = t->packet_id,
			.source = t->source,
			.digest = t->digest,
			.detail = t->kind });
		return;
	}
	t->receipt = packet.receipt;
	t->receipt_bytes = packet.receipt_bytes;
	t->protocol = packet.protocol;
	t->protocol_bytes = packet.protocol_bytes;
}

/* It was here before: the first answer again, byte for byte. */
static void
answer_again(struct transit *t)
{
	struct reply reply = { .http = 202,
		.content_type = PROTOCOL_XML_TYPE,
		.body = t->receipt,
		.body_bytes = t->receipt_bytes };

	/* What was poison when it came has no receipt. */
	if (t->protocol_bytes != 0
	    && (t->wait_until_ms != 0 || t->receipt_bytes == 0)) {
		reply.http = 200;
		reply.body = t->protocol;
		reply.body_bytes = t->protocol_bytes;
	}
	desk_reply(t, &reply);
	log_event(LOG_LEVEL_INFO,
	    "packet=%s stage=accept from=%s result=duplicate", t->packet_id,
	    t->source);
	transit_free(t);
}

static void
done_accept(struct batch_job *job, const struct err *err)
{
	struct transit *t = TRANSIT_OF(job);

	if (t->parked)
		t->desk->parked--;
	if (err != NULL) {
		turn_away(
		    t, err->code, 503, t->desk->config->http.retry_after_s);
		return;
	}
	if (t->put == INBOX_CONFLICT) {
		turn_away(t, "PKT_CONFLICT", 409, 0);
		return;
	}
	if (t->put == INBOX_SAME) {
		metrics_add(METRIC_PACKETS_DUPLICATE, 1);
		answer_again(t);
		return;
	}
	metrics_add(METRIC_PACKETS_ACCEPTED, 1);
	if (t->wait_until_ms == 0)
		desk_reply(t,
		    &(struct reply){ .http = 202,
			.content_type = PROTOCOL_XML_TYPE,
			.body = t->receipt,
			.body_bytes = t->receipt_bytes });
	if (t->parked) {
		transit_free(t);
		return;
	}
	t->state = TRANSIT_READING;
	settle_queue(t);
	(void)desk_send_opener(t);
}

/* Once one packet is parked, all after it are, or they would overtake it. */
static void
decide_parking(struct transit *t)
{
	struct desk *desk = t->desk;

	if (desk->in_flight > (size_t)desk->config->roles.queue / 2)
		desk->parking = true;
	t->parked = desk->parking;
	if (t->parked) {
		desk->parked++;
		t->wait_until_ms = 0; /* the receipt has to be enough */
	}
}

void
accept_opened(struct desk *desk, const struct ipc_message *msg)
{
	struct transit *t = transit_find(desk, msg->id);
	struct opened opened;

	if (t == NULL || t->state != TRANSIT_LOOKING)
		return;
	if (!opened_read(msg, t->arena, &opened)) {
		turn_away(t, "X_INTERNAL", 500, 0);
		return;
	}
	if (door_came(t)) {
		door_opened(t, &opened);
		return;
	}
	if (push_came(t)) {
		push_opened(t, &opened);
		return;
	}
	t->packet_id = opened.packet_id;
	t->kind = opened.kind;
	if (t->validate && opened.changeset_bytes == 0) {
		t->state = TRANSIT_READING;
		(void)desk_send_opener(t);
		return;
	}
	if (opened.changeset_bytes != 0 || *t->packet_id == '\0') {
		refuse_opened(t, &opened);
		return;
	}
	t->state = TRANSIT_ACCEPTING;
	decide_parking(t);
	t->job.run = run_accept;
	t->job.done = done_accept;
	batch_add(desk->batch, &t->job);
}

static bool
already_here(const struct desk *desk, int64_t inbox_id)
{
	for (size_t i = 0; i < TRANSIT_SLOTS; i++)
		for (const struct transit *t = desk->slots[i]; t != NULL;
		     t = t->hash_next)
			if (t->inbox_id == inbox_id)
				return true;
	return false;
}

static void
resume_one(struct desk *desk, const struct inbox_packet *packet)
{
	bool smev = strcmp(packet->channel, "smev") == 0;
	struct transit *t;

	if (already_here(desk, packet->id))
		return;
	t = transit_new(desk, smev ? CHANNEL_SMEV : CHANNEL_HTTP);
	t->state = TRANSIT_READING;
	t->read = polled_read_again;
	t->op = smev ? polled_op(packet->meta) : 0;
	t->inbox_id = packet->id;
	t->attempt = packet->attempt;
	t->packet_id = arena_strdup(t->arena, packet->packet_id);
	t->source = arena_strdup(t->arena, packet->source);
	t->content_type = arena_strdup(t->arena, packet->content_type);
	t->digest = arena_strdup(t->arena, packet->digest);
	t->body = arena_memdup(t->arena, packet->body, packet->body_bytes);
	t->body_bytes = packet->body_bytes;
	t->received_ms = packet->received_ms;
	if (!smev)
		settle_queue(t);
	(void)desk_send_opener(t);
}

/*
 * Parked packets are taken up when memory has room again; the parking ends
 * when a look finds fewer than it may take, in the same turn of the loop, so
 * that no packet can be put meanwhile.
 */
void
accept_resume(struct desk *desk, unsigned max)
{
	struct arena *arena;
	struct inbox_packet *packets;
	struct store_tx *tx;
	struct err err;
	size_t count;

	if (desk->in_flight > (size_t)desk->config->roles.queue / 4)
		return;
	arena = arena_new();
	packets = arena_alloc(arena, max * sizeof(*packets));
	tx = store_begin(desk->store);
	count = inbox_lease(tx, max, desk->config->lease_ms, arena, packets);
	if (store_commit(tx, &err) == 0) {
		for (size_t i = 0; i < count; i++)
			resume_one(desk, &packets[i]);
		if (count < max && desk->parked == 0)
			desk->parking = false;
	}
	arena_free(arena);
}
