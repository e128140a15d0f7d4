#include "registry/group.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "registry/entity_row.h"
#include "registry/history.h"
#include "registry/organisation.h"
#include "registry/provenance.h"
#include "registry/work.h"
#include "registry/xref.h"

#define VALUES ENTITY_VALUES(group)

static const char sql_get[] =
    "SELECT id, version, state, org_id, org_key, kind, name, letter,"
    " parallel, school_year, shift, capacity, is_virtual FROM learning_group"
    " WHERE id = $1";
static const char sql_insert[] =
    "INSERT INTO learning_group (id, version, change_seq, state, recorded_ms,"
    " org_id, org_key, kind, name, letter, parallel, school_year, shift,"
    " capacity, is_virtual) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
    " $11, $12, $13, $14, $15)";
static const char sql_update[] =
    "UPDATE learning_group SET version = $2, change_seq = $3, state = $4,"
    " recorded_ms = $5, org_id = $6, org_key = $7, kind = $8, name = $9,"
    " letter = $10, parallel = $11, school_year = $12, shift = $13,"
    " capacity = $14, is_virtual = $15 WHERE id = $1";
static const char sql_parallel[] =
    "SELECT parallel FROM learning_group WHERE id = $1";

struct group_row {
	const char *id, *state, *org_id;
	int64_t version;
	struct group now;
};

static struct group_row *
load(struct work *work, const char *id)
{
	struct row *row = store_one(work->tx, sql_get, PARAMS(P_TEXT(id)));
	struct group_row *group;

	if (row == NULL)
		return NULL;
	group = arena_alloc(work->arena, sizeof(*group));
	group->id = column_text(row, 0, work->arena);
	group->version = row_int(row, 1);
	group->state = column_text(row, 2, work->arena);
	group->org_id = column_text(row, 3, work->arena);
	entity_read(row, 4, &group->now, VALUES, work->arena);
	return group;
}

static void
put(struct work *work, struct group_row *group, const char *op)
{
	struct param params[6 + VALUES + 1] = { P_TEXT(group->id) };

	group->version++;
	params[1] = (struct param)P_INT(group->version);
	params[2] = (struct param)P_INT(history_put(
	    work, &group_type, group->id, group->version, op, &group->now));
	params[3] = (struct param)P_TEXT(group->state);
	params[4] = (struct param)P_INT(work->now_ms);
	params[5] = (struct param)P_TEXT(group->org_id);
	entity_params(&group->now, VALUES, params + 6);
	store_exec(
	    work->tx, group->version == 1 ? sql_insert : sql_update, params);
}

/* The school of the group, or NULL with the record refused. */
static const char *
org_of(
    struct work *work, const struct group *said, const struct group_row *group)
{
	const char *key = value_text(&said->org_key);
	const char *id = key == NULL ? NULL : organisation_find(work, key);

	if (id == NULL && key == NULL && group != NULL)
		id = group->org_id;
	if (id == NULL) {
		work_field_defect(work, DEFECT_ERROR, "O_UNKNOWN_ORG",
		    &group_type, "org_key", &said->org_key, NULL);
		work_outcome(work, RESULT_REJECTED, NULL, NULL);
	}
	return id;
}

void
group_apply(struct work *work)
{
	const char *id = xref_get(work, "group", work->rec->external_key);
	struct group_row *group = id == NULL ? NULL : load(work, id);
	bool created = group == NULL, changed;
	struct group said;
	const char *org;
	int64_t number;

	if (work->rec->group == NULL || *work->rec->external_key == '\0') {
		work_defect(work, DEFECT_ERROR, "O_EMPTY", NULL, NULL, NULL);
		work_outcome(work, RESULT_REJECTED, NULL, NULL);
		return;
	}
	said = *work->rec->group;
	if ((org = org_of(work, &said, group)) == NULL)
		return;
	if (said.capacity.state == VALUE_SET
	    && str_int(said.capacity.text, 0, 100000, &number) == -1) {
		work_field_defect(work, DEFECT_FIELD, "O_CAPACITY", &group_type,
		    "capacity", &said.capacity, NULL);
		said.capacity.state = VALUE_UNSAID;
	}
	if (created) {
		group = arena_alloc(work->arena, sizeof(*group));
		entity_clear(&group_type, &group->now);
		group->id = work_new_id(work);
		group->state = "active";
	}
	changed = provenance_merge(
		      work, &group_type, group->id, created, &group->now, &said)
	    != 0;
	if (work->rec->op == OP_CLOSE || work->rec->op == OP_DELETE) {
		changed = changed || strcmp(group->state, "active") == 0;
		group->state = "closed";
	}
	if (created || strcmp(group->org_id, org) != 0)
		changed = true;
	group->org_id = org;
	if (changed)
		put(work, group,
		    strcmp(group->state, "closed") == 0 ? "close" : "upsert");
	if (created)
		xref_put(work, "group", work->rec->external_key, group->id);
	work_outcome(work,
	    created       ? RESULT_CREATED
		: changed ? RESULT_UPDATED
			  : RESULT_UNCHANGED,
	    group->id, NULL);
}

const char *
group_find(struct work *work, const char *key)
{
	return xref_get(work, "group", key);
}

const char *
group_parallel(struct work *work, const char *id)
{
	struct row *row = id == NULL
	    ? NULL
	    : store_one(work->tx, sql_parallel, PARAMS(P_TEXT(id)));

	return row == NULL ? "" : column_text(row, 0, work->arena);
}
