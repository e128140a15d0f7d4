/*
 * registry/conflict.h - tasks for a steward, each opened once.
 *
 * Evidence is codes and candidates are ids: no personal text.  Owner of the
 * table conflict.  Source: domain MODEL 5.3.
 */
#ifndef REGISTRY_CONFLICT_H
#define REGISTRY_CONFLICT_H

#include <stdint.h>

struct entity_type;
struct work;

struct conflict {
	const char *kind; /* value, identity, snils, enrolment_overlap ... */
	const char *severity; /* high, medium, low */
	const char *entity; /* "person" ... */
	const char *entity_id; /* NULL: none was made */
	const char *field; /* "" */
	const char *against; /* id or source of the other side; "" */
	const char *evidence; /* codes between spaces */
	const char *candidates; /* JSON array; "[]" */
	const char *key; /* what makes a repeated task the same */
};

/* Open a task, unless the same is there already (open or resolved). */
void conflict_open(struct work *work, const struct conflict *conflict);
/* The packet's source contradicts a stronger one in field; hash names what it
 * says. */
void conflict_value(struct work *work, const struct entity_type *type,
    const char *entity_id, const char *field, const char *stronger,
    int64_t hash);

#endif
