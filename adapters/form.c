#include "adapters/form.h"

#include <assert.h>
#include <string.h>

#include "adapters/decoder.h"
#include "base/arena.h"
#include "base/str.h"
#include "base/uuid.h"
#include "model/field.h"
#include "model/name.h"
#include "model/pdate.h"
#include "model/requisites.h"
#include "model/snils.h"

#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define TEXT_CHARS    2000
#define CODE_CHARS    200
#define NAME_CHARS    256
#define FIRST_YEAR    1900
#define SCHOOL_YEAR_0 1900

struct reading {
	struct decoder *d;
	const struct place *at;
	const char *text; /* as written, trimmed */
};

static struct value
unsaid(void)
{
	return (struct value){ VALUE_UNSAID, "" };
}

/* A fault that leaves the field out. */
static struct value
refuse(const struct reading *r, const char *code)
{
	decoder_fault(r->d, r->at, DEFECT_FIELD, code, r->text, NULL);
	return unsaid();
}

static void
warn(const struct reading *r, const char *code)
{
	decoder_fault(r->d, r->at, DEFECT_WARN, code, r->text, NULL);
}

static struct value
set(const struct reading *r, const char *text)
{
	return value_of(r->d->arena, text);
}

static size_t
characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static bool
digits_only(const char *text, size_t count)
{
	return strlen(text) == count && strspn(text, "0123456789") == count;
}

/* The row of table whose first word is text, or NULL. */
static const char *
translate(const char *text, const char *const (*rows)[2], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i][0], text) == 0)
			return rows[i][1];
	return NULL;
}

static struct value
read_text(const struct reading *r, size_t limit)
{
	if (characters(r->text) > limit)
		return refuse(r, "P_TEXT_LONG");
	return set(r, text_clean(r->d->arena, r->text));
}

static struct value
read_name(const struct reading *r, enum name_part part)
{
	enum name_verdict verdict;

	if (characters(r->text) > NAME_CHARS)
		return refuse(r, "P_TEXT_LONG");
	(void)name_key(r->d->arena, part, r->text, &verdict);
	if (verdict == NAME_ABSENT)
		return value_absent();
	if (name_odd(r->text))
		warn(r, "P_NAME_CHARS");
	return set(r, name_clean(r->d->arena, r->text));
}

static struct value
read_snils(const struct reading *r)
{
	char digits[SNILS_BYTES];

	switch (snils_parse(r->text, digits)) {
	case SNILS_FORMAT:
		return refuse(r, "ID_SNILS_FORMAT");
	case SNILS_CHECK:
		return refuse(r, "ID_SNILS_CHECK");
	case SNILS_SUSPECT:
		warn(r, "ID_SNILS_DIGITS");
		break;
	case SNILS_VALID:
		break;
	}
	return set(r, digits);
}

static struct value
read_date(const struct reading *r, enum form form)
{
	struct pdate date;
	char text[PDATE_BYTES];

	if (pdate_parse(r->text, &date) == -1)
		return refuse(r, "P_DATE_FORMAT");
	if (form == FORM_DATE && !pdate_full(&date))
		return refuse(r, "P_DATE_FORMAT");
	if (form == FORM_BIRTH_DATE && date.year < FIRST_YEAR)
		return refuse(r, "P_DATE_RANGE");
	if (form == FORM_BIRTH_DATE && !pdate_full(&date))
		decoder_fault(
		    r->d, r->at, DEFECT_INFO, "P_DATE_PARTIAL", r->text, NULL);
	pdate_format(&date, text);
	return set(r, text);
}

static struct value
read_sex(const struct reading *r)
{
	static const char *const rows[][2] = { { "1", "1" }, { "2", "2" },
		{ "M", "1" }, { "F", "2" }, { "MALE", "1" }, { "FEMALE", "2" },
		{ "М", "1" }, { "Ж", "2" }, { "МУЖ", "1" }, { "ЖЕН", "2" } };
	const char *sex =
	    translate(text_key(r->d->arena, r->text), rows, COUNT(rows));

	return sex == NULL ? refuse(r, "NSI_UNKNOWN_CODE") : set(r, sex);
}

static struct value
read_flag(const struct reading *r)
{
	static const char *const rows[][2] = { { "1", "1" }, { "true", "1" },
		{ "0", "0" }, { "false", "0" } };
	const char *flag = translate(r->text, rows, COUNT(rows));

	return flag == NULL ? refuse(r, "P_VALUE_FORMAT") : set(r, flag);
}

static struct value
read_count(const struct reading *r)
{
	int64_t count;

	if (str_int(r->text, 0, 999999, &count) == -1)
		return refuse(r, "P_VALUE_FORMAT");
	return set(r, arena_printf(r->d->arena, "%lld", (long long)count));
}

static struct value
read_uuid(const struct reading *r)
{
	char *uuid;

	if (!uuid_valid(r->text))
		return refuse(r, "P_VALUE_FORMAT");
	uuid = arena_strdup(r->d->arena, r->text);
	for (char *p = uuid; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'F')
			*p = (char)(*p - 'A' + 'a');
	return set(r, uuid);
}

static struct value
read_school_year(const struct reading *r)
{
	int64_t first, second;
	const char *text = r->text;

	if (strlen(text) != 9 || (text[4] != '/' && text[4] != '-')
	    || str_int(arena_strndup(r->d->arena, text, 4), SCHOOL_YEAR_0, 9998,
		   &first)
		== -1
	    || str_int(text + 5, 0, 9999, &second) == -1 || second != first + 1)
		return refuse(r, "P_VALUE_FORMAT");
	return set(r,
	    arena_printf(
		r->d->arena, "%lld/%lld", (long long)first, (long long)second));
}

/* One of count words, or NSI_UNKNOWN_CODE. */
static struct value
read_word(const struct reading *r, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], r->text) == 0)
			return set(r, r->text);
	return refuse(r, "NSI_UNKNOWN_CODE");
}

static struct value
read_coded(const struct reading *r, enum form form)
{
	static const char *const movements[] = { "10", "11", "12", "13", "14",
		"15", "16", "20", "21", "22", "23", "24", "25", "26", "27",
		"28", "29", "30", "31", "32", "33", "34", "35", "36", "37",
		"38", "39", "40", "50", "90", "91" };
	static const char *const roles[] = { "mother", "father", "adoptive",
		"guardian", "trustee", "foster", "organisation", "other" };
	static const char *const acts[] = { "birth", "death", "name_change",
		"paternity", "adoption" };

	if (form == FORM_MOVEMENT)
		return read_word(r, movements, COUNT(movements));
	if (form == FORM_REPRESENTATION)
		return read_word(r, roles, COUNT(roles));
	if (form == FORM_ACT)
		return read_word(r, acts, COUNT(acts));
	if (form == FORM_COUNTRY && !digits_only(r->text, 3))
		return refuse(r, "NSI_UNKNOWN_CODE");
	return read_text(r, CODE_CHARS);
}

static struct value
read_requisite(const struct reading *r, enum form form)
{
	if (form == FORM_INN && !inn_valid(r->text))
		return refuse(r, "O_INN");
	if (form == FORM_KPP && !kpp_valid(r->text))
		return refuse(r, "O_KPP");
	if (form == FORM_OGRN && !ogrn_valid(r->text))
		return refuse(r, "O_OGRN");
	return set(r, r->text);
}

/* Sources that number everything say -1 for what they do not know. */
static bool
not_set(enum form form, const char *text)
{
	static const enum form numbered[] = { FORM_CODE, FORM_SEX, FORM_COUNTRY,
		FORM_COUNT, FORM_FLAG };

	if (strcmp(text, "-1") != 0)
		return false;
	for (size_t i = 0; i < COUNT(numbered); i++)
		if (numbered[i] == form)
			return true;
	return false;
}

static struct value
read_form(const struct reading *r, enum form form)
{
	switch (form) {
	case FORM_TEXT:
		return read_text(r, TEXT_CHARS);
	case FORM_SURNAME:
		return read_name(r, NAME_SURNAME);
	case FORM_GIVEN:
		return read_name(r, NAME_GIVEN);
	case FORM_PATRONYMIC:
		return read_name(r, NAME_PATRONYMIC);
	case FORM_SNILS:
		return read_snils(r);
	case FORM_SEX:
		return read_sex(r);
	case FORM_DATE:
	case FORM_PDATE:
	case FORM_BIRTH_DATE:
		return read_date(r, form);
	case FORM_FLAG:
		return read_flag(r);
	case FORM_COUNT:
		return read_count(r);
	case FORM_UUID:
		return read_uuid(r);
	case FORM_INN:
	case FORM_KPP:
	case FORM_OGRN:
		return read_requisite(r, form);
	case FORM_SCHOOL_YEAR:
		return read_school_year(r);
	case FORM_CODE:
	case FORM_COUNTRY:
	case FORM_MOVEMENT:
	case FORM_REPRESENTATION:
	case FORM_ACT:
		return read_coded(r, form);
	}
	assert(0);
	return unsaid();
}

struct value
form_read(
    struct decoder *d, const struct place *at, enum form form, const char *text)
{
	struct reading r = { d, at, text };

	if (characters(text) > TEXT_CHARS)
		return refuse(&r, "P_TEXT_LONG");
	/* Attributes come untrimmed, and NBSP is no XML space. */
	r.text = text_clean(d->arena, text);
	if (*r.text == '\0' || not_set(form, r.text))
		return unsaid();
	return read_form(&r, form);
}
