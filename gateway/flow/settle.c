#include "gateway/flow/settle.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/rand.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/door/door.h"
#include "gateway/door/door_deliver.h"
#include "gateway/flow/fail.h"
#include "gateway/exchange/fetch.h"
#include "gateway/exchange/polled.h"
#include "gateway/exchange/push.h"
#include "gateway/flow/route.h"
#include "gateway/ipc.h"
#include "gateway/metrics.h"
#include "gateway/protocol_xml.h"
#include "model/changeset.h"
#include "model/changeset_codec.h"
#include "model/domain_event.h"
#include "model/protocol.h"
#include "queue/inbox.h"
#include "queue/journal.h"
#include "queue/queue.h"
#include "queue/retry.h"
#include "registry/registry.h"
#include "store/store.h"

static struct source_lane *
lane_of(struct desk *desk, const char *source)
{
	struct source_lane *lane = map_get(desk->lanes, source);

	if (lane == NULL) {
		lane = xcalloc(1, sizeof(*lane));
		lane->tail = &lane->first;
		(void)map_put(desk->lanes, source, lane);
	}
	return lane;
}

void
settle_queue(struct transit *t)
{
	struct source_lane *lane = lane_of(t->desk, t->source);

	t->lane_next = NULL;
	*lane->tail = t;
	lane->tail = &t->lane_next;
}

/*
 * The packet's own changes, each record's outcome in the protocol.  False: its
 * order in its series is wrong, as a defect says, and nothing was done.
 */
static bool
apply(struct store_tx *tx, struct transit *t, struct domain_events *events,
    struct protocol *protocol)
{
	struct changeset *change = t->change;
	int order = change->seq == 0
	    ? 0
	    : inbox_sequence(tx, t->source, change->scope, change->kind,
		change->seq, change->based_on, change->mode == MODE_FULL_LIST);

	if (order >= 2) {
		defects_add(&change->defects,
		    &(struct defect){ .level = DEFECT_FATAL,
			.code = order == 2 ? "STALE" : "NEED_FULL" });
		return false;
	}
	if (order == 1)
		defects_add(&change->defects,
		    &(struct defect){
			.level = DEFECT_WARN, .code = "SEQ_GAP" });
	domain_events_init(events, t->arena);
	registry_apply(tx, change, t->arena, events, protocol);
	return true;
}

static bool
usable(const struct transit *t)
{
	const struct defects *defects = &t->change->defects;

	return defects->total == 0 || defects->worst != DEFECT_FATAL;
}

/*
 * A test message is looked at as any other, and answered so; but what it did
 * to the registry is undone.  Source: smev PROTOCOL 11.5.
 *
 * Returns as store_release() for what can't be done at all.
 */
static int
try_out(struct store_tx *tx, struct transit *t, struct domain_events *events,
    struct protocol *protocol, bool *ret_applied, struct err *err)
{
	struct err undo;

	store_savepoint(tx);
	*ret_applied = apply(tx, t, events, protocol);
	(void)err_set(&undo, ERR_REFUSE, "SMEV_TEST", "%s", "");
	store_fail(tx, &undo);
	(void)store_release(tx, err);
	return strcmp(err->code, "SMEV_TEST") == 0 ? 0 : -1;
}

/* After apply(): what is owed for it, and how it ended. */
static void
conclude(struct store_tx *tx, struct transit *t, struct domain_events *events,
    struct protocol *protocol, bool applied)
{
	if (!applied) {
		fail_refuse(tx, t, protocol);
		return;
	}
	flow_route(tx, t, events, protocol);
	fail_count(t, protocol);
	if (!t->test)
		return;
	defects_add(&protocol->defects,
	    &(struct defect){ .level = DEFECT_INFO, .code = "SMEV_TEST" });
	if (*t->code == '\0')
		t->code = "SMEV_TEST";
}

static void
settle_one(struct store_tx *tx, struct transit *t, struct protocol *protocol)
{
	bool test = t->test && usable(t) && !door_wants(t), applied = false;
	struct domain_events events;
	struct err err;

	if (test && try_out(tx, t, &events, protocol, &applied, &err) == -1) {
		fail_settle(tx, t, &err);
		return;
	}
	if (!usable(t) && !test && fail_waits(t, &err)) {
		fail_settle(tx, t, &err);
		return;
	}
	store_savepoint(tx);
	if (!usable(t) && !test) {
		fail_refuse(tx, t, protocol);
		door_spoilt(tx, t, t->code);
	} else if (door_wants(t)) {
		door_deliver(tx, t, protocol);
	} else {
		if (!test)
			applied = apply(tx, t, &events, protocol);
		conclude(tx, t, &events, protocol, applied);
	}
	fail_finish(tx, t, protocol);
	(void)FAILPOINT("settle.before_release");
	if (store_release(tx, &err) == -1)
		fail_settle(tx, t, &err);
}

static void
run_settle(struct store_tx *tx, struct batch_job *job)
{
	struct transit *t = TRANSIT_OF(job);
	struct protocol protocol = { .packet_id = t->packet_id,
		.kind = t->change->kind,
		.started_ms = t->received_ms };
	bool go_on = true;
	struct err err;

	protocol.defects = t->change->defects;
	if (t->attempt > t->desk->config->retry.packet_attempts) {
		(void)err_set(
		    &err, ERR_HOLD, "PKT_ATTEMPTS", "tried too often");
		fail_settle(tx, t, &err);
		return;
	}
	if (t->channel == CHANNEL_HTTP && *t->change->packet_id != '\0'
	    && !fail_named(tx, t, t->source, t->change->packet_id))
		return;
	protocol.packet_id = t->packet_id;
	/* Before the savepoint: what fails below is not to undo its row. */
	if (t->channel == CHANNEL_SMEV) {
		go_on = polled_accept(tx, t);
		fetch_put(tx, t);
	}
	if (!go_on)
		return;
	settle_one(tx, t, &protocol);
}

static void
log_settled(const struct transit *t)
{
	log_event(LOG_LEVEL_INFO,
	    "packet=%s stage=settle from=%s result=%s%s%s ms=%lld",
	    t->packet_id, t->source, t->state_name,
	    *t->code == '\0' ? "" : " code=", t->code,
	    (long long)(clock_mono_ms() - t->started_ms));
}

/* Not now: the row stays as it is, and is due again after a pause. */
static void
done_failed(struct transit *t, const struct err *err)
{
	log_event(LOG_LEVEL_WARN,
	    "packet=%s stage=settle from=%s result=retry code=%s", t->packet_id,
	    t->source, err->code);
	if (t->front_id != 0)
		desk_reply(t,
		    &(struct reply){ .http = 202,
			.content_type = PROTOCOL_XML_TYPE,
			.body = t->receipt,
			.body_bytes = t->receipt_bytes });
	if (t->end != NULL)
		t->end(t, err);
	transit_free(t);
}

static void
done_settle(struct batch_job *job, const struct err *err)
{
	struct transit *t = TRANSIT_OF(job);

	if (err != NULL) {
		done_failed(t, err);
		return;
	}
	t->desk->settled++;
	metrics_add(strcmp(t->state_name, INBOX_APPLIED) == 0
		? METRIC_PACKETS_APPLIED
		: strcmp(t->state_name, INBOX_HELD) == 0
		? METRIC_PACKETS_HELD
		: METRIC_PACKETS_REFUSED,
	    1);
	log_settled(t);
	settle_answer(t);
	if (t->end != NULL)
		t->end(t, NULL);
	transit_free(t);
}

void
settle_answer(struct transit *t)
{
	struct reply reply = { .http = t->http,
		.content_type = PROTOCOL_XML_TYPE,
		.body = t->protocol,
		.body_bytes = t->protocol_bytes };

	if (t->protocol_bytes == 0) {
		reply.http = 202;
		reply.body = t->receipt;
		reply.body_bytes = t->receipt_bytes;
	}
	desk_reply(t, &reply);
}

void
settle_start(struct transit *t)
{
	t->state = TRANSIT_SETTLING;
	t->job.run = run_settle;
	t->job.done = done_settle;
	batch_add(t->desk->batch, &t->job);
}

/* All at the head of the lane that have been read may be settled. */
static void
settle_ready(struct desk *desk, const char *source)
{
	struct source_lane *lane = lane_of(desk, source);
	struct transit *t;

	while ((t = lane->first) != NULL && t->state == TRANSIT_READY) {
		lane->first = t->lane_next;
		if (lane->first == NULL)
			lane->tail = &lane->first;
		settle_start(t);
	}
}

/* What an opener made is read here, before any transaction. */
static void
read_changeset(struct transit *t)
{
	struct err err;

	if (t->decoded.changeset_bytes != 0
	    && changeset_decode(t->decoded.changeset,
		   t->decoded.changeset_bytes, t->arena, &t->change, &err)
		== 0)
		return;
	t->change = changeset_new(t->arena);
	defects_init(&t->change->defects, t->arena);
	if (t->decoded.changeset_bytes != 0)
		defects_add(&t->change->defects,
		    &(struct defect){
			.level = DEFECT_FATAL, .code = "CHG_FORMAT" });
}

/* POST /v1/validate: the protocol is the answer, and all there is. */
static void
answer_validate(struct transit *t)
{
	struct protocol protocol = { .packet_id = t->packet_id,
		.kind = t->change->kind,
		.started_ms = t->received_ms,
		.finished_ms = clock_now_ms(),
		.defects = t->change->defects };
	bool bad = protocol.defects.total != 0
	    && protocol.defects.worst >= DEFECT_ERROR;
	struct buf xml;

	protocol.status = !bad                       ? "ACCEPTED"
	    : protocol.defects.worst == DEFECT_FATAL ? "REFUSED"
						     : "PARTIAL";
	buf_init(&xml, 0);
	protocol_xml(&protocol, &xml);
	desk_reply(t,
	    &(struct reply){ .http = protocol.defects.total != 0
			&& protocol.defects.worst == DEFECT_FATAL
		    ? fail_http(&protocol)
		    : 200,
		.content_type = PROTOCOL_XML_TYPE,
		.body = xml.data,
		.body_bytes = xml.bytes });
	buf_release(&xml);
	transit_free(t);
}

void
settle_decoded(struct desk *desk, const struct ipc_message *msg)
{
	struct transit *t = transit_find(desk, msg->id);

	if (t == NULL || t->state != TRANSIT_READING)
		return;
	if (!decoded_read(msg, t->arena, &t->decoded)) {
		t->opener = -1;
		t->deaths++;
		desk_retry(desk);
		return;
	}
	if (t->decoded.need_body) {
		t->opener = -1;
		t->deaths += t->with_body; /* it had it: no end otherwise */
		desk_retry(desk);
		return;
	}
	t->decoded.changeset = arena_memdup(
	    t->arena, t->decoded.changeset, t->decoded.changeset_bytes);
	t->decoded.files =
	    arena_memdup(t->arena, t->decoded.files, t->decoded.files_bytes);
	t->decoded.door =
	    arena_memdup(t->arena, t->decoded.door, t->decoded.door_bytes);
	read_changeset(t);
	if (t->validate) {
		answer_validate(t);
		return;
	}
	if (t->channel == CHANNEL_SMEV) {
		if (!t->read(t))
			transit_free(t);
		else if (!fetch_take(t))
			settle_start(t);
		return;
	}
	t->state = TRANSIT_READY;
	settle_ready(desk, t->source);
}

static void
run_poison(struct store_tx *tx, struct batch_job *job)
{
	struct transit *t = TRANSIT_OF(job);

	fail_poison(tx, t);
}

static void
done_poison(struct batch_job *job, const struct err *err)
{
	struct transit *t = TRANSIT_OF(job);
	char *source = xstrdup(t->source);
	struct desk *desk = t->desk;

	if (err == NULL)
		log_settled(t);
	settle_answer(t);
	if (t->end != NULL)
		t->end(t, err);
	transit_free(t);
	settle_ready(desk, source);
	free(source);
}

/* Take it out of its lane, wherever it stands there. */
static void
lane_drop(struct transit *t)
{
	struct source_lane *lane = lane_of(t->desk, t->source);
	struct transit **at = &lane->first;

	while (*at != NULL && *at != t)
		at = &(*at)->lane_next;
	if (*at == NULL)
		return;
	*at = t->lane_next;
	for (lane->tail = &lane->first; *lane->tail != NULL;)
		lane->tail = &(*lane->tail)->lane_next;
}

static void
refuse_validate(struct transit *t)
{
	struct buf xml;

	buf_init(&xml, 0);
	protocol_xml_refusal(
	    t->packet_id, "PKT_POISON", "", clock_now_ms(), &xml);
	desk_reply(t,
	    &(struct reply){ .http = 422,
		.content_type = PROTOCOL_XML_TYPE,
		.body = xml.data,
		.body_bytes = xml.bytes });
	buf_release(&xml);
	transit_free(t);
}

void
settle_poison(struct transit *t)
{
	struct err err;

	if (door_came(t)) {
		door_refuse(t, "PKT_POISON", "");
		return;
	}
	if (push_came(t)) {
		push_refuse(t, "PKT_POISON");
		return;
	}
	if (t->channel == CHANNEL_SMEV && t->end != NULL
	    && !polled_is_message(t->op)) {
		(void)err_set(&err, ERR_RETRY, "PKT_POISON",
		    "openers died of the answer");
		t->end(t, &err);
		transit_free(t);
		return;
	}
	if (t->validate) { /* it was never to be ours */
		refuse_validate(t);
		return;
	}
	lane_drop(t);
	t->state = TRANSIT_SETTLING;
	t->job.run = run_poison;
	t->job.done = done_poison;
	batch_add(t->desk->batch, &t->job);
}
