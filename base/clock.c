#include "base/clock.h"

#include <time.h>

static int64_t frozen_ms;

static int64_t
read_ms(clockid_t id)
{
	struct timespec now;

	if (frozen_ms != 0)
		return frozen_ms;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_now_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

int64_t
clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t
clock_mono_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
clock_freeze_ms(int64_t now_ms)
{
	frozen_ms = now_ms;
}
