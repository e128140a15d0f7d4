/*
 * model/snils.h - SNILS: check number and normal form.
 *
 * The normal form is eleven digits.  Source: domain MODEL 4.2.
 */
#ifndef MODEL_SNILS_H
#define MODEL_SNILS_H

#define SNILS_BYTES 12 /* eleven digits and NUL */

enum snils_verdict {
	SNILS_VALID, /* check digits right, or the number is below the rule */
	SNILS_SUSPECT, /* right, but three equal digits in a row: never issued */
	SNILS_FORMAT, /* not a SNILS at all: ID_SNILS_FORMAT */
	SNILS_CHECK, /* wrong check digits, or all zero: ID_SNILS_CHECK */
};

/*
 * Judge text: XXX-XXX-XXX YY, XXX-XXX-XXX-YY or eleven digits; spaces around
 * it, NBSP and the Unicode dashes are read as their plain likes.  Any other
 * place of a separator is SNILS_FORMAT.
 *
 * Fills ret_digits with the normal form unless the verdict is SNILS_FORMAT.
 */
enum snils_verdict snils_parse(const char *text, char ret_digits[SNILS_BYTES]);

/* The two check digits that the nine digits at number must have, 0..99. */
int snils_check_number(const char *number);

#endif
