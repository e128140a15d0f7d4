/*
 * model/entity.h - the canonical words about people, schools and acts.
 *
 * Every field is a struct value: what a source did not say (UNSAID) differs
 * from what it said to be absent (ABSENT).  Texts are UTF-8, cleaned: dates
 * "2015-03-08", "2015-03" or "2015" (a partial date), codes as in MODEL 9.
 * Each struct has a table of its fields (model/field.h), from which the codec,
 * provenance and protocols work.  Source: domain MODEL 2, 3 and 6.
 */
#ifndef MODEL_ENTITY_H
#define MODEL_ENTITY_H

#include <stddef.h>

enum value_state { VALUE_UNSAID, VALUE_ABSENT, VALUE_SET };

struct value {
	enum value_state state;
	const char *text; /* "" unless VALUE_SET */
};

/* Physical person: learner, parent, deceased.  MODEL 2.1. */
struct person {
	struct value regional_number, federal_guid, snils;
	struct value surname, given_name, patronymic;
	struct value sex; /* 1 male, 2 female */
	struct value birth_date, birth_place;
	struct value citizenship; /* OKSM, 643 */
	struct value death_date;
	struct value unidentified; /* "1": nobody knows who it is */
	struct value regional_address; /* one line; MODEL 2.4 comes later */
};

/* Identity document.  MODEL 2.2; kinds in facts/identity-doc-codes.tsv. */
struct document {
	struct value kind, series, number, issue_date, issuer;
	struct value act_number, act_date; /* of a birth certificate */
};

/* Representation: an adult and what he is to the child.  MODEL 2.5. */
struct representation {
	struct value kind; /* mother, father, guardian, adoptive ... */
	struct value valid_from, valid_to;
};

/* Organisation.  MODEL 3.1. */
struct organisation {
	struct value full_name, short_name, inn, kpp, ogrn;
	struct value type; /* ORG_TYPE */
	struct value status, oktmo, address, phone, email, site;
	struct value licence, capacity;
};

/* Class or group of a school year.  MODEL 3.2. */
struct group {
	struct value org_key; /* external key of the organisation */
	struct value kind, name, letter, parallel, school_year;
	struct value shift, capacity, is_virtual;
};

/* One person in one organisation by one programme.  MODEL 6.1. */
struct enrolment {
	struct value person_key, org_key, group_key; /* external keys */
	struct value level; /* preschool, primary, basic, secondary, ... */
	struct value programme, study_form, financing, language, adapted;
	struct value enrolled_on, order_number, order_date;
	struct value ended_on, end_reason;
};

/* Movement of a learner.  MODEL 6.4; kind is the two-digit code. */
struct movement {
	struct value person_key, enrolment_key;
	struct value kind, effective_date, order_number, order_date, reason;
	struct value from_org_key, to_org_key, from_group_key, to_group_key;
	struct value counterpart_region;
};

/* Record of a civil act.  MODEL 2.3. */
struct civil_act {
	struct value kind; /* birth, death, name_change, paternity */
	struct value number, act_date, version, version_date, status;
	struct value zags_code, zags_name;
	struct value cert_series, cert_number, cert_date;
	struct value annulled; /* "1" */
	struct value stillborn; /* "1": birth without a person */
};

#endif
