/*
 * The promises of model/snils.h.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "model/snils.h"

struct vector {
	const char *text;
	enum snils_verdict verdict;
	const char *digits; /* NULL: none */
};

static void
check(const struct vector *v)
{
	char digits[SNILS_BYTES] = "?";

	if (snils_parse(v->text, digits) != v->verdict
	    || strcmp(digits, v->digits == NULL ? "?" : v->digits) != 0)
		fail_msg("\"%s\": verdict %d, digits %s", v->text,
		    (int)snils_parse(v->text, digits), digits);
}

static void
check_digits_are_the_sum_by_the_rule(void **state)
{
	static const struct vector vectors[] = {
		{ "112-233-445 95", SNILS_VALID, "11223344595" },
		{ "087-654-303 00", SNILS_VALID, "08765430300" },
		{ "135-419-238 52", SNILS_VALID, "13541923852" },
		{ "229-785-346 20", SNILS_VALID, "22978534620" },
		{ "112-233-445 96", SNILS_CHECK, "11223344596" },
		{ "001-001-999 65", SNILS_SUSPECT, "00100199965" },
		{ "001-001-999 64", SNILS_CHECK, "00100199964" },
		/* Sums 99 to 102 and 201 to 203: 100 and 101 give 00. */
		{ "00406059899", SNILS_VALID, "00406059899" },
		{ "00406059900", SNILS_VALID, "00406059900" },
		{ "00406068900", SNILS_VALID, "00406068900" },
		{ "00406069801", SNILS_VALID, "00406069801" },
		{ "00479989800", SNILS_VALID, "00479989800" },
		{ "00479989900", SNILS_VALID, "00479989900" },
		{ "00488989901", SNILS_VALID, "00488989901" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		check(&vectors[i]);
}

static void
numbers_up_to_001001998_are_not_checked(void **state)
{
	static const struct vector vectors[] = {
		{ "00000601555", SNILS_VALID, "00000601555" },
		{ "001-001-998 00", SNILS_VALID, "00100199800" },
		{ "000-000-001 77", SNILS_VALID, "00000000177" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		check(&vectors[i]);
}

static void
separators_stand_in_their_places_or_nowhere(void **state)
{
	static const struct vector vectors[] = {
		{ "11223344595", SNILS_VALID, "11223344595" },
		{ "112-233-445-95", SNILS_VALID, "11223344595" },
		{ "  112-233-445 95 ", SNILS_VALID, "11223344595" },
		{ "112\u2013233\u2014445\u00a095", SNILS_VALID, "11223344595" },
		{ "", SNILS_FORMAT, NULL },
		{ "112-233-44595", SNILS_FORMAT, NULL },
		{ "1122-33-445 95", SNILS_FORMAT, NULL },
		{ "112 233 445 95", SNILS_FORMAT, NULL },
		{ "112-233-445 9", SNILS_FORMAT, NULL },
		{ "112-233-445 955", SNILS_FORMAT, NULL },
		{ "112-233-445  95", SNILS_FORMAT, NULL },
		{ "-11223344595", SNILS_FORMAT, NULL },
		{ "11223344595-", SNILS_FORMAT, NULL },
		{ "112-233-445 9a", SNILS_FORMAT, NULL },
		{ "\u0661\u0661\u0662", SNILS_FORMAT, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		check(&vectors[i]);
}

static void
all_zero_is_refused_and_three_equal_digits_are_suspect(void **state)
{
	static const struct vector vectors[] = {
		{ "000-000-000 00", SNILS_CHECK, "00000000000" },
		{ "111-111-111 45", SNILS_SUSPECT, "11111111145" },
		{ "111-111-111 46", SNILS_CHECK, "11111111146" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		check(&vectors[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_digits_are_the_sum_by_the_rule),
		cmocka_unit_test(numbers_up_to_001001998_are_not_checked),
		cmocka_unit_test(separators_stand_in_their_places_or_nowhere),
		cmocka_unit_test(
		    all_zero_is_refused_and_three_equal_digits_are_suspect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
