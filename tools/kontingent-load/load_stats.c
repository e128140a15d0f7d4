#include "tools/kontingent-load/load_stats.h"

/* Values below 64 have a bucket each; then 32 to each doubling. */
static unsigned
bucket_of(uint64_t us)
{
	unsigned shift = 0;

	while (us >> shift >= 64)
		shift++;
	return shift == 0 ? (unsigned)us : shift * 32 + (unsigned)(us >> shift);
}

/* The highest value that falls into bucket. */
static uint64_t
highest(unsigned bucket)
{
	unsigned shift = bucket < 64 ? 0 : bucket / 32 - 1;

	return ((uint64_t)(bucket - shift * 32 + 1) << shift) - 1;
}

void
load_stats_add(struct load_stats *stats, int status, uint64_t us)
{
	unsigned bucket = bucket_of(us);

	if (bucket >= LOAD_BUCKETS)
		bucket = LOAD_BUCKETS - 1;
	stats->buckets[bucket]++;
	stats->count++;
	if (us > stats->max_us)
		stats->max_us = us;
	if (status >= 0 && status < LOAD_STATUS_MAX)
		stats->statuses[status]++;
}

uint64_t
load_stats_at(const struct load_stats *stats, double share)
{
	uint64_t wanted = (uint64_t)(share * (double)stats->count);
	uint64_t seen = 0;

	for (unsigned bucket = 0; bucket < LOAD_BUCKETS; bucket++) {
		seen += stats->buckets[bucket];
		if (seen > 0 && seen >= wanted)
			return highest(bucket) < stats->max_us ? highest(bucket)
							       : stats->max_us;
	}
	return stats->max_us;
}
