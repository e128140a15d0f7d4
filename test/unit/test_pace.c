/* The promises of gateway/exchange/pace.h, one test each. */
#include "test/lib/unit.h"

#include "gateway/config.h"
#include "gateway/exchange/pace.h"

#define LIMIT "SMEV_RATE_LIMIT"
#define AWAY  "SMEV_UNREACHABLE"

/* With chance 0 a pause is half of what it may be: 500 ms at first. */
static const struct config config = {
	.retry = { .base_ms = 1000, .cap_ms = 80000 },
	.smev = { .breaker_failures = 3, .calls_learn_s = 10 },
};

static void
end_call(struct pace *pace, const struct config *c, bool probe,
    const char *code, int64_t now_ms)
{
	const struct pace_news news = {
		.probe = probe, .begun_ms = now_ms, .code = code, .why = ""
	};

	pace_heard(pace, c, &news, now_ms, 0);
}

static void
hear(struct pace *pace, const char *code, int64_t now_ms)
{
	end_call(pace, &config, false, code, now_ms);
}

static bool
may(struct pace *pace, const struct config *c, int64_t now_ms)
{
	if (!pace_take(pace, c, PACE_SEND, now_ms))
		return false;
	pace_give(pace);
	return true;
}

/* Calls that begin from from_ms to to_ms, asked for each millisecond. */
static int
calls(struct pace *pace, const struct config *c, enum pace_kind kind,
    int64_t from_ms, int64_t to_ms)
{
	int count = 0;

	for (int64_t now_ms = from_ms; now_ms < to_ms; now_ms++)
		while (count < 100000 && pace_take(pace, c, kind, now_ms)) {
			count++;
			(void)pace_join(pace);
		}
	return count;
}

static void
only_a_rate_limit_makes_a_rest(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	assert_true(may(&pace, &config, 0));
	hear(&pace, "", 10);
	hear(&pace, "SMEV_DEST_OVERFLOW", 10);
	hear(&pace, "SMEV_100", 10);
	assert_true(may(&pace, &config, 10));
	hear(&pace, LIMIT, 10);
	assert_int_equal(pace_rests_until_ms(&pace, 10), 510);
	assert_false(may(&pace, &config, 509));
	assert_int_equal(pace_rests_until_ms(&pace, 510), 0);
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
		assert_int_equal(
		    pace_rests_until_ms(&pace, now_ms), now_ms + pauses_ms[i]);
		now_ms += pauses_ms[i];
	}
	hear(&pace, "", now_ms);
	hear(&pace, LIMIT, now_ms);
	assert_int_equal(pace_rests_until_ms(&pace, now_ms), now_ms + 500);
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
	assert_int_equal(pace_rests_until_ms(&pace, 499), 500);
}

static void
the_limit_that_is_set_is_never_exceeded(void **state)
{
	struct config c = config;
	struct pace pace = { 0 };

	(void)state;
	c.smev.calls_per_s = 7;
	/* One may be there at the beginning. */
	assert_in_range(calls(&pace, &c, PACE_SEND, 1000, 11000), 70, 71);
	/* What was not used is not saved up. */
	assert_in_range(calls(&pace, &c, PACE_SEND, 60000, 61000), 7, 8);
	c.smev.calls_per_s = 1000;
	assert_in_range(calls(&pace, &c, PACE_SEND, 70000, 71000), 1000, 1100);
}

static void
who_waits_longest_for_a_turn_has_it(void **state)
{
	struct config c = config;
	struct pace pace = { 0 };
	int count[PACE_KINDS] = { 0 };

	(void)state;
	c.smev.calls_per_s = 10;
	/* Polling asks first each time, and does not take it all. */
	for (int64_t now_ms = 1000; now_ms < 31000; now_ms += 50)
		for (int kind = 0; kind < PACE_KINDS; kind++)
			if (pace_take(&pace, &c, (enum pace_kind)kind, now_ms))
				count[kind]++;
	for (int kind = 0; kind < PACE_KINDS; kind++)
		assert_in_range(count[kind], 90, 110);
}

static void
half_of_what_was_too_much_is_kept_and_creeps_up(void **state)
{
	struct pace pace = { 0 };
	int after, later;

	(void)state;
	/* 40 a second were too many. */
	for (int64_t now_ms = 1000; now_ms < 3000; now_ms += 25) {
		assert_true(pace_take(&pace, &config, PACE_POLL, now_ms));
		hear(&pace, "", now_ms);
	}
	hear(&pace, LIMIT, 3000);
	after = calls(&pace, &config, PACE_POLL, 3500, 4500);
	assert_in_range(after, 19, 23);
	hear(&pace, "", 4500);
	/* By as much again in ten seconds, of those that passed. */
	for (int64_t now_ms = 4500; now_ms < 13000; now_ms += 100)
		hear(&pace, "", now_ms);
	later = calls(&pace, &config, PACE_POLL, 13000, 14000);
	assert_in_range(later, 38, 44);
	/* And not again from the beginning at the next answer of that kind. */
	hear(&pace, LIMIT, 14000);
	assert_in_range(calls(&pace, &config, PACE_POLL, 14500, 15500), 19, 23);
}

static void
a_refusal_that_goes_on_is_learnt_of_once(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	for (int64_t now_ms = 1000; now_ms < 2000; now_ms += 100)
		assert_true(pace_take(&pace, &config, PACE_POLL, now_ms));
	hear(&pace, LIMIT, 2000);
	assert_int_equal(pace.learnt, 5000);
	/* It refuses the first call after the rest, too. */
	hear(&pace, LIMIT, 2600);
	hear(&pace, LIMIT, 3700);
	assert_int_equal(pace.learnt, 5000);
	/* It said yes in between: that was too much. */
	hear(&pace, "", 6000);
	hear(&pace, LIMIT, 6001);
	assert_in_range(pace.learnt, 2500, 3500);
}

static void
a_limit_that_was_learnt_is_forgotten_above_the_one_that_is_set(void **state)
{
	struct config c = config;
	struct pace pace = { 0 };

	(void)state;
	c.smev.calls_per_s = 4;
	(void)calls(&pace, &c, PACE_SEND, 1000, 3000);
	end_call(&pace, &c, false, LIMIT, 3000);
	assert_int_equal(pace.learnt, 2000);
	for (int64_t now_ms = 4000; now_ms < 14000; now_ms += 500)
		end_call(&pace, &c, false, "", now_ms);
	assert_int_equal(pace.learnt, 0);
}

static void
smev_away_stops_all_calls_but_one_probe(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		hear(&pace, AWAY, 10);
	assert_false(may(&pace, &config, 509));
	assert_int_equal(pace_rests_until_ms(&pace, 10), 510);
	assert_true(pace_take(&pace, &config, PACE_POLL, 510));
	assert_false(pace_take(&pace, &config, PACE_SEND, 600));
	assert_true(pace_join(&pace));
	assert_false(pace_take(&pace, &config, PACE_SEND, 600));
	end_call(&pace, &config, true, AWAY, 610);
	assert_int_equal(pace_rests_until_ms(&pace, 610), 1610);
	assert_true(pace_take(&pace, &config, PACE_SEND, 1610));
	end_call(&pace, &config, pace_join(&pace), "SMEV_403", 1620);
	assert_true(may(&pace, &config, 1620));
	assert_true(may(&pace, &config, 1620));
}

static void
one_that_hung_while_others_were_answered_says_nothing(void **state)
{
	const struct pace_news hung = {
		.begun_ms = 100, .code = AWAY, .why = "timed out"
	};
	struct pace pace = { 0 };

	(void)state;
	hear(&pace, "", 5000);
	for (int i = 0; i < 10; i++)
		pace_heard(&pace, &config, &hung, 60100, 0);
	assert_true(may(&pace, &config, 60100));
	assert_int_equal(pace_rests_until_ms(&pace, 60100), 0);
	/* Those that began after the last answer do. */
	for (int i = 0; i < 3; i++)
		hear(&pace, AWAY, 60200);
	assert_false(may(&pace, &config, 60200));
}

static void
a_probe_that_is_not_made_is_given_back(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		hear(&pace, AWAY, 10);
	assert_true(pace_take(&pace, &config, PACE_SEND, 600));
	pace_give(&pace);
	assert_true(pace_take(&pace, &config, PACE_SEND, 600));
	assert_true(pace_join(&pace));
	pace_mute(&pace, true);
	assert_true(may(&pace, &config, 600));
}

static void
smev_is_back_after_some_rests_not_after_a_flap(void **state)
{
	struct pace pace = { 0 };
	int64_t now_ms = 10;

	(void)state;
	for (int i = 0; i < 3; i++)
		hear(&pace, AWAY, now_ms);
	hear(&pace, "", now_ms);
	assert_false(pace.back);
	for (int i = 0; i < 3; i++)
		hear(&pace, AWAY, now_ms);
	for (int i = 0; i < 3; i++) {
		now_ms = pace.breaker.until_ms;
		assert_true(pace_take(&pace, &config, PACE_POLL, now_ms));
		end_call(&pace, &config, pace_join(&pace), AWAY, now_ms);
	}
	assert_false(pace.back);
	hear(&pace, "", now_ms);
	assert_true(pace.back);
}

static void
what_changed_is_told_once(void **state)
{
	struct pace pace = { 0 };

	(void)state;
	hear(&pace, "", 10);
	assert_false(pace_seen(&pace));
	hear(&pace, LIMIT, 10);
	assert_string_equal(pace.code, LIMIT);
	assert_true(pace_seen(&pace));
	assert_false(pace_seen(&pace));
	hear(&pace, "", 1000);
	assert_true(pace_seen(&pace));
	assert_string_equal(pace.code, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_rate_limit_makes_a_rest),
		cmocka_unit_test(
		    rests_grow_up_to_the_cap_until_something_else_is_heard),
		cmocka_unit_test(what_was_under_way_does_not_count_twice),
		cmocka_unit_test(the_limit_that_is_set_is_never_exceeded),
		cmocka_unit_test(who_waits_longest_for_a_turn_has_it),
		cmocka_unit_test(
		    half_of_what_was_too_much_is_kept_and_creeps_up),
		cmocka_unit_test(a_refusal_that_goes_on_is_learnt_of_once),
		cmocka_unit_test(
		    a_limit_that_was_learnt_is_forgotten_above_the_one_that_is_set),
		cmocka_unit_test(smev_away_stops_all_calls_but_one_probe),
		cmocka_unit_test(
		    one_that_hung_while_others_were_answered_says_nothing),
		cmocka_unit_test(a_probe_that_is_not_made_is_given_back),
		cmocka_unit_test(
		    smev_is_back_after_some_rests_not_after_a_flap),
		cmocka_unit_test(what_changed_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
