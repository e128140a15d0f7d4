#include "gateway/exchange/breaker.h"

bool
breaker_may(const struct breaker *breaker, int64_t now_ms)
{
	return breaker->rests == 0
	    || (now_ms >= breaker->until_ms && !breaker->probing);
}

bool
breaker_begin(struct breaker *breaker, int64_t now_ms)
{
	if (breaker->rests == 0 || now_ms < breaker->until_ms
	    || breaker->probing)
		return false;
	breaker->probing = true;
	return true;
}

bool
breaker_good(struct breaker *breaker)
{
	bool was_open = breaker->rests != 0;

	*breaker = (struct breaker){ 0 };
	return was_open;
}

bool
breaker_bad(struct breaker *breaker, bool probe, int64_t most)
{
	if (probe) {
		/* Another call may have closed it meanwhile. */
		breaker->probing = false;
		if (breaker->rests != 0)
			return true;
	}
	if (breaker->rests != 0)
		return false;
	return ++breaker->failures >= most;
}

void
breaker_open(struct breaker *breaker, int64_t until_ms)
{
	breaker->rests++;
	breaker->until_ms = until_ms;
	breaker->probing = false;
}

void
breaker_mute(struct breaker *breaker, bool probe)
{
	if (probe)
		breaker->probing = false;
}
