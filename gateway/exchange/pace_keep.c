#include "gateway/exchange/pace_keep.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/desk.h"
#include "gateway/exchange/backoff.h"
#include "queue/outbox.h"
#include "queue/rest.h"
#include "store/store.h"

#define KEEP_MS 5000 /* a limit that creeps is noted that often */
#define LIMIT   "SMEV_RATE_LIMIT"

struct pace_keep {
	struct batch_job job; /* first */
	struct desk *desk;
	bool keeping; /* job is in a batch */
	bool back; /* as in struct pace */
	int64_t kept_ms, kept_learnt;
	struct rest rest; /* what job writes */
	char code[24], why[240];
};

/* Pauses for what is over are over, too. */
static void
hasten(struct store_tx *tx)
{
	const struct code *code;

	for (size_t i = 0; (code = code_at(i)) != NULL; i++)
		if (*code->wait != '\0'
		    && backoff_of_smev(backoff_of(code->code)))
			(void)outbox_hasten(tx, NULL, NULL, code->code);
}

static void
run_keep(struct store_tx *tx, struct batch_job *job)
{
	const struct pace_keep *keep =
	    (const struct pace_keep *)(const void *)job;
	const struct rest *rest = &keep->rest;

	if (keep->back)
		hasten(tx);
	if (rest->until_ms == 0 && rest->pace == 0)
		rest_end(tx, REST_SMEV, "");
	else
		rest_put(tx, rest);
}

static void
done_keep(struct batch_job *job, const struct err *err)
{
	struct pace_keep *keep = (struct pace_keep *)(void *)job;

	keep->keeping = false;
	if (err == NULL)
		return;
	keep->desk->pace.changed = true; /* once more */
	keep->desk->pace.back |= keep->back;
}

/* It goes on where the store before us was. */
static void
load(struct desk *desk)
{
	struct arena *arena = arena_new();
	struct store_tx *tx = store_begin(desk->store);
	struct pace *pace = &desk->pace;
	int64_t now_ms = clock_mono_ms(), left_ms;
	struct rest rest;

	if (rest_list(tx, REST_SMEV, 1, arena, &rest) == 1) {
		left_ms = rest.until_ms - clock_now_ms();
		pace->learnt = pace->cut = rest.pace;
		pace->crept_ms = now_ms;
		if (rest.until_ms != 0 && strcmp(rest.code, LIMIT) == 0) {
			pace->rests = rest.rests;
			pace->until_ms = left_ms > 0 ? now_ms + left_ms : 0;
		} else if (rest.until_ms != 0) {
			pace->breaker.rests = rest.rests;
			pace->breaker.until_ms =
			    left_ms > 0 ? now_ms + left_ms : 0;
		}
	}
	store_rollback(tx);
	arena_free(arena);
}

struct pace_keep *
pace_keep_new(struct desk *desk)
{
	struct pace_keep *keep = xcalloc(1, sizeof(*keep));

	keep->desk = desk;
	keep->job.run = run_keep;
	keep->job.done = done_keep;
	load(desk);
	keep->kept_learnt = desk->pace.learnt;
	return keep;
}

/* Whether the learnt limit has moved by a tenth. */
static bool
crept(const struct pace_keep *keep, int64_t now_ms)
{
	int64_t learnt = keep->desk->pace.learnt, kept = keep->kept_learnt;

	return now_ms - keep->kept_ms >= KEEP_MS
	    && (learnt > kept + kept / 10 || learnt < kept);
}

void
pace_keep_tick(struct pace_keep *keep)
{
	struct pace *pace = &keep->desk->pace;
	int64_t now_ms = clock_mono_ms(), until_ms;
	bool seen;

	if (keep->keeping || keep->desk->stopping)
		return;
	seen = pace_seen(pace);
	if (!seen && !crept(keep, now_ms))
		return;
	until_ms = pace_rests_until_ms(pace, now_ms);
	memcpy(keep->code, pace->code, sizeof(keep->code));
	memcpy(keep->why, pace->why, sizeof(keep->why));
	keep->rest = (struct rest){ .realm = REST_SMEV,
		.name = "",
		.rests = pace->breaker.rests + pace->rests,
		.until_ms =
		    until_ms == 0 ? 0 : clock_now_ms() + until_ms - now_ms,
		.pace = pace->learnt,
		.code = keep->code,
		.why = keep->why };
	keep->back = pace->back;
	pace->back = false;
	keep->kept_ms = now_ms;
	keep->kept_learnt = pace->learnt;
	keep->keeping = true;
	if (seen)
		log_event(LOG_LEVEL_WARN,
		    "stage=call to=smev result=%s pause_ms=%lld "
		    "calls_in_1000_s=%lld%s%s",
		    until_ms == 0 ? "goes-on" : "rests",
		    (long long)(until_ms == 0 ? 0 : until_ms - now_ms),
		    (long long)pace->learnt, until_ms == 0 ? "" : " code=",
		    until_ms == 0 ? "" : pace->code);
	batch_add(keep->desk->batch, &keep->job);
}
