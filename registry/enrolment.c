#include "registry/enrolment.h"

#include <string.h>

#include "base/arena.h"
#include "registry/enrolment_check.h"
#include "registry/entity_row.h"
#include "registry/group.h"
#include "registry/history.h"
#include "registry/movement.h"
#include "registry/organisation.h"
#include "registry/person.h"
#include "registry/provenance.h"
#include "registry/work.h"
#include "registry/xref.h"

#define VALUES ENTITY_VALUES(enrolment)
#define COLUMNS                                                          \
	"id, version, change_seq, state, person_id, org_id, group_id,"   \
	" person_key, org_key, group_key, level, programme, study_form," \
	" financing, language, adapted, enrolled_on, order_number,"      \
	" order_date, ended_on, end_reason"

static const char sql_get[] = "SELECT " COLUMNS " FROM enrolment WHERE id = $1";
static const char sql_list[] =
    "SELECT " COLUMNS " FROM enrolment WHERE person_id = $1"
    " AND state <> 'deleted' ORDER BY enrolled_on, id";
static const char sql_insert[] =
    "INSERT INTO enrolment (id, version, change_seq, state, recorded_ms,"
    " person_id, org_id, group_id, person_key, org_key, group_key, level,"
    " programme, study_form, financing, language, adapted, enrolled_on,"
    " order_number, order_date, ended_on, end_reason) VALUES ($1, $2, $3, $4,"
    " $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,"
    " $20, $21, $22)";
static const char sql_update[] =
    "UPDATE enrolment SET version = $2, change_seq = $3, state = $4,"
    " recorded_ms = $5, person_id = $6, org_id = $7, group_id = $8,"
    " person_key = $9, org_key = $10, group_key = $11, level = $12,"
    " programme = $13, study_form = $14, financing = $15, language = $16,"
    " adapted = $17, enrolled_on = $18, order_number = $19, order_date = $20,"
    " ended_on = $21, end_reason = $22 WHERE id = $1";

static struct enrolment_row *
take(struct row *row, struct arena *arena)
{
	struct enrolment_row *e = arena_alloc(arena, sizeof(*e));

	e->id = column_text(row, 0, arena);
	e->version = row_int(row, 1);
	e->change_seq = row_int(row, 2);
	e->state = column_text(row, 3, arena);
	e->person_id = column_text(row, 4, arena);
	e->org_id = column_text(row, 5, arena);
	e->group_id = column_text(row, 6, arena);
	entity_read(row, 7, &e->now, VALUES, arena);
	return e;
}

struct enrolment_row *
enrolment_load(struct work *work, const char *id)
{
	struct row *row = id == NULL
	    ? NULL
	    : store_one(work->tx, sql_get, PARAMS(P_TEXT(id)));

	return row == NULL ? NULL : take(row, work->arena);
}

struct enrolment_row *
enrolment_list(struct store_tx *tx, const char *person_id, struct arena *arena)
{
	struct enrolment_row *first = NULL, **tail = &first;
	struct row *row;

	store_query(tx, sql_list, PARAMS(P_TEXT(person_id)));
	while ((row = store_next(tx)) != NULL) {
		*tail = take(row, arena);
		tail = &(*tail)->next;
	}
	return first;
}

struct enrolment_row *
enrolment_new(struct work *work, const char *person_id, const char *org_id,
    const char *group_id)
{
	struct enrolment_row *e = arena_alloc(work->arena, sizeof(*e));

	entity_clear(&enrolment_type, &e->now);
	e->id = work_new_id(work);
	e->state = "open";
	e->person_id = person_id;
	e->org_id = org_id;
	e->group_id = group_id == NULL ? "" : group_id;
	return e;
}

void
enrolment_put(struct work *work, struct enrolment_row *e, const char *op)
{
	struct param params[8 + VALUES + 1] = { P_TEXT(e->id) };

	e->version++;
	e->dirty = false;
	e->change_seq =
	    history_put(work, &enrolment_type, e->id, e->version, op, &e->now);
	params[1] = (struct param)P_INT(e->version);
	params[2] = (struct param)P_INT(e->change_seq);
	params[3] = (struct param)P_TEXT(e->state);
	params[4] = (struct param)P_INT(work->now_ms);
	params[5] = (struct param)P_TEXT(e->person_id);
	params[6] = (struct param)P_TEXT(e->org_id);
	params[7] =
	    (struct param)P_TEXT(*e->group_id == '\0' ? NULL : e->group_id);
	entity_params(&e->now, VALUES, params + 8);
	store_exec(work->tx, e->version == 1 ? sql_insert : sql_update, params);
	work_touch(work, e->person_id, EVENT_ENROLMENT_CHANGED, e->change_seq);
}

bool
enrolment_merge(struct work *work, struct enrolment_row *e,
    const struct enrolment *said, const char *op)
{
	uint64_t mask = provenance_merge(
	    work, &enrolment_type, e->id, e->version == 0, &e->now, said);
	bool ends = (mask & provenance_bit(&enrolment_type, "ended_on")) != 0;

	if (ends && e->now.ended_on.state == VALUE_SET
	    && (strcmp(e->state, "open") == 0
		|| strcmp(e->state, "suspended") == 0))
		e->state = "closed";
	else if (ends && e->now.ended_on.state != VALUE_SET
	    && strcmp(e->state, "closed") == 0)
		e->state = "open";
	if (mask == 0 && e->version != 0 && !e->dirty)
		return false;
	enrolment_put(work, e, op);
	return true;
}

void
enrolment_close(struct work *work, struct enrolment_row *e, const char *date,
    const char *reason)
{
	e->state = "closed";
	e->now.ended_on = value_of(work->arena, date);
	e->now.end_reason = value_of(work->arena, reason);
	enrolment_put(work, e, "close");
}

void
enrolment_reopen(struct work *work, struct enrolment_row *e, const char *state)
{
	e->state = state;
	e->now.ended_on = (struct value){ VALUE_UNSAID, "" };
	e->now.end_reason = (struct value){ VALUE_UNSAID, "" };
	enrolment_put(work, e, "upsert");
}

/* The record is not applied. */
static void
refuse(struct work *work, const char *code, const char *field,
    const struct value *value)
{
	if (code != NULL)
		work_field_defect(work, DEFECT_ERROR, code, &enrolment_type,
		    field, value, NULL);
	work_outcome(work, RESULT_REJECTED, NULL, NULL);
}

/* Whom and where: ids, or NULL with the record refused. */
struct place {
	struct person_row *person;
	const char *org_id, *group_id;
};

static bool
find_place(struct work *work, const struct enrolment *said,
    const struct enrolment_row *e, struct place *ret)
{
	const struct person *ids = work->rec->person;
	const char *org_key = value_text(&said->org_key);
	const char *group_key = value_text(&said->group_key);

	*ret = (struct place){ .org_id = NULL };
	ret->person = person_by_key(work->tx, work->said.source,
	    value_text(&said->person_key), work->arena);
	if (ret->person == NULL && ids != NULL)
		ret->person = person_by_number(
		    work->tx, value_text(&ids->regional_number), work->arena);
	if (ret->person == NULL && e != NULL)
		ret->person = person_by_id(work->tx, e->person_id, work->arena);
	if (ret->person == NULL) {
		refuse(work, "E_NO_PERSON", "person_key", &said->person_key);
		return false;
	}
	if (org_key != NULL)
		ret->org_id = organisation_find(work, org_key);
	else if (e != NULL)
		ret->org_id = e->org_id;
	if (ret->org_id == NULL) {
		refuse(work, "O_UNKNOWN_ORG", "org_key", &said->org_key);
		return false;
	}
	if (group_key != NULL) {
		ret->group_id = group_find(work, group_key);
		if (ret->group_id == NULL)
			work_field_defect(work, DEFECT_FIELD, "O_UNKNOWN_GROUP",
			    &enrolment_type, "group_key", &said->group_key,
			    NULL);
	} else if (e != NULL) {
		ret->group_id = e->group_id;
	}
	return true;
}

/* The same person in the same school since the same day is the same. */
static struct enrolment_row *
find_same(
    struct work *work, const struct place *place, const struct enrolment *said)
{
	struct enrolment_row *e =
	    enrolment_list(work->tx, place->person->id, work->arena);

	for (; e != NULL; e = e->next)
		if (strcmp(e->org_id, place->org_id) == 0
		    && said->enrolled_on.state == VALUE_SET
		    && value_equal(&e->now.enrolled_on, &said->enrolled_on)
		    && (e->now.programme.state != VALUE_SET
			|| said->programme.state != VALUE_SET
			|| value_equal(&e->now.programme, &said->programme)))
			return e;
	return NULL;
}

/* What the death of the learner has ended is not the school's to say. */
static void
spare_death(const struct enrolment_row *e, const struct person_row *person,
    struct enrolment *said)
{
	if (e == NULL || strcmp(person->life_status, "dead") != 0
	    || strcmp(e->state, "closed") != 0
	    || e->now.end_reason.state != VALUE_SET
	    || strcmp(e->now.end_reason.text, MOVEMENT_DEATH) != 0)
		return;
	said->ended_on.state = said->end_reason.state = VALUE_UNSAID;
}

static const char *
op_word(struct work *work, struct enrolment_row *e, struct enrolment *said)
{
	if (work->rec->op == OP_DELETE && strcmp(e->state, "deleted") != 0) {
		e->state = "deleted";
		e->dirty = true;
		return "delete";
	}
	if (work->rec->op == OP_CLOSE) {
		if (said->ended_on.state != VALUE_SET
		    && e->now.ended_on.state != VALUE_SET)
			said->ended_on = value_of(work->arena, work->today);
		return "close";
	}
	return "upsert";
}

/* Store what is said; the enrolment's checks have let it pass. */
static void
settle(struct work *work, struct enrolment_row *e, const struct place *place,
    struct enrolment *said, bool known)
{
	bool created = e->version == 0, changed;
	const char *op = op_word(work, e, said);

	if (place->group_id != NULL && !created
	    && strcmp(e->group_id, place->group_id) != 0) {
		e->group_id = place->group_id;
		e->dirty = true;
	}
	spare_death(e, place->person, said);
	changed = enrolment_merge(work, e, said, op);
	if (!known)
		xref_put(work, "enrolment", work->rec->external_key, e->id);
	if ((place->person->roles & ROLE_LEARNER) == 0) {
		struct person none;
		bool renamed;

		entity_clear(&person_type, &none);
		(void)person_apply(
		    work, place->person, &none, ROLE_LEARNER, &renamed);
	}
	work_outcome(work,
	    created       ? RESULT_CREATED
		: changed ? RESULT_UPDATED
		: known   ? RESULT_UNCHANGED
			  : RESULT_LINKED,
	    e->id, place->person->now.regional_number.text);
	if (strcmp(e->state, "open") == 0
	    || strcmp(e->state, "suspended") == 0) {
		enrolment_check_overlap(work, e);
		movement_if_dead(work, place->person, e);
	}
}

void
enrolment_apply(struct work *work)
{
	const char *id = xref_get(work, "enrolment", work->rec->external_key);
	struct enrolment_row *e = enrolment_load(work, id);
	struct enrolment said;
	struct place place;

	if (work->rec->enrolment == NULL) {
		refuse(work, "E_NO_PERSON", NULL, NULL);
		return;
	}
	said = *work->rec->enrolment;
	if (!find_place(work, &said, e, &place))
		return;
	if (e == NULL)
		e = find_same(work, &place, &said);
	if (e != NULL
	    && (strcmp(e->state, "cancelled") == 0
		|| strcmp(e->state, "deleted") == 0)) {
		refuse(work, "E_CLOSED", NULL, NULL);
		return;
	}
	if (e == NULL && organisation_closed(work, place.org_id)) {
		refuse(work, "E_CLOSED", "org_key", &said.org_key);
		return;
	}
	if (!enrolment_check(work, e, place.person, &said,
		group_parallel(work, place.group_id))) {
		refuse(work, NULL, NULL, NULL);
		return;
	}
	if (e == NULL)
		e = enrolment_new(
		    work, place.person->id, place.org_id, place.group_id);
	settle(work, e, &place, &said, id != NULL);
}
