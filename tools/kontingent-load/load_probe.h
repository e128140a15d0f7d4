/*
 * tools/kontingent-load/load_probe.h - what the daemon says of itself, and
 * what the kernel says of it.
 */
#ifndef LOAD_PROBE_H
#define LOAD_PROBE_H

#include <stdint.h>
#include <sys/types.h>

struct err;
struct load_target;

/* Of /metrics; -1: there is no such metric. */
struct load_metrics {
	int64_t accepted, applied, refused, waiting, held;
	int64_t batches; /* commits */
	int64_t fsyncs;
};

/*
 * Ask /metrics at the host and port of target.
 *
 * Errors: ERR_RETRY LOAD_METRICS.
 */
int load_probe_metrics(const struct load_target *target,
    struct load_metrics *ret_metrics, struct err *err);
/*
 * Wait until nothing waits in the inbox, at most most_ms; *ret_at_us is when
 * that was seen first (clock_mono_us).
 *
 * Errors: ERR_RETRY LOAD_METRICS, LOAD_WAITS it did not come to that.
 */
int load_probe_drained(const struct load_target *target, int64_t most_ms,
    int64_t *ret_at_us, struct err *err);
/* CPU time of pid and all below it, milliseconds; -1: there is none. */
int64_t load_probe_cpu_ms(pid_t pid);

#endif
