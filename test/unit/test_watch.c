/* The promises of gateway/filer/watch.h, one test each. */
#include "test/lib/unit.h"

#include <stdio.h>
#include <string.h>

#include "gateway/filer/watch.h"

#define SETTLE_MS 1000

static struct stat
file_of(int64_t size, int64_t written_s)
{
	struct stat st = { .st_ino = 1,
		.st_size = size,
		.st_mtim.tv_sec = written_s,
		.st_ctim.tv_sec = written_s };

	return st;
}

static void
see(struct watch *watch, const char *name, int64_t size, int64_t written_s,
    bool moved, int64_t now_ms)
{
	struct stat st = file_of(size, written_s);

	watch_see(watch, name, &st, moved, now_ms);
}

static const char *
next(struct watch *watch, int64_t now_ms)
{
	struct watched *file = watch_next(watch, now_ms, SETTLE_MS);

	return file == NULL ? "" : file->name;
}

static void
xml_files_count_that_are_not_hidden(void **state)
{
	(void)state;
	assert_true(watch_counts("{a}.xml"));
	assert_true(watch_counts("A.XML"));
	assert_true(watch_counts("a\nb.xml"));
	assert_false(watch_counts(".a.xml"));
	assert_false(watch_counts("a.xml.tmp"));
	assert_false(watch_counts("a.xml.part"));
	assert_false(watch_counts("a.txt"));
	assert_false(watch_counts(".xml"));
	assert_false(watch_counts(""));
}

static void
file_counts_when_it_has_not_changed_for_a_while(void **state)
{
	struct watch *watch = watch_new();

	(void)state;
	see(watch, "a.xml", 10, 5, false, 100);
	assert_string_equal(next(watch, 1099), "");
	see(watch, "a.xml", 20, 5, false, 1050);
	assert_string_equal(next(watch, 2049), "");
	see(watch, "a.xml", 20, 5, false, 2000);
	assert_string_equal(next(watch, 2050), "a.xml");
	see(watch, "a.xml", 20, 6, false, 2060);
	assert_string_equal(next(watch, 2070), "");
	watch_free(watch);
}

static void
file_that_was_renamed_counts_at_once_until_it_changes(void **state)
{
	struct watch *watch = watch_new();

	(void)state;
	see(watch, "a.xml", 10, 5, true, 100);
	assert_string_equal(next(watch, 100), "a.xml");
	see(watch, "a.xml", 10, 5, false, 110);
	assert_string_equal(next(watch, 110), "a.xml");
	see(watch, "a.xml", 11, 5, false, 120);
	assert_string_equal(next(watch, 130), "");
	watch_free(watch);
}

static void
what_was_written_first_is_first(void **state)
{
	struct watch *watch = watch_new();

	(void)state;
	see(watch, "b.xml", 1, 7, true, 100);
	see(watch, "c.xml", 1, 6, true, 100);
	see(watch, "a.xml", 1, 7, true, 100);
	assert_string_equal(next(watch, 100), "c.xml");
	watch_forget(watch, watch_find(watch, "c.xml"));
	assert_string_equal(next(watch, 100), "a.xml");
	watch_free(watch);
}

static void
what_is_gone_is_forgotten(void **state)
{
	struct watch *watch = watch_new();

	(void)state;
	see(watch, "a.xml", 1, 7, true, 100);
	see(watch, "b.xml", 1, 8, true, 100);
	watch_begin(watch);
	see(watch, "b.xml", 1, 8, false, 200);
	assert_false(watch_end(watch, 200, SETTLE_MS));
	assert_int_equal(watch_count(watch), 1);
	assert_string_equal(next(watch, 200), "b.xml");
	watch_free(watch);
}

static void
paused_file_waits_longer_each_time(void **state)
{
	struct watch *watch = watch_new();

	(void)state;
	see(watch, "a.xml", 1, 7, true, 0);
	watch_pause(watch_find(watch, "a.xml"), 0);
	assert_string_equal(next(watch, 199), "");
	assert_string_equal(next(watch, 200), "a.xml");
	watch_pause(watch_find(watch, "a.xml"), 200);
	assert_string_equal(next(watch, 599), "");
	assert_string_equal(next(watch, 600), "a.xml");
	for (int i = 0; i < 20; i++)
		watch_pause(watch_find(watch, "a.xml"), 0);
	assert_string_equal(next(watch, 60000), "a.xml");
	watch_free(watch);
}

static void
more_files_than_are_watched_wait_in_the_folder(void **state)
{
	struct watch *watch = watch_new();
	char name[32];

	(void)state;
	watch_begin(watch);
	for (int i = 0; i < WATCH_MAX + 10; i++) {
		(void)snprintf(name, sizeof(name), "%d.xml", i);
		see(watch, name, 1, i, true, 0);
	}
	assert_true(watch_end(watch, 0, SETTLE_MS));
	assert_int_equal(watch_count(watch), WATCH_MAX);
	watch_forget(watch, watch_find(watch, "0.xml"));
	see(watch, "last.xml", 1, 0, true, 0);
	assert_string_equal(next(watch, 0), "last.xml");
	watch_free(watch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xml_files_count_that_are_not_hidden),
		cmocka_unit_test(
		    file_counts_when_it_has_not_changed_for_a_while),
		cmocka_unit_test(
		    file_that_was_renamed_counts_at_once_until_it_changes),
		cmocka_unit_test(what_was_written_first_is_first),
		cmocka_unit_test(what_is_gone_is_forgotten),
		cmocka_unit_test(paused_file_waits_longer_each_time),
		cmocka_unit_test(
		    more_files_than_are_watched_wait_in_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
