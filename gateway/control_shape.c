/* Commands about what waits: for whom, how long, why, until when. */
#include "gateway/control_words.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codes.h"
#include "gateway/exchange/statistics.h"
#include "queue/queue.h"
#include "queue/queue_query.h"
#include "queue/rest.h"

#define ROWS_MAX   1000
#define NAME_CELLS 28

static void
put_json(struct control_ask *ask, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	buf_addf(ask->out, "%s\n", text);
	free(text);
	json_decref(object);
}

/* Who rests now. */
struct rests {
	struct rest *list;
	size_t count;
	int64_t now_ms;
};

static void
read_rests(struct control_ask *ask, struct rests *ret)
{
	ret->list = arena_alloc(ask->arena, ROWS_MAX * sizeof(*ret->list));
	ret->count = rest_list(ask->tx, NULL, ROWS_MAX, ask->arena, ret->list);
	ret->now_ms = clock_now_ms();
}

static const struct rest *
rest_of(const struct rests *rests, const char *realm, const char *name)
{
	for (size_t i = 0; i < rests->count; i++)
		if (strcmp(rests->list[i].realm, realm) == 0
		    && strcmp(rests->list[i].name, name) == 0)
			return rests->list[i].until_ms == 0 ? NULL
							    : &rests->list[i];
	return NULL;
}

/* What keeps a destination back: SMEV, our own processes, or itself. */
static const struct rest *
rest_for(const struct rests *rests, const char *lane, const char *name)
{
	const struct rest *found = rest_of(rests, REST_SMEV, "");

	if (found == NULL || found->until_ms <= rests->now_ms)
		found = rest_of(rests, lane, "");
	return found != NULL && found->until_ms > rests->now_ms
	    ? found
	    : rest_of(rests, lane, name);
}

static int64_t
seconds_to(const struct rests *rests, int64_t ms)
{
	return ms <= rests->now_ms ? 0 : (ms - rests->now_ms + 999) / 1000;
}

/* text in so many cells, cut with a mark; a letter is a cell. */
static void
put_cells(struct buf *out, const char *text, int cells)
{
	int used = 0;

	for (; *text != '\0'; text++) {
		if (((unsigned char)*text & 0xc0) == 0x80)
			continue;
		if (used == cells - 1 && text[1] != '\0') {
			buf_adds(out, "~");
			used++;
			break;
		}
		buf_addc(out, *text);
		for (; ((unsigned char)text[1] & 0xc0) == 0x80; text++)
			buf_addc(out, text[1]);
		used++;
	}
	for (; used < cells; used++)
		buf_addc(out, ' ');
}

/* A heading to the right of its column, as numbers stand. */
static void
put_heading(struct buf *out, const char *text, int cells)
{
	int used = 0;

	for (const char *p = text; *p != '\0'; p++)
		used += ((unsigned char)*p & 0xc0) != 0x80;
	for (; used < cells; used++)
		buf_addc(out, ' ');
	buf_adds(out, text);
}

static void
put_headings(struct control_ask *ask)
{
	char text[32];

	put_cells(ask->out, "", NAME_CELLS);
	put_heading(ask->out, "всего", 8);
	put_heading(ask->out, "удерж.", 8);
	for (size_t i = 0; i < QUEUE_AGES - 1; i++) {
		(void)snprintf(text, sizeof(text), "%" PRId64 "м",
		    queue_age_ms(i) / 60000);
		put_heading(ask->out, text, 7);
	}
	(void)snprintf(text, sizeof(text), "%" PRId64 "м+",
	    queue_age_ms(QUEUE_AGES - 2) / 60000);
	put_heading(ask->out, text, 7);
	buf_adds(ask->out, "\n");
}

static void
put_shape(struct control_ask *ask, const struct rests *rests,
    const struct queue_shape *s)
{
	const struct rest *rest = strcmp(s->side, "in") == 0
	    ? NULL
	    : rest_for(rests, s->lane, s->name);
	const char *side = strcmp(s->side, "in") == 0 ? "вх "
	    : *s->side == '\0'                        ? ""
						      : "исх ";

	put_cells(ask->out,
	    arena_printf(ask->arena, "%s%s%s%s", side, s->lane,
		*s->lane == '\0' || strcmp(s->lane, s->name) == 0 ? "" : "/",
		strcmp(s->lane, s->name) == 0 ? "" : s->name),
	    NAME_CELLS);
	buf_addf(ask->out, "%8" PRId64 "%8" PRId64, s->total, s->held);
	for (size_t i = 0; i < QUEUE_AGES; i++)
		buf_addf(ask->out, "%7" PRId64, s->by_age[i]);
	if (rest != NULL)
		buf_addf(ask->out, "  пауза %" PRId64 " с %s",
		    seconds_to(rests, rest->until_ms), rest->code);
	buf_adds(ask->out, "\n");
}

static void
put_shape_json(struct control_ask *ask, const struct rests *rests,
    const struct queue_shape *s)
{
	const struct rest *rest = strcmp(s->side, "in") == 0
	    ? NULL
	    : rest_for(rests, s->lane, s->name);
	json_t *ages = json_array(), *object;

	for (size_t i = 0; i < QUEUE_AGES; i++)
		(void)json_array_append_new(ages,
		    json_pack("{s:I,s:I}", "to_min",
			(json_int_t)(queue_age_ms(i) / 60000), "count",
			(json_int_t)s->by_age[i]));
	object = json_pack("{s:s,s:s,s:s,s:I,s:I,s:o,s:I}", "side", s->side,
	    "lane", s->lane, "name", s->name, "total", (json_int_t)s->total,
	    "held", (json_int_t)s->held, "ages", ages, "oldest_ms",
	    (json_int_t)s->oldest_ms);
	if (rest != NULL)
		(void)json_object_set_new(object, "rest",
		    json_pack("{s:s,s:s,s:I,s:I}", "code", rest->code, "why",
			rest->why, "until_ms", (json_int_t)rest->until_ms,
			"rests", (json_int_t)rest->rests));
	put_json(ask, object);
}

int
control_shape(struct control_ask *ask)
{
	struct queue_shape *shapes =
	    arena_alloc(ask->arena, ROWS_MAX * sizeof(*shapes));
	size_t count = queue_shape(ask->tx, ROWS_MAX, ask->arena, shapes);
	struct queue_shape total = {
		.side = "", .lane = "ИТОГО", .name = "ИТОГО"
	};
	struct rests rests;

	read_rests(ask, &rests);
	if (!ask->json)
		put_headings(ask);
	for (size_t i = 0; i < count; i++) {
		total.total += shapes[i].total;
		total.held += shapes[i].held;
		for (size_t k = 0; k < QUEUE_AGES; k++)
			total.by_age[k] += shapes[i].by_age[k];
	}
	if (!ask->json)
		put_shape(ask, &rests, &total);
	for (size_t i = 0; i < count; i++) {
		if (ask->json)
			put_shape_json(ask, &rests, &shapes[i]);
		else
			put_shape(ask, &rests, &shapes[i]);
	}
	return 0;
}

/* Why it waits and until when: its own last try, or what is before it. */
struct cause {
	const char *code, *why;
	int64_t until_ms; /* 0: no time is known */
};

static struct cause
cause_of(const struct rests *rests, const struct queue_item *item)
{
	const struct rest *rest = *item->lane == '\0'
	    ? NULL
	    : rest_for(rests, item->lane, item->name);
	const struct code *row = code_find(item->code);
	struct cause cause = { item->code, item->why, item->due_ms };

	if (*cause.why == '\0' && row != NULL)
		cause.why = row->title;
	if (strcmp(item->state, OUTBOX_HELD) == 0)
		cause.until_ms = 0;
	else if (item->leased)
		cause.why =
		    *item->lane == '\0' ? "обрабатывается" : "отправляется";
	else if (item->behind && *item->packet_id == '\0')
		cause = (struct cause){ "",
			"ждёт предыдущего сообщения о том же лице", 0 };
	else if (rest != NULL && rest->until_ms > cause.until_ms)
		cause = (struct cause){ rest->code, rest->why, rest->until_ms };
	else if (*cause.why == '\0')
		cause.why = "в очереди";
	if (*cause.why == '\0' && (row = code_find(cause.code)) != NULL)
		cause.why = row->title;
	return cause;
}

static void
put_item(struct control_ask *ask, const struct rests *rests,
    const struct queue_item *item)
{
	bool in = strcmp(item->side, "in") == 0;
	struct cause cause = cause_of(rests, item);
	const char *id = in
	    ? item->packet_id
	    : arena_printf(ask->arena, "out:%" PRId64, item->id);

	if (ask->json) {
		put_json(ask,
		    json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I,"
			      "s:I,s:I}",
			"id", id, "side", item->side, "message_id",
			item->packet_id, "lane", item->lane, "name", item->name,
			"state", item->state, "code", cause.code, "why",
			cause.why, "until_ms", (json_int_t)cause.until_ms,
			"attempt", (json_int_t)item->attempt, "created_ms",
			(json_int_t)item->created_ms, "due_by_ms",
			(json_int_t)item->due_by_ms, "eol_ms",
			(json_int_t)item->eol_ms));
		return;
	}
	buf_addf(ask->out,
	    "%s  %s%s%s  %s  попыток %" PRId64 "  возраст %" PRId64 " с  ", id,
	    item->lane, in ? "" : "/", item->name, item->state, item->attempt,
	    (rests->now_ms - item->created_ms) / 1000);
	if (cause.until_ms != 0)
		buf_addf(ask->out, "ещё %" PRId64 " с  ",
		    seconds_to(rests, cause.until_ms));
	buf_addf(ask->out, "%s%s%s", cause.code,
	    *cause.code == '\0' ? "" : ": ", cause.why);
	if (item->due_by_ms != 0 && item->due_by_ms < rests->now_ms)
		buf_adds(ask->out, "  ПРОСРОЧЕНО");
	buf_adds(ask->out, "\n");
}

int
control_queue_show(struct control_ask *ask)
{
	struct queue_item *items =
	    arena_alloc(ask->arena, ROWS_MAX * sizeof(*items));
	size_t count = queue_items(ask->tx,
	    ask->count == 0 ? "" : ask->words[0], ROWS_MAX, ask->arena, items);
	struct rests rests;

	read_rests(ask, &rests);
	for (size_t i = 0; i < count; i++)
		put_item(ask, &rests, &items[i]);
	if (count == 0 && !ask->json)
		buf_adds(ask->out, "ничего не ждёт\n");
	else if (count == ROWS_MAX && !ask->json)
		buf_addf(ask->out, "показаны первые %d\n", ROWS_MAX);
	return 0;
}

static void
on_statistics(const char *queues, const char *code, const char *why, void *arg)
{
	struct control_later *later = arg;
	const struct code *row = code_find(code);

	if (*code != '\0' && later->json)
		buf_addf(later->out, "{\"code\":\"%s\"}\n", code);
	else if (*code != '\0')
		buf_addf(later->out, "СМЭВ не сказала: %s %s %s\n", code,
		    row == NULL ? "" : row->title, why);
	else if (*queues == '\0' && !later->json)
		buf_adds(later->out, "СМЭВ не назвала ни одной очереди\n");
	for (const char *at = queues; *at != '\0';
	     at += strcspn(at, "\n") + 1) {
		size_t name = strcspn(at, "\t");
		json_t *object;
		char *text;

		if (!later->json) {
			buf_addf(later->out, "%8.*s  %.*s\n",
			    (int)strcspn(at + name + 1, "\n"), at + name + 1,
			    (int)name, at);
			continue;
		}
		object = json_pack("{s:s%,s:I}", "queue", at, name, "waiting",
		    (json_int_t)strtoll(at + name + 1, NULL, 10));
		text = json_dumps(object, JSON_COMPACT);
		buf_addf(later->out, "%s\n", text == NULL ? "{}" : text);
		free(text);
		json_decref(object);
	}
	control_later_done(later, *code == '\0' ? 0 : 1);
}

void
control_smev_queues(struct control_later *later)
{
	statistics_ask(later->desk, on_statistics, later);
}

void
control_put_rests(struct control_ask *ask)
{
	struct rests rests;

	read_rests(ask, &rests);
	for (size_t i = 0; i < rests.count; i++) {
		const struct rest *r = &rests.list[i];
		bool over = r->until_ms <= rests.now_ms;

		if (ask->json)
			put_json(ask,
			    json_pack(
				"{s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:I}",
				"side", "rest", "lane", r->realm, "name",
				r->name, "state", over ? "probe" : "rests",
				"code", r->code, "why", r->why, "count",
				(json_int_t)r->rests, "oldest_ms",
				(json_int_t)r->changed_ms, "due_ms",
				(json_int_t)r->until_ms, "calls_in_1000_s",
				(json_int_t)r->pace));
		else if (r->until_ms != 0)
			buf_addf(ask->out,
			    "пауза %s%s%s: ещё %" PRId64 " с, подряд %" PRId64
			    "  %s %s\n",
			    r->realm, *r->name == '\0' ? "" : "/", r->name,
			    seconds_to(&rests, r->until_ms), r->rests, r->code,
			    r->why);
		if (!ask->json && r->pace != 0)
			buf_addf(ask->out,
			    "СМЭВ: не чаще %" PRId64 ",%03" PRId64
			    " вызова в секунду\n",
			    r->pace / 1000, r->pace % 1000);
	}
}
