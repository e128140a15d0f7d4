/* What the front promises its clients, over real sockets; one test each. */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "test/lib/front.h"

#define ROOM 20000

static char answer[ROOM];

static void
wait_ms(long ms)
{
	struct timespec pause = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000 };

	(void)nanosleep(&pause, NULL);
}

static size_t
count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		count++;
	return count;
}

static void
holds(const char *part)
{
	if (strstr(answer, part) == NULL)
		fail_msg("no \"%s\" in: %s", part, answer);
}

static void
packet_reaches_the_store_with_source_digest_and_wait(void **state)
{
	assert_int_equal(ask(*state,
			     POST_HEAD "Prefer: respond-async, wait=7\r\n"
				       "Content-Length: 4\r\n\r\n<a/>",
			     answer, ROOM),
	    202);
	holds("school|");
	holds("|7000|4");
	assert_int_equal(strcspn(strstr(answer, "school|") + 7, "|"), 64);
	assert_int_equal(ask(*state,
			     POST_HEAD "Prefer: wait=\"900\"\r\n"
				       "Content-Length: 4\r\n\r\n<a/>",
			     answer, ROOM),
	    202);
	holds("|60000|4"); /* http.wait_max_s */
}

static void
digest_depends_on_every_byte_of_the_body(void **state)
{
	char first[65];

	(void)ask(
	    *state, POST_HEAD "Content-Length: 4\r\n\r\n<a/>", answer, ROOM);
	(void)snprintf(
	    first, sizeof(first), "%s", strstr(answer, "school|") + 7);
	(void)ask(
	    *state, POST_HEAD "Content-Length: 4\r\n\r\n<b/>", answer, ROOM);
	assert_memory_not_equal(first, strstr(answer, "school|") + 7, 64);
	(void)ask(*state,
	    POST_HEAD "Transfer-Encoding: chunked\r\n\r\n"
		      "1\r\n<\r\n3;x\r\na/>\r\n0\r\n\r\n",
	    answer, ROOM);
	assert_memory_equal(first, strstr(answer, "school|") + 7, 64);
}

static void
who_is_not_known_is_told_so_before_the_body(void **state)
{
	static const char *const keys[] = { "", "Authorization: Bearer x\r\n",
		"Authorization: Basic a2V5\r\n", "Authorization: Bearer \r\n",
		"Authorization: Bearer " KEY_SCHOOL " x\r\n",
		"Authorization: " KEY_SCHOOL "\r\n" };
	char request[500];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		(void)snprintf(request, sizeof(request),
		    "POST /v1/packets HTTP/1.1\r\nHost: a\r\n%s"
		    "Content-Type: text/xml\r\nContent-Length: 99\r\n"
		    "Expect: 100-continue\r\n\r\n",
		    keys[i]);
		assert_int_equal(ask(*state, request, answer, ROOM), 401);
		holds("WWW-Authenticate: Bearer");
		holds("<Code>SRC_UNKNOWN</Code>");
		holds("Connection: close");
		assert_null(strstr(answer, "100 Continue"));
	}
	assert_int_equal(ask(*state,
			     "GET /v1/packets/1 HTTP/1.1\r\nHost: a\r\n"
			     "Authorization: Bearer " KEY_REVOKED "\r\n\r\n",
			     answer, ROOM),
	    403);
	holds("<Code>SRC_DENIED</Code>");
}

static void
odd_framing_is_refused_and_nothing_behind_it_is_heard(void **state)
{
	static const char *const odd[] = {
		"Content-Length: 4\r\nContent-Length: 4\r\n\r\n<a/>",
		"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0",
		"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
		"Transfer-Encoding:\vchunked\r\n\r\n0\r\n\r\n",
		"Transfer-Encoding: chunked\r\n\r\n0x4\r\n<a/>\r\n0\r\n\r\n",
		"Transfer-Encoding: chunked\r\n\r\n4\n<a/>\n0\n\n",
		"Content-Length : 4\r\n\r\n<a/>",
		"Content-Length: 4\r\nX: y\r\n z\r\n\r\n<a/>",
		"Content-Length: 4\n\n<a/>",
	};
	char request[900];

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		(void)snprintf(request, sizeof(request),
		    POST_HEAD "%sGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
		    odd[i]);
		if (ask(*state, request, answer, ROOM) != 400)
			fail_msg("%s: %s", odd[i], answer);
		holds("<Code>HTTP_FORM</Code>");
		assert_int_equal(count_of(answer, "HTTP/1.1 "), 1);
	}
}

static void
body_of_a_get_is_not_taken_for_the_next_request(void **state)
{
	assert_int_equal(
	    ask(*state,
		"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n"
		"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n",
		answer, ROOM),
	    400);
	assert_int_equal(count_of(answer, "HTTP/1.1 "), 1);
}

static void
too_much_is_refused_before_it_is_read(void **state)
{
	int fd = front_connect(*state);
	char *large = malloc(200000);

	assert_non_null(large);
	memset(large, 'a', 200000);
	/* Announced: the answer comes without a byte of the body. */
	send_text(fd, POST_HEAD "Content-Length: 100001\r\n\r\n");
	assert_int_equal(read_answer(fd, answer, ROOM), 413);
	holds("<Code>PKT_SIZE</Code>");
	(void)close(fd);

	fd = front_connect(*state); /* counted */
	send_text(fd, POST_HEAD "Transfer-Encoding: chunked\r\n\r\n30D40\r\n");
	send_bytes(fd, large, 150000);
	assert_int_equal(read_answer(fd, answer, ROOM), 413);
	(void)close(fd);

	fd = front_connect(*state); /* headers */
	send_text(fd, "GET /healthz HTTP/1.1\r\nX: ");
	send_bytes(fd, large, 9000);
	assert_int_equal(read_answer(fd, answer, ROOM), 431);
	(void)close(fd);

	/* The limit itself still fits. */
	fd = front_connect(*state);
	send_text(fd, POST_HEAD "Content-Length: 100000\r\n\r\n");
	send_bytes(fd, large, 100000);
	assert_int_equal(read_answer(fd, answer, ROOM), 202);
	holds("|100000");
	(void)close(fd);
	free(large);
}

static void
slow_request_ends_at_its_deadline_however_it_drips(void **state)
{
	int fd = front_connect(*state), slow = front_connect(*state);

	send_text(fd, POST_HEAD "Content-Length: 50\r\n\r\n");
	send_text(slow, "GET /healthz HTTP/1.1\r\n");
	for (int i = 0; i < 12; i++) {
		wait_ms(60);
		send_text(fd, "x");
		send_text(slow, i % 2 == 0 ? "X: y" : "\r\n");
	}
	assert_int_equal(read_answer(fd, answer, ROOM), 408);
	holds("<Code>HTTP_SLOW</Code>");
	assert_int_equal(read_answer(slow, answer, ROOM), 408);
	(void)close(fd);
	(void)close(slow);
}

static void
other_refusals_have_their_status_and_a_protocol(void **state)
{
	static const struct {
		int status;
		const char *request;
	} rows[] = {
		{ 404, "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" },
		{ 404,
		    "GET /v1/packets/a%20b HTTP/1.1\r\nHost: a\r\n"
		    "Authorization: Bearer " KEY_SCHOOL "\r\n\r\n" },
		{ 405, "DELETE /v1/packets HTTP/1.1\r\nHost: a\r\n\r\n" },
		{ 405, "POST /healthz HTTP/1.1\r\nHost: a\r\n\r\n" },
		{ 411, POST_HEAD "\r\n" },
		{ 411, POST_HEAD "Content-Length: 0\r\n\r\n" },
		{ 415,
		    POST_HEAD "Content-Encoding: gzip\r\n"
			      "Content-Length: 1\r\n\r\nx" },
		{ 417, POST_HEAD "Expect: more\r\n\r\n" },
		{ 505, "GET /healthz HTTP/3.0\r\nHost: a\r\n\r\n" },
		{ 400,
		    "GET /v1/changes?after=x HTTP/1.1\r\nHost: a\r\n"
		    "Authorization: Bearer " KEY_SCHOOL "\r\n\r\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = ask(*state, rows[i].request, answer, ROOM);

		if (status != rows[i].status)
			fail_msg("%d: %s", status, rows[i].request);
		holds("<Protocol xmlns=\"urn://x-contingent");
		holds("<Status>REFUSED</Status>");
	}
	assert_int_equal(ask(*state, rows[2].request, answer, ROOM), 405);
	holds("Allow: POST");
}

static void
only_xml_in_utf8_is_taken(void **state)
{
	static const struct {
		int status;
		const char *type;
	} rows[] = { { 202, "application/xml" }, { 202, "text/xml" },
		{ 202, "Application/XML; charset=UTF-8" },
		{ 202, "text/xml;charset=\"utf-8\"" },
		{ 415, "text/xml; charset=windows-1251" },
		{ 415, "application/json" }, { 415, "application/xmlx" },
		{ 415, "" }, { 415, "multipart/form-data; boundary=a" } };
	char request[400];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(request, sizeof(request),
		    "POST /v1/packets HTTP/1.1\r\nHost: a\r\nAuthorization: "
		    "Bearer " KEY_SCHOOL "\r\nContent-Type: %s\r\n"
		    "Content-Length: 4\r\n\r\n<a/>",
		    rows[i].type);
		if (ask(*state, request, answer, ROOM) != rows[i].status)
			fail_msg("%s: %s", rows[i].type, answer);
	}
}

static void
connection_serves_one_request_after_another(void **state)
{
	int fd = front_connect(*state);

	for (int i = 0; i < 3; i++) {
		send_text(fd, POST_HEAD "Content-Length: 4\r\n\r\n<a/>");
		assert_int_equal(read_answer(fd, answer, ROOM), 202);
	}
	/* Sent at once, answered in their order. */
	send_text(fd,
	    POST_HEAD "Content-Length: 4\r\n\r\nslow"
		      "\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
		      "HEAD /healthz HTTP/1.1\r\nHost: a\r\n"
		      "Connection: close\r\n\r\n");
	assert_int_equal(read_answer(fd, answer, ROOM), 202);
	holds("late");
	assert_int_equal(read_answer(fd, answer, ROOM), 200);
	holds("ok\n");
	read_all(fd, answer, ROOM);
	holds("HTTP/1.1 200 ");
	holds("Content-Length: 3");
	assert_null(strstr(answer, "ok\n"));
	(void)close(fd);
}

static void
hundred_continue_comes_when_the_head_is_good(void **state)
{
	int fd = front_connect(*state);

	send_text(
	    fd, POST_HEAD "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
	assert_int_equal(read_answer(fd, answer, ROOM), 100);
	send_text(fd, "<a/>");
	assert_int_equal(read_answer(fd, answer, ROOM), 202);
	(void)close(fd);
}

static void
questions_reach_the_store(void **state)
{
	assert_int_equal(ask(*state,
			     "GET /v1/packets/ab-1 HTTP/1.1\r\nHost: a\r\n"
			     "Authorization: bearer " KEY_SCHOOL "\r\n\r\n",
			     answer, ROOM),
	    200);
	holds("school|ab-1");
	assert_int_equal(ask(*state,
			     "GET /v1/changes?after=12 HTTP/1.1\r\nHost: a\r\n"
			     "Authorization: Bearer " KEY_SCHOOL "\r\n\r\n",
			     answer, ROOM),
	    200);
	holds("school|12");
	assert_int_equal(
	    ask(*state, "GET /readyz HTTP/1.0\r\n\r\n", answer, ROOM), 200);
	assert_int_equal(
	    ask(*state, "GET /metrics HTTP/1.0\r\n\r\n", answer, ROOM), 200);
	holds("kontingent_queue_waiting 7\n");
	holds("kontingent_store_up 1\n");
	holds("kontingent_http_answers_2xx_total{role=\"front\",index=\"0\"} ");
}

static void
silent_store_costs_a_503_with_retry_after(void **state)
{
	assert_int_equal(
	    ask(*state, POST_HEAD "Content-Length: 6\r\n\r\nsilent", answer,
		ROOM),
	    503);
	holds("Retry-After: ");
	holds("<Code>X_TIMEOUT</Code>");
}

static void
dead_store_costs_what_it_had_and_no_more(void **state)
{
	assert_int_equal(
	    ask(*state, POST_HEAD "Content-Length: 3\r\n\r\ndie", answer, ROOM),
	    503);
	holds("<Code>X_TIMEOUT</Code>");
	assert_int_equal(
	    ask(*state, "GET /healthz HTTP/1.0\r\n\r\n", answer, ROOM), 200);
	assert_int_equal(
	    ask(*state, "GET /readyz HTTP/1.0\r\n\r\n", answer, ROOM), 503);
	assert_int_equal(
	    ask(*state, "GET /metrics HTTP/1.0\r\n\r\n", answer, ROOM), 200);
	holds("kontingent_store_up 0\n");
	front_new_store(*state);
	assert_int_equal(ask(*state, POST_HEAD "Content-Length: 4\r\n\r\n<a/>",
			     answer, ROOM),
	    202);
}

static void
more_than_fits_gets_503_and_room_comes_back(void **state)
{
	int fds[4];

	for (int i = 0; i < 4; i++) {
		fds[i] = front_connect(*state);
		send_text(fds[i], POST_HEAD "Content-Length: 6\r\n\r\nsilent");
	}
	wait_ms(100); /* in_flight = 4 */
	assert_int_equal(ask(*state, POST_HEAD "Content-Length: 4\r\n\r\n<a/>",
			     answer, ROOM),
	    503);
	holds("<Code>HTTP_BUSY</Code>");
	holds("Retry-After: 1\r\n");
	for (int i = 0; i < 4; i++)
		(void)close(fds[i]);
	/* Half-closed clients may still listen: their time has to end. */
	wait_ms(1800);
	assert_int_equal(ask(*state, POST_HEAD "Content-Length: 4\r\n\r\n<a/>",
			     answer, ROOM),
	    202);
}

static void
connections_are_bounded_and_idle_ones_make_room(void **state)
{
	int fds[8];

	/* connections = 6: idle ones are closed for new ones. */
	for (int i = 0; i < 8; i++)
		fds[i] = front_connect(*state);
	assert_int_equal(
	    ask(*state, "GET /healthz HTTP/1.0\r\n\r\n", answer, ROOM), 200);
	assert_int_equal(recv(fds[0], answer, 1, 0), 0);
	for (int i = 0; i < 8; i++)
		(void)close(fds[i]);
	wait_ms(50);
	for (int i = 0; i < 6; i++) {
		fds[i] = front_connect(*state);
		send_text(fds[i], "GET /healthz HTTP/1.1\r\n"); /* busy */
	}
	wait_ms(50);
	assert_int_equal(
	    ask(*state, "GET /healthz HTTP/1.0\r\n\r\n", answer, ROOM), 503);
	for (int i = 0; i < 6; i++)
		(void)close(fds[i]);
	wait_ms(50);
}

static void
source_sends_as_often_as_its_rate_allows(void **state)
{
	int statuses[4];

	for (int i = 0; i < 4; i++)
		statuses[i] = ask(*state,
		    "POST /v1/packets HTTP/1.1\r\nHost: a\r\n"
		    "Authorization: Bearer " KEY_SLOW "\r\n"
		    "Content-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>",
		    answer, ROOM);
	assert_int_equal(statuses[0], 202);
	assert_int_equal(statuses[1], 202);
	assert_int_equal(statuses[3], 429);
	holds("Retry-After: 1\r\n");
	holds("<Code>SRC_RATE</Code>");
}

static int
start(void **state)
{
	*state = front_start("body_timeout_ms = 600 in_flight = 4 "
			     "connections = 6",
	    "");
	return 0;
}

static int
stop(void **state)
{
	return front_stop(*state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    packet_reaches_the_store_with_source_digest_and_wait),
		cmocka_unit_test(digest_depends_on_every_byte_of_the_body),
		cmocka_unit_test(who_is_not_known_is_told_so_before_the_body),
		cmocka_unit_test(
		    odd_framing_is_refused_and_nothing_behind_it_is_heard),
		cmocka_unit_test(
		    body_of_a_get_is_not_taken_for_the_next_request),
		cmocka_unit_test(too_much_is_refused_before_it_is_read),
		cmocka_unit_test(
		    slow_request_ends_at_its_deadline_however_it_drips),
		cmocka_unit_test(
		    other_refusals_have_their_status_and_a_protocol),
		cmocka_unit_test(only_xml_in_utf8_is_taken),
		cmocka_unit_test(connection_serves_one_request_after_another),
		cmocka_unit_test(hundred_continue_comes_when_the_head_is_good),
		cmocka_unit_test(questions_reach_the_store),
		cmocka_unit_test(silent_store_costs_a_503_with_retry_after),
		cmocka_unit_test(more_than_fits_gets_503_and_room_comes_back),
		cmocka_unit_test(
		    connections_are_bounded_and_idle_ones_make_room),
		cmocka_unit_test(source_sends_as_often_as_its_rate_allows),
		cmocka_unit_test(dead_store_costs_what_it_had_and_no_more),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
