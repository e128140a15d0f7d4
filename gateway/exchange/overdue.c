#include "gateway/exchange/overdue.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/desk.h"
#include "gateway/metrics.h"
#include "queue/journal.h"
#include "queue/outbox.h"

#define LOOK_MS 1000
#define MAX     100 /* a look */
#define CODE    "SMEV_ANSWER_OVERDUE"
#define LATE    "SMEV_RESPONSE_LATE"

struct overdue {
	struct batch_job job; /* first */
	struct desk *desk;
	bool looking; /* job is in a batch */
	int64_t look_ms; /* mono: not before */
	struct arena *arena; /* of what job found */
	struct envelope found[MAX];
	struct message late[MAX];
	size_t count, late_count;
};

static void
run_look(struct store_tx *tx, struct batch_job *job)
{
	struct overdue *overdue = (struct overdue *)(void *)job;

	overdue->count =
	    outbox_overdue(tx, MAX, CODE, overdue->arena, overdue->found);
	for (size_t i = 0; i < overdue->count; i++)
		journal_add(tx,
		    &(struct journal_entry){ .event = "overdue",
			.packet_id = overdue->found[i].message_id,
			.source = overdue->found[i].lane,
			.digest = "",
			.detail = CODE });
	overdue->late_count =
	    outbox_late(tx, MAX, overdue->arena, overdue->late);
	for (size_t i = 0; i < overdue->late_count; i++)
		journal_add(tx,
		    &(struct journal_entry){ .event = "late",
			.packet_id = overdue->late[i].cause,
			.source = overdue->late[i].lane,
			.digest = "",
			.detail = LATE });
}

static void
done_look(struct batch_job *job, const struct err *err)
{
	struct overdue *overdue = (struct overdue *)(void *)job;

	char cause[120];

	overdue->looking = false;
	overdue->look_ms = clock_mono_ms()
	    + (overdue->count == MAX || overdue->late_count == MAX ? 0
								   : LOOK_MS);
	for (size_t i = 0; err == NULL && i < overdue->count; i++) {
		metrics_add(METRIC_SMEV_OVERDUE, 1);
		log_event(LOG_LEVEL_WARN,
		    "packet=%s stage=answer to=%s result=overdue code=" CODE,
		    overdue->found[i].message_id, overdue->found[i].lane);
	}
	for (size_t i = 0; err == NULL && i < overdue->late_count; i++) {
		metrics_add(METRIC_SMEV_LATE, 1);
		log_event(LOG_LEVEL_WARN,
		    "packet=%s stage=answer lane=%s row=out:%lld result=late "
		    "code=" LATE,
		    log_value(cause, sizeof(cause), overdue->late[i].cause),
		    overdue->late[i].lane, (long long)overdue->late[i].id);
	}
	arena_reset(overdue->arena);
}

struct overdue *
overdue_new(struct desk *desk)
{
	struct overdue *overdue = xcalloc(1, sizeof(*overdue));

	overdue->desk = desk;
	overdue->arena = arena_new();
	overdue->job.run = run_look;
	overdue->job.done = done_look;
	return overdue;
}

void
overdue_tick(struct overdue *overdue)
{
	if (overdue->looking || overdue->desk->stopping
	    || clock_mono_ms() < overdue->look_ms)
		return;
	overdue->looking = true;
	overdue->count = overdue->late_count = 0;
	batch_add(overdue->desk->batch, &overdue->job);
}
