/*
 * gateway/exchange/destination.h - how hard one destination may be pressed.
 *
 * A window of calls under way that grows by one a window of successes, from
 * DESTINATION_FIRST up to a limit, and is halved by trouble; and a breaker that
 * opens when trouble does not end.  Trouble is the destination's own only: one
 * without room.  Pure: the clock comes from outside.
 */
#ifndef GATEWAY_EXCHANGE_DESTINATION_H
#define GATEWAY_EXCHANGE_DESTINATION_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/exchange/breaker.h"

#define DESTINATION_FIRST 2 /* calls at once before anything is known */
#define DESTINATION_WHOLE 1000 /* parts of a call in window */

struct destination {
	int64_t window; /* in parts of a call */
	int64_t under_way;
	struct breaker breaker;
};

/* As nothing is known of it. */
void destination_init(struct destination *destination);
/* Whether one more call may begin; limit: calls at once, at most. */
bool destination_may(
    const struct destination *destination, int64_t limit, int64_t now_ms);
/* A call begins.  Returns whether it is a probe, to be said when it ends. */
bool destination_begin(struct destination *destination, int64_t now_ms);
/* A call ended well.  Returns whether the destination was resting. */
bool destination_good(struct destination *destination, int64_t limit);
/* A call ended in trouble of the destination's.  Returns whether to open the
 * breaker, as breaker_bad() does. */
bool destination_bad(struct destination *destination, bool probe, int64_t most);
/* A call ended, and said nothing about the destination. */
void destination_mute(struct destination *destination, bool probe);

#endif
