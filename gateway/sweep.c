#include "gateway/sweep.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/batch.h"
#include "queue/blob.h"
#include "queue/file.h"

#define STEP_MS     10000 /* a shelf each time: all of them in 43 minutes */
#define BLOBS_MAX   64 /* a step */
#define BLOB_AGE_MS (INT64_C(24) * 3600 * 1000)
#define PART_AGE_MS (INT64_C(7) * 24 * 3600 * 1000)

struct sweep {
	struct batch_job job; /* first: asks which are known */
	struct batch *batch;
	const char *folder;
	bool looking;
	int64_t due_ms; /* mono */
	int64_t before_ms;
	unsigned shelf;
	size_t count;
	char names[BLOBS_MAX][BLOB_NAME_BYTES];
	bool known[BLOBS_MAX];
};

static void
run_look(struct store_tx *tx, struct batch_job *job)
{
	struct sweep *sweep = (struct sweep *)(void *)job;

	for (size_t i = 0; i < sweep->count; i++)
		sweep->known[i] = file_known(tx, sweep->names[i]);
}

static void
done_look(struct batch_job *job, const struct err *err)
{
	struct sweep *sweep = (struct sweep *)(void *)job;

	sweep->looking = false;
	for (size_t i = 0; err == NULL && i < sweep->count; i++)
		if (!sweep->known[i]
		    && blob_remove(
			sweep->folder, sweep->names[i], sweep->before_ms))
			log_event(LOG_LEVEL_INFO, "blob=%s result=removed",
			    sweep->names[i]);
}

struct sweep *
sweep_new(struct batch *batch, const char *folder)
{
	struct sweep *sweep = xcalloc(1, sizeof(*sweep));

	sweep->batch = batch;
	sweep->folder = folder;
	sweep->job.run = run_look;
	sweep->job.done = done_look;
	return sweep;
}

void
sweep_free(struct sweep *sweep)
{
	free(sweep);
}

void
sweep_tick(struct sweep *sweep, int64_t mono_ms)
{
	if (sweep->looking || mono_ms < sweep->due_ms)
		return;
	sweep->due_ms = mono_ms + STEP_MS;
	sweep->before_ms = clock_now_ms() - BLOB_AGE_MS;
	if (sweep->shelf == 0)
		(void)blob_sweep_parts(
		    sweep->folder, clock_now_ms() - PART_AGE_MS);
	sweep->count = blob_old(sweep->folder, sweep->shelf, sweep->before_ms,
	    BLOBS_MAX, sweep->names);
	sweep->shelf = (sweep->shelf + 1) % BLOB_SHELVES;
	if (sweep->count == 0)
		return;
	sweep->looking = true;
	batch_add(sweep->batch, &sweep->job);
}
