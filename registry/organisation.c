#include "registry/organisation.h"

#include <string.h>

#include "base/arena.h"
#include "model/requisites.h"
#include "registry/entity_row.h"
#include "registry/history.h"
#include "registry/provenance.h"
#include "registry/work.h"
#include "registry/xref.h"

#define VALUES ENTITY_VALUES(organisation)
#define COLUMNS                                                            \
	"id, version, state, full_name, short_name, inn, kpp, ogrn, type," \
	" status, oktmo, address, phone, email, site, licence, capacity"

static const char sql_get[] =
    "SELECT " COLUMNS " FROM organisation WHERE id = $1";
static const char sql_by_ogrn[] =
    "SELECT id, kpp FROM organisation WHERE ogrn = $1 AND state = 'active'";
static const char sql_by_inn[] =
    "SELECT id, kpp FROM organisation WHERE inn = $1 AND state = 'active'";
static const char sql_insert[] =
    "INSERT INTO organisation (id, version, change_seq, state, recorded_ms,"
    " full_name, short_name, inn, kpp, ogrn, type, status, oktmo, address,"
    " phone, email, site, licence, capacity) VALUES ($1, $2, $3, $4, $5, $6,"
    " $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
static const char sql_update[] =
    "UPDATE organisation SET version = $2, change_seq = $3, state = $4,"
    " recorded_ms = $5, full_name = $6, short_name = $7, inn = $8, kpp = $9,"
    " ogrn = $10, type = $11, status = $12, oktmo = $13, address = $14,"
    " phone = $15, email = $16, site = $17, licence = $18, capacity = $19"
    " WHERE id = $1";
static const char sql_state[] =
    "SELECT state, status FROM organisation WHERE id = $1";

struct organisation_row {
	const char *id, *state;
	int64_t version;
	struct organisation now;
};

static struct organisation_row *
load(struct work *work, const char *id)
{
	struct row *row = store_one(work->tx, sql_get, PARAMS(P_TEXT(id)));
	struct organisation_row *org;

	if (row == NULL)
		return NULL;
	org = arena_alloc(work->arena, sizeof(*org));
	org->id = column_text(row, 0, work->arena);
	org->version = row_int(row, 1);
	org->state = column_text(row, 2, work->arena);
	entity_read(row, 3, &org->now, VALUES, work->arena);
	return org;
}

static void
check(struct work *work, struct value *value, const char *field,
    bool (*valid)(const char *text), const char *code)
{
	if (value->state != VALUE_SET || valid(value->text))
		return;
	work_field_defect(
	    work, DEFECT_FIELD, code, &organisation_type, field, value, NULL);
	*value = (struct value){ VALUE_UNSAID, "" };
}

/*
 * The only organisation with such a number; a branch shares the number of its
 * head and has a KPP of its own.
 */
static const char *
by_number(struct work *work, const char *sql, const struct value *number,
    const struct value *kpp)
{
	const char *id = NULL;
	struct row *row;
	int count = 0;

	if (number->state != VALUE_SET)
		return NULL;
	store_query(work->tx, sql, PARAMS(P_TEXT(number->text)));
	while ((row = store_next(work->tx)) != NULL) {
		const char *has = row_text(row, 1);

		if (kpp->state == VALUE_SET && has != NULL && *has != '\0'
		    && strcmp(has, kpp->text) != 0)
			continue;
		id = arena_strdup(work->arena, row_text(row, 0));
		count++;
	}
	return count == 1 ? id : NULL;
}

static void
put(struct work *work, struct organisation_row *org, const char *op)
{
	struct param params[5 + VALUES + 1] = { P_TEXT(org->id) };

	org->version++;
	params[1] = (struct param)P_INT(org->version);
	params[2] = (struct param)P_INT(history_put(
	    work, &organisation_type, org->id, org->version, op, &org->now));
	params[3] = (struct param)P_TEXT(org->state);
	params[4] = (struct param)P_INT(work->now_ms);
	entity_params(&org->now, VALUES, params + 5);
	store_exec(
	    work->tx, org->version == 1 ? sql_insert : sql_update, params);
}

static struct organisation_row *
find_or_new(struct work *work, const struct organisation *said, bool *ret_new)
{
	const char *id =
	    xref_get(work, "organisation", work->rec->external_key);
	struct organisation_row *org = NULL;

	if (id == NULL)
		id = by_number(work, sql_by_ogrn, &said->ogrn, &said->kpp);
	if (id == NULL)
		id = by_number(work, sql_by_inn, &said->inn, &said->kpp);
	if (id != NULL)
		org = load(work, id);
	*ret_new = org == NULL;
	if (org != NULL)
		return org;
	org = arena_alloc(work->arena, sizeof(*org));
	entity_clear(&organisation_type, &org->now);
	org->id = work_new_id(work);
	org->state = "active";
	return org;
}

void
organisation_apply(struct work *work)
{
	struct organisation_row *org;
	struct organisation said;
	bool created, changed, known;

	if (work->rec->organisation == NULL) {
		work_defect(work, DEFECT_ERROR, "O_EMPTY", NULL, NULL, NULL);
		work_outcome(work, RESULT_REJECTED, NULL, NULL);
		return;
	}
	said = *work->rec->organisation;
	check(work, &said.inn, "inn", inn_valid, "O_INN");
	check(work, &said.ogrn, "ogrn", ogrn_valid, "O_OGRN");
	check(work, &said.kpp, "kpp", kpp_valid, "O_KPP");
	known = xref_get(work, "organisation", work->rec->external_key) != NULL;
	org = find_or_new(work, &said, &created);
	changed = provenance_merge(work, &organisation_type, org->id, created,
		      &org->now, &said)
	    != 0;
	if (work->rec->op == OP_CLOSE || work->rec->op == OP_DELETE) {
		changed = changed || strcmp(org->state, "active") == 0;
		org->state = work->rec->op == OP_CLOSE ? "closed" : "deleted";
	}
	if (created || changed)
		put(work, org,
		    work->rec->op == OP_CLOSE        ? "close"
			: work->rec->op == OP_DELETE ? "delete"
						     : "upsert");
	if (!known)
		xref_put(
		    work, "organisation", work->rec->external_key, org->id);
	if (created || changed)
		work_tell(work, EVENT_ORG_CHANGED, org->id);
	work_outcome(work,
	    created       ? RESULT_CREATED
		: changed ? RESULT_UPDATED
		: known   ? RESULT_UNCHANGED
			  : RESULT_LINKED,
	    org->id, NULL);
}

const char *
organisation_find(struct work *work, const char *key)
{
	struct value number = { VALUE_SET, key };
	struct value none = { VALUE_UNSAID, "" };
	const char *id = xref_get(work, "organisation", key);

	if (id == NULL && ogrn_valid(key))
		id = by_number(work, sql_by_ogrn, &number, &none);
	return id;
}

bool
organisation_closed(struct work *work, const char *id)
{
	struct row *row = store_one(work->tx, sql_state, PARAMS(P_TEXT(id)));
	const char *status;

	if (row == NULL)
		return true;
	if (strcmp(row_text(row, 0), "active") != 0)
		return true;
	status = row_text(row, 1);
	return status != NULL
	    && (strcmp(status, "liquidated") == 0
		|| strcmp(status, "ликвидирована") == 0);
}
