#include "gateway/exchange/destination.h"

#include <assert.h>

void
destination_init(struct destination *destination)
{
	*destination = (struct destination){
		.window = DESTINATION_FIRST * DESTINATION_WHOLE,
	};
}

bool
destination_may(
    const struct destination *destination, int64_t limit, int64_t now_ms)
{
	int64_t calls = destination->window / DESTINATION_WHOLE;

	if (calls > limit)
		calls = limit;
	return breaker_may(&destination->breaker, now_ms)
	    && destination->under_way < (calls < 1 ? 1 : calls);
}

bool
destination_begin(struct destination *destination, int64_t now_ms)
{
	destination->under_way++;
	return breaker_begin(&destination->breaker, now_ms);
}

static void
end(struct destination *destination)
{
	assert(destination->under_way > 0);
	destination->under_way--;
}

bool
destination_good(struct destination *destination, int64_t limit)
{
	int64_t calls = destination->window / DESTINATION_WHOLE;

	end(destination);
	destination->window += DESTINATION_WHOLE / (calls < 1 ? 1 : calls);
	if (destination->window > limit * DESTINATION_WHOLE)
		destination->window = limit * DESTINATION_WHOLE;
	return breaker_good(&destination->breaker);
}

bool
destination_bad(struct destination *destination, bool probe, int64_t most)
{
	end(destination);
	destination->window /= 2;
	if (destination->window < DESTINATION_WHOLE)
		destination->window = DESTINATION_WHOLE;
	return breaker_bad(&destination->breaker, probe, most);
}

void
destination_mute(struct destination *destination, bool probe)
{
	end(destination);
	breaker_mute(&destination->breaker, probe);
}
