#include "gateway/exchange/backoff.h"

#include <assert.h>
#include <string.h>

#include "base/codes.h"
#include "gateway/config.h"
#include "queue/retry.h"

/*
 * Pauses grow from base_percent of retry.base_ms to cap_percent of
 * retry.cap_ms.  A connection comes back at once or after minutes; SMEV's own
 * trouble is not helped by more calls; a process of ours is back in a moment.
 */
static const struct {
	const char *word;
	int64_t base_percent, cap_percent;
	bool of_smev, endless;
} classes[BACKOFF_COUNT] = {
	[BACKOFF_OTHER] = { "other", 100, 100, false, false },
	[BACKOFF_NETWORK] = { "network", 100, 10, true, true },
	[BACKOFF_BUSY] = { "busy", 200, 25, true, true },
	[BACKOFF_RATE] = { "rate", 100, 10, true, true },
	[BACKOFF_FULL] = { "full", 200, 50, false, true },
	[BACKOFF_AWAY] = { "away", 20, 1, false, true },
};

enum backoff
backoff_of(const char *code)
{
	const struct code *row = code_find(code);

	for (int i = 1; row != NULL && i < BACKOFF_COUNT; i++)
		if (strcmp(row->wait, classes[i].word) == 0)
			return (enum backoff)i;
	return BACKOFF_OTHER;
}

const char *backoff_name(enum backoff class)
{
	assert(class < BACKOFF_COUNT);
	return classes[class].word;
}

int64_t
backoff_pause_ms(enum backoff class, const struct config_retry *retry,
    int64_t attempt, uint64_t random)
{
	int64_t base_ms = retry->base_ms * classes[class].base_percent / 100;
	int64_t cap_ms = retry->cap_ms * classes[class].cap_percent / 100;

	/* A cap of seconds, as in tests, leaves no room for parts of it. */
	if (cap_ms < base_ms)
		cap_ms = base_ms < retry->cap_ms ? base_ms : retry->cap_ms;
	return retry_pause_ms(attempt, base_ms, cap_ms, random);
}

bool backoff_of_smev(enum backoff class)
{
	return classes[class].of_smev;
}

bool backoff_endless(enum backoff class)
{
	return classes[class].endless;
}
