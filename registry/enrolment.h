/*
 * registry/enrolment.h - who learns where, from when to when.
 *
 * One person in one organisation by one programme.  state is open, suspended,
 * closed, cancelled (never was) or deleted.  Owner of the table enrolment.
 * Source: domain MODEL 6.1 and 6.5.
 */
#ifndef REGISTRY_ENROLMENT_H
#define REGISTRY_ENROLMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/entity.h"

struct arena;
struct person_row;
struct store_tx;
struct work;

struct enrolment_row {
	struct enrolment_row *next;
	const char *id, *state, *person_id, *org_id;
	const char *group_id; /* "" if none */
	int64_t version, change_seq;
	struct enrolment now;
	bool dirty; /* changed since it was stored, fields aside */
};

/* Apply the record at hand, of the kind ENROLMENT. */
void enrolment_apply(struct work *work);
struct enrolment_row *enrolment_load(struct work *work, const char *id);
/* All enrolments of a person but deleted ones, oldest first, in arena. */
struct enrolment_row *
enrolment_list(struct store_tx *tx, const char *person_id, struct arena *arena);
/* A new open one, not yet stored. */
struct enrolment_row *enrolment_new(struct work *work, const char *person_id,
    const char *org_id, const char *group_id);
/* Let said survive into row and store it if anything changed. */
bool enrolment_merge(struct work *work, struct enrolment_row *row,
    const struct enrolment *said, const char *op);
/* Store row as it is now, as a new version, and tell of it. */
void
enrolment_put(struct work *work, struct enrolment_row *row, const char *op);
/* It ended on date for reason, or it goes on. */
void enrolment_close(struct work *work, struct enrolment_row *row,
    const char *date, const char *reason);
void enrolment_reopen(
    struct work *work, struct enrolment_row *row, const char *state);

#endif
