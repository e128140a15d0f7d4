/*
 * gateway/sweep.h - blobs that no file has, and parts that nobody goes on with,
 * are removed in small steps.
 *
 * A blob is kept before the commit of the row that refers to it, so one that is
 * young may have no row yet: only what is older than a day is looked at.  Runs
 * in store.
 */
#ifndef GATEWAY_SWEEP_H
#define GATEWAY_SWEEP_H

#include <stdint.h>

struct batch;
struct sweep;

/* Of the blobs in folder, by batch; both must outlive it. */
struct sweep *sweep_new(struct batch *batch, const char *folder);
void sweep_free(struct sweep *sweep); /* NULL is fine */
/* A moment has passed; mono_ms is clock_mono_ms(). */
void sweep_tick(struct sweep *sweep, int64_t mono_ms);

#endif
