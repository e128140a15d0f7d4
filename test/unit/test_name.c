/*
 * The promises of model/name.h and model/document.h.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "model/document.h"
#include "model/entity.h"
#include "model/field.h"
#include "model/name.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;

static void
expect_key(enum name_part part, const char *text, const char *key,
    enum name_verdict verdict)
{
	enum name_verdict seen;
	const char *made = name_key(arena, part, text, &seen);

	if (strcmp(made, key) != 0 || seen != verdict)
		fail_msg("\"%s\" gave \"%s\" (%d), not \"%s\" (%d)", text, made,
		    (int)seen, key, (int)verdict);
}

static void
keys_have_no_case_no_yo_and_one_dash(void **state)
{
	static const char *const rows[][2] = {
		{ "Тестов", "ТЕСТОВ" },
		{ "  тестов\u00a0", "ТЕСТОВ" },
		{ "Ёжиков", "ЕЖИКОВ" },
		{ "Е\u0308жиков", "ЕЖИКОВ" }, /* decomposed */
		{ "Пробин \u2014 Тестов", "ПРОБИН-ТЕСТОВ" },
		{ "Пробин\u2010Тестов", "ПРОБИН-ТЕСТОВ" },
		{ "Пробин\u2212Тестов", "ПРОБИН-ТЕСТОВ" },
		{ "Пробин- -Тестов", "ПРОБИН-ТЕСТОВ" },
		{ "Пробин   Тестов", "ПРОБИН ТЕСТОВ" },
		{ "Те\u00adстов\u200b", "ТЕСТОВ" }, /* soft hyphen */
		{ "Д\u2019Тест", "Д'ТЕСТ" },
		{ "Д`Тест", "Д'ТЕСТ" },
		{ "Д\u02bcТест", "Д'ТЕСТ" },
		{ "Тестов.", "ТЕСТОВ" },
		{ "Тестова-Пробина (Вымыслова)",
		    "ТЕСТОВА-ПРОБИНА (ВЫМЫСЛОВА)" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_key(NAME_SURNAME, rows[i][0], rows[i][1], NAME_IS);
}

static void
latin_look_alikes_become_cyrillic_in_a_cyrillic_word(void **state)
{
	(void)state;
	/* Latin T, e, c, o; then a word of nothing but look-alikes. */
	expect_key(NAME_SURNAME, "Tecтoв", "ТЕСТОВ", NAME_IS);
	expect_key(NAME_SURNAME, "MAKAP", "МАКАР", NAME_IS);
	expect_key(NAME_SURNAME, "Makap", "МАКАР", NAME_IS);
	expect_key(NAME_SURNAME, "CAXAPOB-Пробин", "САХАРОВ-ПРОБИН", NAME_IS);
	/* A Latin name stays Latin, with all its words. */
	expect_key(NAME_SURNAME, "Smith", "SMITH", NAME_IS);
	expect_key(NAME_SURNAME, "TOM SMITH", "TOM SMITH", NAME_IS);
	assert_true(name_same(arena, NAME_SURNAME, "Tестoв", "ТЁСТОВ"));
	assert_false(name_same(arena, NAME_SURNAME, "Тестов", "Тестова"));
}

static void
words_for_no_name_are_no_name(void **state)
{
	static const char *const none[] = { "", " ", "-", "\u2014", "--", ".",
		"...", "нет", "НЕТ", "Отсутствует", "б/о", "без отчества",
		"Без  Отчества", "- -", "нет." };

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++)
		expect_key(NAME_PATRONYMIC, none[i], "", NAME_ABSENT);
	assert_false(name_same(arena, NAME_PATRONYMIC, "-", "-"));
	expect_key(NAME_GIVEN, "Нетта", "НЕТТА", NAME_IS);
}

static void
placeholders_are_told_from_names(void **state)
{
	static const char *const words[] = { "неизвестный", "Неизвестная",
		"НЕ УСТАНОВЛЕНО", "не установлена", "тест", "Heизвестный",
		"неизвестно" };
	enum name_verdict verdict;

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		(void)name_key(arena, NAME_SURNAME, words[i], &verdict);
		assert_int_equal(verdict, NAME_PLACEHOLDER);
		assert_false(
		    name_same(arena, NAME_SURNAME, words[i], words[i]));
	}
	expect_key(NAME_SURNAME, "Тестов", "ТЕСТОВ", NAME_IS);
}

static void
patronymic_suffixes_come_in_one_spelling(void **state)
{
	static const char *const rows[][2] = {
		{ "Тест оглы", "ТЕСТ ОГЛЫ" },
		{ "Тест-оглы", "ТЕСТ ОГЛЫ" },
		{ "Тестоглы", "ТЕСТ ОГЛЫ" },
		{ "Тест Оглу", "ТЕСТ ОГЛЫ" },
		{ "Тестулы", "ТЕСТ ОГЛЫ" },
		{ "Тест кызы", "ТЕСТ КЫЗЫ" },
		{ "Тест-Гызы", "ТЕСТ КЫЗЫ" },
		{ "Тесткызы", "ТЕСТ КЫЗЫ" },
		{ "Али оглы", "АЛИ ОГЛЫ" },
		{ "Тестович", "ТЕСТОВИЧ" },
		{ "Оглы", "ОГЛЫ" },
		{ "Улы", "УЛЫ" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_key(NAME_PATRONYMIC, rows[i][0], rows[i][1], NAME_IS);
	/* A surname is left as it is. */
	expect_key(NAME_SURNAME, "Тестоглы", "ТЕСТОГЛЫ", NAME_IS);
}

static void
cleaned_names_keep_letters_and_case(void **state)
{
	(void)state;
	assert_string_equal(
	    name_clean(arena, " Ёжиков \u2013\u00a0Тестов\n"), "Ёжиков-Тестов");
	assert_string_equal(name_clean(arena, "Е\u0308жиков"), "Ёжиков");
	assert_string_equal(text_clean(arena, "ул. Новая \u2013  д. 1"),
	    "ул. Новая \u2013 д. 1");
	assert_string_equal(name_clean(arena, "\x7fТест\u200d"), "Тест");
}

static void
odd_signs_in_names_are_seen(void **state)
{
	(void)state;
	assert_false(name_odd("Д'Тест-Пробин оглы"));
	assert_false(name_odd("Smith"));
	assert_true(name_odd("Тест0в"));
	assert_true(name_odd("Тестов;"));
	assert_true(name_odd("<Тестов>"));
	assert_true(name_odd("\u4e2d\u6587"));
}

static void
certificate_series_is_read_from_what_people_type(void **state)
{
	static const char *const rows[][2] = {
		{ "I-КА", "I-КА" }, { "1-КА", "I-КА" }, { "l-КА", "I-КА" },
		{ "|-КА", "I-КА" }, { "І-КА", "I-КА" }, /* Ukrainian I */
		{ "i-ка", "I-КА" }, { "IКА", "I-КА" }, { "I КА", "I-КА" },
		{ "I \u2013 КА", "I-КА" }, { "I-KA", "I-КА" }, /* Latin KA */
		{ "П-МЮ", "II-МЮ" }, { "Ш-АГ", "III-АГ" }, { "ІУ-БО", "IV-БО" },
		{ "У-БО", "V-БО" }, { "VIII-ЖО", "VIII-ЖО" },
		{ "XІХ-ЖО", "XIX-ЖО" }, { "Х-ЖО", "X-ЖО" }, { "2-МЮ", "II-МЮ" },
		{ "11-МЮ", "II-МЮ" }, { "14-МЮ", "XIV-МЮ" },
		{ "\u2163-МЮ", "IV-МЮ" }, /* U+2163 ROMAN FOUR */
	};
	static const char *const bad[] = { "", "-", "КА", "I-К", "I-КАА",
		"4509", "I-Q1", "IIIIIII-КА", "Ы-КА", "0-КА", "99-КА", "-КА",
		"I--", "I-" };
	char series[CERT_SERIES_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (cert_series(arena, rows[i][0], series) == -1)
			fail_msg("\"%s\" is not read", rows[i][0]);
		assert_string_equal(series, rows[i][1]);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		if (cert_series(arena, bad[i], series) == 0)
			fail_msg("\"%s\" is read as %s", bad[i], series);
}

static struct document
paper(const char *kind, const char *series, const char *number)
{
	struct document document;

	entity_clear(&document_type, &document);
	document.kind = value_of(arena, kind);
	document.series = value_of(arena, series);
	document.number = value_of(arena, number);
	return document;
}

static void
documents_are_brought_to_form_and_judged(void **state)
{
	static const struct {
		const char *kind, *series, *number;
		enum document_verdict verdict;
		const char *normal; /* of the series */
	} rows[] = {
		{ "21", "45 09", "123 456", DOCUMENT_GOOD, "4509" },
		{ "21", "450", "123456", DOCUMENT_SERIES, "450" },
		{ "21", "4509", "12345", DOCUMENT_NUMBER, "4509" },
		{ "21", "4509", NULL, DOCUMENT_NUMBER, "4509" },
		{ "21", "00 00", "000000", DOCUMENT_PLACEHOLDER, "0000" },
		{ "21", "11 11", "111111", DOCUMENT_PLACEHOLDER, "1111" },
		{ "21", "4509", "000000", DOCUMENT_PLACEHOLDER, "4509" },
		{ "3", "1-ка", "123456", DOCUMENT_GOOD, "I-КА" },
		{ "03", "I-КА", "12345", DOCUMENT_NUMBER, "I-КА" },
		{ "03", "4509", "123456", DOCUMENT_SERIES, "4509" },
		{ "10", "AB", "C 17", DOCUMENT_GOOD, "AB" },
		{ "91", NULL, "000", DOCUMENT_PLACEHOLDER, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct document d =
		    paper(rows[i].kind, rows[i].series, rows[i].number);

		document_normal(arena, &d);
		assert_int_equal(document_check(&d), rows[i].verdict);
		if (rows[i].normal != NULL)
			assert_string_equal(d.series.text, rows[i].normal);
		assert_int_equal(
		    document_usable(&d), rows[i].verdict == DOCUMENT_GOOD);
	}
}

static void
series_and_number_in_one_text_are_split(void **state)
{
	struct document d = paper("21", NULL, NULL);

	(void)state;
	document_split(arena, &d, "43 34 444455");
	assert_string_equal(d.series.text, "4334");
	assert_string_equal(d.number.text, "444455");
	d = paper("21", NULL, NULL);
	document_split(arena, &d, "43 34 4444444");
	assert_int_equal(d.series.state, VALUE_UNSAID);
	assert_string_equal(d.number.text, "43 34 4444444");
	assert_false(document_usable(&d));
	d = paper("03", NULL, NULL);
	document_split(arena, &d, "1-ка 200630");
	assert_string_equal(d.series.text, "I-КА");
	assert_string_equal(d.number.text, "200630");
	d = paper("10", NULL, NULL);
	document_split(arena, &d, "AB 17");
	assert_string_equal(d.number.text, "AB 17");
}

static struct person
someone(const char *surname, const char *given, const char *country)
{
	struct person person;

	entity_clear(&person_type, &person);
	person.surname = value_of(arena, surname);
	person.given_name = value_of(arena, given);
	person.citizenship = value_of(arena, country);
	return person;
}

static void
nobody_is_made_of_a_placeholder(void **state)
{
	struct document good = paper("21", "4509", "123456");
	struct document zero = paper("21", "0000", "000000");
	struct person p = someone("неизвестный", "-", NULL);

	(void)state;
	assert_true(person_unusable(arena, &p, &good, 1));
	p = someone("неизвестный", "Пробий", NULL);
	assert_true(person_unusable(arena, &p, &zero, 1));
	assert_false(person_unusable(arena, &p, &good, 1));
	p = someone("Тестов", "Пробий", "000");
	assert_true(person_unusable(arena, &p, &zero, 1));
	assert_true(person_unusable(arena, &p, NULL, 0));
	assert_false(person_unusable(arena, &p, &good, 1));
	p = someone("Тестов", "Тест", "643");
	assert_false(person_unusable(arena, &p, NULL, 0));
	p.unidentified = value_of(arena, "1");
	assert_true(person_unusable(arena, &p, &good, 1));
	p = someone(NULL, NULL, NULL);
	assert_true(person_unusable(arena, &p, NULL, 0));
	p = someone("Тестов", "не установлено", NULL);
	assert_true(person_unusable(arena, &p, NULL, 0));
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new();
	name_setup();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_have_no_case_no_yo_and_one_dash),
		cmocka_unit_test(
		    latin_look_alikes_become_cyrillic_in_a_cyrillic_word),
		cmocka_unit_test(words_for_no_name_are_no_name),
		cmocka_unit_test(placeholders_are_told_from_names),
		cmocka_unit_test(patronymic_suffixes_come_in_one_spelling),
		cmocka_unit_test(cleaned_names_keep_letters_and_case),
		cmocka_unit_test(odd_signs_in_names_are_seen),
		cmocka_unit_test(
		    certificate_series_is_read_from_what_people_type),
		cmocka_unit_test(documents_are_brought_to_form_and_judged),
		cmocka_unit_test(series_and_number_in_one_text_are_split),
		cmocka_unit_test(nobody_is_made_of_a_placeholder),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
