/* Commands about one packet or message. */
#include "gateway/control_words.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codes.h"
#include "base/str.h"
#include "gateway/config.h"
#include "queue/inbox.h"
#include "queue/journal.h"
#include "queue/outbox.h"
#include "queue/queue.h"
#include "queue/queue_query.h"
#include "queue/verdict.h"
#include "store/store.h"

#define STEPS_MAX 200
#define ROWS_MAX  1000 /* of one message */

static const char by_operator[] = "оператор";

void
control_put_json(struct control_ask *ask, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	buf_addf(ask->out, "%s\n", text);
	free(text);
	json_decref(object);
}

static const char *
time_text(struct control_ask *ask, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	if (ms == 0)
		return "-";
	(void)localtime_r(&seconds, &tm);
	(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	return arena_strdup(ask->arena, text);
}

/* By PacketId, whoever sent it. */
bool
control_find_packet(
    struct control_ask *ask, const char *id, struct inbox_packet *ret)
{
	for (size_t i = 0; i < ask->config->source_count; i++)
		if (inbox_find(ask->tx, ask->config->sources[i].name, id,
			ask->arena, ret)
		    == 1)
			return true;
	return inbox_find(ask->tx, "smev", id, ask->arena, ret) == 1;
}

static void
not_found(struct control_ask *ask, const char *id)
{
	if (ask->json)
		control_put_json(
		    ask, json_pack("{s:s,s:b}", "packet", id, "found", 0));
	else
		buf_addf(ask->out, "%s: нет такого пакета\n", id);
}

static void
show(struct control_ask *ask, const struct inbox_packet *p)
{
	const struct code *code = code_find(p->code);

	if (ask->json) {
		control_put_json(ask,
		    json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:s,s:s,s:I,s:I,s:I}",
			"packet", p->packet_id, "source", p->source, "channel",
			p->channel, "state", p->state, "received_ms",
			(json_int_t)p->received_ms, "done_ms",
			(json_int_t)p->done_ms, "code", p->code, "digest",
			p->digest, "attempt", (json_int_t)p->attempt, "due_ms",
			(json_int_t)p->due_ms, "bytes",
			(json_int_t)p->body_bytes));
		return;
	}
	buf_addf(ask->out,
	    "пакет       %s\nисточник    %s (%s)\nсостояние   %s\n"
	    "принят      %s\nзавершён    %s\nотпечаток   %s\n",
	    p->packet_id, p->source, p->channel, p->state,
	    time_text(ask, p->received_ms), time_text(ask, p->done_ms),
	    p->digest);
	if (*p->code != '\0')
		buf_addf(ask->out, "код         %s  %s\nчто делать  %s\n",
		    p->code, code == NULL ? p->why : code->title,
		    code == NULL ? "" : code->next);
	if (strcmp(p->state, "waiting") == 0)
		buf_addf(ask->out, "ждёт до     %s, попытка %" PRId64 "\n",
		    time_text(ask, p->due_ms), p->attempt);
	control_show_files(ask, p->id);
}

/* A message of ours, by its MessageID, or by one that it had before. */
static void
show_sent(struct control_ask *ask, const struct envelope *e, bool former)
{
	const struct code *code = code_find(e->code);

	if (ask->json) {
		control_put_json(ask,
		    json_pack("{s:s,s:s,s:s,s:s,s:I,s:s,s:s,s:I,s:I,s:I,s:b}",
			"packet", e->message_id, "lane", e->lane, "kind",
			e->kind, "state", e->state, "created_ms",
			(json_int_t)e->created_ms, "code", e->code, "why",
			e->why, "attempt", (json_int_t)e->attempt, "due_ms",
			(json_int_t)e->due_ms, "rows",
			(json_int_t)e->message_count, "test", (int)e->test));
		return;
	}
	buf_addf(ask->out,
	    "сообщение   %s%s\nочередь     %s (%s), записей %zu%s\n"
	    "состояние   %s\nсоздано     %s\n",
	    e->message_id, former ? " (отправлено заново)" : "", e->lane,
	    e->kind, e->message_count, e->test ? ", тестовое" : "", e->state,
	    time_text(ask, e->created_ms));
	if (*e->code != '\0')
		buf_addf(ask->out,
		    "код         %s  %s\nпричина     %s\n"
		    "что делать  %s\n",
		    e->code, code == NULL ? "" : code->title, e->why,
		    code == NULL ? "" : code->next);
	if (strcmp(e->state, ENVELOPE_WAITING) == 0)
		buf_addf(ask->out, "ждёт до     %s, попытка %" PRId64 "\n",
		    time_text(ask, e->due_ms), e->attempt);
}

int
control_packet_show(struct control_ask *ask)
{
	struct inbox_packet packet;
	struct envelope sent;
	bool former;
	int status = 0;

	for (size_t i = 0; i < ask->count; i++) {
		if (control_find_packet(ask, ask->words[i], &packet)) {
			show(ask, &packet);
		} else if (verdict_find(ask->tx, ask->words[i], ask->arena,
			       &sent, &former)
		    == 1) {
			show_sent(ask, &sent, former);
		} else {
			not_found(ask, ask->words[i]);
			status = 1;
		}
	}
	return status;
}

int
control_packet_cat(struct control_ask *ask)
{
	struct inbox_packet packet, whole;
	int status = 0;

	for (size_t i = 0; i < ask->count; i++) {
		if (control_find_packet(ask, ask->words[i], &packet)
		    && inbox_get(ask->tx, packet.id, true, ask->arena, &whole)
			== 1) {
			/* One alone is as it came, byte for byte. */
			if (i > 0)
				buf_addc(ask->out, '\n');
			buf_add(ask->out, whole.body, whole.body_bytes);
		} else {
			not_found(ask, ask->words[i]);
			status = 1;
		}
	}
	return status;
}

static void
trace_one(struct control_ask *ask, const char *id)
{
	struct queue_step *steps =
	    arena_alloc(ask->arena, STEPS_MAX * sizeof(*steps));
	size_t count = queue_trace(ask->tx, id, STEPS_MAX, ask->arena, steps);

	for (size_t i = 0; i < count; i++) {
		if (ask->json)
			control_put_json(ask,
			    json_pack("{s:s,s:I,s:s,s:s,s:s}", "packet", id,
				"at_ms", (json_int_t)steps[i].at_ms, "event",
				steps[i].event, "source", steps[i].source,
				"detail", steps[i].detail));
		else
			buf_addf(ask->out, "%s  %-10s %-16s %s\n",
			    time_text(ask, steps[i].at_ms), steps[i].event,
			    steps[i].source, steps[i].detail);
	}
	if (count == 0)
		not_found(ask, id);
}

int
control_packet_trace(struct control_ask *ask)
{
	for (size_t i = 0; i < ask->count; i++)
		trace_one(ask, ask->words[i]);
	return 0;
}

/* "out:N" is a row of the outbox. */
static bool
outbox_id(const char *word, int64_t *ret)
{
	return str_begins(word, "out:")
	    && str_int(word + 4, 1, INT64_MAX, ret) == 0;
}

enum verb { RELEASE, HOLD, CANCEL };

static int64_t
change_row(struct control_ask *ask, int64_t id, enum verb verb)
{
	return verb == RELEASE ? outbox_release(ask->tx, id)
	    : verb == HOLD     ? outbox_hold(ask->tx, id, by_operator)
			       : outbox_cancel(ask->tx, id, by_operator);
}

/* A packet by its id; a row by "out:N"; all rows of a message by its id. */
static int64_t
change(struct control_ask *ask, const char *word, enum verb verb)
{
	struct inbox_packet packet;
	int64_t ids[ROWS_MAX], id, changed = 0;
	size_t count;

	if (outbox_id(word, &id))
		return change_row(ask, id, verb);
	if (control_find_packet(ask, word, &packet))
		return verb == RELEASE ? inbox_release(ask->tx, packet.id)
		    : verb == HOLD
		    ? inbox_hold(ask->tx, packet.id, by_operator)
		    : inbox_cancel(ask->tx, packet.id, by_operator);
	count = queue_outbox_ids(ask->tx, word, ROWS_MAX, ids);
	for (size_t i = 0; i < count; i++)
		changed += change_row(ask, ids[i], verb);
	return changed;
}

static int
change_all(struct control_ask *ask, enum verb verb)
{
	static const char *const events[] = { "released", "held", "cancelled" };
	int status = 0;

	for (size_t i = 0; i < ask->count; i++) {
		int64_t rows = change(ask, ask->words[i], verb);

		if (rows != 0)
			journal_add(ask->tx,
			    &(struct journal_entry){ .event = events[verb],
				.packet_id = ask->words[i],
				.source = "operator",
				.digest = "",
				.detail = "" });
		if (ask->json)
			control_put_json(ask,
			    json_pack("{s:s,s:I}", "packet", ask->words[i],
				"changed", (json_int_t)rows));
		else
			buf_addf(ask->out, "%s: %s\n", ask->words[i],
			    rows != 0 ? "сделано"
				      : "нечего менять: нет такого пакета или "
					"он в другом состоянии");
		if (rows == 0)
			status = 1;
	}
	return status;
}

int
control_packet_release(struct control_ask *ask)
{
	return change_all(ask, RELEASE);
}

int
control_packet_hold(struct control_ask *ask)
{
	return change_all(ask, HOLD);
}

int
control_packet_cancel(struct control_ask *ask)
{
	return change_all(ask, CANCEL);
}
