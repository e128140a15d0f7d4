/*
 * registry/movement_store.h - rows of movements; the table behind
 * registry/movement.h, which alone decides what they do.
 */
#ifndef REGISTRY_MOVEMENT_STORE_H
#define REGISTRY_MOVEMENT_STORE_H

#include <stdbool.h>

#include "registry/movement.h"

/* The organisations of a movement, "" or NULL when there is none. */
struct movement_ends {
	const char *from_org_id, *to_org_id;
};

/* A new row; its id is made here. */
void movement_put(struct work *work, struct movement_row *row,
    const struct movement_ends *ends);
struct movement_row *movement_load(struct work *work, const char *id);
/* The last movement of an enrolment that still counts, or NULL. */
struct movement_row *
movement_last(struct work *work, const char *enrolment_id, const char *kind);
/* The same movement told again without a key, or NULL. */
struct movement_row *movement_same(struct work *work, const char *person_id,
    const char *kind, const char *date);
void movement_cancel(struct work *work, const char *id);
/* Order and reason came later, or were corrected. */
void movement_amend(struct work *work, const struct movement_row *row);
/*
 * Tie row to a movement of one of the kinds (codes between spaces) of the same
 * person that nothing is tied to, not more than days apart.  Returns whether
 * there was one.
 */
bool movement_pair(
    struct work *work, struct movement_row *row, const char *kinds, int days);

#endif
