#include "registry/movement.h"

#include <string.h>

#include "registry/enrolment.h"
#include "registry/moment.h"
#include "registry/movement_store.h"
#include "registry/person.h"
#include "registry/work.h"

/* One movement that an act has caused. */
static void
note(struct work *work, const struct enrolment_row *e, const char *kind,
    const char *date, const char *act_id)
{
	struct movement_row m = { .status = "confirmed",
		.person_id = e->person_id,
		.enrolment_id = e->id,
		.act_id = act_id,
		.before_state = e->state,
		.before_group_id = e->group_id };
	struct movement_ends ends = { .from_org_id = e->org_id };

	entity_clear(&movement_type, &m.now);
	m.now.kind = value_of(work->arena, kind);
	m.now.effective_date = value_of(work->arena, date);
	movement_put(work, &m, &ends);
	if (strcmp(kind, MOVEMENT_COMPENSATION) == 0)
		(void)movement_pair(work, &m, MOVEMENT_DEATH, 365 * 10);
}

/* By the earliest day the death may have been, but not before it began. */
static void
close_by_death(struct work *work, struct enrolment_row *e, const char *date,
    const char *act_id)
{
	struct value value = { VALUE_SET, date };
	struct pdate died, from;
	char text[PDATE_BYTES];

	if (!moment_date(&value, &died))
		return;
	if (died.month == 0)
		died.month = 1;
	if (died.day == 0)
		died.day = 1;
	if (moment_date(&e->now.enrolled_on, &from)
	    && pdate_compare(&died, &from) < 0)
		died = from;
	pdate_format(&died, text);
	note(work, e, MOVEMENT_DEATH, text, act_id);
	enrolment_close(work, e, text, MOVEMENT_DEATH);
}

int
movement_death(struct work *work, const struct person_row *person,
    const char *date, const char *act_id)
{
	struct enrolment_row *e =
	    enrolment_list(work->tx, person->id, work->arena);
	int count = 0;

	for (; e != NULL; e = e->next)
		if (strcmp(e->state, "open") == 0
		    || strcmp(e->state, "suspended") == 0) {
			close_by_death(work, e, date, act_id);
			count++;
		}
	return count;
}

void
movement_if_dead(
    struct work *work, const struct person_row *person, struct enrolment_row *e)
{
	if (strcmp(person->life_status, "dead") != 0
	    || person->now.death_date.state != VALUE_SET)
		return;
	work_defect(work, DEFECT_WARN, "E_DEAD", NULL, NULL, NULL);
	close_by_death(work, e, person->now.death_date.text, NULL);
}

int
movement_undo_death(struct work *work, const struct person_row *person,
    const char *date, const char *act_id)
{
	struct enrolment_row *e =
	    enrolment_list(work->tx, person->id, work->arena);
	int count = 0;

	for (; e != NULL; e = e->next) {
		struct movement_row *death;
		const char *reason = value_text(&e->now.end_reason);

		if (strcmp(e->state, "closed") != 0 || reason == NULL
		    || strcmp(reason, MOVEMENT_DEATH) != 0)
			continue;
		death = movement_last(work, e->id, MOVEMENT_DEATH);
		note(work, e, MOVEMENT_COMPENSATION, date, act_id);
		enrolment_reopen(work, e,
		    death == NULL || *death->before_state == '\0'
			? "open"
			: death->before_state);
		count++;
	}
	return count;
}
