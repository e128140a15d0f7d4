#include "adapters/canonical.h"

#include <assert.h>
#include <string.h>

#include "adapters/decoder.h"
#include "adapters/form.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/changeset.h"
#include "model/document.h"
#include "model/field.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NAME_BYTES   64

/* The form of each field; what is not here is a code (FORM_CODE). */
static const struct {
	const struct entity_type *type;
	const char *field;
	enum form form;
} forms[] = {
	{ &person_type, "federal_guid", FORM_UUID },
	{ &person_type, "snils", FORM_SNILS },
	{ &person_type, "surname", FORM_SURNAME },
	{ &person_type, "given_name", FORM_GIVEN },
	{ &person_type, "patronymic", FORM_PATRONYMIC },
	{ &person_type, "sex", FORM_SEX },
	{ &person_type, "birth_date", FORM_BIRTH_DATE },
	{ &person_type, "birth_place", FORM_TEXT },
	{ &person_type, "citizenship", FORM_COUNTRY },
	{ &person_type, "death_date", FORM_PDATE },
	{ &person_type, "unidentified", FORM_FLAG },
	{ &person_type, "regional_address", FORM_TEXT },
	{ &document_type, "issue_date", FORM_DATE },
	{ &document_type, "issuer", FORM_TEXT },
	{ &document_type, "act_date", FORM_DATE },
	{ &representation_type, "kind", FORM_REPRESENTATION },
	{ &representation_type, "valid_from", FORM_DATE },
	{ &representation_type, "valid_to", FORM_DATE },
	{ &organisation_type, "full_name", FORM_TEXT },
	{ &organisation_type, "short_name", FORM_TEXT },
	{ &organisation_type, "inn", FORM_INN },
	{ &organisation_type, "kpp", FORM_KPP },
	{ &organisation_type, "ogrn", FORM_OGRN },
	{ &organisation_type, "address", FORM_TEXT },
	{ &organisation_type, "licence", FORM_TEXT },
	{ &organisation_type, "capacity", FORM_COUNT },
	{ &group_type, "name", FORM_TEXT },
	{ &group_type, "school_year", FORM_SCHOOL_YEAR },
	{ &group_type, "capacity", FORM_COUNT },
	{ &group_type, "is_virtual", FORM_FLAG },
	{ &enrolment_type, "programme", FORM_TEXT },
	{ &enrolment_type, "enrolled_on", FORM_DATE },
	{ &enrolment_type, "order_date", FORM_DATE },
	{ &enrolment_type, "ended_on", FORM_DATE },
	{ &movement_type, "kind", FORM_MOVEMENT },
	{ &movement_type, "effective_date", FORM_DATE },
	{ &movement_type, "order_date", FORM_DATE },
	{ &movement_type, "reason", FORM_TEXT },
	{ &civil_act_type, "kind", FORM_ACT },
	{ &civil_act_type, "act_date", FORM_DATE },
	{ &civil_act_type, "version", FORM_COUNT },
	{ &civil_act_type, "version_date", FORM_DATE },
	{ &civil_act_type, "zags_name", FORM_TEXT },
	{ &civil_act_type, "cert_date", FORM_DATE },
	{ &civil_act_type, "annulled", FORM_FLAG },
	{ &civil_act_type, "stillborn", FORM_FLAG },
};

static enum form
form_of(const struct entity_type *type, const struct field *field)
{
	for (size_t i = 0; i < COUNT(forms); i++)
		if (forms[i].type == type
		    && strcmp(forms[i].field, field->name) == 0)
			return forms[i].form;
	return FORM_CODE;
}

void
canonical_read(struct decoder *d, const xmlNode *node,
    const struct entity_type *type, void *entity)
{
	for (const xmlNode *child = xml_child(node, NULL, NULL); child != NULL;
	     child = xml_next(child, NULL, NULL)) {
		const struct field *field = field_find(type, xml_name(child));
		struct place at = { .node = child };
		struct value *value;

		if (field == NULL
		    || strcmp(field->element, xml_name(child)) != 0)
			continue;
		at.personal = field->personal;
		value = field_value(field, entity);
		if (xml_nil(child))
			*value = value_absent();
		else
			*value = form_read(d, &at, form_of(type, field),
			    xml_text(child, d->arena));
	}
}

static size_t
count_children(const xmlNode *node, const char *name)
{
	size_t count = 0;

	for (const xmlNode *child = xml_child(node, NULL, name); child != NULL;
	     child = xml_next(child, NULL, name))
		count++;
	return count;
}

/* Tell what is wrong with a document that was read at node. */
static void
judge_document(
    struct decoder *d, const xmlNode *node, const struct document *document)
{
	static const struct {
		const char *element, *code;
	} faults[] = {
		[DOCUMENT_SERIES] = { "Series", "D_SERIES" },
		[DOCUMENT_NUMBER] = { "Number", "D_NUMBER" },
		[DOCUMENT_PLACEHOLDER] = { "Number", "ID_PLACEHOLDER" },
	};
	enum document_verdict verdict = document_check(document);
	struct place at = { .node = node, .personal = true };
	const xmlNode *child;
	const char *value = NULL;

	if (verdict == DOCUMENT_GOOD)
		return;
	child = xml_child(node, NULL, faults[verdict].element);
	if (child != NULL) {
		at.node = child;
		value = xml_text(child, d->arena);
	}
	decoder_fault(d, &at, DEFECT_WARN, faults[verdict].code, value, NULL);
}

struct document *
canonical_read_documents(
    struct decoder *d, const xmlNode *node, size_t *ret_count)
{
	size_t count = count_children(node, "Document"), i = 0;
	struct document *documents = NULL;

	if (count != 0)
		documents = entity_new(&document_type, count, d->arena);
	for (const xmlNode *child = xml_child(node, NULL, "Document");
	     child != NULL; child = xml_next(child, NULL, "Document"), i++) {
		canonical_read(d, child, &document_type, &documents[i]);
		document_normal(d->arena, &documents[i]);
		judge_document(d, child, &documents[i]);
	}
	*ret_count = count;
	return documents;
}

void
canonical_read_person(
    struct decoder *d, const xmlNode *node, struct record *record)
{
	const xmlNode *person = xml_child(node, NULL, "Person");

	if (person != NULL) {
		record->person = entity_new(&person_type, 1, d->arena);
		canonical_read(d, person, &person_type, record->person);
	}
	record->documents =
	    canonical_read_documents(d, node, &record->document_count);
}

void
canonical_read_parties(struct decoder *d, const xmlNode *node, const char *name,
    struct record *record)
{
	size_t count = count_children(node, name), i = 0;

	if (count == 0)
		return;
	record->parties =
	    arena_alloc(d->arena, count * sizeof(*record->parties));
	record->party_count = count;
	for (const xmlNode *child = xml_child(node, NULL, name); child != NULL;
	     child = xml_next(child, NULL, name), i++) {
		struct party *party = &record->parties[i];
		const xmlNode *person = xml_child(child, NULL, "Person");

		entity_clear(&representation_type, &party->role);
		entity_clear(&person_type, &party->person);
		canonical_read(d, child, &representation_type, &party->role);
		if (person != NULL)
			canonical_read(d, person, &person_type, &party->person);
		party->documents =
		    canonical_read_documents(d, child, &party->document_count);
	}
}

static const char *
qname(char *room, const char *prefix, const char *name)
{
	size_t used = strlen(prefix);

	assert(used + strlen(name) < NAME_BYTES);
	memcpy(room, prefix, used);
	str_copy(room + used, NAME_BYTES - used, name);
	return room;
}

void
canonical_write(struct xml_writer *w, const char *prefix,
    const struct entity_type *type, const void *entity)
{
	char name[NAME_BYTES];

	for (size_t i = 0; i < type->field_count; i++) {
		const struct value *value =
		    field_read(&type->fields[i], entity);

		if (value->state == VALUE_UNSAID)
			continue;
		xml_write_open(w, qname(name, prefix, type->fields[i].element));
		if (value->state == VALUE_ABSENT)
			xml_write_attr(w, "xsi:nil", "true");
		else
			xml_write_text(w, value->text);
		xml_write_close(w);
	}
}

static void
write_one(struct xml_writer *w, const char *prefix, const char *name,
    const struct entity_type *type, const void *entity)
{
	char room[NAME_BYTES];

	xml_write_open(w, qname(room, prefix, name));
	canonical_write(w, prefix, type, entity);
	xml_write_close(w);
}

void
canonical_write_learner(
    struct xml_writer *w, const char *prefix, const struct record *record)
{
	char name[NAME_BYTES];

	if (record->person != NULL)
		write_one(w, prefix, "Person", &person_type, record->person);
	for (size_t i = 0; i < record->document_count; i++)
		write_one(w, prefix, "Document", &document_type,
		    &record->documents[i]);
	for (size_t i = 0; i < record->party_count; i++) {
		const struct party *party = &record->parties[i];

		xml_write_open(w, qname(name, prefix, "Representative"));
		canonical_write(w, prefix, &representation_type, &party->role);
		write_one(w, prefix, "Person", &person_type, &party->person);
		for (size_t k = 0; k < party->document_count; k++)
			write_one(w, prefix, "Document", &document_type,
			    &party->documents[k]);
		xml_write_close(w);
	}
}
