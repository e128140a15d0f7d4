#include "gateway/exchange/sender.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/uuid.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/door/door.h"
#include "gateway/door/door_deliver.h"
#include "gateway/exchange/backoff.h"
#include "gateway/exchange/call.h"
#include "gateway/exchange/lane.h"
#include "gateway/exchange/parcel.h"
#include "gateway/exchange/shipment.h"
#include "gateway/flow/route.h"
#include "gateway/metrics.h"
#include "queue/file.h"
#include "queue/journal.h"
#include "queue/outbox.h"
#include "queue/rest.h"
#include "queue/verdict.h"
#include "smev/smev.h"
#include "store/store.h"

#define LANE_COUNT 3

struct sender {
	struct desk *desk;
	struct lane lanes[LANE_COUNT];
};

static void
shipment_free(struct shipment *s)
{
	s->lane->under_way--;
	arena_free(s->arena);
	free(s);
}

static void
done_record(struct batch_job *job, const struct err *err)
{
	struct shipment *s = SHIPMENT_OF(job);
	struct sender *sender = s->lane->desk->sender;
	static const char *const words[] = { "delivered", "retry", "held",
		"renewed", "refused" };
	char to[120];

	if (err == NULL)
		log_event(
		    s->ends == ENDS_DELIVERED ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
		    "message=%s stage=send lane=%s to=%s rows=%zu attempt=%lld "
		    "result=%s%s%s",
		    s->envelope.message_id, s->lane->name,
		    log_value(to, sizeof(to), s->place->name),
		    s->envelope.message_count, (long long)s->envelope.attempt,
		    words[s->ends], *s->code == '\0' ? "" : " code=", s->code);
	metrics_add(
	    s->ends == ENDS_DELIVERED ? METRIC_SMEV_SENT : METRIC_SMEV_FAULTS,
	    1);
	/* What waited behind it may go. */
	s->place->work = true;
	shipment_free(s);
	sender_tick(sender);
}

static void
note_rest(struct shipment *s, enum lane_news news, const char *name,
    int64_t pause_ms, struct rest *ret)
{
	const struct lane *lane = s->lane;
	char to[120];

	if (news == LANE_NO_NEWS)
		return;
	*ret = (struct rest){ .realm = lane->name, .name = name };
	if (news == LANE_RESTS) {
		ret->until_ms = clock_now_ms() + pause_ms;
		ret->rests = *name == '\0' ? lane->own.rests
					   : s->place->state.breaker.rests;
		ret->code = s->code;
		ret->why = s->why;
	}
	log_event(LOG_LEVEL_WARN,
	    "stage=send lane=%s to=%s result=%s pause_ms=%lld%s%s", lane->name,
	    log_value(to, sizeof(to), name),
	    news == LANE_RESTS ? "rests" : "goes-on", (long long)pause_ms,
	    news == LANE_RESTS ? " code=" : "",
	    news == LANE_RESTS ? s->code : "");
}

/* What this try says of the destination, and of our own processes. */
static void
judge(struct shipment *s, bool answered)
{
	enum backoff class = backoff_of(s->code);
	bool retry = s->ends == ENDS_RETRY;
	int64_t pause_ms = 0, own_ms = 0;
	enum lane_news news = LANE_NO_NEWS, own = LANE_NO_NEWS;

	if (retry && class == BACKOFF_FULL) {
		news = lane_bad(s->place, s->probe, s->code, &pause_ms);
	} else if (answered && !(retry && backoff_of_smev(class))) {
		news = lane_good(s->place);
		if (news == LANE_GOES_ON)
			s->hasten = arena_strdup(s->arena, s->place->code);
	} else {
		lane_mute(s->place, s->probe);
	}
	if (retry && !answered && class == BACKOFF_AWAY)
		own = lane_own_bad(s->lane, s->own_probe, s->code, &own_ms);
	else if (answered || !retry || backoff_of_smev(class))
		own = lane_own_good(s->lane);
	else /* a file of it, perhaps: nobody else's trouble */
		breaker_mute(&s->lane->own, s->own_probe);
	note_rest(s, news, s->place->name, pause_ms, &s->rest);
	note_rest(s, own, "", own_ms, &s->own_rest);
}

/* The end of one try: note it in the next batch. */
static void
record(struct shipment *s, int ends, const char *code, const char *why,
    bool answered)
{
	s->ends = (unsigned)ends;
	s->code = arena_strdup(s->arena, code);
	s->why = arena_strdup(s->arena, why);
	judge(s, answered);
	s->job.run = shipment_record;
	s->job.done = done_record;
	batch_add(s->lane->desk->batch, &s->job);
}

static int
ends_by_code(const char *name)
{
	const struct code *code = code_find(name);

	if (strcmp(name, "SMEV_STALE_MESSAGE_ID") == 0)
		return ENDS_RENEW;
	if (code == NULL || code->kind == ERR_RETRY)
		return ENDS_RETRY;
	return code->kind == ERR_NONE ? ENDS_DELIVERED : ENDS_HELD;
}

static bool
on_read(struct call *call, struct transit *t)
{
	struct shipment *s = call->owner;

	if (t->decoded.answer == SMEV_ANSWER_QUEUED)
		s->sent_at =
		    arena_strdup(s->arena, t->decoded.sending_timestamp);
	if (t->decoded.answer == SMEV_ANSWER_QUEUED && t->decoded.signature_ok)
		record(s, ENDS_DELIVERED, "", "", true);
	else if (t->decoded.answer == SMEV_ANSWER_FAULT)
		record(s, ends_by_code(t->decoded.code), t->decoded.code,
		    t->decoded.why, true);
	else
		record(s, ENDS_RETRY,
		    *t->decoded.code == '\0' ? "SMEV_FORM" : t->decoded.code,
		    t->decoded.why, true);
	return false;
}

static void
failed(struct shipment *s, const struct err *err)
{
	record(s, err->kind == ERR_RETRY ? ENDS_RETRY : ENDS_HELD, err->code,
	    err->text, false);
}

static void
on_failed(struct call *call, const struct err *err)
{
	failed(call->owner, err);
}

/* Nothing came of it: as if it had not begun. */
static void
let_go(struct shipment *s)
{
	lane_mute(s->place, s->probe);
	breaker_mute(&s->lane->own, s->own_probe);
}

static void
run_keep(struct store_tx *tx, struct batch_job *job)
{
	struct shipment *s = SHIPMENT_OF(job);

	outbox_sealed(
	    tx, s->envelope.id, s->content_type, s->bytes, s->byte_count);
	if (s->test)
		verdict_test(tx, s->envelope.id);
}

static void
done_keep(struct batch_job *job, const struct err *err)
{
	struct shipment *s = SHIPMENT_OF(job);

	(void)FAILPOINT("sender.after_keep");
	if (err != NULL) {
		/* The lease gives the envelope back. */
		call_drop(s->call);
		let_go(s);
		shipment_free(s);
		return;
	}
	call_send(s->call, s->bytes, s->byte_count);
}

/* The signed bytes are kept before anyone sees them: a retry is the same. */
static void
on_sealed(struct call *call, const void *p, size_t bytes)
{
	struct shipment *s = call->owner;

	s->call = call;
	s->bytes = arena_memdup(s->arena, p, bytes);
	s->byte_count = bytes;
	s->content_type = arena_strdup(s->arena, call->content_type);
	s->job.run = run_keep;
	s->job.done = done_keep;
	batch_add(s->lane->desk->batch, &s->job);
}

static const struct call_hooks hooks = {
	.sealed = on_sealed, .read = on_read, .failed = on_failed
};

static void
seal(struct shipment *s)
{
	size_t count = s->envelope.message_count;
	/* What it is sealed as is noted: the settings may change in between. */
	bool test = s->lane->op == SMEV_SEND_REQUEST
	    && s->lane->desk->config->smev.test_message;
	struct seal_job job = { .op = s->lane->op,
		.message_id = s->envelope.message_id,
		.kind = s->envelope.kind,
		.to = s->envelope.reply_to,
		.namespace_uri = "",
		.root = "",
		.timestamp = "",
		.test = test,
		.eol_ms = s->envelope.eol_ms,
		.body_count = count,
		.files = s->parcel.files,
		.file_count = s->parcel.count,
		.mtom = s->parcel.mtom };

	s->test = test;
	job.bodies = arena_alloc(s->arena, (count + 1) * sizeof(*job.bodies));
	job.body_bytes =
	    arena_alloc(s->arena, (count + 1) * sizeof(*job.body_bytes));
	for (size_t i = 0; i < count; i++) {
		job.bodies[i] = s->envelope.messages[i].body;
		job.body_bytes[i] = s->envelope.messages[i].body_bytes;
	}
	call_seal(s->lane->desk, &job, &hooks, s);
}

/* Its files are inside, or in the store. */
static void
on_packed(const struct parcel *parcel, const struct err *err, void *arg)
{
	struct shipment *s = arg;

	if (err != NULL) {
		failed(s, err);
	} else {
		s->parcel = *parcel;
		seal(s);
	}
}

static void
run_lease(struct store_tx *tx, struct batch_job *job)
{
	struct shipment *s = SHIPMENT_OF(job);
	const struct lane *lane = s->lane;
	char id[UUID_BYTES];

	uuid_v1(id);
	s->found = outbox_lease(tx, lane->name, s->place->name, lane->batch,
	    lane->ordered, id, lane->desk->config->lease_ms, s->arena,
	    &s->envelope);
	if (s->found == 1)
		parcel_files(tx, &s->envelope, s->arena, &s->files);
}

static void
done_lease(struct batch_job *job, const struct err *err)
{
	struct shipment *s = SHIPMENT_OF(job);
	struct desk *desk = s->lane->desk;

	if (err != NULL || s->found == 0) {
		s->place->work = false; /* until the next look */
		pace_give(&desk->pace);
		let_go(s);
		shipment_free(s);
		return;
	}
	if (s->envelope.eol_ms != 0 && s->envelope.eol_ms <= clock_now_ms()) {
		pace_give(&desk->pace);
		record(s, ENDS_HELD, "SMEV_END_OF_LIFE", "", false);
		return;
	}
	if (s->envelope.sealed_bytes != 0)
		call_again(desk, s->lane->op, s->envelope.content_type,
		    s->envelope.sealed, s->envelope.sealed_bytes, &hooks, s);
	else if (s->files.count != 0)
		parcel_pack(
		    desk, s->envelope.id, &s->files, s->arena, on_packed, s);
	else
		seal(s);
	sender_tick(desk->sender);
}

static void
on_ready(struct lane *lane)
{
	sender_tick(lane->desk->sender);
}

struct sender *
sender_new(struct desk *desk)
{
	struct sender *sender = xcalloc(1, sizeof(*sender));
	const struct config_smev *smev = &desk->config->smev;
	const struct lane lanes[LANE_COUNT] = {
		{ .name = LANE_FEDERAL,
		    .op = SMEV_SEND_REQUEST,
		    .ordered = 1,
		    .batch = (size_t)smev->push_records },
		{ .name = LANE_ANSWERS, .op = SMEV_SEND_RESPONSE, .batch = 1 },
		{ .name = LANE_DOOR, .op = SMEV_SEND_REQUEST, .batch = 1 },
	};

	sender->desk = desk;
	for (size_t i = 0; i < LANE_COUNT; i++) {
		sender->lanes[i] = lanes[i];
		sender->lanes[i].desk = desk;
		sender->lanes[i].most = smev->batch;
		sender->lanes[i].ready = on_ready;
		lane_init(&sender->lanes[i]);
	}
	return sender;
}

/* Something was put: the next tick looks at once. */
void
sender_wake(struct sender *sender)
{
	for (size_t i = 0; i < LANE_COUNT; i++)
		sender->lanes[i].look_ms = 0;
}

static void
start(struct lane *lane, struct place *place, int64_t now)
{
	struct shipment *s = xcalloc(1, sizeof(*s));

	s->lane = lane;
	s->place = place;
	s->probe = destination_begin(&place->state, now);
	s->own_probe = breaker_begin(&lane->own, now);
	s->arena = arena_new();
	s->code = s->why = "";
	s->job.run = run_lease;
	s->job.done = done_lease;
	lane->under_way++;
	batch_add(lane->desk->batch, &s->job);
}

void
sender_tick(struct sender *sender)
{
	const struct desk *desk = sender->desk;
	int64_t now = clock_mono_ms();
	struct place *place;

	if (*desk->config->smev.url == '\0' || desk->stopping)
		return;
	for (size_t i = 0; i < LANE_COUNT; i++) {
		struct lane *lane = &sender->lanes[i];

		lane_look(lane, now);
		while ((place = lane_next(lane, now)) != NULL
		    && pace_take(
			&sender->desk->pace, desk->config, PACE_SEND, now))
			start(lane, place, now);
	}
}
