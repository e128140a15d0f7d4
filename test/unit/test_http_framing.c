/* The promises of gateway/http/http_head.h and http_chunk.h, one test each. */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "gateway/http/http_chunk.h"
#include "gateway/http/http_head.h"

static int
parse(struct arena *arena, const char *text, struct http_head *ret)
{
	const char *why = "";
	size_t bytes = strlen(text);

	assert_int_equal(http_head_bytes(text, bytes), bytes);
	return http_head_parse(text, bytes, arena, ret, &why);
}

static void
head_is_read_into_its_parts(void **state)
{
	struct arena *arena = arena_new();
	struct http_head head;

	(void)state;
	assert_int_equal(parse(arena,
			     "POST /v1/packets?a=b HTTP/1.1\r\nhOST: x\r\n"
			     "Content-Length:  12 \r\nX-Empty:\r\n\r\n",
			     &head),
	    0);
	assert_string_equal(head.method, "POST");
	assert_string_equal(head.path, "/v1/packets");
	assert_string_equal(head.query, "a=b");
	assert_string_equal(http_head_get(&head, "host"), "x");
	assert_string_equal(http_head_get(&head, "x-empty"), "");
	assert_null(http_head_get(&head, "absent"));
	assert_int_equal(head.framing, HTTP_LENGTH);
	assert_int_equal(head.length, 12);
	assert_true(head.keep_alive);
	assert_false(head.expects_continue);
	arena_free(arena);
}

static void
absolute_form_is_its_path(void **state)
{
	struct arena *arena = arena_new();
	struct http_head head;

	(void)state;
	assert_int_equal(
	    parse(arena, "GET http://gw:80/a?q HTTP/1.1\r\nHost: gw\r\n\r\n",
		&head),
	    0);
	assert_string_equal(head.path, "/a");
	assert_string_equal(head.query, "q");
	assert_int_equal(
	    parse(arena, "GET http://gw HTTP/1.1\r\nHost: gw\r\n\r\n", &head),
	    0);
	assert_string_equal(head.path, "/");
	arena_free(arena);
}

static void
connection_stays_open_as_version_and_header_say(void **state)
{
	struct arena *arena = arena_new();
	struct http_head head;

	(void)state;
	assert_int_equal(parse(arena, "GET / HTTP/1.0\r\n\r\n", &head), 0);
	assert_false(head.keep_alive);
	assert_int_equal(
	    parse(arena, "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
		&head),
	    0);
	assert_true(head.keep_alive);
	assert_int_equal(
	    parse(arena,
		"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n",
		&head),
	    0);
	assert_false(head.keep_alive);
	arena_free(arena);
}

#define OK "POST / HTTP/1.1\r\nHost: a\r\n"

static void
what_can_be_read_in_two_ways_is_refused(void **state)
{
	static const char *const bad[] = {
		OK "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
		OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
		OK "Content-Length: 5, 5\r\n\r\n",
		OK "Content-Length: +5\r\n\r\n",
		OK "Content-Length: -5\r\n\r\n",
		OK "Content-Length: 0x5\r\n\r\n",
		OK "Content-Length: 5 5\r\n\r\n",
		OK "Content-Length: \r\n\r\n",
		OK "Content-Length: 99999999999999999999\r\n\r\n",
		OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
		OK "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
		OK "Transfer-Encoding: chunked\r\n"
		   "Transfer-Encoding: chunked\r\n\r\n",
		OK "Transfer-Encoding: xchunked\r\n\r\n",
		OK "Transfer-Encoding: chunked, chunked\r\n\r\n",
		OK "Transfer-Encoding: gzip, chunked\r\n\r\n",
		OK "Transfer-Encoding: identity\r\n\r\n",
		OK "Transfer-Encoding:\r\n\r\n",
		OK "Transfer-Encoding: \"chunked\"\r\n\r\n",
		OK "Transfer-Encoding : chunked\r\n\r\n",
		OK "Content-Length : 5\r\n\r\n",
		OK " Content-Length: 5\r\n\r\n",
		OK "X: y\r\n folded\r\n\r\n",
		OK "X: y\r\n\tContent-Length: 5\r\n\r\n",
		OK "Content-Length: 5\n\r\n",
		OK "X: a\rContent-Length: 5\r\n\r\n",
		OK "X\x01: a\r\n\r\n",
		OK "X: a\x0b\r\n\r\n",
		OK "no colon\r\n\r\n",
		OK ": no name\r\n\r\n",
		OK "Host: b\r\n\r\n",
		OK "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
		"POST / HTTP/1.1\r\n\r\n",
		"POST / HTTP/1.1\n\n",
		"POST  / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.1 \r\nHost: a\r\n\r\n",
		"POST / x HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /\r\nHost: a\r\n\r\n",
		"POST\r\nHost: a\r\n\r\n",
		"P(ST / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST a HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /# HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /\xd0\xb0 HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST / http/1.1\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.10\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
	};
	struct arena *arena = arena_new();
	struct http_head head;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse(arena, bad[i], &head) != 400)
			fail_msg("not refused: %s", bad[i]);
	arena_free(arena);
}

static void
other_refusals_have_their_own_status(void **state)
{
	struct arena *arena = arena_new();
	struct http_head head;
	struct buf many;

	(void)state;
	assert_int_equal(
	    parse(arena, "GET / HTTP/2.0\r\nHost: a\r\n\r\n", &head), 505);
	assert_int_equal(
	    parse(arena, "GET / HTTP/1.2\r\nHost: a\r\n\r\n", &head), 505);
	assert_int_equal(
	    parse(arena, OK "Expect: miracles\r\n\r\n", &head), 417);
	buf_init(&many, 0);
	buf_adds(&many, OK);
	for (int i = 0; i < HTTP_HEADERS_MAX; i++)
		buf_adds(&many, "A: b\r\n");
	buf_adds(&many, "\r\n");
	assert_int_equal(parse(arena, buf_text(&many), &head), 431);
	buf_release(&many);
	arena_free(arena);
}

static void
nul_in_a_header_is_refused(void **state)
{
	static const char text[] =
	    "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n";
	struct arena *arena = arena_new();
	const char *why = "";
	struct http_head head;

	(void)state;
	assert_int_equal(
	    http_head_parse(text, sizeof(text) - 1, arena, &head, &why), 400);
	arena_free(arena);
}

static void
head_without_its_end_is_waited_for(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 5; i++)
		assert_int_equal(http_head_bytes(text, i), 0);
	assert_int_equal(
	    http_head_bytes(text, sizeof(text) - 1), sizeof(text) - 5);
}

static enum http_chunk_state
feed(const char *text, char *ret, size_t *ret_taken)
{
	struct http_chunk chunk;
	size_t bytes = strlen(text);
	struct buf body;

	/* Byte by byte and at once have to be the same. */
	http_chunk_init(&chunk);
	buf_init(&body, 0);
	*ret_taken = 0;
	while (*ret_taken < bytes
	    && http_chunk_feed(&chunk, text + *ret_taken, 1, &body) == 1)
		++*ret_taken;
	(void)strncpy(ret, buf_text(&body), 99);
	buf_clear(&body);
	http_chunk_init(&chunk);
	assert_int_equal(
	    http_chunk_feed(&chunk, text, bytes, &body), *ret_taken);
	assert_string_equal(ret, buf_text(&body));
	buf_release(&body);
	return chunk.state;
}

static void
chunks_are_put_together_up_to_their_end(void **state)
{
	char body[100] = "";
	size_t taken;

	(void)state;
	assert_int_equal(
	    feed("5\r\nHello\r\n1;a=b\r\n!\r\n0\r\n\r\nGET", body, &taken),
	    CHUNK_DONE);
	assert_string_equal(body, "Hello!");
	assert_int_equal(taken, 25);
	assert_int_equal(
	    feed("0\r\nTrailer: x\r\nB: y\r\n\r\n", body, &taken), CHUNK_DONE);
	assert_string_equal(body, "");
	assert_int_equal(
	    feed("00A\r\n0123456789\r\n", body, &taken), CHUNK_SIZE);
}

static void
chunk_of_another_form_is_refused(void **state)
{
	static const char *const bad[] = { "0x5\r\n", "+5\r\n", "-5\r\n",
		" 5\r\n", "5 \r\n", "\r\n", "g\r\n", "5\n", ";a\r\n",
		"5;a\nb\r\n", "5\r\nHelloX", "5\r\nHello\n", "5\r\nHello\rX",
		"123456789\r\n", "0\r\nA: b\n", "0\r\n\rX", "5\rX" };
	char body[100] = "";
	size_t taken;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (feed(bad[i], body, &taken) != CHUNK_BAD)
			fail_msg("not refused: %s", bad[i]);
}

static void
body_over_its_limit_is_full(void **state)
{
	static const char text[] = "5\r\nHello\r\n0\r\n\r\n";
	struct http_chunk chunk;
	struct buf body;

	(void)state;
	http_chunk_init(&chunk);
	buf_init(&body, 4);
	(void)http_chunk_feed(&chunk, text, sizeof(text) - 1, &body);
	assert_true(buf_full(&body));
	buf_release(&body);
}

static void
flood_of_extensions_ends(void **state)
{
	struct http_chunk chunk;
	struct buf body, text;

	(void)state;
	buf_init(&body, 0);
	buf_init(&text, 0);
	for (int i = 0; i < 100; i++)
		buf_addf(&text, "1;%0100d\r\nx\r\n", 0);
	http_chunk_init(&chunk);
	(void)http_chunk_feed(&chunk, text.data, text.bytes, &body);
	assert_int_equal(chunk.state, CHUNK_BAD);
	buf_release(&body);
	buf_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(head_is_read_into_its_parts),
		cmocka_unit_test(absolute_form_is_its_path),
		cmocka_unit_test(
		    connection_stays_open_as_version_and_header_say),
		cmocka_unit_test(what_can_be_read_in_two_ways_is_refused),
		cmocka_unit_test(other_refusals_have_their_own_status),
		cmocka_unit_test(nul_in_a_header_is_refused),
		cmocka_unit_test(head_without_its_end_is_waited_for),
		cmocka_unit_test(chunks_are_put_together_up_to_their_end),
		cmocka_unit_test(chunk_of_another_form_is_refused),
		cmocka_unit_test(body_over_its_limit_is_full),
		cmocka_unit_test(flood_of_extensions_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
