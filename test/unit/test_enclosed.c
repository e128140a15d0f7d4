/* What goes between store, openers and the courier about files, one promise a
 * test. */
#include "test/lib/job_way.h"

#include "gateway/exchange/ftp_job.h"
#include "gateway/flow/enclosed.h"

static void
enclosed_files_survive_and_no_other_size_does(void **state)
{
	struct enclosed items[2] = {
		{ .by_ftp = true,
		    .id = "uuid",
		    .name = "/a.zip",
		    .mime = "application/zip",
		    .namespace_uri = "urn:x",
		    .hash = "aGFzaA==",
		    .user = "u",
		    .password = "p",
		    .signature = "c2ln",
		    .code = "CMS_VALUE",
		    .signer = "abc",
		    .trusted = true,
		    .digest = GOST_STREEBOG_256,
		    .signed_digest = "0123456789abcdef0123456789abcdef",
		    .signed_digest_bytes = 32 },
		{ .id = "F1",
		    .name = "",
		    .has_content = true,
		    .content = "x\0y",
		    .content_bytes = 3 },
	};
	struct enclosed_list list = { items, 2 }, got;
	struct ipc_message msg;
	struct way *way = *state;

	enclosed_write(&list, &way->bytes);
	assert_true(
	    enclosed_read(way->bytes.data, way->bytes.bytes, way->arena, &got));
	assert_int_equal(got.count, 2);
	assert_true(got.items[0].by_ftp);
	assert_string_equal(got.items[0].id, "uuid");
	assert_string_equal(got.items[0].name, "/a.zip");
	assert_string_equal(got.items[0].password, "p");
	assert_string_equal(got.items[0].code, "CMS_VALUE");
	assert_true(got.items[0].trusted);
	assert_int_equal(got.items[0].signed_digest_bytes, 32);
	assert_false(got.items[0].has_content);
	assert_false(got.items[1].by_ftp);
	assert_true(got.items[1].has_content);
	assert_int_equal(got.items[1].content_bytes, 3);
	assert_memory_equal(got.items[1].content, "x\0y", 3);
	REFUSES_OTHER_SIZES(way, IPC_DECODED,
	    enclosed_read(msg.body, msg.bytes, way->arena, &got));
}

static void
digest_of_another_length_is_not_believed(void **state)
{
	struct enclosed item = { .id = "F1",
		.digest = GOST_STREEBOG_512,
		.signed_digest = "0123456789abcdef0123456789abcdef",
		.signed_digest_bytes = 32 };
	struct enclosed_list list = { &item, 1 }, got;
	struct way *way = *state;

	enclosed_write(&list, &way->bytes);
	assert_false(
	    enclosed_read(way->bytes.data, way->bytes.bytes, way->arena, &got));
}

static void
file_jobs_survive_and_no_other_size_does(void **state)
{
	struct ftp_job job = { .upload = true,
		.url = "ftp://h",
		.user = "u",
		.password = "p",
		.paths = { "a/b", "b" },
		.bytes_max = INT64_C(5000000000),
		.timeout_ms = 1000,
		.tries = 3,
		.digests = 5 };
	struct ipc_message msg;
	struct way *way = *state;
	struct ftp_job got;

	ftp_job_write(&job, &way->bytes);
	msg = message(way, IPC_FTP);
	assert_true(ftp_job_read(&msg, way->arena, &got));
	assert_true(got.upload);
	assert_string_equal(got.url, "ftp://h");
	assert_string_equal(got.paths[1], "b");
	assert_true(got.bytes_max == INT64_C(5000000000));
	assert_int_equal(got.digests, 5);
	REFUSES_OTHER_SIZES(way, IPC_FTP, ftp_job_read(&msg, way->arena, &got));
}

static void
file_results_survive_and_no_other_size_does(void **state)
{
	struct ftp_result result = { .code = "FTP_SLOW",
		.kind = 1,
		.why = "no",
		.resumed = true,
		.bytes = 7,
		.took_ms = 8,
		.tries = 9,
		.digest_bytes = { 32, 0, 0 } };
	struct ipc_message msg;
	struct way *way = *state;
	struct ftp_result got;

	memset(result.digest[0], 'd', 32);
	ftp_result_write(&result, &way->bytes);
	msg = message(way, IPC_FTPED);
	assert_true(ftp_result_read(&msg, way->arena, &got));
	assert_string_equal(got.code, "FTP_SLOW");
	assert_true(got.resumed);
	assert_int_equal(got.bytes, 7);
	assert_int_equal(got.tries, 9);
	assert_int_equal(got.digest_bytes[0], 32);
	assert_int_equal(got.digest[0][31], 'd');
	assert_int_equal(got.digest_bytes[1], 0);
	REFUSES_OTHER_SIZES(
	    way, IPC_FTPED, ftp_result_read(&msg, way->arena, &got));
}

#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, way_set_up, way_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(enclosed_files_survive_and_no_other_size_does),
		TEST(digest_of_another_length_is_not_believed),
		TEST(file_jobs_survive_and_no_other_size_does),
		TEST(file_results_survive_and_no_other_size_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
