/*
 * What a front that stops, to end or to be replaced, promises its clients: a
 * request that was sent is answered.  One test each.
 */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/lib/front.h"

#define ROOM 20000
#define SLOW POST_HEAD "Content-Length: 4\r\n\r\nslow"

static char answer[ROOM];

static void
holds(const char *part)
{
	if (strstr(answer, part) == NULL)
		fail_msg("no \"%s\" in: %s", part, answer);
}

/* The answer on fd is there, has status, and is the connection's last. */
static void
is_last(int fd, int status)
{
	assert_int_equal(read_answer(fd, answer, ROOM), status);
	holds("Connection: close");
	assert_int_equal(recv(fd, answer, 1, 0), 0);
	(void)close(fd);
}

/* A connection that had an answer; all that connected before are accepted. */
static int
connect_used(struct front_test *test)
{
	int fd = front_connect(test);

	send_text(fd, POST_HEAD "Content-Length: 1\r\n\r\na");
	assert_int_equal(read_answer(fd, answer, ROOM), 202);
	assert_null(strstr(answer, "Connection: close"));
	return fd;
}

static void
stopping_finishes_what_runs_and_exits_0(void **state)
{
	struct front_test *test = front_start("body_timeout_ms = 2000", "");
	int idle = front_connect(test), fd = front_connect(test);
	int used = connect_used(test);

	(void)state;
	front_pause(test);
	send_text(fd, SLOW);
	front_ask_stop(test);
	front_resume(test);
	/* Who sends nothing is closed, be it early or late. */
	assert_int_equal(recv(used, answer, 1, 0), 0);
	assert_int_equal(recv(idle, answer, 1, 0), 0);
	(void)close(used);
	(void)close(idle);
	is_last(fd, 202);
	assert_int_equal(front_wait(test), 0);
}

/* It finds the request and the order to stop at the same time. */
static void
request_that_lies_in_the_socket_is_answered(void **state)
{
	struct front_test *test = front_start("", "");
	int fresh = front_connect(test), begun = front_connect(test), used;

	(void)state;
	send_text(begun, POST_HEAD "Content-Le");
	used = connect_used(test);
	front_pause(test);
	front_ask_stop(test);
	send_text(fresh, POST_HEAD "Content-Length: 1\r\n\r\nb");
	send_text(used, SLOW);
	send_text(begun, "ngth: 1\r\n\r\nc");
	front_resume(test);
	is_last(fresh, 202);
	is_last(begun, 202);
	is_last(used, 202);
	assert_int_equal(front_wait(test), 0);
}

static void
who_connected_before_the_stop_may_send_after_it(void **state)
{
	struct front_test *test = front_start("", "");
	int fresh = front_connect(test), used = connect_used(test);

	(void)state;
	front_pause(test);
	send_text(used, SLOW);
	front_ask_stop(test);
	front_resume(test);
	is_last(used, 202); /* so it is stopping now */
	send_text(fresh, POST_HEAD "Content-Length: 1\r\n\r\nb");
	is_last(fresh, 202);
	assert_int_equal(front_wait(test), 0);
}

/* Longer than parent would let it live. */
static void
who_would_wait_long_is_answered_before_the_end(void **state)
{
	struct front_test *test = front_start("", "");
	int fd = front_connect(test);

	(void)state;
	(void)close(connect_used(test));
	front_pause(test);
	send_text(
	    fd, POST_HEAD "Prefer: wait=60\r\nContent-Length: 6\r\n\r\nsilent");
	front_ask_stop(test);
	front_resume(test);
	assert_int_equal(read_answer(fd, answer, ROOM), 503);
	holds("<Code>HTTP_AWAY</Code>");
	holds("Retry-After: ");
	(void)close(fd);
	assert_int_equal(front_wait(test), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stopping_finishes_what_runs_and_exits_0),
		cmocka_unit_test(request_that_lies_in_the_socket_is_answered),
		cmocka_unit_test(
		    who_connected_before_the_stop_may_send_after_it),
		cmocka_unit_test(
		    who_would_wait_long_is_answered_before_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
