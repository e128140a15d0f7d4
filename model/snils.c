#include "model/snils.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Numbers up to 001-001-998 were issued before the check digits. */
#define LAST_UNCHECKED 1001998

/* Where XXX-XXX-XXX YY has its separators, counted in digits before them. */
static const int places[] = { 3, 6, 9 };

int
snils_check_number(const char *number)
{
	int sum = 0;

	for (int i = 0; i < 9; i++)
		sum += (number[i] - '0') * (9 - i);
	return sum % 101 % 100;
}

/* A space or dash in any of its Unicode forms: how many bytes; 0 if none. */
static size_t
separator(const char *p, bool *ret_space)
{
	static const struct {
		const char *bytes;
		bool space;
	} forms[] = {
		{ " ", true }, { "\t", true }, { "\xc2\xa0", true }, /* NBSP */
		{ "\xe2\x80\xaf", true }, /* narrow NBSP */
		{ "-", false },
		{ "\xe2\x80\x90", false }, /* U+2010 .. U+2015 */
		{ "\xe2\x80\x91", false }, { "\xe2\x80\x92", false },
		{ "\xe2\x80\x93", false }, { "\xe2\x80\x94", false },
		{ "\xe2\x80\x95", false },
		{ "\xe2\x88\x92", false }, /* U+2212 minus */
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t bytes = strlen(forms[i].bytes);

		if (strncmp(p, forms[i].bytes, bytes) == 0) {
			*ret_space = forms[i].space;
			return bytes;
		}
	}
	return 0;
}

/* Past the spaces at p. */
static const char *
skip_spaces(const char *p)
{
	bool space;
	size_t bytes;

	while ((bytes = separator(p, &space)) != 0 && space)
		p += bytes;
	return p;
}

/* Eleven digits with either none or all three separators; 0 or -1. */
static int
read_digits(const char *p, char digits[SNILS_BYTES])
{
	int count = 0, separators = 0;
	bool space;

	p = skip_spaces(p);
	while (count < 11) {
		if (*p >= '0' && *p <= '9') {
			digits[count++] = *p++;
			continue;
		}
		size_t bytes = separator(p, &space);

		if (bytes == 0 || separators >= 3 || count != places[separators]
		    || (space && separators != 2))
			return -1;
		separators++;
		p += bytes;
	}
	digits[11] = '\0';
	p = skip_spaces(p);
	return *p == '\0' && (separators == 0 || separators == 3) ? 0 : -1;
}

enum snils_verdict
snils_parse(const char *text, char ret_digits[SNILS_BYTES])
{
	char digits[SNILS_BYTES];
	long number = 0;
	bool triple = false;

	if (read_digits(text, digits) == -1)
		return SNILS_FORMAT;
	memcpy(ret_digits, digits, SNILS_BYTES);
	for (int i = 0; i < 9; i++) {
		number = number * 10 + (digits[i] - '0');
		triple = triple
		    || (i >= 2 && digits[i] == digits[i - 1]
			&& digits[i] == digits[i - 2]);
	}
	if (number == 0)
		return SNILS_CHECK;
	if (number <= LAST_UNCHECKED)
		return SNILS_VALID;
	if (snils_check_number(digits)
	    != (digits[9] - '0') * 10 + (digits[10] - '0'))
		return SNILS_CHECK;
	return triple ? SNILS_SUSPECT : SNILS_VALID;
}
