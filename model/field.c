#include "model/field.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/entity.h"

/* A row: the member called name_, said as element_ in the canonical packet. */
#define F(entity_, name_, element_, personal_)                               \
	{                                                                    \
#name_, element_, offsetof(struct entity_, name_), personal_ \
	}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct field person_fields[] = {
	F(person, regional_number, "RegionalNumber", false),
	F(person, federal_guid, "FederalGuid", false),
	F(person, snils, "Snils", true),
	F(person, surname, "Surname", true),
	F(person, given_name, "GivenName", true),
	F(person, patronymic, "Patronymic", true),
	F(person, sex, "Sex", false),
	F(person, birth_date, "BirthDate", true),
	F(person, birth_place, "BirthPlace", true),
	F(person, citizenship, "Citizenship", false),
	F(person, death_date, "DeathDate", true),
	F(person, unidentified, "Unidentified", false),
	F(person, regional_address, "RegionalAddress", true),
};

static const struct field document_fields[] = {
	F(document, kind, "Kind", false),
	F(document, series, "Series", true),
	F(document, number, "Number", true),
	F(document, issue_date, "IssueDate", true),
	F(document, issuer, "Issuer", true),
	F(document, act_number, "ActNumber", true),
	F(document, act_date, "ActDate", true),
};

static const struct field representation_fields[] = {
	F(representation, kind, "Kind", false),
	F(representation, valid_from, "ValidFrom", false),
	F(representation, valid_to, "ValidTo", false),
};

static const struct field organisation_fields[] = {
	F(organisation, full_name, "FullName", false),
	F(organisation, short_name, "ShortName", false),
	F(organisation, inn, "Inn", false),
	F(organisation, kpp, "Kpp", false),
	F(organisation, ogrn, "Ogrn", false),
	F(organisation, type, "Type", false),
	F(organisation, status, "Status", false),
	F(organisation, oktmo, "Oktmo", false),
	F(organisation, address, "Address", false),
	F(organisation, phone, "Phone", false),
	F(organisation, email, "Email", false),
	F(organisation, site, "Site", false),
	F(organisation, licence, "Licence", false),
	F(organisation, capacity, "Capacity", false),
};

static const struct field group_fields[] = {
	F(group, org_key, "OrgKey", false),
	F(group, kind, "Kind", false),
	F(group, name, "Name", false),
	F(group, letter, "Letter", false),
	F(group, parallel, "Parallel", false),
	F(group, school_year, "SchoolYear", false),
	F(group, shift, "Shift", false),
	F(group, capacity, "Capacity", false),
	F(group, is_virtual, "IsVirtual", false),
};

static const struct field enrolment_fields[] = {
	F(enrolment, person_key, "PersonKey", false),
	F(enrolment, org_key, "OrgKey", false),
	F(enrolment, group_key, "GroupKey", false),
	F(enrolment, level, "Level", false),
	F(enrolment, programme, "Programme", false),
	F(enrolment, study_form, "StudyForm", false),
	F(enrolment, financing, "Financing", false),
	F(enrolment, language, "Language", false),
	F(enrolment, adapted, "Adapted", false),
	F(enrolment, enrolled_on, "EnrolledOn", false),
	F(enrolment, order_number, "OrderNumber", false),
	F(enrolment, order_date, "OrderDate", false),
	F(enrolment, ended_on, "EndedOn", false),
	F(enrolment, end_reason, "EndReason", false),
};

static const struct field movement_fields[] = {
	F(movement, person_key, "PersonKey", false),
	F(movement, enrolment_key, "EnrolmentKey", false),
	F(movement, kind, "Kind", false),
	F(movement, effective_date, "EffectiveDate", false),
	F(movement, order_number, "OrderNumber", false),
	F(movement, order_date, "OrderDate", false),
	F(movement, reason, "Reason", false),
	F(movement, from_org_key, "FromOrgKey", false),
	F(movement, to_org_key, "ToOrgKey", false),
	F(movement, from_group_key, "FromGroupKey", false),
	F(movement, to_group_key, "ToGroupKey", false),
	F(movement, counterpart_region, "CounterpartRegion", false),
};

static const struct field civil_act_fields[] = {
	F(civil_act, kind, "Kind", false),
	F(civil_act, number, "Number", true),
	F(civil_act, act_date, "ActDate", true),
	F(civil_act, version, "Version", false),
	F(civil_act, version_date, "VersionDate", false),
	F(civil_act, status, "Status", false),
	F(civil_act, zags_code, "ZagsCode", false),
	F(civil_act, zags_name, "ZagsName", false),
	F(civil_act, cert_series, "CertSeries", true),
	F(civil_act, cert_number, "CertNumber", true),
	F(civil_act, cert_date, "CertDate", true),
	F(civil_act, annulled, "Annulled", false),
	F(civil_act, stillborn, "Stillborn", false),
};

#define TYPE(name_)                                       \
	const struct entity_type name_##_type = { #name_, \
		sizeof(struct name_), name_##_fields, COUNT(name_##_fields) }

TYPE(person);
TYPE(document);
TYPE(representation);
TYPE(organisation);
TYPE(group);
TYPE(enrolment);
TYPE(movement);
TYPE(civil_act);

struct value *
field_value(const struct field *field, void *entity)
{
	return (struct value *)(void *)((char *)entity + field->offset);
}

const struct value *
field_read(const struct field *field, const void *entity)
{
	return (const struct value *)(const void *)((const char *)entity
	    + field->offset);
}

const struct field *
field_find(const struct entity_type *type, const char *name)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (strcmp(type->fields[i].name, name) == 0
		    || strcmp(type->fields[i].element, name) == 0)
			return &type->fields[i];
	return NULL;
}

void *
entity_new(const struct entity_type *type, size_t count, struct arena *arena)
{
	char *made = arena_alloc(arena, count * type->bytes);

	for (size_t i = 0; i < count; i++)
		entity_clear(type, made + i * type->bytes);
	return made;
}

void
entity_clear(const struct entity_type *type, void *entity)
{
	for (size_t i = 0; i < type->field_count; i++)
		*field_value(&type->fields[i], entity) =
		    (struct value){ VALUE_UNSAID, "" };
}

struct value
value_of(struct arena *arena, const char *text)
{
	if (text == NULL || *text == '\0')
		return (struct value){ VALUE_UNSAID, "" };
	return (struct value){ VALUE_SET, arena_strdup(arena, text) };
}

struct value
value_absent(void)
{
	return (struct value){ VALUE_ABSENT, "" };
}

const char *
value_text(const struct value *value)
{
	return value->state == VALUE_SET ? value->text : NULL;
}

bool
value_equal(const struct value *a, const struct value *b)
{
	return a->state == b->state
	    && (a->state != VALUE_SET || str_equal(a->text, b->text));
}
