#include "registry/person.h"

#include <string.h>

#include "base/arena.h"
#include "model/name.h"
#include "registry/conflict.h"
#include "registry/entity_row.h"
#include "registry/history.h"
#include "registry/provenance.h"
#include "registry/regional_number.h"
#include "registry/work.h"

#define VALUES ENTITY_VALUES(person)

static const char sql_by_id[] =
    "SELECT " PERSON_COLUMNS " FROM person p WHERE p.id = $1";
static const char sql_by_number[] =
    "SELECT " PERSON_COLUMNS " FROM person p WHERE p.regional_number = $1";
static const char sql_by_guid[] =
    "SELECT " PERSON_COLUMNS " FROM person p WHERE p.federal_guid = $1";
static const char sql_by_snils[] =
    "SELECT " PERSON_COLUMNS " FROM person p WHERE p.snils = $1"
    " AND p.state IN ('active', 'provisional')";
static const char sql_by_key[] =
    "SELECT " PERSON_COLUMNS " FROM xref x JOIN person p"
    " ON p.id = x.entity_id WHERE x.source = $1 AND x.entity = 'person'"
    " AND x.external_key = $2";
static const char sql_insert[] =
    "INSERT INTO person (id, version, change_seq, roles, state, life_status,"
    " snils_status, merged_into, name_key, regional_number, federal_guid,"
    " snils, surname, given_name, patronymic, sex, birth_date, birth_place,"
    " citizenship, death_date, unidentified, regional_address, valid_from,"
    " recorded_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
    " $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)";
static const char sql_update[] =
    "UPDATE person SET version = $2, change_seq = $3, roles = $4, state = $5,"
    " life_status = $6, snils_status = $7, merged_into = $8, name_key = $9,"
    " regional_number = $10, federal_guid = $11, snils = $12, surname = $13,"
    " given_name = $14, patronymic = $15, sex = $16, birth_date = $17,"
    " birth_place = $18, citizenship = $19, death_date = $20,"
    " unidentified = $21, regional_address = $22, valid_from = $23,"
    " recorded_ms = $24 WHERE id = $1";
static const char sql_name_put[] =
    "INSERT INTO person_name (person_id, version, surname, given_name,"
    " patronymic, valid_to, reason, act_number, recorded_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

struct person_row *
person_read(struct row *row, int first, struct arena *arena)
{
	struct person_row *person = arena_alloc(arena, sizeof(*person));

	person->id = column_text(row, first, arena);
	person->version = row_int(row, first + 1);
	person->change_seq = row_int(row, first + 2);
	person->roles = row_int(row, first + 3);
	person->state = column_text(row, first + 4, arena);
	person->life_status = column_text(row, first + 5, arena);
	person->snils_status = column_text(row, first + 6, arena);
	person->merged_into = column_text(row, first + 7, arena);
	person->name_key = column_text(row, first + 8, arena);
	entity_read(row, first + 9, &person->now, VALUES, arena);
	return person;
}

static struct person_row *
find(struct store_tx *tx, const char *sql, const struct param params[],
    struct arena *arena)
{
	struct row *row = store_one(tx, sql, params);

	if (row == NULL)
		return NULL;
	return person_resolve(tx, person_read(row, 0, arena), arena);
}

struct person_row *
person_by_id(struct store_tx *tx, const char *id, struct arena *arena)
{
	return id == NULL ? NULL
			  : find(tx, sql_by_id, PARAMS(P_TEXT(id)), arena);
}

struct person_row *
person_by_number(
    struct store_tx *tx, const char *regional_number, struct arena *arena)
{
	if (regional_number == NULL)
		return NULL;
	return find(tx, sql_by_number, PARAMS(P_TEXT(regional_number)), arena);
}

struct person_row *
person_by_guid(struct store_tx *tx, const char *guid, struct arena *arena)
{
	return guid == NULL
	    ? NULL
	    : find(tx, sql_by_guid, PARAMS(P_TEXT(guid)), arena);
}

struct person_row *
person_by_snils(struct store_tx *tx, const char *snils, struct arena *arena)
{
	return snils == NULL
	    ? NULL
	    : find(tx, sql_by_snils, PARAMS(P_TEXT(snils)), arena);
}

struct person_row *
person_by_key(struct store_tx *tx, const char *source, const char *external_key,
    struct arena *arena)
{
	if (external_key == NULL || *external_key == '\0')
		return NULL;
	return find(tx, sql_by_key,
	    PARAMS(P_TEXT(source), P_TEXT(external_key)), arena);
}

struct person_row *
person_resolve(
    struct store_tx *tx, struct person_row *person, struct arena *arena)
{
	/* A chain of merges has no circle; the bound is against a bad one. */
	for (int i = 0; i < 100 && *person->merged_into != '\0'; i++) {
		struct row *row = store_one(
		    tx, sql_by_id, PARAMS(P_TEXT(person->merged_into)));

		if (row == NULL)
			break;
		person = person_read(row, 0, arena);
	}
	return person;
}

struct person_row *
person_new(struct work *work, const char *state, int64_t roles)
{
	struct person_row *person = arena_alloc(work->arena, sizeof(*person));
	char number[REGIONAL_NUMBER_BYTES];

	regional_number_make(
	    work_settings()->region, work_next_number(work), number);
	entity_clear(&person_type, &person->now);
	person->id = work_new_id(work);
	person->state = state;
	person->roles = roles;
	person->life_status = "alive";
	person->snils_status = "none";
	person->merged_into = "";
	person->name_key = "";
	person->now.regional_number = value_of(work->arena, number);
	return person;
}

static const char *
key_of(struct work *work, enum name_part part, const struct value *value)
{
	return value->state == VALUE_SET
	    ? name_key(work->arena, part, value->text, NULL)
	    : "";
}

/* Store person as it is now, with version counted up. */
static void
store_person(struct work *work, struct person_row *person, const char *op)
{
	struct param params[9 + VALUES + 3] = { P_TEXT(person->id) };

	person->version++;
	person->dirty = false;
	person->change_seq = history_put(
	    work, &person_type, person->id, person->version, op, &person->now);
	params[1] = (struct param)P_INT(person->version);
	params[2] = (struct param)P_INT(person->change_seq);
	params[3] = (struct param)P_INT(person->roles);
	params[4] = (struct param)P_TEXT(person->state);
	params[5] = (struct param)P_TEXT(person->life_status);
	params[6] = (struct param)P_TEXT(person->snils_status);
	params[7] = (struct param)P_TEXT(
	    *person->merged_into == '\0' ? NULL : person->merged_into);
	params[8] = (struct param)P_TEXT(person->name_key);
	entity_params(&person->now, VALUES, params + 9);
	params[9 + VALUES] = (struct param)P_TEXT(*work->said.valid_from == '\0'
		? work->today
		: work->said.valid_from);
	params[10 + VALUES] = (struct param)P_INT(work->now_ms);
	store_exec(
	    work->tx, person->version == 1 ? sql_insert : sql_update, params);
}

/* Somebody else has this SNILS: say so, and leave it out. */
static void
check_snils(
    struct work *work, const struct person_row *person, struct person *said)
{
	struct person_row *other;
	struct conflict conflict = { .kind = "snils",
		.severity = "high",
		.entity = "person",
		.entity_id = person->id,
		.field = "snils",
		.evidence = "ID_SNILS_CONFLICT",
		.candidates = "[]" };

	if (said->snils.state != VALUE_SET
	    || value_equal(&said->snils, &person->now.snils))
		return;
	other = person_by_snils(work->tx, said->snils.text, work->arena);
	if (other == NULL || strcmp(other->id, person->id) == 0)
		return;
	conflict.against = conflict.key = other->id;
	conflict.candidates =
	    arena_printf(work->arena, "[{\"id\":\"%s\"}]", other->id);
	if (person->version != 0)
		conflict_open(work, &conflict);
	work_field_defect(work, DEFECT_FIELD, "ID_SNILS_CONFLICT", &person_type,
	    "snils", &said->snils, NULL);
	said->snils = (struct value){ VALUE_UNSAID, "" };
}

static void
keep_old_name(struct work *work, const struct person_row *person,
    const struct person *old)
{
	const struct civil_act *act = work->rec->act;
	const char *number = act == NULL ? NULL : value_text(&act->number);

	store_exec(work->tx, sql_name_put,
	    PARAMS(P_TEXT(person->id), P_INT(person->version),
		value_param(&old->surname), value_param(&old->given_name),
		value_param(&old->patronymic),
		P_TEXT(*work->said.valid_from == '\0' ? work->today
						      : work->said.valid_from),
		P_TEXT(act == NULL ? "source" : "act"),
		P_TEXT(number == NULL ? "" : number), P_INT(work->now_ms)));
}

bool
person_apply(struct work *work, struct person_row *person,
    const struct person *given, int64_t roles, bool *ret_names_changed)
{
	struct person said = *given, old = person->now;
	bool fresh = person->version == 0, changed, renamed;
	uint64_t mask;

	/* Ours, the federal segment's, and what is no fact of a person. */
	said.regional_number.state = VALUE_UNSAID;
	said.federal_guid.state = VALUE_UNSAID;
	said.unidentified.state = VALUE_UNSAID;
	check_snils(work, person, &said);
	mask = provenance_merge(
	    work, &person_type, person->id, fresh, &person->now, &said);
	renamed = (mask
		      & (provenance_bit(&person_type, "surname")
			  | provenance_bit(&person_type, "given_name")
			  | provenance_bit(&person_type, "patronymic")))
	    != 0;
	*ret_names_changed = renamed
	    || (mask
		   & (provenance_bit(&person_type, "birth_date")
		       | provenance_bit(&person_type, "sex")))
		!= 0;
	if (renamed)
		person->name_key = arena_printf(work->arena, "%s|%s|%s",
		    key_of(work, NAME_SURNAME, &person->now.surname),
		    key_of(work, NAME_GIVEN, &person->now.given_name),
		    key_of(work, NAME_PATRONYMIC, &person->now.patronymic));
	if ((mask & provenance_bit(&person_type, "snils")) != 0)
		person->snils_status = work_trust(work, "snils") >= 8
		    ? "confirmed"
		    : "checksum_ok";
	changed = fresh || mask != 0 || person->dirty
	    || (person->roles | roles) != person->roles;
	person->roles |= roles;
	if (!changed)
		return false;
	store_person(work, person, "upsert");
	if (renamed && !fresh)
		keep_old_name(work, person, &old);
	return true;
}

void
person_set_life(struct work *work, struct person_row *person,
    const char *life_status, const struct value *death_date)
{
	person->life_status = life_status;
	if (death_date != NULL)
		person->now.death_date = *death_date;
	store_person(work, person, "upsert");
}

bool
person_set_guid(struct work *work, struct person_row *person, const char *guid)
{
	struct person_row *other = person_by_guid(work->tx, guid, work->arena);
	struct person said;

	if (other != NULL && strcmp(other->id, person->id) != 0)
		return false;
	entity_clear(&person_type, &said);
	said.federal_guid = value_of(work->arena, guid);
	if (provenance_merge(
		work, &person_type, person->id, false, &person->now, &said)
	    != 0)
		store_person(work, person, "upsert");
	return true;
}

void
person_set_state(
    struct work *work, struct person_row *person, const char *state)
{
	person->state = state;
	store_person(
	    work, person, strcmp(state, "deleted") == 0 ? "delete" : "upsert");
}
