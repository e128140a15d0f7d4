/* The promises of gateway/exchange/pace.h, one test each. */
#include "test/lib/unit.h"

#include "gateway/exchange/pace.h"

#define LIMIT "SMEV_RATE_LIMIT"

/* With chance 0 a pause is half of what it may be: 500 ms at first. */
static void
hear(struct pace *pace, const char *code, int64_t now_ms)
{
	pace_heard(pace, code, now_ms, 1000, 8000, 0);
}

static void
only_a_rate_limit_makes_a_rest(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	assert_false(pace_rests(&pace, 0));
	hear(&pace, "", 10);
	hear(&pace, "SMEV_DEST_OVERFLOW", 10);
	hear(&pace, "SMEV_100", 10);
	assert_false(pace_rests(&pace, 10));
	hear(&pace, LIMIT, 10);
	assert_true(pace_rests(&pace, 10));
	assert_true(pace_rests(&pace, 509));
	assert_false(pace_rests(&pace, 510));
}

static void
rests_grow_up_to_the_cap_until_something_else_is_heard(void **state)
{
	const int64_t pauses_ms[] = { 500, 1000, 2000, 4000, 4000 };
	struct pace pace = { 0 };
	int64_t now_ms = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(pauses_ms) / sizeof(pauses_ms[0]); i++) {
		hear(&pace, LIMIT, now_ms);
		now_ms += pauses_ms[i];
		assert_true(pace_rests(&pace, now_ms - 1));
		assert_false(pace_rests(&pace, now_ms));
	}
	hear(&pace, "", now_ms);
	hear(&pace, LIMIT, now_ms);
	assert_false(pace_rests(&pace, now_ms + 500));
}

static void
what_was_under_way_does_not_count_twice(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	for (int64_t now_ms = 0; now_ms < 10; now_ms++)
		hear(&pace, LIMIT, now_ms);
	/* Nor does it end a rest. */
	hear(&pace, "", 400);
	assert_true(pace_rests(&pace, 499));
	assert_false(pace_rests(&pace, 500));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_rate_limit_makes_a_rest),
		cmocka_unit_test(
		    rests_grow_up_to_the_cap_until_something_else_is_heard),
		cmocka_unit_test(what_was_under_way_does_not_count_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
