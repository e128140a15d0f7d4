/*
 * gateway/exchange/breaker.h - stops calls that can't succeed.
 *
 *	closed --failures in a row--> open --its pause is over--> one probe
 *	   ^----------------- the probe, or any other call, succeeds --'  |
 *	                      open <-- longer, the probe fails -----------'
 *
 * Pure: the clock and the pause come from outside.  All times are of one
 * clock, whichever the caller likes.
 */
#ifndef GATEWAY_EXCHANGE_BREAKER_H
#define GATEWAY_EXCHANGE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

/* All 0: closed, nothing was heard yet. */
struct breaker {
	int64_t failures; /* in a row, while closed */
	int64_t rests; /* pauses in a row; 0: closed */
	int64_t until_ms; /* of the pause */
	bool probing; /* one call is under way to see */
};

/* Whether a call may begin. */
bool breaker_may(const struct breaker *breaker, int64_t now_ms);
/*
 * A call begins, which may.  Returns whether it is the probe: then one of the
 * three below has to follow with it.
 */
bool breaker_begin(struct breaker *breaker, int64_t now_ms);
/* It succeeded.  Returns whether that closed the breaker. */
bool breaker_good(struct breaker *breaker);
/*
 * It failed.  Calls that began before the breaker opened count no more.
 *
 * Returns whether the breaker is to open now, which breaker_open() does: it is
 * the probe, or failure number most in a row.
 */
bool breaker_bad(struct breaker *breaker, bool probe, int64_t most);
/* Until until_ms nothing begins. */
void breaker_open(struct breaker *breaker, int64_t until_ms);
/* It ended without saying anything: another one may probe. */
void breaker_mute(struct breaker *breaker, bool probe);

#endif
