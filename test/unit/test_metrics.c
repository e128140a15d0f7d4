/* The promises of gateway/metrics.h and http_pending.h, one test each. */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "gateway/http/http_pending.h"
#include "gateway/metrics.h"

static void
counts_of_every_process_are_read_by_another(void **state)
{
	int fd = metrics_create(3);
	struct metrics_reader *reader = metrics_reader_new(fd, 3);
	struct buf text;

	(void)state;
	assert_true(fd > 0);
	assert_non_null(reader);
	buf_init(&text, 0);
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			metrics_open(fd, (size_t)i + 1, ROLE_OPENER, i);
			metrics_add(METRIC_OPENER_PACKETS, 5 + i);
			metrics_observe_us(METRIC_TIME_OPEN, 700);
			metrics_observe_us(METRIC_TIME_OPEN, 99000000);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	metrics_text(reader, &text);
	assert_non_null(strstr(text.data,
	    "# TYPE kontingent_opener_packets_total counter\n"
	    "kontingent_opener_packets_total{role=\"opener\",index=\"0\"} 5\n"
	    "kontingent_opener_packets_total{role=\"opener\",index=\"1\"} "
	    "6\n"));
	assert_non_null(strstr(text.data,
	    "kontingent_opener_seconds_bucket{role=\"opener\",index=\"1\","
	    "le=\"0.0005\"} 0\n"
	    "kontingent_opener_seconds_bucket{role=\"opener\",index=\"1\","
	    "le=\"0.001\"} 1\n"));
	assert_non_null(strstr(text.data,
	    "kontingent_opener_seconds_bucket{role=\"opener\",index=\"1\","
	    "le=\"+Inf\"} 2\n"
	    "kontingent_opener_seconds_sum{role=\"opener\",index=\"1\"} "
	    "99.000700\n"
	    "kontingent_opener_seconds_count{role=\"opener\",index=\"1\"} "
	    "2\n"));
	assert_null(strstr(text.data, "courier"));
	buf_release(&text);
	metrics_reader_free(reader);
	(void)close(fd);
}

static void
replaced_process_goes_on_counting_where_the_old_one_was(void **state)
{
	int fd = metrics_create(1);
	struct metrics_reader *reader = metrics_reader_new(fd, 1);
	struct buf text;

	(void)state;
	buf_init(&text, 0);
	for (int i = 0; i < 2; i++) {
		metrics_open(fd, 0, ROLE_STORE, 0);
		metrics_add(METRIC_STORE_JOBS, 3);
		metrics_set(METRIC_HTTP_CONNECTIONS, 4);
	}
	metrics_text(reader, &text);
	assert_non_null(strstr(text.data,
	    "_jobs_total{role=\"store\","
	    "index=\"0\"} 6\n"));
	assert_non_null(strstr(text.data,
	    "_starts_total{role=\"store\","
	    "index=\"0\"} 2\n"));
	assert_non_null(strstr(text.data,
	    "gauge\nkontingent_http_connections{"
	    "role=\"store\",index=\"0\"} 4\n"));
	buf_release(&text);
	metrics_reader_free(reader);
	(void)close(fd);
}

static void
without_a_page_nothing_is_counted(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, 0);
	metrics_open(0, 0, ROLE_STORE, 0);
	metrics_add(METRIC_STORE_JOBS, 1);
	assert_null(metrics_reader_new(0, 1));
	metrics_text(NULL, &text);
	assert_int_equal(text.bytes, 0);
	buf_release(&text);
}

static void
late_answer_finds_nobody_instead_of_somebody_else(void **state)
{
	struct http_pending *pending = http_pending_new(2);
	struct http_request *a = (void *)&a, *b = (void *)&b, *c = (void *)&c;
	uint64_t id_a = http_pending_put(pending, a, 100), id_b, id_c;

	(void)state;
	id_b = http_pending_put(pending, b, 200);
	assert_int_equal(http_pending_put(pending, c, 300), 0); /* full */
	assert_ptr_equal(http_pending_expired(pending, 99), NULL);
	assert_ptr_equal(http_pending_expired(pending, 100), a);
	assert_ptr_equal(http_pending_take(pending, id_a), NULL);
	id_c = http_pending_put(pending, c, 300); /* in the place of a */
	assert_int_not_equal(id_c, id_a);
	assert_ptr_equal(http_pending_take(pending, id_a), NULL);
	assert_ptr_equal(http_pending_take(pending, 0), NULL);
	assert_ptr_equal(http_pending_take(pending, 7), NULL);
	assert_ptr_equal(http_pending_take(pending, id_c), c);
	assert_int_equal(http_pending_count(pending), 1);
	assert_ptr_equal(http_pending_take(pending, id_b), b);
	assert_ptr_equal(http_pending_expired(pending, INT64_MAX), NULL);
	http_pending_free(pending);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_page_nothing_is_counted),
		cmocka_unit_test(counts_of_every_process_are_read_by_another),
		cmocka_unit_test(
		    replaced_process_goes_on_counting_where_the_old_one_was),
		cmocka_unit_test(
		    late_answer_finds_nobody_instead_of_somebody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
