#include "gateway/flow/status.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/expiry.h"
#include "gateway/ipc.h"
#include "gateway/loop.h"
#include "gateway/protocol_xml.h"
#include "queue/inbox.h"
#include "queue/queue_query.h"
#include "queue/rest.h"
#include "registry/query.h"
#include "store/store.h"

#define JSON_TYPE   "application/json; charset=utf-8"
#define TEXT_TYPE   "text/plain; version=0.0.4; charset=utf-8"
#define CHANGES_MAX 500
#define RESTS_MAX   1000

static void
answer(struct desk *desk, uint64_t id, int http, const char *type,
    const void *body, size_t bytes)
{
	struct ipc_peer *front = loop_peer(desk->loop, ROLE_FRONT, 0);
	struct reply reply = { .http = http,
		.content_type = type,
		.body = body,
		.body_bytes = bytes };
	struct buf out;

	buf_init(&out, 0);
	reply_write(&reply, &out);
	if (front != NULL)
		(void)ipc_answer(front, IPC_ANSWER, id, out.data, out.bytes);
	buf_release(&out);
}

static void
answer_code(struct desk *desk, uint64_t id, int http, const char *packet_id,
    const char *code)
{
	struct buf xml;

	buf_init(&xml, 0);
	protocol_xml_refusal(packet_id, code, "", clock_now_ms(), &xml);
	answer(desk, id, http, PROTOCOL_XML_TYPE, xml.data, xml.bytes);
	buf_release(&xml);
}

static void
packet_status(struct desk *desk, const struct ipc_message *msg,
    struct store_tx *tx, struct arena *arena, const struct ask *ask)
{
	struct inbox_packet packet;

	if (inbox_find(tx, ask->source, ask->packet_id, arena, &packet) == 0)
		answer_code(
		    desk, msg->id, 404, ask->packet_id, "PKT_NOT_FOUND");
	else if (packet.protocol_bytes != 0)
		answer(desk, msg->id, 200, PROTOCOL_XML_TYPE, packet.protocol,
		    packet.protocol_bytes);
	else
		answer(desk, msg->id, 200, PROTOCOL_XML_TYPE, packet.receipt,
		    packet.receipt_bytes);
}

static json_t *
change_json(const struct change_line *line)
{
	return json_pack("{s:I,s:s,s:s,s:s,s:I,s:s,s:s,s:I}", "seq",
	    (json_int_t)line->change_seq, "entity", line->entity, "id",
	    line->id, "op", line->op, "version", (json_int_t)line->version,
	    "external_key",
	    line->external_key == NULL ? "" : line->external_key,
	    "regional_number",
	    line->regional_number == NULL ? "" : line->regional_number, "at_ms",
	    (json_int_t)line->at_ms);
}

static void
changes(struct desk *desk, const struct ipc_message *msg, struct store_tx *tx,
    struct arena *arena, const struct ask *ask)
{
	struct change_line *lines =
	    arena_alloc(arena, CHANGES_MAX * sizeof(*lines));
	size_t count = registry_changes(
	    tx, ask->source, ask->after, CHANGES_MAX, arena, lines);
	json_t *list = json_array(), *top;
	char *text;

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, change_json(&lines[i]));
	top = json_pack("{s:I,s:o}", "next",
	    (json_int_t)(count == 0 ? ask->after : lines[count - 1].change_seq),
	    "changes", list);
	text = json_dumps(top, JSON_COMPACT);
	answer(desk, msg->id, 200, JSON_TYPE, text, strlen(text));
	free(text);
	json_decref(top);
}

static void
described(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_addf(out,
	    "# HELP kontingent_%s %s\n"
	    "# TYPE kontingent_%s %s\n",
	    name, help, name, type);
}

static void
gauge(struct buf *out, const char *name, const char *labels, int64_t value)
{
	buf_addf(out, "kontingent_%s%s %" PRId64 "\n", name, labels, value);
}

/* Who is not called, and for how long yet.  Names are SMEV's: quoted. */
static void
put_rests(struct store_tx *tx, struct arena *arena, struct buf *out)
{
	struct rest *rests = arena_alloc(arena, RESTS_MAX * sizeof(*rests));
	size_t count = rest_list(tx, NULL, RESTS_MAX, arena, rests);
	int64_t now_ms = clock_now_ms();

	described(out, "rest_seconds", "gauge",
	    "For how long a destination, or SMEV, is not called yet.");
	for (size_t i = 0; i < count; i++) {
		const struct rest *r = &rests[i];

		buf_addf(out, "kontingent_rest_seconds{realm=\"%s\",name=\"",
		    r->realm);
		for (const char *p = r->name; *p != '\0'; p++)
			if (*p != '"' && *p != '\\' && *p != '\n')
				buf_addc(out, *p);
		buf_addf(out, "\",code=\"%s\"} %" PRId64 "\n", r->code,
		    r->until_ms <= now_ms ? 0 : (r->until_ms - now_ms) / 1000);
	}
}

static void
numbers(struct desk *desk, const struct ipc_message *msg, struct store_tx *tx,
    struct arena *arena)
{
	const struct batch_numbers *batch = batch_numbers(desk->batch);
	struct balance b;
	struct buf out;

	queue_balance(tx, &b);
	buf_init(&out, 0);
	described(&out, "inbox", "gauge", "Packets by what became of them.");
	gauge(&out, "inbox", "{state=\"accepted\"}", b.accepted);
	gauge(&out, "inbox", "{state=\"applied\"}", b.applied);
	gauge(&out, "inbox", "{state=\"refused\"}", b.refused);
	gauge(&out, "inbox", "{state=\"cancelled\"}", b.cancelled);
	gauge(&out, "inbox", "{state=\"waiting\"}", b.waiting);
	gauge(&out, "inbox", "{state=\"held\"}", b.held);
	described(&out, "outbox", "gauge",
	    "Messages owed to others by what became of them.");
	gauge(&out, "outbox", "{state=\"owed\"}", b.owed);
	gauge(&out, "outbox", "{state=\"delivered\"}", b.delivered);
	gauge(&out, "outbox", "{state=\"cancelled\"}", b.out_cancelled);
	gauge(&out, "outbox", "{state=\"waiting\"}", b.out_waiting);
	gauge(&out, "outbox", "{state=\"held\"}", b.out_held);
	described(&out, "balance_difference", "gauge",
	    "What the balance lacks; anything but 0 is an alarm.");
	gauge(&out, "balance_difference", "{side=\"in\"}", b.in_difference);
	gauge(&out, "balance_difference", "{side=\"out\"}", b.out_difference);
	described(&out, "batches_total", "counter", "Transactions committed.");
	gauge(&out, "batches_total", "", batch->batches);
	described(&out, "batch_jobs_total", "counter", "Jobs in them.");
	gauge(&out, "batch_jobs_total", "", batch->jobs);
	described(&out, "in_flight", "gauge", "Packets between two stages.");
	gauge(&out, "in_flight", "", (int64_t)desk->in_flight);
	put_rests(tx, arena, &out);
	expiry_metrics(desk->expiry, &out);
	answer(desk, msg->id, 200, TEXT_TYPE, out.data, out.bytes);
	buf_release(&out);
}

/* Ready: the database answers, openers, sealers and signer are there. */
static void
health(struct desk *desk, const struct ipc_message *msg, bool database)
{
	const struct config_roles *roles = &desk->config->roles;
	json_t *reasons = json_array(), *top;
	bool opener = false, sealer = false;
	char *text;

	for (int i = 0; i < roles->openers; i++)
		opener |= loop_peer(desk->loop, ROLE_OPENER, i) != NULL;
	for (int i = 0; i < roles->sealers; i++)
		sealer |= loop_peer(desk->loop, ROLE_SEALER, i) != NULL;
	if (!database)
		(void)json_array_append_new(
		    reasons, json_string("database does not answer"));
	if (!opener)
		(void)json_array_append_new(reasons, json_string("no opener"));
	if (*desk->config->smev.url != '\0' && !sealer)
		(void)json_array_append_new(reasons, json_string("no sealer"));
	if (desk->stopping)
		(void)json_array_append_new(reasons, json_string("stopping"));
	top = json_pack("{s:b,s:o}", "ready",
	    (int)(json_array_size(reasons) == 0), "reasons", reasons);
	text = json_dumps(top, JSON_COMPACT);
	answer(desk, msg->id, json_array_size(reasons) == 0 ? 200 : 503,
	    JSON_TYPE, text, strlen(text));
	free(text);
	json_decref(top);
}

void
status_ask(struct desk *desk, const struct ipc_message *msg)
{
	struct arena *arena = arena_new();
	struct store_tx *tx = store_begin(desk->store);
	struct ask ask = { .source = "" };
	bool whole = msg->type != IPC_STATUS && msg->type != IPC_CHANGES;

	if (!whole)
		whole = ask_read(msg, arena, &ask);
	if (store_error(tx)->kind != ERR_NONE && msg->type != IPC_HEALTH)
		answer_code(desk, msg->id, 503, "", "X_BUSY");
	else if (!whole)
		answer_code(desk, msg->id, 400, "", "X_INTERNAL");
	else if (msg->type == IPC_STATUS)
		packet_status(desk, msg, tx, arena, &ask);
	else if (msg->type == IPC_CHANGES)
		changes(desk, msg, tx, arena, &ask);
	else if (msg->type == IPC_METRICS)
		numbers(desk, msg, tx, arena);
	else
		health(desk, msg, store_error(tx)->kind == ERR_NONE);
	store_rollback(tx);
	arena_free(arena);
}
