#include "adapters/packet_record.h"

#include <string.h>

#include "adapters/canonical.h"
#include "adapters/decoder.h"
#include "adapters/form.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/document.h"
#include "model/field.h"
#include "model/name.h"
#include "xsd/xml_read.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *element;
	enum record_kind kind;
} bodies[] = {
	{ "Learner", RECORD_LEARNER },
	{ "Enrolment", RECORD_ENROLMENT },
	{ "Movement", RECORD_MOVEMENT },
	{ "Organisation", RECORD_ORG },
	{ "Group", RECORD_GROUP },
	{ "CivilAct", RECORD_CIVIL_ACT },
};

static enum record_kind
body_kind(const xmlNode *node)
{
	for (size_t i = 0; i < COUNT(bodies); i++)
		if (xml_is(node, NULL, bodies[i].element))
			return bodies[i].kind;
	return 0;
}

/* The only body element of a record, or NULL with a defect. */
static const xmlNode *
find_body(struct decoder *d, const xmlNode *node)
{
	const xmlNode *body = NULL;

	for (const xmlNode *child = xml_child(node, NULL, NULL); child != NULL;
	     child = xml_next(child, NULL, NULL)) {
		struct place at = { .node = child };

		if (body_kind(child) == 0)
			continue;
		if (body != NULL) {
			decoder_fault(d, &at, DEFECT_ERROR, "PKT_BODY", NULL,
			    "В записи больше одного объекта");
			return body;
		}
		body = child;
	}
	if (body == NULL) {
		struct place at = { .node = node };

		decoder_fault(d, &at, DEFECT_ERROR, "PKT_BODY", NULL,
		    "В записи нет объекта");
	}
	return body;
}

static void *
read_entity(
    struct decoder *d, const xmlNode *node, const struct entity_type *type)
{
	void *entity = entity_new(type, 1, d->arena);

	canonical_read(d, node, type, entity);
	return entity;
}

static void
read_civil_act(struct decoder *d, const xmlNode *body, struct record *record)
{
	const xmlNode *act = xml_child(body, NULL, "Act");
	char series[CERT_SERIES_BYTES];
	const char *text;

	if (act != NULL) {
		record->act = read_entity(d, act, &civil_act_type);
		text = value_text(&record->act->cert_series);
		if (text != NULL && cert_series(d->arena, text, series) == 0)
			record->act->cert_series = value_of(d->arena, series);
	}
	/* Nobody is born dead: such an act has no person and no documents. */
	if (record->act != NULL
	    && str_equal(value_text(&record->act->stillborn), "1"))
		return;
	canonical_read_person(d, body, record);
	canonical_read_parties(d, body, "Party", record);
}

static void
read_body(struct decoder *d, const xmlNode *body, struct record *record)
{
	switch (record->kind) {
	case RECORD_LEARNER:
		canonical_read_person(d, body, record);
		canonical_read_parties(d, body, "Representative", record);
		break;
	case RECORD_ENROLMENT:
		record->enrolment = read_entity(d, body, &enrolment_type);
		break;
	case RECORD_MOVEMENT:
		record->movement = read_entity(d, body, &movement_type);
		break;
	case RECORD_ORG:
		record->organisation = read_entity(d, body, &organisation_type);
		break;
	case RECORD_GROUP:
		record->group = read_entity(d, body, &group_type);
		break;
	case RECORD_CIVIL_ACT:
		read_civil_act(d, body, record);
		break;
	default:
		break;
	}
}

/* One of Ids into the field of the person that it is. */
static void
merge_id(struct decoder *d, const xmlNode *child, const struct field *field,
    struct person *person)
{
	static const struct {
		const char *name;
		enum form form;
	} ids[] = {
		{ "regional_number", FORM_CODE },
		{ "federal_guid", FORM_UUID },
		{ "snils", FORM_SNILS },
	};
	struct place at = { .node = child, .personal = field->personal };
	struct value *value = field_value(field, person), id;
	const char *text = xml_text(child, d->arena);

	for (size_t i = 0; i < COUNT(ids); i++) {
		if (strcmp(ids[i].name, field->name) != 0)
			continue;
		id = form_read(d, &at, ids[i].form, text);
		if (id.state == VALUE_UNSAID)
			return;
		if (value->state == VALUE_SET && !value_equal(value, &id)) {
			decoder_fault(d, &at, DEFECT_QUARANTINE,
			    "ID_ECHO_MISMATCH", text, NULL);
			return;
		}
		*value = id;
		return;
	}
}

/* Ids stand for the person of the record, whatever the record is about. */
static void
read_ids(struct decoder *d, const xmlNode *node, struct record *record)
{
	const xmlNode *ids = xml_child(node, NULL, "Ids");

	if (xml_child(ids, NULL, NULL) == NULL)
		return;
	if (record->person == NULL)
		record->person = entity_new(&person_type, 1, d->arena);
	for (const xmlNode *child = xml_child(ids, NULL, NULL); child != NULL;
	     child = xml_next(child, NULL, NULL)) {
		const struct field *field =
		    field_find(&person_type, xml_name(child));

		if (field != NULL)
			merge_id(d, child, field, record->person);
	}
}

/* The field of record that a name in Absent means, or NULL. */
static struct value *
named_field(struct record *record, const char *name)
{
	const struct {
		const struct entity_type *type;
		void *entity;
	} parts[] = {
		{ &enrolment_type, record->enrolment },
		{ &movement_type, record->movement },
		{ &organisation_type, record->organisation },
		{ &group_type, record->group },
		{ &civil_act_type, record->act },
		{ &person_type, record->person },
	};
	const char *last = strrchr(name, '/');

	if (last != NULL)
		name = last + 1;
	for (size_t i = 0; i < COUNT(parts); i++) {
		const struct field *field;

		if (parts[i].entity == NULL)
			continue;
		field = field_find(parts[i].type, name);
		if (field != NULL)
			return field_value(field, parts[i].entity);
	}
	return NULL;
}

static void
read_absent(struct decoder *d, const xmlNode *node, struct record *record)
{
	const xmlNode *absent = xml_child(node, NULL, "Absent");

	for (const xmlNode *child = xml_child(absent, NULL, "Field");
	     child != NULL; child = xml_next(child, NULL, "Field")) {
		const char *name = xml_text(child, d->arena);
		struct value *value = named_field(record, name);
		struct place at = { .node = child };

		if (value == NULL) {
			decoder_fault(
			    d, &at, DEFECT_WARN, "PKT_ABSENT", name, NULL);
		} else if (value->state == VALUE_SET) {
			/* Said and denied at once: neither is believed. */
			decoder_fault(
			    d, &at, DEFECT_FIELD, "PKT_ABSENT", name, NULL);
			*value = (struct value){ VALUE_UNSAID, "" };
		} else {
			*value = value_absent();
		}
	}
}

/* A text of the record itself; one too long is no key. */
static const char *
record_text(struct decoder *d, const xmlNode *node, const char *name)
{
	const xmlNode *child = xml_child(node, NULL, name);
	struct place at = { .node = child };
	struct value value = { VALUE_UNSAID, "" };

	if (child != NULL)
		value = form_read(d, &at, FORM_TEXT, xml_text(child, d->arena));
	return value.text;
}

static void
read_op(struct decoder *d, const xmlNode *node, struct record *record)
{
	const xmlNode *child = xml_child(node, NULL, "Op");
	struct place at = { .node = child == NULL ? node : child };
	const char *text = xml_text(child, d->arena);

	if (record_op_parse(text, &record->op) == -1)
		decoder_fault(d, &at, DEFECT_ERROR, "PKT_OP", text, NULL);
}

/* What a record of its kind can't be without. */
static void
check_whole(struct decoder *d, const xmlNode *body, const struct record *record)
{
	struct place at = { .node = body };
	const char *missing = NULL;

	if (record->op == OP_DELETE || record->op == OP_LINK
	    || record->op == OP_UNLINK)
		return;
	if (record->kind == RECORD_LEARNER && record->person == NULL)
		missing = "Person";
	if (record->movement != NULL
	    && value_text(&record->movement->kind) == NULL)
		missing = "Kind";
	if (record->kind == RECORD_CIVIL_ACT
	    && (record->act == NULL || value_text(&record->act->kind) == NULL
		|| value_text(&record->act->number) == NULL))
		missing = "Act/Kind, Act/Number";
	if (missing != NULL)
		decoder_fault(
		    d, &at, DEFECT_ERROR, "PKT_REQUIRED", missing, NULL);
}

bool
packet_record_read(struct decoder *d, const xmlNode *node,
    enum record_kind kind, struct record *record)
{
	const xmlNode *body = find_body(d, node);

	record->kind = body == NULL ? kind : body_kind(body);
	if (record->kind == 0)
		return false;
	read_op(d, node, record);
	record->external_key = record_text(d, node, "ExternalKey");
	record->updated_at = record_text(d, node, "UpdatedAt");
	if (body == NULL)
		return true;
	if (kind != 0 && record->kind != kind) {
		struct place at = { .node = body };

		decoder_fault(d, &at, DEFECT_ERROR, "PKT_BODY", xml_name(body),
		    "Не тот вид, что назван в Header/Kind");
	}
	read_body(d, body, record);
	read_ids(d, node, record);
	read_absent(d, node, record);
	check_whole(d, body, record);
	return true;
}
