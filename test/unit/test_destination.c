/* The promises of gateway/exchange/destination.h, breaker.h, backoff.h. */
#include "test/lib/unit.h"

#include <string.h>

#include "base/codes.h"
#include "gateway/config.h"
#include "gateway/exchange/backoff.h"
#include "gateway/exchange/destination.h"

#define LIMIT 8
#define MOST  3 /* failures */

/* How many calls may begin at now_ms; they are begun. */
static int
begin_all(struct destination *d, int64_t now_ms)
{
	int count = 0;

	for (; destination_may(d, LIMIT, now_ms); count++)
		(void)destination_begin(d, now_ms);
	return count;
}

static void
a_window_begins_with_two_and_grows_by_one_a_window(void **state)
{
	struct destination d;

	(void)state;
	destination_init(&d);
	assert_int_equal(begin_all(&d, 0), 2);
	assert_false(destination_good(&d, LIMIT));
	assert_int_equal(begin_all(&d, 0), 1);
	for (int i = 0; i < 2; i++)
		assert_false(destination_good(&d, LIMIT));
	/* Two successes of a window of two: three. */
	assert_int_equal(begin_all(&d, 0), 3);
	for (int i = 0; i < 3; i++)
		assert_false(destination_good(&d, LIMIT));
	assert_int_equal(begin_all(&d, 0), 4);
}

static void
a_window_never_exceeds_its_limit(void **state)
{
	struct destination d;

	(void)state;
	destination_init(&d);
	for (int i = 0; i < 100; i++) {
		(void)destination_begin(&d, 0);
		(void)destination_good(&d, LIMIT);
	}
	assert_int_equal(begin_all(&d, 0), LIMIT);
}

static void
trouble_halves_a_window_down_to_one(void **state)
{
	struct destination d;

	(void)state;
	destination_init(&d);
	for (int i = 0; i < 100; i++) {
		(void)destination_begin(&d, 0);
		(void)destination_good(&d, LIMIT);
	}
	(void)destination_begin(&d, 0);
	assert_false(destination_bad(&d, false, MOST));
	assert_int_equal(begin_all(&d, 0), LIMIT / 2);
	while (d.under_way > 0)
		destination_mute(&d, false);
	for (int i = 0; i < 10; i++) {
		(void)destination_begin(&d, 0);
		(void)destination_bad(&d, false, 100);
	}
	assert_int_equal(begin_all(&d, 0), 1);
}

static void
failures_in_a_row_open_it_and_one_probe_goes_when_the_pause_is_over(
    void **state)
{
	struct destination d;

	(void)state;
	destination_init(&d);
	for (int i = 1; i <= MOST; i++) {
		(void)destination_begin(&d, 0);
		assert_int_equal(destination_bad(&d, false, MOST), i == MOST);
	}
	breaker_open(&d.breaker, 500);
	assert_int_equal(begin_all(&d, 499), 0);
	assert_true(destination_may(&d, LIMIT, 500));
	assert_true(destination_begin(&d, 500));
	assert_int_equal(begin_all(&d, 600), 0);
	/* The probe fails: once is enough. */
	assert_true(destination_bad(&d, true, MOST));
	breaker_open(&d.breaker, 1500);
	assert_int_equal(d.breaker.rests, 2);
	assert_int_equal(begin_all(&d, 1499), 0);
	assert_true(destination_begin(&d, 1500));
	assert_true(destination_good(&d, LIMIT));
	assert_int_equal(d.breaker.rests, 0);
	/* And it has grown by one. */
	assert_int_equal(begin_all(&d, 1500), 2);
}

static void
a_success_between_failures_keeps_it_closed(void **state)
{
	struct destination d;

	(void)state;
	destination_init(&d);
	for (int i = 0; i < 20; i++) {
		(void)destination_begin(&d, 0);
		if (i % MOST == MOST - 1)
			(void)destination_good(&d, LIMIT);
		else
			assert_false(destination_bad(&d, false, MOST));
	}
}

static void
calls_from_before_it_opened_change_nothing(void **state)
{
	struct breaker b = { 0 };

	(void)state;
	for (int i = 1; i <= MOST; i++)
		assert_int_equal(breaker_bad(&b, false, MOST), i == MOST);
	breaker_open(&b, 500);
	assert_false(breaker_bad(&b, false, MOST));
	assert_int_equal(b.rests, 1);
	assert_true(breaker_begin(&b, 500));
	assert_false(breaker_bad(&b, false, MOST));
	assert_true(b.probing);
	/* A late success says that it is alive. */
	assert_true(breaker_good(&b));
	assert_false(breaker_bad(&b, true, MOST));
}

static void
a_probe_that_says_nothing_gives_its_place_to_another(void **state)
{
	struct destination d;

	(void)state;
	destination_init(&d);
	breaker_open(&d.breaker, 100);
	assert_true(destination_begin(&d, 100));
	assert_false(destination_may(&d, LIMIT, 100));
	destination_mute(&d, true);
	assert_true(destination_begin(&d, 100));
	destination_mute(&d, true);
	assert_int_equal(d.under_way, 0);
	assert_int_equal(d.breaker.rests, 1);
}

static void
each_code_that_is_tried_again_has_a_class(void **state)
{
	(void)state;
	assert_int_equal(backoff_of("SMEV_UNREACHABLE"), BACKOFF_NETWORK);
	assert_int_equal(backoff_of("SMEV_FAILURE"), BACKOFF_BUSY);
	assert_int_equal(backoff_of("SMEV_RATE_LIMIT"), BACKOFF_RATE);
	assert_int_equal(backoff_of("SMEV_DEST_OVERFLOW"), BACKOFF_FULL);
	assert_int_equal(backoff_of("SMEV_600"), BACKOFF_FULL);
	assert_int_equal(backoff_of("SMEV_QUOTE_LIMIT"), BACKOFF_FULL);
	assert_int_equal(backoff_of("X_ROLE_AWAY"), BACKOFF_AWAY);
	assert_int_equal(backoff_of("SMEV_ACCESS_DENIED"), BACKOFF_OTHER);
	assert_int_equal(backoff_of("no such code"), BACKOFF_OTHER);
	/* And nothing else has one. */
	for (size_t i = 0; code_at(i) != NULL; i++)
		if (code_at(i)->kind != ERR_RETRY)
			assert_string_equal(code_at(i)->wait, "");
}

static void
pauses_grow_by_their_class_within_base_and_cap(void **state)
{
	const struct config_retry retry = { .base_ms = 1000,
		.cap_ms = 3600000 };
	int64_t last_ms, ms;

	(void)state;
	for (int class = 0; class < BACKOFF_COUNT; class ++) {
		last_ms = 0;
		for (int64_t attempt = 1; attempt < 60; attempt++) {
			ms = backoff_pause_ms(
			    (enum backoff) class, &retry, attempt, 0);
			assert_true(ms >= last_ms && ms <= retry.cap_ms);
			last_ms = ms;
		}
	}
	/* A process of ours is back in a moment; a full queue is not. */
	assert_true(backoff_pause_ms(BACKOFF_AWAY, &retry, 1, 0)
	    < backoff_pause_ms(BACKOFF_NETWORK, &retry, 1, 0));
	assert_true(backoff_pause_ms(BACKOFF_FULL, &retry, 50, 0)
	    > backoff_pause_ms(BACKOFF_NETWORK, &retry, 50, 0));
	assert_true(backoff_of_smev(BACKOFF_RATE));
	assert_false(backoff_of_smev(BACKOFF_FULL));
}

static void
pauses_have_jitter(void **state)
{
	const struct config_retry retry = { .base_ms = 1000,
		.cap_ms = 3600000 };

	(void)state;
	assert_int_equal(backoff_pause_ms(BACKOFF_NETWORK, &retry, 3, 0), 2000);
	assert_int_equal(
	    backoff_pause_ms(BACKOFF_NETWORK, &retry, 3, 2000), 4000);
	assert_int_equal(
	    backoff_pause_ms(BACKOFF_NETWORK, &retry, 3, 777), 2777);
}

static void
a_short_cap_is_kept_by_every_class(void **state)
{
	const struct config_retry retry = { .base_ms = 200, .cap_ms = 500 };

	(void)state;
	for (int class = 0; class < BACKOFF_COUNT; class ++)
		assert_true(backoff_pause_ms(
				(enum backoff) class, &retry, 30, UINT64_MAX)
		    <= 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_window_begins_with_two_and_grows_by_one_a_window),
		cmocka_unit_test(a_window_never_exceeds_its_limit),
		cmocka_unit_test(trouble_halves_a_window_down_to_one),
		cmocka_unit_test(
		    failures_in_a_row_open_it_and_one_probe_goes_when_the_pause_is_over),
		cmocka_unit_test(a_success_between_failures_keeps_it_closed),
		cmocka_unit_test(calls_from_before_it_opened_change_nothing),
		cmocka_unit_test(
		    a_probe_that_says_nothing_gives_its_place_to_another),
		cmocka_unit_test(each_code_that_is_tried_again_has_a_class),
		cmocka_unit_test(
		    pauses_grow_by_their_class_within_base_and_cap),
		cmocka_unit_test(pauses_have_jitter),
		cmocka_unit_test(a_short_cap_is_kept_by_every_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
