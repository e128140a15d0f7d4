/*
 * The promises of model/field.h, pdate.h, requisites.h and the word tables.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "model/changeset.h"
#include "model/domain_event.h"
#include "model/entity.h"
#include "model/field.h"
#include "model/pdate.h"
#include "model/protocol.h"
#include "model/requisites.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
every_field_has_its_own_place_and_names(void **state)
{
	static const struct entity_type *const types[] = { &person_type,
		&document_type, &representation_type, &organisation_type,
		&group_type, &enrolment_type, &movement_type, &civil_act_type };

	(void)state;
	for (size_t t = 0; t < COUNT(types); t++) {
		/* The tables name every value of their struct, in order. */
		assert_int_equal(types[t]->field_count * sizeof(struct value),
		    types[t]->bytes);
		for (size_t i = 0; i < types[t]->field_count; i++) {
			const struct field *f = &types[t]->fields[i];

			assert_int_equal(f->offset, i * sizeof(struct value));
			assert_ptr_equal(field_find(types[t], f->name), f);
			assert_ptr_equal(field_find(types[t], f->element), f);
		}
		assert_null(field_find(types[t], "Nothing"));
	}
}

static void
dates_are_read_in_both_forms_and_partly(void **state)
{
	static const char *const good[][2] = {
		{ "2015-03-08", "2015-03-08" },
		{ "08.03.2015", "2015-03-08" },
		{ "2015-03", "2015-03" },
		{ "2015", "2015" },
		{ "2016-02-29", "2016-02-29" },
		{ "2000-02-29", "2000-02-29" },
		{ "2018-12-15+03:00", "2018-12-15" },
		{ "2018-12-15Z", "2018-12-15" },
		{ "2018-12-05:00", "2018-12" },
		{ "1950Z", "1950" },
	};
	static const char *const bad[] = { "", "15", "2015-13-01", "2015-00-01",
		"2015-02-29", "1900-02-29", "2015-04-31", "31.04.2015",
		"2015-03-00", "00.03.2015", "8.3.2015", "2015-3-8",
		"0000-01-01", "2015-03-08T00:00:00", "2015-03-08 ",
		" 2015-03-08", "2015/03/08", "20150308", "2015-03-08+25:00",
		"-2015-03-08", "08.03.15", "2015-" };
	char text[PDATE_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(pdate_normal(good[i][0], text), 0);
		assert_string_equal(text, good[i][1]);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		if (pdate_normal(bad[i], text) == 0)
			fail_msg("\"%s\" is read as %s", bad[i], text);
}

static struct pdate
date(const char *text)
{
	struct pdate made;

	assert_int_equal(pdate_parse(text, &made), 0);
	return made;
}

static void
dates_compare_by_their_earliest_day(void **state)
{
	struct pdate year = date("2015"), month = date("2015-03"),
		     day = date("2015-03-08"), first = date("2015-01-01");

	(void)state;
	assert_int_equal(pdate_compare(&year, &first), 0);
	assert_true(pdate_compare(&year, &month) < 0);
	assert_true(pdate_compare(&day, &month) > 0);
	assert_true(pdate_same(&day, &day));
	assert_false(pdate_same(&month, &month));
	assert_true(pdate_may_be(&year, &day));
	assert_true(pdate_may_be(&day, &month));
	assert_false(pdate_may_be(&first, &month));
	assert_int_equal(pdate_days(&(struct pdate){ 1970, 1, 1 }), 0);
	assert_int_equal(pdate_days(&(struct pdate){ 2000, 3, 1 }), 11017);
	assert_int_equal(pdate_days(&(struct pdate){ 1969, 12, 31 }), -1);
	assert_int_equal(pdate_make(2015, 0, 5, &year), -1);
}

static void
requisites_have_right_check_digits(void **state)
{
	(void)state;
	assert_true(inn_valid("7707083893"));
	assert_false(inn_valid("7707083894"));
	assert_true(inn_valid("500100732259"));
	assert_false(inn_valid("500100732258"));
	assert_false(inn_valid("500100732269"));
	assert_false(inn_valid("0000000000"));
	assert_false(inn_valid("000000000000"));
	assert_false(inn_valid("770708389"));
	assert_false(inn_valid("77070838 3"));
	assert_false(inn_valid(""));
	assert_true(ogrn_valid("1027700132195"));
	assert_false(ogrn_valid("1027700132194"));
	assert_true(ogrn_valid("304500116000157"));
	assert_false(ogrn_valid("304500116000158"));
	assert_false(ogrn_valid("0000000000000"));
	assert_false(ogrn_valid("102770013219"));
	assert_true(kpp_valid("770401001"));
	assert_true(kpp_valid("7704AB001"));
	assert_false(kpp_valid("7704ab001"));
	assert_false(kpp_valid("77040100A"));
	assert_false(kpp_valid("77040100"));
}

static void
words_go_there_and_back(void **state)
{
	enum record_op op;
	enum packet_mode mode;

	(void)state;
	for (int k = RECORD_LEARNER; k < RECORD_KIND_END; k++)
		assert_int_equal(
		    record_kind_parse(record_kind_name((enum record_kind)k)),
		    k);
	assert_int_equal(record_kind_parse("NOBODY"), 0);
	assert_int_equal(record_op_parse("UNLINK", &op), 0);
	assert_int_equal(op, OP_UNLINK);
	assert_int_equal(record_op_parse("upsert", &op), -1);
	assert_int_equal(packet_mode_parse("FULL_LIST", &mode), 0);
	assert_int_equal(mode, MODE_FULL_LIST);
	assert_int_equal(packet_mode_parse("", &mode), -1);
	assert_string_equal(record_result_name(RESULT_STALE), "STALE");
	assert_string_equal(record_result_name(RESULT_END), "");
}

static void
values_tell_absent_from_unsaid(void **state)
{
	struct arena *arena = arena_new();
	struct value set = value_of(arena, "1"), none = value_of(arena, NULL);
	struct value empty = value_of(arena, ""), absent = value_absent();

	(void)state;
	assert_string_equal(value_text(&set), "1");
	assert_null(value_text(&none));
	assert_null(value_text(&absent));
	assert_true(value_equal(&none, &empty));
	assert_false(value_equal(&none, &absent));
	assert_false(value_equal(&set, &none));
	arena_free(arena);
}

static void
events_keep_their_order(void **state)
{
	struct arena *arena = arena_new();
	struct domain_events events;
	struct domain_event event = { .type = EVENT_MOVEMENT, .subject = "a" };

	(void)state;
	domain_events_init(&events, arena);
	domain_events_add(&events, &event);
	event.subject = "b";
	domain_events_add(&events, &event);
	assert_int_equal(events.count, 2);
	assert_string_equal(events.first->subject, "a");
	assert_string_equal(events.first->next->subject, "b");
	assert_null(events.first->next->next);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_has_its_own_place_and_names),
		cmocka_unit_test(dates_are_read_in_both_forms_and_partly),
		cmocka_unit_test(dates_compare_by_their_earliest_day),
		cmocka_unit_test(requisites_have_right_check_digits),
		cmocka_unit_test(words_go_there_and_back),
		cmocka_unit_test(values_tell_absent_from_unsaid),
		cmocka_unit_test(events_keep_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
