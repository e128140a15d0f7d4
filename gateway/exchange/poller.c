#include "gateway/exchange/poller.h"

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
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/exchange/call.h"
#include "gateway/metrics.h"
#include "model/changeset.h"
#include "queue/inbox.h"
#include "queue/retry.h"
#include "smev/smev.h"
#include "store/store.h"
#include "xsd/xml_date.h"

#define ACKS_MAX 32

/* One operation, asked by up to askers calls at a time. */
struct poll {
	struct poller *poller;
	int op;
	int askers; /* under way */
	int want; /* allowed: grows while messages come, 1 when empty */
	int64_t due_ms; /* mono: not before */
	int64_t pause_ms; /* the last one */
	int64_t trouble; /* failures in a row */
};

struct ack {
	struct batch_job job; /* first */
	struct poller *poller;
	char *ack_id;
};

struct poller {
	struct batch_job job; /* first: looks for owed Acks */
	struct desk *desk;
	struct poll polls[2];
	size_t poll_count;
	int acks; /* under way */
	bool looking; /* job is in a batch */
	int64_t ack_look_ms;
	struct arena *arena; /* of what job found */
	struct inbox_ack owed[ACKS_MAX];
	size_t owed_count, owed_sent; /* found, and sent of these */
};

static void ask(struct poll *poll);

static void
poll_ended(struct poll *poll, int64_t pause_ms)
{
	poll->askers--;
	poll->pause_ms = pause_ms;
	poll->due_ms = clock_mono_ms() + pause_ms;
}

static void
poll_idle(struct poll *poll)
{
	const struct config_smev *smev = &poll->poller->desk->config->smev;
	int64_t pause = poll->pause_ms * 2;

	if (pause < smev->poll_fast_ms)
		pause = smev->poll_fast_ms;
	if (pause > smev->poll_slow_ms)
		pause = smev->poll_slow_ms;
	poll->want = 1;
	poll->trouble = 0;
	poll_ended(poll, pause);
}

static void
poll_trouble(struct poll *poll, const char *code, const char *why)
{
	const struct config *config = poll->poller->desk->config;
	int64_t pause = retry_pause_ms(++poll->trouble, config->retry.base_ms,
	    config->retry.cap_ms, rand_u64());

	log_event(LOG_LEVEL_WARN,
	    "stage=poll op=%d result=failed code=%s pause_ms=%lld why=\"%s\"",
	    poll->op, code, (long long)pause, why);
	poll->want = 1;
	poll_ended(poll, pause);
}

static bool
on_read(struct call *call, struct transit *t)
{
	struct poll *poll = call->owner;

	if (t->decoded.answer == SMEV_ANSWER_EMPTY) {
		poll_idle(poll);
		return false;
	}
	if (t->decoded.answer == SMEV_ANSWER_FAULT || t->decoded.answer == 0) {
		poll_trouble(poll,
		    *t->decoded.code != '\0' ? t->decoded.code : "SMEV_FORM",
		    t->decoded.why);
		return false;
	}
	/* A message whose signature is bad is not SMEV's word: no Ack, so the
	 * real one is given again. */
	if (!t->decoded.signature_ok || *t->decoded.ack_id == '\0') {
		poll_trouble(poll, t->decoded.code, t->decoded.why);
		return false;
	}
	metrics_add(METRIC_SMEV_RECEIVED, 1);
	poll->trouble = 0;
	if (poll->want < poll->poller->desk->config->smev.batch)
		poll->want++;
	return true;
}

static void
on_settled(struct call *call, const struct err *err)
{
	struct poll *poll = call->owner;

	if (err != NULL) {
		poll_trouble(poll, err->code, err->text);
		return;
	}
	poll_ended(poll, 0);
	poll->poller->ack_look_ms = 0;
	poller_tick(poll->poller);
}

static void
on_failed(struct call *call, const struct err *err)
{
	poll_trouble(call->owner, err->code, err->text);
}

static void
ask(struct poll *poll)
{
	static const struct call_hooks hooks = {
		.read = on_read, .settled = on_settled, .failed = on_failed
	};
	char now[XML_DATETIME_BYTES];
	struct seal_job job = { .op = poll->op,
		.message_id = "",
		.kind = "",
		.to = "",
		.namespace_uri = "",
		.root = "",
		.timestamp = now };

	xml_datetime_format(clock_now_ms(), 180, now);
	poll->askers++;
	metrics_add(METRIC_SMEV_POLLS, 1);
	call_seal(poll->poller->desk, &job, &hooks, poll);
}

static void
run_ack_done(struct store_tx *tx, struct batch_job *job)
{
	inbox_ack_done(tx, ((struct ack *)(void *)job)->ack_id);
}

static void
ack_free(struct ack *ack)
{
	ack->poller->acks--;
	free(ack->ack_id);
	free(ack);
}

static void
done_ack_done(struct batch_job *job, const struct err *err)
{
	(void)err; /* not noted: it is confirmed once more, later */
	ack_free((struct ack *)(void *)job);
}

/* Confirmed, now or before: a code that is no error says so too. */
static bool
on_ack_read(struct call *call, struct transit *t)
{
	const struct code *code = code_find(t->decoded.code);
	struct ack *ack = call->owner;

	if (t->decoded.answer != SMEV_ANSWER_ACKED
	    && (t->decoded.answer != SMEV_ANSWER_FAULT || code == NULL
		|| code->kind != ERR_NONE)) {
		log_event(LOG_LEVEL_WARN,
		    "packet=%s stage=ack result=failed code=%s", ack->ack_id,
		    t->decoded.code);
		ack_free(ack);
		return false;
	}
	metrics_add(METRIC_SMEV_ACKS, 1);
	ack->job.run = run_ack_done;
	ack->job.done = done_ack_done;
	batch_add(ack->poller->desk->batch, &ack->job);
	return false;
}

static void
on_ack_failed(struct call *call, const struct err *err)
{
	struct ack *ack = call->owner;

	log_event(LOG_LEVEL_WARN, "packet=%s stage=ack result=failed code=%s",
	    ack->ack_id, err->code);
	ack_free(ack);
}

static void
send_ack(struct poller *poller, const struct inbox_ack *owed)
{
	static const struct call_hooks hooks = { .read = on_ack_read,
		.failed = on_ack_failed };
	struct seal_job job = { .op = SMEV_ACK,
		.message_id = owed->ack_id,
		.kind = "",
		.to = "",
		.namespace_uri = "",
		.root = "",
		.timestamp = "",
		.accepted = owed->accepted };
	struct ack *ack = xcalloc(1, sizeof(*ack));

	ack->poller = poller;
	ack->ack_id = xstrdup(owed->ack_id);
	poller->acks++;
	(void)FAILPOINT("poller.before_ack");
	call_seal(poller->desk, &job, &hooks, ack);
}

/* What was found, as soon as it may be called. */
static void
send_acks(struct poller *poller)
{
	struct desk *desk = poller->desk;

	while (poller->owed_sent < poller->owed_count && poller->acks < ACKS_MAX
	    && pace_take(&desk->pace, desk->config, PACE_ACK, clock_mono_ms()))
		send_ack(poller, &poller->owed[poller->owed_sent++]);
}

static void
run_look(struct store_tx *tx, struct batch_job *job)
{
	struct poller *poller = (struct poller *)(void *)job;
	int64_t before = clock_now_ms() - poller->desk->config->smev.ack_ms;

	poller->owed_count =
	    inbox_ack_due(tx, ACKS_MAX, before, poller->arena, poller->owed);
}

static void
done_look(struct batch_job *job, const struct err *err)
{
	struct poller *poller = (struct poller *)(void *)job;

	poller->looking = false;
	poller->ack_look_ms =
	    clock_mono_ms() + (poller->owed_count == ACKS_MAX ? 0 : 1000);
	if (err != NULL)
		poller->owed_count = 0;
	send_acks(poller);
}

struct poller *
poller_new(struct desk *desk)
{
	const struct config *config = desk->config;
	struct poller *poller = xcalloc(1, sizeof(*poller));
	bool asks = false, answers = false;

	poller->desk = desk;
	poller->arena = arena_new();
	poller->job.run = run_look;
	poller->job.done = done_look;
	for (size_t i = 0; i < config->datatype_count; i++) {
		asks |= !config->datatypes[i].provider;
		answers |= config->datatypes[i].provider;
	}
	if (*config->smev.url == '\0')
		return poller;
	if (answers)
		poller->polls[poller->poll_count++] =
		    (struct poll){ poller, SMEV_GET_REQUEST, 0, 1, 0, 0, 0 };
	if (asks)
		poller->polls[poller->poll_count++] =
		    (struct poll){ poller, SMEV_GET_RESPONSE, 0, 1, 0, 0, 0 };
	return poller;
}

void
poller_tick(struct poller *poller)
{
	int64_t now = clock_mono_ms();

	for (size_t i = 0; i < poller->poll_count; i++) {
		struct poll *poll = &poller->polls[i];

		while (!poller->desk->stopping && now >= poll->due_ms
		    && poll->askers < poll->want && poller->acks < 4 * ACKS_MAX
		    && pace_take(&poller->desk->pace, poller->desk->config,
			PACE_POLL, now)) {
			int before = poll->askers;

			ask(poll);
			if (poll->askers <= before)
				break; /* it failed at once */
		}
	}
	if (poller->owed_sent < poller->owed_count) {
		send_acks(poller);
	} else if (poller->poll_count != 0 && !poller->looking
	    && now >= poller->ack_look_ms && poller->acks < ACKS_MAX) {
		poller->looking = true;
		poller->owed_count = poller->owed_sent = 0;
		arena_reset(poller->arena);
		batch_add(poller->desk->batch, &poller->job);
	}
}
