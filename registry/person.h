/*
 * registry/person.h - a person as the registry believes him to be.
 *
 * Learners, parents and the deceased are one kind of entity with roles.  A
 * person found is never one that was merged: its survivor is given instead.
 * Owner of the tables person and person_name.  Source: domain MODEL 2.1.
 */
#ifndef REGISTRY_PERSON_H
#define REGISTRY_PERSON_H

#include <stdbool.h>
#include <stdint.h>

#include "model/entity.h"

struct arena;
struct row;
struct store_tx;
struct work;

struct person_row {
	const char *id;
	int64_t version, change_seq, roles;
	const char *state; /* active, provisional, merged, deleted */
	const char *life_status; /* alive, dead, dead_annulled, unknown */
	const char *snils_status, *merged_into;
	const char *name_key; /* SURNAME|GIVEN|PATRONYMIC, key forms */
	struct person now;
	bool dirty; /* changed since it was stored, fields aside */
};

/* Columns of a person under the alias p, as person_read() expects them. */
#define PERSON_COLUMNS                                                      \
	"p.id, p.version, p.change_seq, p.roles, p.state, p.life_status,"   \
	" p.snils_status, p.merged_into, p.name_key, p.regional_number,"    \
	" p.federal_guid, p.snils, p.surname, p.given_name, p.patronymic,"  \
	" p.sex, p.birth_date, p.birth_place, p.citizenship, p.death_date," \
	" p.unidentified, p.regional_address"
#define PERSON_COLUMN_COUNT 22

/* A person from the columns first, first + 1, ..., in arena. */
struct person_row *person_read(struct row *row, int first, struct arena *arena);

/* By one key; NULL if there is none.  Keys may be NULL. */
struct person_row *
person_by_id(struct store_tx *tx, const char *id, struct arena *arena);
struct person_row *person_by_number(
    struct store_tx *tx, const char *regional_number, struct arena *arena);
struct person_row *
person_by_guid(struct store_tx *tx, const char *guid, struct arena *arena);
struct person_row *
person_by_snils(struct store_tx *tx, const char *snils, struct arena *arena);
struct person_row *person_by_key(struct store_tx *tx, const char *source,
    const char *external_key, struct arena *arena);
/* The survivor of a merged person; person itself if it was not merged. */
struct person_row *person_resolve(
    struct store_tx *tx, struct person_row *person, struct arena *arena);

/*
 * Make a person of nothing: with a new id and regional number, alive, and no
 * field said.  Nothing is stored before person_apply().
 */
struct person_row *
person_new(struct work *work, const char *state, int64_t roles);
/*
 * Let said survive into person, give it roles in addition, and store it with
 * its history if anything changed.  A SNILS of somebody else is not taken.
 *
 * Returns whether anything changed.
 */
bool person_apply(struct work *work, struct person_row *person,
    const struct person *said, int64_t roles, bool *ret_names_changed);
/* The person is dead, dead_annulled or alive now; dead since death_date. */
void person_set_life(struct work *work, struct person_row *person,
    const char *life_status, const struct value *death_date);
/* Only the federal segment says this; false: the guid is somebody else's. */
bool
person_set_guid(struct work *work, struct person_row *person, const char *guid);
/* active, deleted. */
void person_set_state(
    struct work *work, struct person_row *person, const char *state);

#endif
