/*
 * adapters/form.h - the forms of values: read, judged, brought to normal form.
 */
#ifndef ADAPTERS_FORM_H
#define ADAPTERS_FORM_H

#include "model/entity.h"

struct decoder;
struct place;

enum form {
	FORM_TEXT, /* cleaned, up to 2000 characters */
	FORM_CODE, /* the same, up to 200; "-1" is nothing said */
	FORM_SURNAME, /* up to 256; a word for "no name" is absent */
	FORM_GIVEN,
	FORM_PATRONYMIC,
	FORM_SNILS, /* eleven digits */
	FORM_SEX, /* 1 male, 2 female; M F MALE FEMALE МУЖ ЖЕН */
	FORM_COUNTRY, /* three digits of OKSM */
	FORM_DATE, /* YYYY-MM-DD from it or DD.MM.YYYY */
	FORM_PDATE, /* the same, or only the month or the year */
	FORM_BIRTH_DATE, /* FORM_PDATE not before 1900, a partial one is noted */
	FORM_FLAG, /* "1" from 1 or true, "0" from 0 or false */
	FORM_COUNT, /* 0..999999; "-1" is nothing said */
	FORM_UUID, /* lower case */
	FORM_INN,
	FORM_KPP,
	FORM_OGRN,
	FORM_SCHOOL_YEAR, /* 2024/2025 */
	FORM_MOVEMENT, /* a two-digit kind of MODEL 6.4 */
	FORM_REPRESENTATION, /* mother, father, guardian ... */
	FORM_ACT, /* birth, death, name_change, paternity, adoption */
};

/*
 * The value that text states in form, in the arena of d.  "" is unsaid.  What
 * is not of the form is unsaid too, with a defect of the level FIELD at the
 * place; what is only suspicious is kept with a WARN.
 *
 * Codes: P_TEXT_LONG, P_NAME_CHARS, ID_SNILS_FORMAT, ID_SNILS_CHECK,
 * ID_SNILS_DIGITS, NSI_UNKNOWN_CODE, P_DATE_FORMAT, P_DATE_PARTIAL,
 * P_DATE_RANGE, P_VALUE_FORMAT, O_INN, O_KPP, O_OGRN.
 */
struct value form_read(struct decoder *d, const struct place *at,
    enum form form, const char *text);

#endif
