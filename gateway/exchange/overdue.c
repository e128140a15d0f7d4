#include "gateway/exchange/overdue.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/metrics.h"
#include "queue/journal.h"
#include "queue/mailbox.h"
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
	struct letter unanswered[MAX]; /* by systems behind the door */
	size_t count, late_count, unanswered_count;
};

static void
note_late(struct store_tx *tx, const char *packet_id, const char *source)
{
	journal_add(tx,
	    &(struct journal_entry){ .event = "late",
		.packet_id = packet_id,
		.source = source,
		.digest = "",
		.detail = LATE });
}

/* Requests that a system behind the door has not answered. */
static void
look_door(struct store_tx *tx, struct overdue *overdue)
{
	const struct config *config = overdue->desk->config;
	size_t count = 0;

	for (size_t i = 0; i < config->datatype_count; i++) {
		const struct config_datatype *type = &config->datatypes[i];

		if (type->provider && strcmp(type->adapter, CONFIG_DOOR) == 0)
			count += mailbox_late(tx, type->name,
			    clock_now_ms() - type->deadline_s * 1000,
			    MAX - count, overdue->arena,
			    overdue->unanswered + count);
	}
	for (size_t i = 0; i < count; i++)
		note_late(tx, overdue->unanswered[i].client_id,
		    overdue->unanswered[i].owner);
	overdue->unanswered_count = count;
}

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
		note_late(tx, overdue->late[i].cause, overdue->late[i].lane);
	look_door(tx, overdue);
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
	for (size_t i = 0; err == NULL && i < overdue->unanswered_count; i++) {
		metrics_add(METRIC_SMEV_LATE, 1);
		log_event(LOG_LEVEL_WARN,
		    "packet=%s stage=answer from=%s result=late code=" LATE,
		    log_value(
			cause, sizeof(cause), overdue->unanswered[i].client_id),
		    overdue->unanswered[i].owner);
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
	overdue->unanswered_count = 0;
	batch_add(overdue->desk->batch, &overdue->job);
}
