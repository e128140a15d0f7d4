#include "tools/smevemu/emu_builtin.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "tools/smevemu/emu_federal.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_stub.h"

int
emu_builtin_verdict(struct emu *emu, const char *regional_number,
    const char *status, const char *code, const char *text)
{
	struct emu_verdict *verdict;

	if (strcmp(status, "ok") == 0) {
		free(map_take(emu->federal_errors, regional_number));
		return 0;
	}
	if (strcmp(status, "error") != 0 && strcmp(status, "duplicate") != 0
	    && strcmp(status, "reject") != 0)
		return -1;
	verdict = xcalloc(1, sizeof(*verdict));
	str_copy(verdict->status, sizeof(verdict->status), status);
	str_copy(
	    verdict->code, sizeof(verdict->code), code == NULL ? "" : code);
	str_copy(
	    verdict->text, sizeof(verdict->text), text == NULL ? "" : text);
	free(map_put(emu->federal_errors, regional_number, verdict));
	return 0;
}

/* A built-in participant has a message as soon as it looks. */
static void
take(struct emu *emu, struct emu_message *msg)
{
	emu_queue_deliver(emu, msg);
	emu_queue_ack(emu, msg->recipient, msg->meta_id);
}

/* Whatever a participant of its role answers. */
static int
answer(struct emu *emu, const struct emu_participant *participant,
    struct emu_message *request, struct err *err)
{
	if (request->kind != EMU_REQUEST)
		return 0;
	if (participant->role == EMU_ROLE_FEDERAL)
		return emu_federal_answer(emu, request, err);
	if (participant->role == EMU_ROLE_PROVIDER)
		return emu_stub_answer(emu, request, err);
	return 0;
}

static void
take_requests(struct emu *emu, struct emu_participant *participant)
{
	struct emu_message *msg;
	struct err err = { 0 };
	int64_t now_ms = clock_now_ms();

	while ((msg = participant->requests.waiting.head) != NULL) {
		if (msg->accepted_ms + emu->federal_delay_ms > now_ms)
			return;
		if (answer(emu, participant, msg, &err) == -1)
			log_event(LOG_LEVEL_ERROR,
			    "participant=%s message=%s result=failed code=%s",
			    participant->name, msg->id, err.code);
		take(emu, msg);
	}
}

void
emu_builtin_run(struct emu *emu)
{
	struct emu_participant *participant = emu->participants;
	struct emu_queue *queue;

	for (; participant != NULL; participant = participant->next) {
		if (participant->role == EMU_ROLE_CLIENT)
			continue;
		take_requests(emu, participant);
		queue = &participant->responses;
		for (; queue != NULL; queue = queue->next) {
			while (queue->waiting.head != NULL)
				take(emu, queue->waiting.head);
		}
		while (participant->statuses.waiting.head != NULL)
			take(emu, participant->statuses.waiting.head);
	}
}
