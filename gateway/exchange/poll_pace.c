#include "gateway/exchange/poll_pace.h"

#include <assert.h>

void
poll_pace_init(struct poll_pace *pace, int64_t due_ms)
{
	*pace = (struct poll_pace){ .want = 1, .due_ms = due_ms };
}

bool
poll_pace_may(const struct poll_pace *pace, int64_t now_ms)
{
	return now_ms >= pace->due_ms && pace->askers < pace->want;
}

void
poll_pace_begin(struct poll_pace *pace, int64_t now_ms)
{
	pace->askers++;
	pace->asked_ms = now_ms;
}

static void
end(struct poll_pace *pace, int64_t pause_ms, int64_t now_ms)
{
	assert(pace->askers > 0);
	pace->askers--;
	pace->pause_ms = pause_ms;
	pace->due_ms = now_ms + pause_ms;
}

/* Twice the last pause, within the limits. */
static int64_t
longer(const struct poll_pace *pace, const struct poll_limits *limits)
{
	int64_t pause_ms = pace->pause_ms * 2;

	if (pause_ms < limits->fast_ms)
		pause_ms = limits->fast_ms;
	return pause_ms > limits->slow_ms ? limits->slow_ms : pause_ms;
}

void
poll_pace_empty(
    struct poll_pace *pace, const struct poll_limits *limits, int64_t now_ms)
{
	pace->want = 1;
	pace->trouble = 0;
	end(pace, longer(pace, limits), now_ms);
}

void
poll_pace_message(struct poll_pace *pace, const struct poll_limits *limits)
{
	pace->trouble = 0;
	if (pace->want < limits->most)
		pace->want++;
}

void
poll_pace_done(struct poll_pace *pace, int64_t now_ms)
{
	end(pace, 0, now_ms);
}

void
poll_pace_away(
    struct poll_pace *pace, const struct poll_limits *limits, int64_t now_ms)
{
	pace->want = 1;
	end(pace, longer(pace, limits), now_ms);
}

void
poll_pace_trouble(struct poll_pace *pace, int64_t pause_ms, int64_t now_ms)
{
	pace->want = 1;
	pace->trouble++;
	end(pace, pause_ms, now_ms);
}

void
poll_pace_push(
    struct poll_pace *pace, const struct poll_limits *limits, int64_t now_ms)
{
	int64_t soonest_ms = now_ms;

	if (pace->trouble != 0)
		return;
	if (pace->asked_ms != 0
	    && pace->asked_ms + limits->fast_ms > soonest_ms)
		soonest_ms = pace->asked_ms + limits->fast_ms;
	if (pace->due_ms > soonest_ms)
		pace->due_ms = soonest_ms;
	pace->pause_ms = 0;
}
