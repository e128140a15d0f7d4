/*
 * All that is known of one person, as JSON.
 */
#include "registry/query.h"

#include <stdlib.h>

#include <jansson.h>

#include "base/arena.h"
#include "model/field.h"
#include "registry/civil_act.h"
#include "registry/document.h"
#include "registry/enrolment.h"
#include "registry/movement.h"
#include "registry/person.h"
#include "registry/representation.h"
#include "store/store.h"

static const char sql_provenance[] =
    "SELECT field, source, status, packet_id, rec_no, asserted_ms,"
    " received_ms, trust_rank, valid_from FROM field_provenance"
    " WHERE entity_id = $1 ORDER BY field, trust_rank DESC, source";
static const char sql_keys[] =
    "SELECT source, external_key, status, first_seen_ms, last_seen_ms"
    " FROM xref WHERE entity_id = $1 ORDER BY source, external_key";
static const char sql_versions[] =
    "SELECT version, valid_from, valid_to, recorded_ms, superseded_ms,"
    " change_seq, source, packet_id, rec_no, fields FROM entity_version"
    " WHERE entity_id = $1 ORDER BY version";
static const char sql_conflicts[] =
    "SELECT kind, severity, field, source, against, evidence, candidates,"
    " status, opened_ms, deadline_ms FROM conflict WHERE entity_id = $1"
    " ORDER BY opened_ms, dedup_key";

/* A column of a statement as a member of an object. */
struct column {
	const char *name;
	enum { COLUMN_TEXT, COLUMN_INT, COLUMN_JSON } type;
};

static json_t *
column_json(struct row *row, int i, const struct column *column)
{
	if (row_null(row, i))
		return json_null();
	switch (column->type) {
	case COLUMN_INT:
		return json_integer(row_int(row, i));
	case COLUMN_JSON:
		return json_loads(row_text(row, i), 0, NULL);
	case COLUMN_TEXT:
		break;
	}
	return json_string(row_text(row, i));
}

/* An array of what sql finds for id. */
static json_t *
rows_json(struct store_tx *tx, const char *sql, const char *id,
    const struct column *columns, int count)
{
	json_t *array = json_array();
	struct row *row;

	store_query(tx, sql, PARAMS(P_TEXT(id)));
	while ((row = store_next(tx)) != NULL) {
		json_t *object = json_object();

		for (int i = 0; i < count; i++)
			json_object_set_new(object, columns[i].name,
			    column_json(row, i, &columns[i]));
		json_array_append_new(array, object);
	}
	return array;
}

#define ROWS(tx, sql, id, columns)      \
	rows_json(tx, sql, id, columns, \
	    (int)(sizeof(columns) / sizeof((columns)[0])))

static json_t *
entity_object(const struct entity_type *type, const void *entity)
{
	json_t *object = json_object();

	for (size_t i = 0; i < type->field_count; i++) {
		const struct value *value =
		    field_read(&type->fields[i], entity);

		if (value->state == VALUE_SET)
			json_object_set_new(object, type->fields[i].name,
			    json_string(value->text));
		else if (value->state == VALUE_ABSENT)
			json_object_set_new(
			    object, type->fields[i].name, json_null());
	}
	return object;
}

static json_t *
documents_json(struct store_tx *tx, const char *id, struct arena *arena)
{
	struct document *documents;
	size_t count = document_list(tx, id, arena, &documents);
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(
		    array, entity_object(&document_type, &documents[i]));
	return array;
}

static json_t *
representatives_json(struct store_tx *tx, const char *id, struct arena *arena)
{
	struct represented *r = representation_list(tx, id, arena);
	json_t *array = json_array();

	for (; r != NULL; r = r->next) {
		json_t *object = entity_object(&person_type, &r->adult->now);

		json_object_set_new(object, "id", json_string(r->adult->id));
		json_object_set_new(object, "kind", json_string(r->kind));
		json_object_set_new(
		    object, "state", json_string(r->adult->state));
		json_object_set_new(
		    object, "valid_from", json_string(r->valid_from));
		json_object_set_new(
		    object, "valid_to", json_string(r->valid_to));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *
enrolments_json(struct store_tx *tx, const char *id, struct arena *arena)
{
	struct enrolment_row *e = enrolment_list(tx, id, arena);
	json_t *array = json_array();

	for (; e != NULL; e = e->next) {
		json_t *object = entity_object(&enrolment_type, &e->now);

		json_object_set_new(object, "id", json_string(e->id));
		json_object_set_new(object, "state", json_string(e->state));
		json_object_set_new(object, "org_id", json_string(e->org_id));
		json_object_set_new(
		    object, "group_id", json_string(e->group_id));
		json_object_set_new(
		    object, "version", json_integer(e->version));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *
movements_json(struct store_tx *tx, const char *id, struct arena *arena)
{
	struct movement_row *m = movement_list(tx, id, arena);
	json_t *array = json_array();

	for (; m != NULL; m = m->next) {
		json_t *object = entity_object(&movement_type, &m->now);

		json_object_set_new(object, "id", json_string(m->id));
		json_object_set_new(object, "status", json_string(m->status));
		json_object_set_new(
		    object, "enrolment_id", json_string(m->enrolment_id));
		json_object_set_new(
		    object, "paired_id", json_string(m->paired_id));
		json_object_set_new(object, "act_id", json_string(m->act_id));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *
acts_json(struct store_tx *tx, const char *id, struct arena *arena)
{
	struct act_row *act = civil_act_list(tx, id, arena);
	json_t *array = json_array();

	for (; act != NULL; act = act->next) {
		json_t *object = entity_object(&civil_act_type, &act->now);

		json_object_set_new(object, "id", json_string(act->id));
		json_object_set_new(
		    object, "outcome", json_string(act->outcome));
		json_object_set_new(
		    object, "matched", json_string(act->matched));
		json_object_set_new(
		    object, "packet_id", json_string(act->packet_id));
		json_array_append_new(array, object);
	}
	return array;
}

/* What is told in rows of their own: who said it, keys, history, tasks. */
static void
add_rows(struct store_tx *tx, const char *id, json_t *object)
{
	static const struct column provenance[] = { { "field", COLUMN_TEXT },
		{ "source", COLUMN_TEXT }, { "status", COLUMN_TEXT },
		{ "packet_id", COLUMN_TEXT }, { "rec_no", COLUMN_INT },
		{ "asserted_ms", COLUMN_INT }, { "received_ms", COLUMN_INT },
		{ "trust_rank", COLUMN_INT }, { "valid_from", COLUMN_TEXT } };
	static const struct column keys[] = { { "source", COLUMN_TEXT },
		{ "external_key", COLUMN_TEXT }, { "status", COLUMN_TEXT },
		{ "first_seen_ms", COLUMN_INT },
		{ "last_seen_ms", COLUMN_INT } };
	static const struct column versions[] = { { "version", COLUMN_INT },
		{ "valid_from", COLUMN_TEXT }, { "valid_to", COLUMN_TEXT },
		{ "recorded_ms", COLUMN_INT }, { "superseded_ms", COLUMN_INT },
		{ "change_seq", COLUMN_INT }, { "source", COLUMN_TEXT },
		{ "packet_id", COLUMN_TEXT }, { "rec_no", COLUMN_INT },
		{ "fields", COLUMN_JSON } };
	static const struct column conflicts[] = { { "kind", COLUMN_TEXT },
		{ "severity", COLUMN_TEXT }, { "field", COLUMN_TEXT },
		{ "source", COLUMN_TEXT }, { "against", COLUMN_TEXT },
		{ "evidence", COLUMN_TEXT }, { "candidates", COLUMN_JSON },
		{ "status", COLUMN_TEXT }, { "opened_ms", COLUMN_INT },
		{ "deadline_ms", COLUMN_INT } };

	json_object_set_new(
	    object, "provenance", ROWS(tx, sql_provenance, id, provenance));
	json_object_set_new(
	    object, "external_keys", ROWS(tx, sql_keys, id, keys));
	json_object_set_new(
	    object, "versions", ROWS(tx, sql_versions, id, versions));
	json_object_set_new(
	    object, "conflicts", ROWS(tx, sql_conflicts, id, conflicts));
}

const char *
registry_person_json(
    struct store_tx *tx, const char *person_id, struct arena *arena)
{
	struct person_row *person = person_by_id(tx, person_id, arena);
	const char *id, *json;
	json_t *object;
	char *text;

	if (person == NULL)
		return NULL;
	id = person->id;
	object = json_object();
	json_object_set_new(object, "id", json_string(id));
	json_object_set_new(object, "version", json_integer(person->version));
	json_object_set_new(
	    object, "change_seq", json_integer(person->change_seq));
	json_object_set_new(object, "state", json_string(person->state));
	json_object_set_new(
	    object, "life_status", json_string(person->life_status));
	json_object_set_new(
	    object, "snils_status", json_string(person->snils_status));
	json_object_set_new(
	    object, "person", entity_object(&person_type, &person->now));
	json_object_set_new(object, "documents", documents_json(tx, id, arena));
	json_object_set_new(
	    object, "representatives", representatives_json(tx, id, arena));
	json_object_set_new(
	    object, "enrolments", enrolments_json(tx, id, arena));
	json_object_set_new(object, "movements", movements_json(tx, id, arena));
	json_object_set_new(object, "acts", acts_json(tx, id, arena));
	add_rows(tx, id, object);
	text = json_dumps(object, JSON_COMPACT);
	json = arena_strdup(arena, text == NULL ? "{}" : text);
	free(text);
	json_decref(object);
	return json;
}
