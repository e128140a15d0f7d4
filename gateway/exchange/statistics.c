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

#define WAIT_MS 10000 /* for a turn among the other calls */

/* Listed in desk->questions while it waits for its turn. */
struct question {
	struct question *next;
	int64_t since_ms; /* mono */
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

static void
ask(struct desk *desk, struct question *question)
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

	xml_datetime_format(clock_now_ms(), 180, now);
	call_seal(desk, &job, &hooks, question);
}

void
statistics_ask(struct desk *desk, statistics_done *done, void *arg)
{
	struct question **at = &desk->questions, *question;

	if (*desk->config->smev.url == '\0') {
		done("", "SMEV_NO_STATISTICS", "smev.url не задан", arg);
		return;
	}
	if (strcmp(desk->config->smev.version, "1.3") == 0) {
		done("", "SMEV_NO_STATISTICS", "в версии 1.3 её нет", arg);
		return;
	}
	question = xcalloc(1, sizeof(*question));
	question->since_ms = clock_mono_ms();
	question->done = done;
	question->arg = arg;
	while (*at != NULL)
		at = &(*at)->next;
	*at = question;
	statistics_tick(desk);
}

void
statistics_tick(struct desk *desk)
{
	int64_t now_ms = clock_mono_ms();
	struct question *question;

	while ((question = desk->questions) != NULL) {
		bool may = !desk->stopping
		    && pace_take(&desk->pace, desk->config, PACE_POLL, now_ms);

		if (!may && now_ms - question->since_ms < WAIT_MS)
			return;
		desk->questions = question->next;
		if (may)
			ask(desk, question);
		else
			end(question, "", "SMEV_RESTS", desk->pace.why);
	}
}
