/*
 * gateway/exchange/poll_pace.h - when one queue of SMEV is asked again.
 *
 * At once while messages come, and by more and more calls at a time; with
 * pauses that double from fast to slow while there are none.  A push
 * notification ends a pause, but never makes two calls come closer than fast.
 * Trouble of this queue alone pauses it alone.  Pure: the clock comes from
 * outside.
 */
#ifndef GATEWAY_EXCHANGE_POLL_PACE_H
#define GATEWAY_EXCHANGE_POLL_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct poll_limits {
	int64_t fast_ms, slow_ms;
	int64_t most; /* calls at a time */
};

/* Begin with poll_pace_init(). */
struct poll_pace {
	int64_t askers; /* calls under way */
	int64_t want; /* allowed */
	int64_t due_ms; /* not before */
	int64_t asked_ms; /* the last call began */
	int64_t pause_ms; /* the last one */
	int64_t trouble; /* of this queue, in a row */
};

/* The first call may begin at due_ms. */
void poll_pace_init(struct poll_pace *pace, int64_t due_ms);
bool poll_pace_may(const struct poll_pace *pace, int64_t now_ms);
void poll_pace_begin(struct poll_pace *pace, int64_t now_ms);
/* A call ended: nothing was there. */
void poll_pace_empty(
    struct poll_pace *pace, const struct poll_limits *limits, int64_t now_ms);
/* There was a message: more may be asked for meanwhile. */
void
poll_pace_message(struct poll_pace *pace, const struct poll_limits *limits);
/* That message is done with; the call ended. */
void poll_pace_done(struct poll_pace *pace, int64_t now_ms);
/* It ended in trouble of SMEV, which is paced for all calls together. */
void poll_pace_away(
    struct poll_pace *pace, const struct poll_limits *limits, int64_t now_ms);
/* It ended in trouble of this queue's: nothing is asked for pause_ms. */
void
poll_pace_trouble(struct poll_pace *pace, int64_t pause_ms, int64_t now_ms);
/* SMEV says that something may be there. */
void poll_pace_push(
    struct poll_pace *pace, const struct poll_limits *limits, int64_t now_ms);

#endif
