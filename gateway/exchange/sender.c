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
#include "gateway/exchange/call.h"
#include "gateway/flow/route.h"
#include "gateway/metrics.h"
#include "queue/journal.h"
#include "queue/outbox.h"
#include "queue/retry.h"
#include "smev/smev.h"
#include "store/store.h"

#define LANE_COUNT 3
#define IDLE_MS    500 /* look that often without being told */

struct lane {
	struct sender *sender;
	const char *name;
	int op;
	int ordered; /* one envelope at a time */
	size_t batch; /* rows an envelope */
	int most; /* envelopes under way, at most */
	int allowed; /* grows on success, shrinks on trouble */
	int under_way;
	int64_t trouble; /* failures in a row */
	int64_t due_ms; /* mono: not before */
};

/* One envelope on its way. */
struct shipment {
	struct batch_job job; /* first */
	struct lane *lane;
	struct arena *arena;
	struct envelope envelope;
	int found;
	struct call *call; /* while its bytes are being kept */
	const void *bytes;
	size_t byte_count;
	enum {
		ENDS_DELIVERED,
		ENDS_RETRY,
		ENDS_HELD,
		ENDS_RENEW,
		ENDS_REFUSED
	} ends;
	const char *code, *why;
};

struct sender {
	struct desk *desk;
	struct lane lanes[LANE_COUNT];
};

#define SHIPMENT_OF(job) ((struct shipment *)(void *)(job))

static void
shipment_free(struct shipment *s)
{
	s->lane->under_way--;
	arena_free(s->arena);
	free(s);
}

static int64_t
pause_of(const struct shipment *s)
{
	const struct config *config = s->lane->sender->desk->config;

	return retry_pause_ms(s->envelope.attempt, config->retry.base_ms,
	    config->retry.cap_ms, rand_u64());
}

static int64_t
answer_by_ms(struct store_tx *tx, const struct shipment *s)
{
	const struct config *config = s->lane->sender->desk->config;

	if (s->lane->op != SMEV_SEND_REQUEST)
		return 0;
	if (strcmp(s->envelope.kind, CONFIG_DOOR) == 0)
		return door_answer_by_ms(
		    tx, s->lane->sender->desk, &s->envelope);
	for (size_t i = 0; i < config->datatype_count; i++)
		if (strcmp(config->datatypes[i].adapter, s->envelope.kind) == 0)
			return clock_now_ms()
			    + config->datatypes[i].deadline_s * 1000;
	return 0;
}

static void
run_record(struct store_tx *tx, struct batch_job *job)
{
	struct shipment *s = SHIPMENT_OF(job);
	int64_t limit = s->lane->sender->desk->config->retry.send_attempts;

	if (s->ends == ENDS_RETRY && limit != 0 && s->envelope.attempt >= limit)
		s->ends = ENDS_HELD;
	if (s->ends == ENDS_HELD
	    && door_unsent(tx, &s->envelope, s->code, s->why))
		s->ends = ENDS_REFUSED;
	switch (s->ends) {
	case ENDS_DELIVERED:
		outbox_delivered(tx, s->envelope.id, answer_by_ms(tx, s));
		break;
	case ENDS_RENEW:
		outbox_renew(tx, s->envelope.id);
		break;
	case ENDS_REFUSED:
		break; /* who sent it was told */
	case ENDS_HELD:
		outbox_held(tx, s->envelope.id, s->code, s->why);
		break;
	case ENDS_RETRY:
		outbox_retry(tx, s->envelope.id, clock_now_ms() + pause_of(s),
		    s->code, s->why);
		return; /* the journal keeps ends, not tries */
	}
	journal_add(tx,
	    &(struct journal_entry){ .event = s->ends == ENDS_DELIVERED
		    ? "delivered"
		    : s->ends == ENDS_HELD    ? "out-held"
		    : s->ends == ENDS_REFUSED ? "out-refused"
					      : "renewed",
		.packet_id = s->envelope.message_id,
		.source = s->lane->name,
		.digest = "",
		.detail = s->code });
}

/* Ease a lane that works, slow one that does not. */
static void
weigh(struct lane *lane, bool good)
{
	const struct config *config = lane->sender->desk->config;

	if (good) {
		lane->trouble = 0;
		lane->due_ms = 0;
		if (lane->allowed < lane->most)
			lane->allowed++;
		return;
	}
	lane->allowed = 1;
	lane->due_ms = clock_mono_ms()
	    + retry_pause_ms(++lane->trouble, config->retry.base_ms,
		config->retry.cap_ms, rand_u64());
}

/* Whether code says that one receiver has no room now. */
static bool
of_receiver(const char *code)
{
	static const char *const codes[] = { "SMEV_DEST_OVERFLOW", "SMEV_600",
		"SMEV_QUOTE_LIMIT" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(code, codes[i]) == 0)
			return true;
	return false;
}

static void
done_record(struct batch_job *job, const struct err *err)
{
	struct shipment *s = SHIPMENT_OF(job);
	struct sender *sender = s->lane->sender;
	static const char *const words[] = { "delivered", "retry", "held",
		"renewed", "refused" };

	if (err == NULL)
		log_event(
		    s->ends == ENDS_DELIVERED ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
		    "message=%s stage=send lane=%s rows=%zu attempt=%lld "
		    "result=%s%s%s",
		    s->envelope.message_id, s->lane->name,
		    s->envelope.message_count, (long long)s->envelope.attempt,
		    words[s->ends], *s->code == '\0' ? "" : " code=", s->code);
	metrics_add(
	    s->ends == ENDS_DELIVERED ? METRIC_SMEV_SENT : METRIC_SMEV_FAULTS,
	    1);
	/* One receiver in trouble costs the others nothing: its envelope has a
	 * pause of its own. */
	weigh(s->lane, s->ends != ENDS_RETRY || of_receiver(s->code));
	shipment_free(s);
	sender_tick(sender);
}

/* The end of one try: note it in the next batch. */
static void
record(struct shipment *s, int ends, const char *code, const char *why)
{
	s->ends = (unsigned)ends;
	s->code = arena_strdup(s->arena, code);
	s->why = arena_strdup(s->arena, why);
	s->job.run = run_record;
	s->job.done = done_record;
	batch_add(s->lane->sender->desk->batch, &s->job);
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

	if (t->decoded.answer == SMEV_ANSWER_QUEUED && t->decoded.signature_ok)
		record(s, ENDS_DELIVERED, "", "");
	else if (t->decoded.answer == SMEV_ANSWER_FAULT)
		record(s, ends_by_code(t->decoded.code), t->decoded.code,
		    t->decoded.why);
	else
		record(s, ENDS_RETRY,
		    *t->decoded.code == '\0' ? "SMEV_FORM" : t->decoded.code,
		    t->decoded.why);
	return false;
}

static void
on_failed(struct call *call, const struct err *err)
{
	record(call->owner, err->kind == ERR_RETRY ? ENDS_RETRY : ENDS_HELD,
	    err->code, err->text);
}

static void
run_keep(struct store_tx *tx, struct batch_job *job)
{
	struct shipment *s = SHIPMENT_OF(job);

	outbox_sealed(tx, s->envelope.id, "", s->bytes, s->byte_count);
}

static void
done_keep(struct batch_job *job, const struct err *err)
{
	struct shipment *s = SHIPMENT_OF(job);

	(void)FAILPOINT("sender.after_keep");
	if (err != NULL) {
		/* The lease gives the envelope back. */
		call_drop(s->call);
		weigh(s->lane, false);
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
	s->job.run = run_keep;
	s->job.done = done_keep;
	batch_add(s->lane->sender->desk->batch, &s->job);
}

static const struct call_hooks hooks = {
	.sealed = on_sealed, .read = on_read, .failed = on_failed
};

static void
seal(struct shipment *s)
{
	size_t count = s->envelope.message_count;
	struct seal_job job = { .op = s->lane->op,
		.message_id = s->envelope.message_id,
		.kind = s->envelope.kind,
		.to = s->envelope.reply_to,
		.namespace_uri = "",
		.root = "",
		.timestamp = "",
		.body_count = count };

	job.bodies = arena_alloc(s->arena, (count + 1) * sizeof(*job.bodies));
	job.body_bytes =
	    arena_alloc(s->arena, (count + 1) * sizeof(*job.body_bytes));
	for (size_t i = 0; i < count; i++) {
		job.bodies[i] = s->envelope.messages[i].body;
		job.body_bytes[i] = s->envelope.messages[i].body_bytes;
	}
	call_seal(s->lane->sender->desk, &job, &hooks, s);
}

static void
run_lease(struct store_tx *tx, struct batch_job *job)
{
	struct shipment *s = SHIPMENT_OF(job);
	const struct lane *lane = s->lane;
	char id[UUID_BYTES];

	uuid_v1(id);
	s->found = outbox_lease(tx, lane->name, lane->batch, lane->ordered, id,
	    lane->sender->desk->config->lease_ms, s->arena, &s->envelope);
}

static void
done_lease(struct batch_job *job, const struct err *err)
{
	struct shipment *s = SHIPMENT_OF(job);
	struct sender *sender = s->lane->sender;

	if (err != NULL || s->found == 0) {
		if (s->lane->due_ms < clock_mono_ms())
			s->lane->due_ms = clock_mono_ms() + IDLE_MS;
		shipment_free(s);
		return;
	}
	if (s->envelope.sealed_bytes != 0)
		call_again(sender->desk, s->lane->op, s->envelope.sealed,
		    s->envelope.sealed_bytes, &hooks, s);
	else
		seal(s);
	sender_tick(sender);
}

struct sender *
sender_new(struct desk *desk)
{
	struct sender *sender = xcalloc(1, sizeof(*sender));
	const struct config_smev *smev = &desk->config->smev;

	sender->desk = desk;
	sender->lanes[0] = (struct lane){ .sender = sender,
		.name = LANE_FEDERAL,
		.op = SMEV_SEND_REQUEST,
		.ordered = 1,
		.batch = (size_t)smev->push_records,
		.most = 1,
		.allowed = 1 };
	sender->lanes[1] = (struct lane){ .sender = sender,
		.name = LANE_ANSWERS,
		.op = SMEV_SEND_RESPONSE,
		.batch = 1,
		.most = (int)smev->batch,
		.allowed = 1 };
	sender->lanes[2] = (struct lane){ .sender = sender,
		.name = LANE_DOOR,
		.op = SMEV_SEND_REQUEST,
		.batch = 1,
		.most = (int)smev->batch,
		.allowed = 1 };
	return sender;
}

/* Something was put: the next tick looks at once. */
void
sender_wake(struct sender *sender)
{
	for (size_t i = 0; i < LANE_COUNT; i++)
		if (sender->lanes[i].trouble == 0)
			sender->lanes[i].due_ms = 0;
}

void
sender_tick(struct sender *sender)
{
	int64_t now = clock_mono_ms();
	struct shipment *s;

	if (*sender->desk->config->smev.url == '\0' || sender->desk->stopping
	    || pace_rests(&sender->desk->pace, now))
		return;
	for (size_t i = 0; i < LANE_COUNT; i++) {
		struct lane *lane = &sender->lanes[i];

		if (now < lane->due_ms || lane->under_way >= lane->allowed)
			continue;
		s = xcalloc(1, sizeof(*s));
		s->lane = lane;
		s->arena = arena_new();
		s->code = s->why = "";
		s->job.run = run_lease;
		s->job.done = done_lease;
		lane->under_way++;
		batch_add(sender->desk->batch, &s->job);
	}
}
