#include "registry/claim.h"

#include <string.h>

#include "base/arena.h"
#include "model/document.h"
#include "model/name.h"
#include "model/snils.h"
#include "registry/moment.h"
#include "registry/person.h"
#include "registry/work.h"

static const struct value unsaid = { VALUE_UNSAID, "" };

/* A field that is not applied, and why. */
static void
drop(
    struct work *work, struct value *value, const char *field, const char *code)
{
	work_field_defect(
	    work, DEFECT_FIELD, code, &person_type, field, value, NULL);
	*value = unsaid;
}

static void
check_snils(struct work *work, struct claim *claim)
{
	struct value *snils = &claim->person.snils;
	char digits[SNILS_BYTES];

	if (snils->state != VALUE_SET)
		return;
	switch (snils_parse(snils->text, digits)) {
	case SNILS_FORMAT:
		drop(work, snils, "snils", "ID_SNILS_FORMAT");
		return;
	case SNILS_CHECK:
		drop(work, snils, "snils", "ID_SNILS_CHECK");
		return;
	case SNILS_SUSPECT:
		work_field_defect(work, DEFECT_WARN, "ID_SNILS_CHECK",
		    &person_type, "snils", snils,
		    "Три одинаковые цифры подряд не выдаются");
		break;
	case SNILS_VALID:
		break;
	}
	*snils = value_of(work->arena, digits);
}

/* A date in normal form, or dropped; true when there is one. */
static bool
check_date(struct work *work, struct value *value, const char *field,
    struct pdate *ret_date)
{
	char text[PDATE_BYTES];

	if (value->state != VALUE_SET)
		return false;
	if (pdate_parse(value->text, ret_date) == -1) {
		drop(work, value, field, "P_DATE_FORMAT");
		return false;
	}
	pdate_format(ret_date, text);
	if (strncmp(text, work->today, strlen(text)) > 0) {
		drop(work, value, field, "P_DATE_FUTURE");
		return false;
	}
	if (ret_date->year < 1900) {
		drop(work, value, field, "P_DATE_OLD");
		return false;
	}
	if (strcmp(text, value->text) != 0)
		*value = value_of(work->arena, text);
	return true;
}

static void
check_dates(struct work *work, struct claim *claim)
{
	struct person *person = &claim->person;
	struct pdate death;

	claim->has_birth =
	    check_date(work, &person->birth_date, "birth_date", &claim->birth);
	if (claim->has_birth && !pdate_full(&claim->birth))
		work_field_defect(work, DEFECT_INFO, "P_DATE_PARTIAL",
		    &person_type, "birth_date", &person->birth_date, NULL);
	if (!check_date(work, &person->death_date, "death_date", &death))
		return;
	if (claim->has_birth && pdate_compare(&death, &claim->birth) < 0
	    && !pdate_may_be(&death, &claim->birth))
		drop(work, &person->death_date, "death_date", "P_DATE_ORDER");
}

static void
check_sex(struct work *work, struct claim *claim)
{
	struct value *sex = &claim->person.sex;
	const char *patronymic = claim->patronymic;
	size_t bytes = strlen(patronymic);
	const char *other = NULL;

	if (sex->state != VALUE_SET)
		return;
	if (strcmp(sex->text, "1") != 0 && strcmp(sex->text, "2") != 0) {
		drop(work, sex, "sex", "NSI_UNKNOWN_CODE");
		return;
	}
	if (bytes > 6 && strcmp(patronymic + bytes - 6, "ВИЧ") == 0)
		other = "2";
	else if (bytes > 6 && strcmp(patronymic + bytes - 6, "ВНА") == 0)
		other = "1";
	if (other != NULL && strcmp(sex->text, other) == 0)
		work_field_defect(work, DEFECT_WARN, "P_SEX_PATRONYMIC",
		    &person_type, "sex", sex, NULL);
}

static void
take_name(struct work *work, struct value *value, enum name_part part,
    const char **ret_key)
{
	enum name_verdict verdict;

	*ret_key = "";
	if (value->state != VALUE_SET)
		return;
	*ret_key = name_key(work->arena, part, value->text, &verdict);
	if (verdict == NAME_ABSENT)
		*value = value_absent();
}

static void
take_names(struct work *work, struct claim *claim)
{
	struct person *person = &claim->person;

	take_name(work, &person->surname, NAME_SURNAME, &claim->surname);
	take_name(work, &person->given_name, NAME_GIVEN, &claim->given);
	take_name(
	    work, &person->patronymic, NAME_PATRONYMIC, &claim->patronymic);
}

static void
take_documents(struct work *work, const struct document *documents,
    size_t count, bool loud, struct claim *claim)
{
	claim->documents =
	    arena_alloc(work->arena, (count + 1) * sizeof(*claim->documents));
	for (size_t i = 0; i < count; i++) {
		struct document document = documents[i];
		enum document_verdict verdict;

		document_normal(work->arena, &document);
		verdict = document_check(&document);
		if (loud && verdict != DOCUMENT_GOOD)
			work_field_defect(work, DEFECT_WARN,
			    verdict == DOCUMENT_SERIES       ? "D_SERIES"
				: verdict == DOCUMENT_NUMBER ? "D_NUMBER"
							     : "D_PLACEHOLDER",
			    &document_type,
			    verdict == DOCUMENT_SERIES ? "series" : "number",
			    verdict == DOCUMENT_SERIES ? &document.series
						       : &document.number,
			    NULL);
		if (document.number.state != VALUE_SET
		    || verdict == DOCUMENT_PLACEHOLDER)
			continue;
		claim->documents[claim->document_count++] = document;
	}
}

const struct party *
claim_party(const struct work *work, const char *kind)
{
	for (size_t i = 0; i < work->rec->party_count; i++) {
		const struct value *value = &work->rec->parties[i].role.kind;

		if (value->state == VALUE_SET && strcmp(value->text, kind) == 0)
			return &work->rec->parties[i];
	}
	return NULL;
}

/*
 * What a birth act proves is a document too: a certificate with the number of
 * the act.  Documents that the record lists itself are left alone.
 */
static void
add_certificate(struct work *work, struct claim *claim)
{
	const struct civil_act *act = work->rec->act;
	struct document *document;

	if (act->cert_number.state != VALUE_SET)
		return;
	for (size_t i = 0; i < claim->document_count; i++) {
		const char *kind = value_text(&claim->documents[i].kind);

		if (kind != NULL && strcmp(kind, DOCUMENT_BIRTH) == 0)
			return;
	}
	document = &claim->documents[claim->document_count];
	entity_clear(&document_type, document);
	document->kind = value_of(work->arena, DOCUMENT_BIRTH);
	document->series = act->cert_series;
	document->number = act->cert_number;
	document->issue_date = act->cert_date;
	document->issuer = act->zags_name;
	document->act_number = act->number;
	document->act_date = act->act_date;
	document_normal(work->arena, document);
	if (document_usable(document))
		claim->document_count++;
}

static bool
is_birth(const struct civil_act *act)
{
	return act != NULL && act->kind.state == VALUE_SET
	    && strcmp(act->kind.text, "birth") == 0;
}

void
claim_of_record(struct work *work, struct claim *ret)
{
	const struct record *rec = work->rec;

	*ret = (struct claim){ .external_key = rec->external_key,
		.guard_key = rec->external_key,
		.act_number = "" };
	if (rec->act != NULL) {
		const char *number = value_text(&rec->act->number);

		ret->external_key = ""; /* it is the key of the act */
		ret->guard_key = number == NULL ? "" : number;
	}
	if (rec->person != NULL)
		ret->person = *rec->person;
	else
		entity_clear(&person_type, &ret->person);
	take_names(work, ret);
	check_snils(work, ret);
	check_dates(work, ret);
	check_sex(work, ret);
	take_documents(work, rec->documents, rec->document_count, true, ret);
	ret->mother = claim_party(work, "mother");
	if (is_birth(rec->act)) {
		add_certificate(work, ret);
		if (rec->act->number.state == VALUE_SET)
			ret->act_number = rec->act->number.text;
	}
}

void
claim_of_party(struct work *work, const struct party *party, struct claim *ret)
{
	const char *kind = value_text(&party->role.kind);
	struct person *person = &ret->person;

	*ret = (struct claim){ .person = party->person,
		.external_key = "",
		.guard_key = "",
		.act_number = "" };
	if (kind != NULL && person->sex.state == VALUE_UNSAID
	    && (strcmp(kind, "mother") == 0 || strcmp(kind, "father") == 0))
		person->sex = value_of(work->arena, *kind == 'm' ? "2" : "1");
	take_names(work, ret);
	check_snils(work, ret);
	check_dates(work, ret);
	take_documents(
	    work, party->documents, party->document_count, false, ret);
}

void
claim_of_query(struct work *work, struct claim *ret)
{
	const struct record *rec = work->rec;
	char digits[SNILS_BYTES];

	*ret = (struct claim){
		.external_key = "", .guard_key = "", .act_number = ""
	};
	if (rec->person != NULL)
		ret->person = *rec->person;
	else
		entity_clear(&person_type, &ret->person);
	take_names(work, ret);
	ret->has_birth = moment_date(&ret->person.birth_date, &ret->birth);
	if (ret->person.snils.state == VALUE_SET) {
		if (snils_parse(ret->person.snils.text, digits)
		    <= SNILS_SUSPECT)
			ret->person.snils = value_of(work->arena, digits);
		else
			ret->person.snils = unsaid;
	}
	take_documents(work, rec->documents, rec->document_count, false, ret);
	ret->mother = claim_party(work, "mother");
}

void
claim_of_person(struct work *work, const struct person_row *person,
    struct document *documents, size_t document_count, struct claim *ret)
{
	*ret = (struct claim){ .person = person->now,
		.documents = documents,
		.document_count = document_count,
		.external_key = "",
		.guard_key = "",
		.act_number = "" };
	take_names(work, ret);
	ret->has_birth = moment_date(&ret->person.birth_date, &ret->birth);
}
