/*
 * gateway/batch.h - store's work: take what waits, one transaction, answer.
 *
 * Each job runs between two savepoints of its own making; one commit makes all
 * of them true, and only then done() is called, with NULL or with why nothing
 * of the batch has happened.  While a batch commits, the next one gathers.
 */
#ifndef GATEWAY_BATCH_H
#define GATEWAY_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct batch;
struct err;
struct store;
struct store_tx;

/* Embedded in what a job is about; given back in done(). */
struct batch_job {
	struct batch_job *next;
	void (*run)(struct store_tx *tx, struct batch_job *job);
	void (*done)(struct batch_job *job, const struct err *err);
};

/* Gathers jobs, of which one commit takes max_jobs at most. */
struct batch *batch_new(struct store *store, size_t max_jobs);
/* NULL is fine; no job is in it. */
void batch_free(struct batch *batch);
void batch_add(struct batch *batch, struct batch_job *job);
bool batch_empty(const struct batch *batch);

struct batch_numbers {
	int64_t batches, jobs, failed, took_us;
};

/*
 * Run what waits, up to max_jobs, and commit.
 *
 * Returns 0; or -1 when the store is broken for good and the process must end.
 */
int batch_run(struct batch *batch);
const struct batch_numbers *batch_numbers(const struct batch *batch);

#endif
