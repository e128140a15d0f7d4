#include "registry/movement.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "registry/enrolment.h"
#include "registry/enrolment_check.h"
#include "registry/group.h"
#include "registry/moment.h"
#include "registry/movement_kind.h"
#include "registry/movement_store.h"
#include "registry/organisation.h"
#include "registry/person.h"
#include "registry/work.h"
#include "registry/xref.h"

#define PAIR_DAYS 14

/* A movement while it is applied. */
struct step {
	const struct movement_kind *kind;
	struct movement said;
	struct pdate date;
	struct person_row *person;
	struct enrolment_row *enrolment; /* it is about, or NULL */
	struct movement_ends ends;
	const char *to_group_id;
};

static bool
refuse(struct work *work, const char *code, const char *field,
    const struct value *value)
{
	work_field_defect(
	    work, DEFECT_ERROR, code, &movement_type, field, value, NULL);
	work_outcome(work, RESULT_REJECTED, NULL, NULL);
	return false;
}

static bool
running(const struct enrolment_row *e)
{
	return strcmp(e->state, "open") == 0
	    || strcmp(e->state, "suspended") == 0;
}

/* Kind and day: without them nothing can be done. */
static bool
read_step(struct work *work, struct step *step)
{
	char text[PDATE_BYTES];

	if (work->rec->movement == NULL)
		return refuse(work, "NSI_UNKNOWN_CODE", "kind", NULL);
	step->said = *work->rec->movement;
	step->kind = movement_kind_find(value_text(&step->said.kind));
	if (step->kind == NULL)
		return refuse(
		    work, "NSI_UNKNOWN_CODE", "kind", &step->said.kind);
	if (!moment_date(&step->said.effective_date, &step->date)
	    || !pdate_full(&step->date))
		return refuse(work, "P_DATE_FORMAT", "effective_date",
		    &step->said.effective_date);
	pdate_format(&step->date, text);
	step->said.effective_date = value_of(work->arena, text);
	return true;
}

static bool
find_org(struct work *work, const struct value *key, const char *field,
    bool needed, const char **ret_id)
{
	const char *text = value_text(key);

	*ret_id = text == NULL ? NULL : organisation_find(work, text);
	if (*ret_id != NULL || !needed)
		return true;
	return refuse(work, "O_UNKNOWN_ORG", field, key);
}

/* Does the movement speak of e, which is in the state it needs? */
static bool
fits(const struct step *step, const struct enrolment_row *e)
{
	const char *org = step->ends.from_org_id;

	if (step->kind->effect == EFFECT_REOPENS
	    || step->kind->effect == EFFECT_RESUMES
	    || step->kind->effect == EFFECT_MOVES)
		org = step->ends.to_org_id != NULL ? step->ends.to_org_id : org;
	if (org != NULL && strcmp(e->org_id, org) != 0)
		return false;
	return step->kind->effect == EFFECT_REOPENS
	    ? strcmp(e->state, "closed") == 0
	    : running(e);
}

static bool
find_person(struct work *work, struct step *step)
{
	const char *key = value_text(&step->said.enrolment_key);
	const struct person *ids = work->rec->person;

	if (key != NULL)
		step->enrolment =
		    enrolment_load(work, xref_get(work, "enrolment", key));
	if (step->enrolment != NULL)
		step->person = person_by_id(
		    work->tx, step->enrolment->person_id, work->arena);
	if (step->person == NULL)
		step->person = person_by_key(work->tx, work->said.source,
		    value_text(&step->said.person_key), work->arena);
	if (step->person == NULL && ids != NULL)
		step->person = person_by_number(
		    work->tx, value_text(&ids->regional_number), work->arena);
	if (step->person == NULL)
		return refuse(
		    work, "E_NO_PERSON", "person_key", &step->said.person_key);
	return true;
}

static bool
find_enrolment(struct work *work, struct step *step)
{
	struct enrolment_row *e, *best = NULL;
	bool named = step->said.enrolment_key.state == VALUE_SET;

	if (step->kind->effect == EFFECT_OPENS)
		return true;
	if (step->enrolment == NULL && !named) {
		e = enrolment_list(work->tx, step->person->id, work->arena);
		for (; e != NULL; e = e->next)
			if (fits(step, e)
			    || (step->kind->effect == EFFECT_CANCELS
				&& best == NULL))
				best = e;
		step->enrolment = best;
	}
	if (step->enrolment == NULL)
		return step->kind->effect == EFFECT_CHANGES
		    || refuse(work, "M_NO_ENROLMENT", "enrolment_key",
			&step->said.enrolment_key);
	if (step->kind->effect == EFFECT_CANCELS
	    || step->kind->effect == EFFECT_CHANGES)
		return true;
	if (!fits(step, step->enrolment)
	    && (strcmp(step->enrolment->state, "closed") == 0
		|| step->kind->effect == EFFECT_REOPENS))
		return refuse(work, "E_CLOSED", "enrolment_key",
		    &step->said.enrolment_key);
	return true;
}

static bool
check_day(struct work *work, const struct step *step)
{
	struct pdate from, died;

	if (step->enrolment != NULL
	    && moment_date(&step->enrolment->now.enrolled_on, &from)
	    && pdate_compare(&step->date, &from) < 0
	    && step->kind->effect != EFFECT_CANCELS)
		return refuse(work, "E_DATE_ORDER", "effective_date",
		    &step->said.effective_date);
	if (strcmp(step->person->life_status, "dead") == 0
	    && moment_date(&step->person->now.death_date, &died)
	    && pdate_compare(&step->date, &died) > 0
	    && !pdate_may_be(&step->date, &died)
	    && step->kind->effect != EFFECT_CLOSES
	    && step->kind->effect != EFFECT_CANCELS)
		return refuse(work, "E_DEAD", "effective_date",
		    &step->said.effective_date);
	return true;
}

/* Open an enrolment, unless it is there since that day. */
static bool
open_enrolment(struct work *work, struct step *step)
{
	struct enrolment_row *e =
	    enrolment_list(work->tx, step->person->id, work->arena);
	struct enrolment said;

	for (; e != NULL; e = e->next)
		if (strcmp(e->org_id, step->ends.to_org_id) == 0 && running(e)
		    && value_equal(
			&e->now.enrolled_on, &step->said.effective_date))
			break;
	if (e != NULL) {
		step->enrolment = e;
		return true;
	}
	if (organisation_closed(work, step->ends.to_org_id))
		return refuse(
		    work, "E_CLOSED", "to_org_key", &step->said.to_org_key);
	entity_clear(&enrolment_type, &said);
	said.person_key = step->said.person_key;
	said.org_key = step->said.to_org_key;
	said.group_key = step->said.to_group_key;
	said.enrolled_on = step->said.effective_date;
	said.order_number = step->said.order_number;
	said.order_date = step->said.order_date;
	if (said.order_number.state != VALUE_SET)
		work_field_defect(work, DEFECT_WARN, "E_NO_ORDER",
		    &movement_type, "order_number", NULL, NULL);
	if (step->enrolment != NULL)
		said.level = step->enrolment->now.level;
	step->enrolment = enrolment_new(
	    work, step->person->id, step->ends.to_org_id, step->to_group_id);
	(void)enrolment_merge(work, step->enrolment, &said, "upsert");
	if (step->said.enrolment_key.state == VALUE_SET)
		xref_put(work, "enrolment", step->said.enrolment_key.text,
		    step->enrolment->id);
	enrolment_check_overlap(work, step->enrolment);
	return true;
}

static void
end_enrolment(struct work *work, struct step *step)
{
	struct enrolment said;

	entity_clear(&enrolment_type, &said);
	said.ended_on = step->said.effective_date;
	said.end_reason = value_of(work->arena, step->kind->code);
	(void)enrolment_merge(work, step->enrolment, &said, "close");
}

/* Undo the movement that was a mistake. */
static bool
cancel(struct work *work, struct step *step)
{
	const char *key = value_text(&step->said.reason);
	struct movement_row *wrong = key == NULL
	    ? NULL
	    : movement_load(work, xref_get(work, "movement", key));
	const struct movement_kind *kind;
	struct enrolment_row *e;

	assert(step->enrolment != NULL); /* find_enrolment() */
	if (wrong == NULL)
		wrong = movement_last(work, step->enrolment->id, NULL);
	if (wrong == NULL || strcmp(wrong->status, "cancelled") == 0)
		return refuse(work, "M_NO_MOVEMENT", "reason", NULL);
	kind = movement_kind_find(wrong->now.kind.text);
	e = enrolment_load(work, wrong->enrolment_id);
	movement_cancel(work, wrong->id);
	if (e == NULL || kind == NULL)
		return true;
	step->enrolment = e;
	switch (kind->effect) {
	case EFFECT_OPENS:
		e->state = "cancelled";
		enrolment_put(work, e, "delete");
		break;
	case EFFECT_CLOSES:
	case EFFECT_REPLACES:
	case EFFECT_RESUMES:
	case EFFECT_SUSPENDS:
		enrolment_reopen(work, e, wrong->before_state);
		break;
	case EFFECT_MOVES:
		e->group_id = wrong->before_group_id;
		enrolment_put(work, e, "upsert");
		break;
	case EFFECT_REOPENS:
		e->state = "closed";
		enrolment_put(work, e, "close");
		break;
	case EFFECT_CHANGES:
	case EFFECT_CANCELS:
		break;
	}
	return true;
}

static bool
take_effect(struct work *work, struct step *step)
{
	struct enrolment_row *e = step->enrolment;

	assert(e != NULL || step->kind->effect == EFFECT_OPENS
	    || step->kind->effect == EFFECT_CHANGES); /* find_enrolment() */
	switch (step->kind->effect) {
	case EFFECT_OPENS:
		return open_enrolment(work, step);
	case EFFECT_REPLACES:
		end_enrolment(work, step);
		return open_enrolment(work, step);
	case EFFECT_CLOSES:
		end_enrolment(work, step);
		return true;
	case EFFECT_REOPENS:
		enrolment_reopen(work, e, "open");
		return true;
	case EFFECT_RESUMES:
		e->state = "open";
		enrolment_put(work, e, "upsert");
		return true;
	case EFFECT_SUSPENDS:
		e->state = "suspended";
		enrolment_put(work, e, "upsert");
		return true;
	case EFFECT_MOVES:
		if (step->to_group_id != NULL)
			e->group_id = step->to_group_id;
		enrolment_put(work, e, "upsert");
		return true;
	case EFFECT_CANCELS:
		return cancel(work, step);
	case EFFECT_CHANGES:
		return true;
	}
	return true;
}

/* A movement told before: only its order and reason may still change. */
static void
repeat(struct work *work, const struct step *step, struct movement_row *m)
{
	bool changed = false;
	struct value *now[] = { &m->now.order_number, &m->now.order_date,
		&m->now.reason };
	const struct value *said[] = { &step->said.order_number,
		&step->said.order_date, &step->said.reason };

	if (!value_equal(&m->now.kind, &step->said.kind)
	    || !value_equal(
		&m->now.effective_date, &step->said.effective_date)) {
		(void)refuse(work, "M_CHANGED", "kind", &step->said.kind);
		return;
	}
	for (int i = 0; i < 3; i++) {
		if (said[i]->state == VALUE_UNSAID
		    || value_equal(now[i], said[i]))
			continue;
		*now[i] = *said[i];
		changed = true;
	}
	if (changed)
		movement_amend(work, m);
	work_outcome(work, changed ? RESULT_UPDATED : RESULT_UNCHANGED, m->id,
	    step->person->now.regional_number.text);
}

static void
remember(struct work *work, struct step *step, const char *before_state,
    const char *before_group)
{
	struct movement_row m = { .status = "confirmed",
		.person_id = step->person->id,
		.before_state = before_state,
		.before_group_id = before_group,
		.now = step->said };
	bool waits = *step->kind->pairs != '\0'
	    && step->kind->effect != EFFECT_REOPENS
	    && step->kind->effect != EFFECT_RESUMES
	    && step->kind->effect != EFFECT_REPLACES;

	if (step->enrolment != NULL)
		m.enrolment_id = step->enrolment->id;
	if (waits)
		m.status = "announced";
	movement_put(work, &m, &step->ends);
	xref_put(work, "movement", work->rec->external_key, m.id);
	if (!movement_pair(
		work, &m, step->kind->pairs, waits ? PAIR_DAYS : 365 * 10)
	    && waits)
		work_defect(work, DEFECT_INFO, "M_UNPAIRED", NULL, NULL, NULL);
	work_outcome(
	    work, RESULT_CREATED, m.id, step->person->now.regional_number.text);
}

void
movement_apply(struct work *work)
{
	struct step step = { .kind = NULL };
	struct movement_row *before;
	const char *state = "", *group = "";
	bool needs_to;

	if (!read_step(work, &step) || !find_person(work, &step))
		return;
	before = movement_load(
	    work, xref_get(work, "movement", work->rec->external_key));
	if (before == NULL && *work->rec->external_key == '\0'
	    && step.kind->effect != EFFECT_CANCELS)
		before = movement_same(work, step.person->id, step.kind->code,
		    step.said.effective_date.text);
	if (before != NULL) {
		repeat(work, &step, before);
		return;
	}
	needs_to = step.kind->effect == EFFECT_OPENS
	    || step.kind->effect == EFFECT_REPLACES;
	if (!find_org(work, &step.said.from_org_key, "from_org_key", false,
		&step.ends.from_org_id)
	    || !find_org(work, &step.said.to_org_key, "to_org_key", needs_to,
		&step.ends.to_org_id))
		return;
	if (step.said.to_group_key.state == VALUE_SET)
		step.to_group_id =
		    group_find(work, step.said.to_group_key.text);
	if (!find_enrolment(work, &step) || !check_day(work, &step))
		return;
	if (step.enrolment != NULL) {
		state = step.enrolment->state;
		group = step.enrolment->group_id;
	}
	if (take_effect(work, &step))
		remember(work, &step, state, group);
}
