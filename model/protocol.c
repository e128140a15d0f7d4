#include "model/protocol.h"

static const char *const names[RESULT_END] = {
	[RESULT_CREATED] = "CREATED",
	[RESULT_UPDATED] = "UPDATED",
	[RESULT_UNCHANGED] = "UNCHANGED",
	[RESULT_LINKED] = "LINKED",
	[RESULT_PROVISIONAL] = "PROVISIONAL",
	[RESULT_CONFLICT] = "CONFLICT",
	[RESULT_REJECTED] = "REJECTED",
	[RESULT_STALE] = "STALE",
	[RESULT_FOUND] = "FOUND",
};

const char *
record_result_name(enum record_result result)
{
	if (result <= 0 || result >= RESULT_END)
		return "";
	return names[result];
}
