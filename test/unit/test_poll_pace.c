/* The promises of gateway/exchange/poll_pace.h, one test each. */
#include "test/lib/unit.h"

#include "gateway/exchange/poll_pace.h"

static const struct poll_limits limits = {
	.fast_ms = 100, .slow_ms = 1000, .most = 4
};

/* One call at its time that finds nothing; when it ended. */
static int64_t
find_nothing(struct poll_pace *pace)
{
	int64_t now_ms = pace->due_ms;

	assert_true(poll_pace_may(pace, now_ms));
	assert_false(poll_pace_may(pace, now_ms - 1));
	poll_pace_begin(pace, now_ms);
	poll_pace_empty(pace, &limits, now_ms);
	return now_ms;
}

static void
pauses_double_from_fast_to_slow_while_nothing_comes(void **state)
{
	const int64_t pauses_ms[] = { 100, 200, 400, 800, 1000, 1000 };
	struct poll_pace pace;
	int64_t now_ms;

	(void)state;
	poll_pace_init(&pace, 10);
	for (size_t i = 0; i < sizeof(pauses_ms) / sizeof(pauses_ms[0]); i++) {
		now_ms = find_nothing(&pace);
		assert_int_equal(pace.due_ms, now_ms + pauses_ms[i]);
	}
}

static void
while_messages_come_more_are_asked_for_at_a_time(void **state)
{
	struct poll_pace pace;

	(void)state;
	poll_pace_init(&pace, 0);
	for (int64_t i = 1; i <= 4; i++) {
		assert_true(poll_pace_may(&pace, 50));
		poll_pace_begin(&pace, 50);
		assert_false(poll_pace_may(&pace, 50));
		poll_pace_message(&pace, &limits);
		assert_int_equal(pace.want, i < 4 ? i + 1 : 4);
	}
	assert_false(poll_pace_may(&pace, 50));
	/* And the next one at once. */
	poll_pace_done(&pace, 60);
	assert_true(poll_pace_may(&pace, 60));
	/* An empty queue is asked by one. */
	poll_pace_empty(&pace, &limits, 60);
	assert_int_equal(pace.want, 1);
	assert_false(poll_pace_may(&pace, 160));
	poll_pace_empty(&pace, &limits, 60);
	poll_pace_empty(&pace, &limits, 60);
	assert_true(poll_pace_may(&pace, 460));
}

static void
a_push_ends_a_pause(void **state)
{
	struct poll_pace pace;
	int64_t now_ms = 0;

	(void)state;
	poll_pace_init(&pace, 0);
	for (int i = 0; i < 10; i++)
		now_ms = find_nothing(&pace);
	poll_pace_push(&pace, &limits, now_ms + 500);
	assert_true(poll_pace_may(&pace, now_ms + 500));
	/* And pauses are short again. */
	poll_pace_begin(&pace, now_ms + 500);
	poll_pace_empty(&pace, &limits, now_ms + 500);
	assert_int_equal(pace.due_ms, now_ms + 600);
}

static void
pushes_never_make_more_calls_than_fast_ones(void **state)
{
	struct poll_pace pace;
	int calls = 0;

	(void)state;
	poll_pace_init(&pace, 1000);
	for (int64_t now_ms = 1000; now_ms < 11000; now_ms++) {
		poll_pace_push(&pace, &limits, now_ms);
		if (!poll_pace_may(&pace, now_ms))
			continue;
		calls++;
		poll_pace_begin(&pace, now_ms);
		poll_pace_empty(&pace, &limits, now_ms);
	}
	assert_int_equal(calls, 100);
}

static void
a_push_does_not_end_trouble(void **state)
{
	struct poll_pace pace;

	(void)state;
	poll_pace_init(&pace, 0);
	poll_pace_begin(&pace, 10);
	poll_pace_trouble(&pace, 5000, 10);
	poll_pace_push(&pace, &limits, 2000);
	assert_false(poll_pace_may(&pace, 5009));
	assert_true(poll_pace_may(&pace, 5010));
	assert_int_equal(pace.trouble, 1);
}

static void
trouble_of_smev_leaves_a_queue_within_its_pauses(void **state)
{
	struct poll_pace pace;

	(void)state;
	poll_pace_init(&pace, 0);
	for (int i = 0; i < 20; i++) {
		int64_t now_ms = pace.due_ms;

		poll_pace_begin(&pace, now_ms);
		poll_pace_away(&pace, &limits, now_ms);
		assert_true(pace.due_ms - now_ms <= limits.slow_ms);
	}
	assert_int_equal(pace.trouble, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    pauses_double_from_fast_to_slow_while_nothing_comes),
		cmocka_unit_test(
		    while_messages_come_more_are_asked_for_at_a_time),
		cmocka_unit_test(a_push_ends_a_pause),
		cmocka_unit_test(pushes_never_make_more_calls_than_fast_ones),
		cmocka_unit_test(a_push_does_not_end_trouble),
		cmocka_unit_test(
		    trouble_of_smev_leaves_a_queue_within_its_pauses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
