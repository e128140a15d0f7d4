/*
 * registry/movement.h - what happens to an enrolment: admission, transfer,
 * leaving, death.
 *
 * status is announced (a departure or an arrival that waits for its other
 * half), confirmed or cancelled.  Owner of the table movement.  Source: domain
 * MODEL 6.4 and 6.5.
 */
#ifndef REGISTRY_MOVEMENT_H
#define REGISTRY_MOVEMENT_H

#include <stdint.h>

#include "model/entity.h"

struct arena;
struct enrolment_row;
struct person_row;
struct store_tx;
struct work;

#define MOVEMENT_DEATH        "31"
#define MOVEMENT_COMPENSATION "91"

/* Apply the record at hand, of the kind MOVEMENT. */
void movement_apply(struct work *work);
/* person has died: his open enrolments end by movement 31.  Returns how many.
 */
int movement_death(struct work *work, const struct person_row *person,
    const char *date, const char *act_id);
/* The same for one enrolment that came to be known after the death. */
void movement_if_dead(struct work *work, const struct person_row *person,
    struct enrolment_row *enrolment);
/* The death was annulled: what 31 closed goes on by movement 91. */
int movement_undo_death(struct work *work, const struct person_row *person,
    const char *date, const char *act_id);

struct movement_row {
	struct movement_row *next;
	const char *id, *status, *person_id, *enrolment_id, *paired_id;
	const char *act_id, *before_state, *before_group_id;
	struct movement now;
};

/* All movements of a person by date, in arena. */
struct movement_row *
movement_list(struct store_tx *tx, const char *person_id, struct arena *arena);

#endif
