/* The promises of gateway/exchange/ftp.h about what is sent, one test each. */
#include "test/lib/unit.h"

#include <stdio.h>

#include "test/lib/ftp_run.h"

static void
assert_stored(const char *path, size_t bytes)
{
	char name[256];

	(void)snprintf(name, sizeof(name), "%s/%s", store.folder, path);
	assert_file(name, bytes);
}

static void
file_goes_into_a_folder_of_its_own(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "", "", "");
	write_part(SIZE);
	job = job_for("u7/файл.zip");
	job.upload = true;
	got = run(&job);
	assert_whole(&got, SIZE);
	assert_stored("u7/файл.zip", SIZE);
	assert_true(ftp_store_asked(&store, "MKD u7"));
	/* Once more: the server has it, and nothing is sent. */
	got = run(&job);
	assert_whole(&got, SIZE);
	assert_true(got.result.resumed);
	assert_stored("u7/файл.zip", SIZE);
}

static void
upload_that_was_cut_sends_only_the_rest(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "--cut", "1500000", "");
	write_part(SIZE);
	job = job_for("u7/a");
	job.upload = true;
	got = run(&job);
	assert_whole(&got, SIZE);
	assert_true(got.result.resumed);
	assert_stored("u7/a", SIZE);
	assert_true(ftp_store_asked(&store, "APPE"));
}

static void
larger_remnant_of_an_upload_is_replaced(void **state)
{
	struct ftp_job job;
	struct got got;

	(void)state;
	need_server();
	ftp_store_start(&store, "", "", "");
	ftp_store_put(&store, "u7/a", SIZE + 100);
	write_part(SIZE);
	job = job_for("u7/a");
	job.upload = true;
	got = run(&job);
	assert_whole(&got, SIZE);
	assert_stored("u7/a", SIZE);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_goes_into_a_folder_of_its_own),
		TEST(upload_that_was_cut_sends_only_the_rest),
		TEST(larger_remnant_of_an_upload_is_replaced),
	};

	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
