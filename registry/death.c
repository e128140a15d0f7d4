#include "registry/death.h"

#include <string.h>

#include "model/field.h"
#include "registry/claim.h"
#include "registry/movement.h"
#include "registry/person.h"
#include "registry/representation.h"
#include "registry/subject.h"
#include "registry/work.h"

void
death_apply(struct work *work, struct person_row *person, struct claim *claim,
    const char *act_id, const char *act_date)
{
	const char *date;

	if (strcmp(person->life_status, "dead") != 0) {
		person->life_status = "dead";
		person->dirty = true;
	}
	(void)subject_apply(work, person, claim, 0);
	date = value_text(&person->now.death_date);
	if (date == NULL)
		date = act_date;
	(void)movement_death(work, person, date, act_id);
	representation_end(work, person->id, date);
	work_touch(work, person->id, EVENT_PERSON_DIED, person->change_seq);
}

void
death_annul(struct work *work, struct person_row *person, struct claim *claim,
    const char *act_id, const char *date)
{
	if (strcmp(person->life_status, "dead_annulled") != 0) {
		person->life_status = "dead_annulled";
		person->dirty = true;
	}
	claim->person.death_date = value_absent();
	(void)subject_apply(work, person, claim, 0);
	(void)movement_undo_death(work, person, date, act_id);
	representation_reopen(work, person->id);
	work_touch(work, person->id, EVENT_PERSON_CHANGED, person->change_seq);
}
