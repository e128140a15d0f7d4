#include "gateway/exchange/poller.h"

#include <stdio.h>
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
#include "gateway/exchange/backoff.h"
#include "gateway/exchange/call.h"
#include "gateway/exchange/poll_pace.h"
#include "gateway/metrics.h"
#include "model/changeset.h"
#include "queue/inbox.h"
#include "queue/rest.h"
#include "smev/smev.h"
#include "store/store.h"
#include "xsd/xml_date.h"

#define ACKS_MAX  32
#define RESTS_MAX 1000

/* One queue of SMEV, or a part of it that a selector names. */
struct poll {
	struct batch_job job; /* first: notes that it rests, or goes on */
	struct poller *poller;
	int op;
	const char *name; /* for people: of the data type, or of op */
	const char *namespace_uri, *root; /* selector; "" all */
	bool rare; /* never more often than slow */
	struct poll_pace pace;
	bool noted; /* the table rest says what is so */
	bool noting; /* job is in a batch */
	bool rests;
	int64_t until_ms; /* UTC, while it rests */
	char code[24], why[240];
};

struct ack {
	struct batch_job job; /* first */
	struct poller *poller;
	char *ack_id;
};

struct poller {
	struct batch_job job; /* first: looks for owed Acks */
	struct desk *desk;
	struct poll *polls;
	size_t poll_count, turn;
	int acks; /* under way */
	bool looking; /* job is in a batch */
	int64_t ack_look_ms;
	struct arena *arena; /* of what job found */
	struct inbox_ack owed[ACKS_MAX];
	size_t owed_count, owed_sent; /* found, and sent of these */
};

static struct poll_limits
limits_of(const struct poll *poll)
{
	const struct config_smev *smev = &poll->poller->desk->config->smev;

	return (struct poll_limits){
		.fast_ms = !poll->rare            ? smev->poll_fast_ms
		    : poll->op == SMEV_GET_STATUS ? smev->poll_status_ms
						  : smev->poll_slow_ms,
		.slow_ms = poll->op == SMEV_GET_STATUS ? smev->poll_status_ms
						       : smev->poll_slow_ms,
		.most = smev->batch,
	};
}

static void
run_note(struct store_tx *tx, struct batch_job *job)
{
	const struct poll *poll = (const struct poll *)(void *)job;

	if (!poll->rests)
		rest_end(tx, REST_POLL, poll->name);
	else
		rest_put(tx,
		    &(struct rest){ .realm = REST_POLL,
			.name = poll->name,
			.rests = poll->pace.trouble,
			.until_ms = poll->until_ms,
			.code = poll->code,
			.why = poll->why });
}

static void
done_note(struct batch_job *job, const struct err *err)
{
	struct poll *poll = (struct poll *)(void *)job;

	poll->noting = false;
	poll->noted = err == NULL;
}

/* What an operator is to see; what came before this store is overwritten. */
static void
note(struct poll *poll)
{
	if (poll->noting)
		return; /* the next call says it again */
	poll->noting = true;
	batch_add(poll->poller->desk->batch, &poll->job);
}

static void
note_good(struct poll *poll)
{
	if (poll->noted && !poll->rests)
		return;
	poll->rests = false;
	note(poll);
}

/*
 * Trouble of this queue, such as an unknown selector, rests it alone; that of
 * SMEV is paced for all.
 */
static void
poll_trouble(struct poll *poll, const char *code, const char *why)
{
	const struct config_retry *retry = &poll->poller->desk->config->retry;
	enum backoff class = backoff_of(code);
	struct poll_limits limits = limits_of(poll);
	int64_t pause_ms;

	if (backoff_of_smev(class) || class == BACKOFF_AWAY) {
		poll_pace_away(&poll->pace, &limits, clock_mono_ms());
		pause_ms = poll->pace.pause_ms;
	} else {
		/* Nobody but an operator changes a selector. */
		pause_ms = strcmp(code, "SMEV_UNKNOWN_TYPE") == 0
		    ? retry->cap_ms
		    : backoff_pause_ms(
			class, retry, poll->pace.trouble + 1, rand_u64());
		poll_pace_trouble(&poll->pace, pause_ms, clock_mono_ms());
		poll->rests = true;
		poll->until_ms = clock_now_ms() + pause_ms;
		(void)snprintf(poll->code, sizeof(poll->code), "%s", code);
		(void)snprintf(poll->why, sizeof(poll->why), "%s", why);
		note(poll);
	}
	log_event(LOG_LEVEL_WARN,
	    "stage=poll of=%s result=failed code=%s pause_ms=%lld why=\"%s\"",
	    poll->name, code, (long long)pause_ms, why);
}

static bool
on_read(struct call *call, struct transit *t)
{
	struct poll *poll = call->owner;
	struct poll_limits limits = limits_of(poll);

	if (t->decoded.answer == SMEV_ANSWER_EMPTY) {
		poll_pace_empty(&poll->pace, &limits, clock_mono_ms());
		note_good(poll);
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
	poll_pace_message(&poll->pace, &limits);
	note_good(poll);
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
	poll_pace_done(&poll->pace, clock_mono_ms());
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
		.namespace_uri = poll->namespace_uri,
		.root = poll->root,
		.timestamp = now };

	xml_datetime_format(clock_now_ms(), 180, now);
	poll_pace_begin(&poll->pace, clock_mono_ms());
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

static void
add_poll(struct poller *poller, int op, const char *name,
    const struct config_datatype *type, bool rare)
{
	struct poll *poll = &poller->polls[poller->poll_count++];

	*poll = (struct poll){ .poller = poller,
		.op = op,
		.name = name,
		.namespace_uri = type == NULL ? "" : type->namespace_uri,
		.root = type == NULL ? ""
		    : type->provider ? type->request_root
				     : type->response_root,
		.rare = rare };
	poll->job.run = run_note;
	poll->job.done = done_note;
	/* What is rare does not begin with the rest. */
	poll_pace_init(
	    &poll->pace, rare ? clock_mono_ms() + limits_of(poll).fast_ms : 0);
}

/*
 * A queue is asked as a whole, for all types that have no selector of their
 * own, and rarely when all have one: what nobody expects comes there, too.
 */
static void
add_polls(struct poller *poller, bool provider)
{
	const struct config *config = poller->desk->config;
	int op = provider ? SMEV_GET_REQUEST : SMEV_GET_RESPONSE;
	bool used = false, common = false;

	for (size_t i = 0; i < config->datatype_count; i++) {
		const struct config_datatype *type = &config->datatypes[i];

		/* One queue a data type, whatever the versions. */
		if (type->provider != provider || type->version != 0)
			continue;
		used = true;
		if (type->poll_own)
			add_poll(poller, op, type->name, type, false);
		else
			common = true;
	}
	if (used)
		add_poll(poller, op, provider ? "GetRequest" : "GetResponse",
		    NULL, !common);
}

static bool
polled(const struct poller *poller, const char *name)
{
	for (size_t i = 0; i < poller->poll_count; i++)
		if (strcmp(poller->polls[i].name, name) == 0)
			return true;
	return false;
}

/* What the settings name no more does not rest either. */
static void
forget_others(struct poller *poller)
{
	struct rest *rests =
	    arena_alloc(poller->arena, RESTS_MAX * sizeof(*rests));
	struct store_tx *tx = store_begin(poller->desk->store);
	size_t count =
	    rest_list(tx, REST_POLL, RESTS_MAX, poller->arena, rests);
	struct err err;

	for (size_t i = 0; i < count; i++)
		if (!polled(poller, rests[i].name))
			rest_end(tx, REST_POLL, rests[i].name);
	(void)store_commit(tx, &err); /* or at the next start */
	arena_reset(poller->arena);
}

struct poller *
poller_new(struct desk *desk)
{
	const struct config *config = desk->config;
	struct poller *poller = xcalloc(1, sizeof(*poller));

	poller->desk = desk;
	poller->arena = arena_new();
	poller->job.run = run_look;
	poller->job.done = done_look;
	if (*config->smev.url == '\0')
		return poller;
	poller->polls =
	    xcalloc(config->datatype_count + 3, sizeof(*poller->polls));
	add_polls(poller, true);
	add_polls(poller, false);
	if (poller->poll_count != 0)
		add_poll(poller, SMEV_GET_STATUS, "GetStatus", NULL, true);
	forget_others(poller);
	return poller;
}

void
poller_push(struct poller *poller)
{
	for (size_t i = 0; i < poller->poll_count; i++) {
		struct poll_limits limits = limits_of(&poller->polls[i]);

		poll_pace_push(
		    &poller->polls[i].pace, &limits, clock_mono_ms());
	}
	poller_tick(poller);
}

/* The next in turn asks first, where not all may. */
static void
ask_all(struct poller *poller, int64_t now)
{
	struct desk *desk = poller->desk;

	for (size_t i = 0; i < poller->poll_count; i++) {
		struct poll *poll =
		    &poller->polls[(poller->turn + i) % poller->poll_count];

		while (!desk->stopping && poll_pace_may(&poll->pace, now)
		    && poller->acks < 4 * ACKS_MAX) {
			int64_t before = poll->pace.askers;

			if (!pace_take(
				&desk->pace, desk->config, PACE_POLL, now)) {
				poller->turn += i;
				return;
			}
			ask(poll);
			if (poll->pace.askers <= before)
				break; /* it failed at once */
		}
	}
	poller->turn++;
}

void
poller_tick(struct poller *poller)
{
	int64_t now = clock_mono_ms();

	ask_all(poller, now);
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
