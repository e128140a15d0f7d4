/* Commands about the whole, and about persons. */
#include "gateway/control_words.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "queue/journal.h"
#include "queue/queue_query.h"
#include "registry/query.h"

#define LINES_MAX 200

static void
put_json(struct control_ask *ask, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	buf_addf(ask->out, "%s\n", text);
	free(text);
	json_decref(object);
}

int
control_balance(struct control_ask *ask)
{
	struct balance b;
	bool good;

	queue_balance(ask->tx, &b);
	good = b.in_difference == 0 && b.out_difference == 0;
	if (ask->json) {
		put_json(ask,
		    json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,"
			      "s:I,s:I,s:b}",
			"accepted", (json_int_t)b.accepted, "applied",
			(json_int_t)b.applied, "refused", (json_int_t)b.refused,
			"cancelled", (json_int_t)b.cancelled, "waiting",
			(json_int_t)b.waiting, "held", (json_int_t)b.held,
			"owed", (json_int_t)b.owed, "delivered",
			(json_int_t)b.delivered, "out_cancelled",
			(json_int_t)b.out_cancelled, "out_waiting",
			(json_int_t)b.out_waiting, "out_held",
			(json_int_t)b.out_held, "in_difference",
			(json_int_t)b.in_difference, "out_difference",
			(json_int_t)b.out_difference, "right", (int)good));
		return good ? 0 : 1;
	}
	buf_addf(ask->out,
	    "вход:  принято %" PRId64 " = применено %" PRId64
	    " + отклонено %" PRId64 " + отменено %" PRId64 " + ждёт %" PRId64
	    " (из них удержано %" PRId64 ")\n"
	    "выход: должны %" PRId64 " = доставлено %" PRId64
	    " + отменено %" PRId64 " + ждёт %" PRId64
	    " (из них удержано %" PRId64 ")\n",
	    b.accepted, b.applied, b.refused, b.cancelled, b.waiting, b.held,
	    b.owed, b.delivered, b.out_cancelled, b.out_waiting, b.out_held);
	if (good)
		buf_adds(ask->out, "баланс сходится\n");
	else
		buf_addf(ask->out,
		    "БАЛАНС НЕ СХОДИТСЯ: вход %" PRId64 ", выход %" PRId64 "\n",
		    b.in_difference, b.out_difference);
	return good ? 0 : 1;
}

int
control_status(struct control_ask *ask)
{
	struct registry_totals t;
	int status = control_balance(ask);

	registry_totals(ask->tx, &t);
	if (ask->json) {
		put_json(ask,
		    json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}",
			"persons", (json_int_t)t.persons, "provisional",
			(json_int_t)t.provisional, "dead", (json_int_t)t.dead,
			"organisations", (json_int_t)t.organisations, "groups",
			(json_int_t)t.groups, "enrolments",
			(json_int_t)t.enrolments, "open_enrolments",
			(json_int_t)t.open_enrolments, "movements",
			(json_int_t)t.movements, "acts", (json_int_t)t.acts,
			"conflicts", (json_int_t)t.conflicts, "change_seq",
			(json_int_t)t.change_seq));
		return status;
	}
	buf_addf(ask->out,
	    "реестр: лиц %" PRId64 " (временных %" PRId64 ", умерших %" PRId64
	    "), организаций %" PRId64 ", групп %" PRId64
	    "\n        обучений %" PRId64 " (открытых %" PRId64
	    "), движений %" PRId64 ", актов %" PRId64
	    ", спорных вопросов %" PRId64 "\n",
	    t.persons, t.provisional, t.dead, t.organisations, t.groups,
	    t.enrolments, t.open_enrolments, t.movements, t.acts, t.conflicts);
	return status;
}

int
control_queue(struct control_ask *ask)
{
	struct queue_line *lines =
	    arena_alloc(ask->arena, LINES_MAX * sizeof(*lines));
	size_t count = queue_lines(ask->tx, LINES_MAX, ask->arena, lines);
	int64_t now = clock_now_ms();

	for (size_t i = 0; i < count; i++) {
		const struct queue_line *l = &lines[i];
		int64_t due = l->due_ms == 0 ? 0 : (l->due_ms - now) / 1000;

		if (ask->json)
			put_json(ask,
			    json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:I}", "side",
				l->side, "name", l->name, "state", l->state,
				"code", l->code, "count", (json_int_t)l->count,
				"oldest_ms", (json_int_t)l->oldest_ms, "due_ms",
				(json_int_t)l->due_ms));
		else
			buf_addf(ask->out,
			    "%-4s %-20s %-10s %8" PRId64 "  старшему %" PRId64
			    " с, срок через %" PRId64 " с  %s\n",
			    strcmp(l->side, "in") == 0 ? "вх" : "исх", l->name,
			    l->state, l->count, (now - l->oldest_ms) / 1000,
			    due < 0 ? 0 : due, l->code);
	}
	if (count == 0 && !ask->json)
		buf_adds(ask->out, "очереди пусты\n");
	control_put_rests(ask);
	return 0;
}

static void
put_person(struct control_ask *ask, const struct person_line *p)
{
	if (ask->json)
		put_json(ask,
		    json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I}", "id",
			p->id, "regional_number", p->regional_number, "state",
			p->state, "life_status", p->life_status, "surname",
			p->surname, "given_name", p->given_name, "patronymic",
			p->patronymic, "birth_date", p->birth_date, "version",
			(json_int_t)p->version));
	else
		buf_addf(ask->out, "%s  %s %s %s  %s  %s/%s  %s\n",
		    p->regional_number, p->surname, p->given_name,
		    p->patronymic, p->birth_date, p->state, p->life_status,
		    p->id);
}

int
control_person_find(struct control_ask *ask)
{
	struct person_line *lines =
	    arena_alloc(ask->arena, LINES_MAX * sizeof(*lines));
	struct buf what;
	size_t count;

	buf_init(&what, 0);
	for (size_t i = 0; i < ask->count; i++)
		buf_addf(&what, "%s%s", i == 0 ? "" : " ", ask->words[i]);
	count = registry_find(
	    ask->tx, buf_text(&what), LINES_MAX, ask->arena, lines);
	buf_release(&what);
	for (size_t i = 0; i < count; i++)
		put_person(ask, &lines[i]);
	if (count == 0 && !ask->json)
		buf_adds(ask->out, "никого не найдено\n");
	return count == 0 ? 1 : 0;
}

static int
show_one(struct control_ask *ask, const char *what)
{
	struct person_line lines[2];
	size_t count = registry_find(ask->tx, what, 2, ask->arena, lines);
	const char *text;
	json_t *object;

	if (count != 1) {
		buf_addf(ask->out, "%s: %s\n", what,
		    count == 0 ? "никого не найдено"
			       : "найдено несколько: уточните");
		return 1;
	}
	text = registry_person_json(ask->tx, lines[0].id, ask->arena);
	if (text == NULL)
		return 1;
	object = json_loads(text, 0, NULL);
	if (ask->json || object == NULL) {
		buf_addf(ask->out, "%s\n", text);
	} else {
		char *pretty = json_dumps(object, JSON_INDENT(2));

		buf_addf(ask->out, "%s\n", pretty);
		free(pretty);
	}
	json_decref(object);
	return 0;
}

int
control_person_show(struct control_ask *ask)
{
	int status = 0;

	for (size_t i = 0; i < ask->count; i++)
		if (show_one(ask, ask->words[i]) != 0)
			status = 1;
	return status;
}

int
control_verify_journal(struct control_ask *ask)
{
	struct journal_check check;
	bool good;

	journal_verify(ask->tx, &check);
	good = check.bad_seq == 0 && check.bad_body == 0;
	if (ask->json)
		put_json(ask,
		    json_pack("{s:I,s:I,s:I,s:s,s:b}", "entries",
			(json_int_t)check.entries, "bad_seq",
			(json_int_t)check.bad_seq, "bad_body",
			(json_int_t)check.bad_body, "head", check.head, "right",
			(int)good));
	else if (good)
		buf_addf(ask->out,
		    "журнал цел: записей %" PRId64 ", вершина %s\n",
		    check.entries, check.head);
	else
		buf_addf(ask->out,
		    "ЖУРНАЛ ПОВРЕЖДЁН: запись %" PRId64
		    ", тело пакета записи %" PRId64 "\n",
		    check.bad_seq, check.bad_body);
	return good ? 0 : 1;
}
