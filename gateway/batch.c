#include "gateway/batch.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/metrics.h"
#include "store/store.h"

struct batch {
	struct store *store;
	size_t max_jobs;
	struct batch_job *first, **tail;
	struct batch_numbers numbers;
};

struct batch *
batch_new(struct store *store, size_t max_jobs)
{
	struct batch *batch = xcalloc(1, sizeof(*batch));

	batch->store = store;
	batch->max_jobs = max_jobs;
	batch->tail = &batch->first;
	return batch;
}

void
batch_free(struct batch *batch)
{
	free(batch);
}

void
batch_add(struct batch *batch, struct batch_job *job)
{
	job->next = NULL;
	*batch->tail = job;
	batch->tail = &job->next;
}

bool
batch_empty(const struct batch *batch)
{
	return batch->first == NULL;
}

/* Take up to max_jobs off the front. */
static struct batch_job *
take(struct batch *batch)
{
	struct batch_job *first = batch->first, *last = first;

	for (size_t i = 1; i < batch->max_jobs && last->next != NULL; i++)
		last = last->next;
	batch->first = last->next;
	last->next = NULL;
	if (batch->first == NULL)
		batch->tail = &batch->first;
	return first;
}

int
batch_run(struct batch *batch)
{
	struct batch_job *first, *job, *next;
	struct err err = { .kind = ERR_NONE };
	struct store_tx *tx;
	int64_t began_us;
	int rc;

	if (batch->first == NULL)
		return 0;
	began_us = clock_mono_us();
	first = take(batch);
	tx = store_begin(batch->store);
	for (job = first; job != NULL; job = job->next)
		job->run(tx, job);
	(void)FAILPOINT("store.before_commit");
	rc = store_commit(tx, &err);
	(void)FAILPOINT("store.after_commit");
	batch->numbers.batches++;
	metrics_add(METRIC_STORE_BATCHES, 1);
	metrics_observe_us(METRIC_TIME_BATCH, clock_mono_us() - began_us);
	if (rc == -1) {
		batch->numbers.failed++;
		metrics_add(METRIC_STORE_ERRORS, 1);
		log_event(LOG_LEVEL_ERROR,
		    "event=commit result=failed code=%s why=\"%s\"", err.code,
		    err.text);
	}
	for (job = first; job != NULL; job = next) {
		next = job->next;
		batch->numbers.jobs++;
		metrics_add(METRIC_STORE_JOBS, 1);
		job->done(job, rc == -1 ? &err : NULL);
	}
	return rc == -1 && err.kind == ERR_FATAL ? -1 : 0;
}

const struct batch_numbers *
batch_numbers(const struct batch *batch)
{
	return &batch->numbers;
}
