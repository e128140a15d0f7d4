#include "gateway/exchange/statistics.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/exchange/call.h"
#include "smev/smev.h"
#include "xsd/xml_date.h"

struct question {
	statistics_done *done;
	void *arg;
};

static void
end(struct question *question, const char *queues, const char *code,
    const char *why)
{
	question->done(queues, code, why, question->arg);
	free(question);
}

static bool
on_read(struct call *call, struct transit *t)
{
	if (t->decoded.answer == SMEV_ANSWER_STATISTICS)
		end(call->owner, t->decoded.queues, "", "");
	else
		end(call->owner, "",
		    *t->decoded.code == '\0' ? "SMEV_FORM" : t->decoded.code,
		    t->decoded.why);
	return false;
}

static void
on_failed(struct call *call, const struct err *err)
{
	end(call->owner, "", err->code, err->text);
}

void
statistics_ask(struct desk *desk, statistics_done *done, void *arg)
{
	static const struct call_hooks hooks = { .read = on_read,
		.failed = on_failed };
	char now[XML_DATETIME_BYTES];
	struct seal_job job = { .op = SMEV_QUEUE_STATISTICS,
		.message_id = "",
		.kind = "",
		.to = "",
		.namespace_uri = "",
		.root = "",
		.timestamp = now };
	struct question *question;

	if (*desk->config->smev.url == '\0')
		done("", "SMEV_NO_STATISTICS", "smev.url не задан", arg);
	else if (strcmp(desk->config->smev.version, "1.3") == 0)
		done("", "SMEV_NO_STATISTICS", "в версии 1.3 её нет", arg);
	else if (!pace_take(
		     &desk->pace, desk->config, PACE_POLL, clock_mono_ms()))
		done("", "SMEV_RESTS", desk->pace.why, arg);
	else {
		question = xcalloc(1, sizeof(*question));
		question->done = done;
		question->arg = arg;
		xml_datetime_format(clock_now_ms(), 180, now);
		call_seal(desk, &job, &hooks, question);
	}
}
