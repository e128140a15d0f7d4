/* gateway/flow/job.h: what sealers, the courier and the signer are told. */
#include "test/lib/job_way.h"

#include "gateway/flow/job.h"

static struct seal_file files[] = {
	{ .by_ftp = true,
	    .id = "uuid",
	    .name = "справка.pdf",
	    .mime = "application/pdf",
	    .namespace_uri = "urn:f",
	    .signature = "TUlJ",
	    .digest = "digest",
	    .digest_bytes = 6,
	    .bytes = INT64_C(1) << 30 },
	{ .id = "second",
	    .mime = "text/plain",
	    .content = "content",
	    .content_bytes = 7 },
};

static void
same_files(const struct seal_job *got)
{
	assert_int_equal(got->file_count, 2);
	assert_true(got->files[0].by_ftp);
	assert_string_equal(got->files[0].id, "uuid");
	assert_string_equal(got->files[0].name, "справка.pdf");
	assert_string_equal(got->files[0].mime, "application/pdf");
	assert_string_equal(got->files[0].namespace_uri, "urn:f");
	assert_string_equal(got->files[0].signature, "TUlJ");
	same_blob(got->files[0].digest, got->files[0].digest_bytes, "digest");
	assert_true(got->files[0].bytes == INT64_C(1) << 30);
	assert_false(got->files[1].by_ftp);
	assert_string_equal(got->files[1].signature, "");
	same_blob(
	    got->files[1].content, got->files[1].content_bytes, "content");
}

static void
seal_job_survives_and_no_other_size_does(void **state)
{
	const void *bodies[] = { "first", "", "third" };
	size_t body_bytes[] = { 5, 0, 5 };
	const struct seal_job job = { .op = 2,
		.message_id = "m",
		.kind = "federal-push",
		.to = "<to/>",
		.namespace_uri = "urn:a",
		.root = "Q",
		.timestamp = "t",
		.accepted = true,
		.test = true,
		.eol_ms = 1795825638397,
		.body_count = 3,
		.bodies = bodies,
		.body_bytes = body_bytes,
		.files = files,
		.file_count = 2,
		.mtom = true };
	struct way *way = *state;
	struct ipc_message msg;
	struct seal_job got;

	seal_job_write(&job, &way->bytes);
	msg = message(way, IPC_SEAL);
	assert_true(seal_job_read(&msg, way->arena, &got));
	assert_int_equal(got.op, 2);
	assert_string_equal(got.message_id, "m");
	assert_string_equal(got.kind, "federal-push");
	assert_string_equal(got.to, "<to/>");
	assert_string_equal(got.namespace_uri, "urn:a");
	assert_string_equal(got.root, "Q");
	assert_string_equal(got.timestamp, "t");
	assert_true(got.accepted);
	assert_true(got.test);
	assert_int_equal(got.eol_ms, 1795825638397);
	assert_int_equal(got.body_count, 3);
	same_blob(got.bodies[0], got.body_bytes[0], "first");
	assert_int_equal(got.body_bytes[1], 0);
	same_blob(got.bodies[2], got.body_bytes[2], "third");
	assert_true(got.mtom);
	same_files(&got);
	REFUSES_OTHER_SIZES(
	    way, IPC_SEAL, seal_job_read(&msg, way->arena, &got));
}

static void
sealed_survives_and_no_other_size_does(void **state)
{
	const struct sealed sealed = { .kind = 3,
		.code = "c",
		.why = "w",
		.soap_action = "urn:Send",
		.content_type = "multipart/related",
		.call = "<call/>",
		.call_bytes = 7 };
	struct way *way = *state;
	struct ipc_message msg;
	struct sealed got;

	sealed_write(&sealed, &way->bytes);
	msg = message(way, IPC_SEALED);
	assert_true(sealed_read(&msg, way->arena, &got));
	assert_int_equal(got.kind, 3);
	assert_string_equal(got.code, "c");
	assert_string_equal(got.why, "w");
	assert_string_equal(got.soap_action, "urn:Send");
	assert_string_equal(got.content_type, "multipart/related");
	same_blob(got.call, got.call_bytes, "<call/>");
	REFUSES_OTHER_SIZES(
	    way, IPC_SEALED, sealed_read(&msg, way->arena, &got));
}

static void
call_job_survives_and_no_other_size_does(void **state)
{
	const struct call_job job = { .url = "http://here/ws",
		.soap_action = "urn:Get",
		.content_type = "text/xml",
		.timeout_ms = 5000,
		.max_bytes = INT64_C(1) << 40,
		.body = "<call/>",
		.body_bytes = 7 };
	struct way *way = *state;
	struct ipc_message msg;
	struct call_job got;

	call_job_write(&job, &way->bytes);
	msg = message(way, IPC_CALL);
	assert_true(call_job_read(&msg, way->arena, &got));
	assert_string_equal(got.url, "http://here/ws");
	assert_string_equal(got.soap_action, "urn:Get");
	assert_string_equal(got.content_type, "text/xml");
	assert_true(got.timeout_ms == 5000);
	assert_true(got.max_bytes == INT64_C(1) << 40);
	same_blob(got.body, got.body_bytes, "<call/>");
	REFUSES_OTHER_SIZES(
	    way, IPC_CALL, call_job_read(&msg, way->arena, &got));
}

static void
sign_job_survives_and_no_other_size_does(void **state)
{
	const struct sign_job job = { .use = KEY_PERSONAL,
		.form = SIGN_PKCS7,
		.digest = "digest",
		.digest_bytes = 6,
		.at_ms = INT64_C(1700000000000) };
	struct way *way = *state;
	struct ipc_message msg;
	struct sign_job got;

	sign_job_write(&job, &way->bytes);
	msg = message(way, IPC_SIGN);
	assert_true(sign_job_read(&msg, &got));
	assert_int_equal(got.use, KEY_PERSONAL);
	assert_int_equal(got.form, SIGN_PKCS7);
	same_blob(got.digest, got.digest_bytes, "digest");
	assert_true(got.at_ms == INT64_C(1700000000000));
	REFUSES_OTHER_SIZES(way, IPC_SIGN, sign_job_read(&msg, &got));
}

static void
signed_value_survives_and_no_other_size_does(void **state)
{
	const struct signed_value value = { .use = KEY_PERSONAL,
		.algorithm = 1,
		.cert_base64 = "TUlJ",
		.code = "c",
		.why = "w",
		.value = "value",
		.value_bytes = 5 };
	struct way *way = *state;
	struct ipc_message msg;
	struct signed_value got;

	signed_write(&value, &way->bytes);
	msg = message(way, IPC_SIGNED);
	assert_true(signed_read(&msg, way->arena, &got));
	assert_int_equal(got.use, KEY_PERSONAL);
	assert_int_equal(got.algorithm, 1);
	assert_string_equal(got.cert_base64, "TUlJ");
	assert_string_equal(got.code, "c");
	assert_string_equal(got.why, "w");
	same_blob(got.value, got.value_bytes, "value");
	REFUSES_OTHER_SIZES(
	    way, IPC_SIGNED, signed_read(&msg, way->arena, &got));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, way_set_up, way_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(seal_job_survives_and_no_other_size_does),
		TEST(sealed_survives_and_no_other_size_does),
		TEST(call_job_survives_and_no_other_size_does),
		TEST(sign_job_survives_and_no_other_size_does),
		TEST(signed_value_survives_and_no_other_size_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
