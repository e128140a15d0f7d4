#include "model/protocol.h"

#include "base/arena.h"

static const char *const names[RESULT_END] = {
	[RESULT_CREATED] = "created",
	[RESULT_UPDATED] = "updated",
	[RESULT_UNCHANGED] = "unchanged",
	[RESULT_LINKED] = "linked",
	[RESULT_PROVISIONAL] = "provisional",
	[RESULT_CONFLICT] = "conflict",
	[RESULT_REJECTED] = "rejected",
	[RESULT_STALE] = "stale",
	[RESULT_FOUND] = "found",
};

const char *
record_result_name(enum record_result result)
{
	if (result <= 0 || result >= RESULT_END)
		return "";
	return names[result];
}
