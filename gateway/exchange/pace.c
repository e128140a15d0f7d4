#include "gateway/exchange/pace.h"

#include <string.h>

#include "queue/retry.h"

void
pace_heard(struct pace *pace, const char *code, int64_t now_ms, int64_t base_ms,
    int64_t cap_ms, uint64_t random)
{
	if (pace_rests(pace, now_ms))
		return;
	if (strcmp(code, "SMEV_RATE_LIMIT") == 0)
		pace->until_ms = now_ms
		    + retry_pause_ms(++pace->rests, base_ms, cap_ms, random);
	else
		pace->rests = 0;
}

bool
pace_rests(const struct pace *pace, int64_t now_ms)
{
	return now_ms < pace->until_ms;
}
