/* The promises of gateway/http/http_pending.h, one test each. */
#include "test/lib/unit.h"

#include "gateway/http/http_pending.h"
#include "gateway/http/http_server.h"

static void
answer_finds_its_request_once(void **state)
{
	struct http_pending *pending = http_pending_new(2);
	struct http_request a, b;
	uint64_t first = http_pending_put(pending, &a, 10);
	uint64_t second = http_pending_put(pending, &b, 20);

	(void)state;
	assert_int_equal(http_pending_put(pending, &a, 10), 0);
	assert_ptr_equal(http_pending_take(pending, second), &b);
	assert_null(http_pending_take(pending, second));
	assert_ptr_equal(http_pending_take(pending, first), &a);
	assert_int_equal(http_pending_count(pending), 0);
	http_pending_free(pending);
}

static void
answer_that_comes_too_late_finds_nobody(void **state)
{
	struct http_pending *pending = http_pending_new(1);
	struct http_request a, b;
	uint64_t first = http_pending_put(pending, &a, 10);

	(void)state;
	assert_null(http_pending_expired(pending, 9));
	assert_ptr_equal(http_pending_expired(pending, 10), &a);
	assert_int_not_equal(http_pending_put(pending, &b, 20), 0);
	assert_null(http_pending_take(pending, first));
	assert_int_equal(http_pending_count(pending), 1);
	http_pending_free(pending);
}

static void
answer_to_the_process_before_finds_nobody(void **state)
{
	struct http_pending *before = http_pending_new(1);
	struct http_pending *pending = http_pending_new(1);
	struct http_request a, b;
	uint64_t first = http_pending_put(before, &a, 10);

	(void)state;
	assert_int_not_equal(http_pending_put(pending, &b, 20), 0);
	assert_null(http_pending_take(pending, first));
	http_pending_free(before);
	http_pending_free(pending);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answer_finds_its_request_once),
		cmocka_unit_test(answer_that_comes_too_late_finds_nobody),
		cmocka_unit_test(answer_to_the_process_before_finds_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
