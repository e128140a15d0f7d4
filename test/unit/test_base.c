/*
 * The promises of base/'s headers, one test each.
 */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/defect.h"
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "base/uuid.h"

#define T0_MS INT64_C(1700000000000)

static void
arena_gives_zeroed_memory_again_after_reset(void **state)
{
	struct arena *arena = arena_new();
	char *p = arena_alloc(arena, 100), *big;

	(void)state;
	memset(p, 'x', 100);
	big = arena_alloc(arena, 1000000);
	assert_int_equal(big[999999], 0);
	arena_reset(arena);
	p = arena_alloc(arena, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	assert_string_equal(arena_printf(arena, "%d-%s", 7, "a"), "7-a");
	assert_null(arena_strdup(arena, NULL));
	arena_free(arena);
}

static void
buf_stops_at_its_limit_and_says_so(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 5);
	assert_string_equal(buf_text(&buf), "");
	buf_adds(&buf, "abc");
	buf_adds(&buf, "def");
	assert_true(buf_full(&buf));
	assert_string_equal(buf_text(&buf), "abc");
	buf_clear(&buf);
	assert_false(buf_full(&buf));
	buf_addf(&buf, "%d", 12345);
	assert_string_equal(buf_text(&buf), "12345");
	buf_release(&buf);
}

static void
map_finds_replaces_and_takes(void **state)
{
	struct map *map = map_new();
	int values[1000];
	char key[16];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		assert_null(map_put(map, key, &values[i]));
	}
	assert_int_equal(map_count(map), 1000);
	assert_ptr_equal(map_get(map, "k500"), &values[500]);
	assert_ptr_equal(map_put(map, "k500", &values[1]), &values[500]);
	assert_ptr_equal(map_take(map, "k500"), &values[1]);
	assert_null(map_get(map, "k500"));
	assert_null(map_take(map, "k500"));
	map_free(map, NULL);
}

static void
utf8_is_checked_strictly(void **state)
{
	(void)state;
	assert_true(str_utf8("абв", 6));
	assert_true(str_utf8("\xf0\x9f\x98\x80", 4));
	assert_false(str_utf8("\xc0\xaf", 2));
	assert_false(str_utf8("\xed\xa0\x80", 3));
	assert_false(str_utf8("\xd0", 1));
	assert_false(str_utf8("\xf4\x90\x80\x80", 4));
}

static void
copy_never_cuts_a_character(void **state)
{
	char dst[6];

	(void)state;
	str_copy(dst, sizeof(dst), "абв");
	assert_string_equal(dst, "аб");
	str_copy(dst, 4, "абв");
	assert_string_equal(dst, "а");
}

static void
mask_keeps_two_last_characters_of_long_values_only(void **state)
{
	char dst[64];

	(void)state;
	str_mask(dst, sizeof(dst), "11223344595");
	assert_string_equal(dst, "*********95");
	str_mask(dst, sizeof(dst), "Коротко");
	assert_string_equal(dst, "*****ко");
	str_mask(dst, sizeof(dst), "Юля");
	assert_string_equal(dst, "***");
}

static void
integers_fill_their_text(void **state)
{
	int64_t n = -1;

	(void)state;
	assert_int_equal(str_int("42", 0, 100, &n), 0);
	assert_int_equal(n, 42);
	assert_int_equal(str_int("42x", 0, 100, &n), -1);
	assert_int_equal(str_int("101", 0, 100, &n), -1);
	assert_int_equal(str_int("", 0, 100, &n), -1);
	assert_int_equal(str_int(" 1", 0, 100, &n), -1);
	assert_int_equal(str_int("99999999999999999999", 0, INT64_MAX, &n), -1);
}

static void
uuid_v1_never_repeats_and_tells_its_time(void **state)
{
	char a[UUID_BYTES], b[UUID_BYTES];

	(void)state;
	clock_freeze_ms(T0_MS);
	uuid_v1(a);
	uuid_v1(b);
	clock_freeze_ms(0);
	assert_string_not_equal(a, b);
	assert_int_equal(uuid_version(a), 1);
	assert_int_equal(uuid_v1_ms(a), T0_MS);
	uuid_v4(a);
	assert_int_equal(uuid_version(a), 4);
	assert_false(uuid_valid("56bd4c72-53d4-11ea-8d77-2e728ce8812"));
	assert_false(uuid_valid("56bd4c72-53d4-11ea-8d77-2e728ce88125 "));
}

static void
uuid_v1_of_a_child_has_another_node(void **state)
{
	char mine[UUID_BYTES], theirs[UUID_BYTES] = "";
	int fds[2], status;
	pid_t pid;

	(void)state;
	uuid_v1(mine);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		uuid_v1(theirs);
		_exit(write(fds[1], theirs, UUID_BYTES) != UUID_BYTES);
	}
	assert_int_equal(read(fds[0], theirs, UUID_BYTES), UUID_BYTES);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_string_not_equal(mine + 24, theirs + 24);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void
seeded_randomness_repeats(void **state)
{
	uint64_t first;

	(void)state;
	rand_seed(7);
	first = rand_u64();
	rand_seed(7);
	assert_true(first == rand_u64());
	for (int i = 0; i < 1000; i++)
		assert_in_range(rand_below(10), 0, 9);
	rand_seed(0);
}

static void
defects_remember_the_worst_and_count_past_their_room(void **state)
{
	struct arena *arena = arena_new();
	struct defects defects;

	(void)state;
	defects_init(&defects, arena);
	for (int i = 0; i < DEFECTS_MAX + 10; i++)
		defects_add(&defects,
		    &(struct defect){
			.level = DEFECT_WARN, .code = "P_AGE_LEVEL" });
	defects_add(&defects,
	    &(struct defect){ .level = DEFECT_FATAL, .code = "PKT_SCHEMA" });
	assert_int_equal(defects.count, DEFECTS_MAX);
	assert_int_equal(defects.total, DEFECTS_MAX + 11);
	assert_int_equal(defects.worst, DEFECT_FATAL);
	assert_string_equal(defects.items[0].path, "");
	assert_int_equal(defect_level_parse("QUARANTINE"), DEFECT_QUARANTINE);
	/* The last of them has pushed a lesser one out. */
	assert_string_equal(defects.items[DEFECTS_MAX - 1].code, "PKT_SCHEMA");
	for (size_t i = 0; i < DEFECTS_MAX + 5; i++)
		defects_add(&defects,
		    &(struct defect){ .level = DEFECT_ERROR, .code = "E" });
	assert_int_equal(defects.count, DEFECTS_MAX);
	assert_string_equal(defects.items[0].code, "PKT_SCHEMA");
	assert_string_equal(defects.items[1].code, "E");
	arena_free(arena);
}

static void
every_code_is_found_and_sorted(void **state)
{
	(void)state;
	for (size_t i = 0; code_at(i) != NULL; i++) {
		assert_ptr_equal(code_find(code_at(i)->code), code_at(i));
		assert_true(*code_at(i)->title != '\0');
		if (i > 0)
			assert_true(
			    strcmp(code_at(i - 1)->code, code_at(i)->code) < 0);
	}
	assert_null(code_find("NO_SUCH_CODE"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_gives_zeroed_memory_again_after_reset),
		cmocka_unit_test(buf_stops_at_its_limit_and_says_so),
		cmocka_unit_test(map_finds_replaces_and_takes),
		cmocka_unit_test(utf8_is_checked_strictly),
		cmocka_unit_test(copy_never_cuts_a_character),
		cmocka_unit_test(
		    mask_keeps_two_last_characters_of_long_values_only),
		cmocka_unit_test(integers_fill_their_text),
		cmocka_unit_test(uuid_v1_never_repeats_and_tells_its_time),
		cmocka_unit_test(uuid_v1_of_a_child_has_another_node),
		cmocka_unit_test(seeded_randomness_repeats),
		cmocka_unit_test(
		    defects_remember_the_worst_and_count_past_their_room),
		cmocka_unit_test(every_code_is_found_and_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
