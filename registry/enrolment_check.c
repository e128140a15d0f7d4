#include "registry/enrolment_check.h"

#include <string.h>

#include "base/arena.h"
#include "registry/conflict.h"
#include "registry/enrolment.h"
#include "registry/moment.h"
#include "registry/person.h"
#include "registry/work.h"

/*
 * Levels: which of them a learner has one at a time of (the same set), and the
 * ages, in months, between which one usually begins.  set 0 may run beside
 * anything.
 */
static const struct level {
	const char *name;
	int set, from_months, to_months;
} levels[] = {
	{ "preschool", 1, 2, 8 * 12 },
	{ "primary", 2, 72, 12 * 12 },
	{ "basic", 2, 9 * 12, 18 * 12 },
	{ "secondary", 2, 14 * 12, 21 * 12 },
	{ "spo", 3, 14 * 12, 60 * 12 },
	{ "vocational", 3, 14 * 12, 60 * 12 },
	{ "secondary_vocational", 3, 14 * 12, 60 * 12 },
};

static const struct level *
level_of(const struct value *value)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (value->state == VALUE_SET
		    && strcmp(levels[i].name, value->text) == 0)
			return &levels[i];
	return NULL;
}

/* A full date in normal form, or none with a defect. */
static bool
take_date(struct work *work, struct value *value, const char *field,
    struct pdate *ret_date)
{
	char text[PDATE_BYTES];

	if (value->state != VALUE_SET)
		return false;
	if (pdate_parse(value->text, ret_date) == -1 || !pdate_full(ret_date)
	    || ret_date->year < 1900) {
		work_field_defect(work, DEFECT_FIELD, "P_DATE_FORMAT",
		    &enrolment_type, field, value, NULL);
		*value = (struct value){ VALUE_UNSAID, "" };
		return false;
	}
	pdate_format(ret_date, text);
	*value = value_of(work->arena, text);
	return true;
}

static void
check_age(struct work *work, const struct person_row *person,
    struct enrolment *said, const struct pdate *from, const char *parallel)
{
	const struct level *level = level_of(&said->level);
	struct pdate born;
	int months, low, high;

	if (level == NULL || !moment_date(&person->now.birth_date, &born))
		return;
	months = moment_months(&born, from);
	if (level->set == 1 && months < level->from_months) {
		work_field_defect(work, DEFECT_FIELD, "P_AGE_LEVEL",
		    &enrolment_type, "enrolled_on", &said->enrolled_on, NULL);
		said->enrolled_on = (struct value){ VALUE_UNSAID, "" };
		return;
	}
	low = level->from_months;
	high = level->to_months;
	if (strcmp(level->name, "primary") == 0 && strcmp(parallel, "1") == 0) {
		low = 78; /* six and a half years */
		high = 8 * 12;
	}
	if (months < low || months > high)
		work_field_defect(work, DEFECT_WARN, "P_AGE_LEVEL",
		    &enrolment_type, "level", &said->level, NULL);
}

static bool
check_dead(struct work *work, const struct person_row *person,
    const struct pdate *from)
{
	struct conflict conflict = { .kind = "dead_active",
		.severity = "high",
		.entity = "person",
		.entity_id = person->id,
		.field = "",
		.against = "",
		.evidence = "E_DEAD",
		.candidates = "[]",
		.key = work->rec->external_key };
	struct pdate died;

	if (strcmp(person->life_status, "dead") != 0)
		return true;
	if (moment_date(&person->now.death_date, &died)
	    && (pdate_compare(from, &died) <= 0 || pdate_may_be(from, &died)))
		return true; /* before the death: it will be closed by it */
	conflict_open(work, &conflict);
	work_defect(work, DEFECT_ERROR, "E_DEAD", NULL, NULL, NULL);
	return false;
}

bool
enrolment_check(struct work *work, const struct enrolment_row *was,
    const struct person_row *person, struct enrolment *said,
    const char *parallel)
{
	struct pdate from = { 0, 0, 0 }, to, order;
	bool has_from, has_to;

	has_from = take_date(work, &said->enrolled_on, "enrolled_on", &from);
	has_to = take_date(work, &said->ended_on, "ended_on", &to);
	(void)take_date(work, &said->order_date, "order_date", &order);
	if (!has_from && was != NULL)
		has_from = moment_date(&was->now.enrolled_on, &from);
	if (!has_from && was == NULL) {
		work_field_defect(work, DEFECT_ERROR, "E_NO_DATE",
		    &enrolment_type, "enrolled_on", &said->enrolled_on, NULL);
		return false;
	}
	if (!has_to && was != NULL && said->ended_on.state == VALUE_UNSAID)
		has_to = moment_date(&was->now.ended_on, &to);
	if (has_from && has_to && pdate_compare(&from, &to) > 0) {
		work_field_defect(work, DEFECT_ERROR, "E_DATE_ORDER",
		    &enrolment_type, "ended_on", &said->ended_on, NULL);
		return false;
	}
	if (was == NULL && has_from && !check_dead(work, person, &from))
		return false;
	if (said->order_number.state != VALUE_SET
	    && (was == NULL || was->now.order_number.state != VALUE_SET))
		work_field_defect(work, DEFECT_WARN, "E_NO_ORDER",
		    &enrolment_type, "order_number", NULL, NULL);
	if (said->enrolled_on.state == VALUE_SET)
		check_age(work, person, said, &from, parallel);
	return true;
}

static bool
running(const struct enrolment_row *e)
{
	return strcmp(e->state, "open") == 0
	    || strcmp(e->state, "suspended") == 0;
}

void
enrolment_check_overlap(
    struct work *work, const struct enrolment_row *enrolment)
{
	const struct level *level = level_of(&enrolment->now.level);
	struct enrolment_row *e;

	if (level == NULL || !running(enrolment))
		return;
	e = enrolment_list(work->tx, enrolment->person_id, work->arena);
	for (; e != NULL; e = e->next) {
		const struct level *other = level_of(&e->now.level);
		struct conflict conflict = { .kind = "enrolment_overlap",
			.severity = "medium",
			.entity = "person",
			.entity_id = enrolment->person_id,
			.field = "",
			.evidence = "E_OVERLAP",
			.candidates = "[]" };
		bool first = strcmp(e->id, enrolment->id) < 0;

		if (strcmp(e->id, enrolment->id) == 0 || !running(e)
		    || other == NULL || other->set != level->set)
			continue;
		conflict.against = e->id;
		conflict.key = arena_printf(work->arena, "%s|%s",
		    first ? e->id : enrolment->id,
		    first ? enrolment->id : e->id);
		conflict_open(work, &conflict);
		work_defect(work, DEFECT_WARN, "E_OVERLAP", NULL, NULL, NULL);
	}
}
