/*
 * queue/retry.h - when to try again: exponential, capped, with jitter.
 */
#ifndef QUEUE_RETRY_H
#define QUEUE_RETRY_H

#include <stdint.h>

/*
 * Pause before attempt + 1, in ms: base_ms * 2^(attempt-1), at most cap_ms,
 * then evenly from half of that to all of it by random (any number).
 */
int64_t retry_pause_ms(
    int64_t attempt, int64_t base_ms, int64_t cap_ms, uint64_t random);

#endif
