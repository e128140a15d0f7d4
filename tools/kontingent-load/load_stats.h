/*
 * tools/kontingent-load/load_stats.h - what came back, and how fast.
 *
 * Latencies are counted in buckets that are at most 1.6 % wide, from 1 µs to
 * more than an hour.
 */
#ifndef LOAD_STATS_H
#define LOAD_STATS_H

#include <stdint.h>

#define LOAD_BUCKETS    (64 * 32)
#define LOAD_STATUS_MAX 600

struct load_stats {
	uint64_t buckets[LOAD_BUCKETS];
	uint64_t count; /* answers */
	uint64_t statuses[LOAD_STATUS_MAX];
	uint64_t failures; /* connections that broke with a packet on them */
	uint64_t max_us;
	uint64_t bytes_sent;
};

/* One answer: its HTTP status and its latency in microseconds. */
void load_stats_add(struct load_stats *stats, int status, uint64_t us);
/* The latency that share (0..1) of the answers did not exceed; microseconds. */
uint64_t load_stats_at(const struct load_stats *stats, double share);

#endif
