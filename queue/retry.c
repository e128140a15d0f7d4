#include "queue/retry.h"

int64_t
retry_pause_ms(
    int64_t attempt, int64_t base_ms, int64_t cap_ms, uint64_t random)
{
	int64_t pause_ms = base_ms < 1 ? 1 : base_ms, half_ms;

	for (int64_t i = 1; i < attempt && pause_ms < cap_ms; i++)
		pause_ms = pause_ms > cap_ms / 2 ? cap_ms : pause_ms * 2;
	if (pause_ms > cap_ms)
		pause_ms = cap_ms;
	if (pause_ms < 1)
		pause_ms = 1;
	half_ms = pause_ms / 2;
	return half_ms + (int64_t)(random % (uint64_t)(pause_ms - half_ms + 1));
}
