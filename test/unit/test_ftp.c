/*
 * The promises of gateway/exchange/ftp.h about what comes, one test each, with a
 * real server.
 */
#include "test/lib/unit.h"

#include <string.h>
#include <sys/stat.h>

#include <event2/event.h>

#include "base/err.h"
#include "test/lib/ftp_run.h"

static void
file_comes_whole_with_the_digests_that_were_wanted(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "", "", "");
	ftp_store_put(&store, "u1/a b.zip", SIZE);
	job = job_for("/u1/a b.zip");
	job.digests |= 1U << GOST_STREEBOG_512;
	got = run(&job);
	assert_whole(&got, SIZE);
	assert_false(got.result.resumed);
	assert_digest(&got, GOST_STREEBOG_512, SIZE);
	assert_int_equal(got.result.digest_bytes[GOST_34_11_94], 0);
}

static void
empty_file_comes_too(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "", "", "");
	ftp_store_put(&store, "u1/empty", 0);
	job = job_for("u1/empty");
	got = run(&job);
	assert_whole(&got, 0);
}

static void
download_that_was_cut_goes_on_where_it_stopped(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "--cut", "1500000", "");
	ftp_store_put(&store, "u1/a", SIZE);
	job = job_for("u1/a");
	got = run(&job);
	assert_whole(&got, SIZE);
	assert_true(ftp_store_asked(&store, "REST 1"));
}

static void
many_cuts_cost_no_try_while_there_is_progress(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "--cut", "1100000:9", "");
	ftp_store_put(&store, "u1/a", 4 * SIZE);
	job = job_for("u1/a");
	job.tries = 2;
	got = run(&job);
	assert_whole(&got, 4 * SIZE);
}

static void
part_from_before_is_read_again_for_its_digest(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "", "", "");
	ftp_store_put(&store, "u1/a", SIZE);
	write_part(2500001);
	job = job_for("u1/a");
	got = run(&job);
	assert_whole(&got, SIZE);
	assert_true(got.result.resumed);
	assert_true(ftp_store_asked(&store, "REST 2500001"));
}

static void
part_that_is_the_whole_file_needs_no_byte_more(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "", "", "");
	ftp_store_put(&store, "u1/a", SIZE);
	write_part(SIZE);
	job = job_for("u1/a");
	got = run(&job);
	assert_whole(&got, SIZE);
	assert_false(ftp_store_asked(&store, "RETR"));
}

static void
part_larger_than_the_file_is_thrown_away(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "", "", "");
	ftp_store_put(&store, "u1/a", 1000);
	write_part(5000);
	job = job_for("u1/a");
	got = run(&job);
	assert_whole(&got, 1000);
	assert_false(got.result.resumed);
}

static void
second_name_is_tried_when_the_first_is_missing(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "", "", "");
	ftp_store_put(&store, "a", SIZE);
	job = job_for("u1/a");
	job.paths[1] = "/a";
	got = run(&job);
	assert_whole(&got, SIZE);
	job.paths[1] = "/b";
	got = run(&job);
	assert_int_equal(got.result.kind, ERR_RETRY);
	assert_string_equal(got.code, "FTP_MISSING");
}

static void
wrong_password_is_said_at_once(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "--user", "one:right", "");
	ftp_store_put(&store, "u1/a", 10);
	job = job_for("u1/a");
	job.user = "one";
	job.password = "wrong-secret";
	got = run(&job);
	assert_int_equal(got.result.kind, ERR_RETRY);
	assert_string_equal(got.code, "FTP_LOGIN");
	assert_null(strstr(got.why, "wrong-secret"));
	job.password = "right";
	got = run(&job);
	assert_whole(&got, 10);
}

static void
too_large_is_refused_whether_the_server_tells_or_not(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	for (int i = 0; i < 2; i++) {
		ftp_store_start(&store, i == 0 ? "" : "--no-size", "", "");
		ftp_store_put(&store, "u1/a", SIZE);
		job = job_for("u1/a");
		job.bytes_max = (int64_t)SIZE - 1;
		got = run(&job);
		assert_int_equal(got.result.kind, ERR_REFUSE);
		assert_string_equal(got.code, "FILE_LARGE");
		job.bytes_max = (int64_t)SIZE;
		got = run(&job);
		assert_whole(&got, SIZE);
		ftp_store_end(&store);
		write_part(0);
	}
}

static void
transfer_without_progress_ends_and_goes_on_later(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "--stall", "1200000", "");
	ftp_store_put(&store, "u1/a", SIZE);
	job = job_for("u1/a");
	job.timeout_ms = 300;
	job.tries = 1;
	got = run(&job);
	assert_int_equal(got.result.kind, ERR_RETRY);
	assert_string_equal(got.code, "FTP_SLOW");
	assert_true(got.result.bytes >= 1000000);
	got = run(&job);
	assert_whole(&got, SIZE);
	assert_true(got.result.resumed);
}

static void
nobody_there_is_tried_again_and_then_said(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "", "", "");
	ftp_store_halt(&store);
	job = job_for("u1/a");
	job.tries = 2;
	got = run(&job);
	assert_int_equal(got.result.kind, ERR_RETRY);
	assert_string_equal(got.code, "FTP_UNREACHABLE");
}

static void
name_that_leaves_its_folder_is_refused_unasked(void **state)
{
	static const char *const names[] = { "u1/../a", "u1//a", "", "/",
		"u1/.", "u1/a\r\nDELE b", "u1/a\\b" };
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "", "", "");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		job = job_for(names[i]);
		got = run(&job);
		assert_int_equal(got.result.kind, ERR_REFUSE);
		assert_string_equal(got.code, "FTP_NAME");
	}
	assert_false(ftp_store_asked(&store, "USER"));
	job = job_for("a");
	job.url = "http://127.0.0.1:1";
	got = run(&job);
	assert_string_equal(got.code, "FTP_NAME");
}

static void
odd_names_are_names_all_the_same(void **state)
{
	static const char *const names[] = { "u1/акт №1.pdf", "u1/50% #?;.zip",
		"u1/a@b:c" };
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "", "", "");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ftp_store_put(&store, names[i], 100 + i);
		write_part(0);
		job = job_for(names[i]);
		got = run(&job);
		assert_whole(&got, 100 + i);
	}
}

static void
aborted_transfer_keeps_what_came_and_tells_nobody(void **state)
{
	struct got got = { .done = false };
	struct ftp_job job;
	struct stat st = { .st_size = 0 };

	(void)state;
	need_server();
	ftp_store_start(&store, "--stall", "1200000", "");
	ftp_store_put(&store, "u1/a", SIZE);
	job = job_for("u1/a");
	ftp_start(ftp, &job, open_part(), on_done, &got);
	while (st.st_size < 1000000) {
		assert_int_not_equal(event_base_loop(base, EVLOOP_ONCE), -1);
		assert_int_equal(stat(part, &st), 0);
	}
	ftp_abort(ftp);
	assert_int_equal(ftp_running(ftp), 0);
	assert_false(got.done);
	got = run(&job);
	assert_whole(&got, SIZE);
	assert_true(got.result.resumed);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_comes_whole_with_the_digests_that_were_wanted),
		TEST(empty_file_comes_too),
		TEST(download_that_was_cut_goes_on_where_it_stopped),
		TEST(many_cuts_cost_no_try_while_there_is_progress),
		TEST(part_from_before_is_read_again_for_its_digest),
		TEST(part_that_is_the_whole_file_needs_no_byte_more),
		TEST(part_larger_than_the_file_is_thrown_away),
		TEST(second_name_is_tried_when_the_first_is_missing),
		TEST(wrong_password_is_said_at_once),
		TEST(too_large_is_refused_whether_the_server_tells_or_not),
		TEST(transfer_without_progress_ends_and_goes_on_later),
		TEST(nobody_there_is_tried_again_and_then_said),
		TEST(name_that_leaves_its_folder_is_refused_unasked),
		TEST(odd_names_are_names_all_the_same),
		TEST(aborted_transfer_keeps_what_came_and_tells_nobody),
	};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
