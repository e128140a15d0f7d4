/*
 * The promises of gateway/flow/job.h: each message survives its way, and one
 * that was cut or made longer is none.
 */
#include "test/lib/job_way.h"

#include "base/wire.h"
#include "gateway/flow/job.h"

static void
open_job_survives_and_no_other_size_does(void **state)
{
	const struct open_job job = { .channel = CHANNEL_SMEV,
		.op = 3,
		.source = "school",
		.content_type = "text/xml",
		.digest = "00ff",
		.body = "<a/>",
		.body_bytes = 4 };
	struct way *way = *state;
	struct ipc_message msg;
	struct open_job got;

	open_job_write(&job, &way->bytes);
	msg = message(way, IPC_OPEN);
	assert_true(open_job_read(&msg, way->arena, &got));
	assert_int_equal(got.channel, CHANNEL_SMEV);
	assert_int_equal(got.op, 3);
	assert_string_equal(got.source, "school");
	assert_string_equal(got.content_type, "text/xml");
	assert_string_equal(got.digest, "00ff");
	same_blob(got.body, got.body_bytes, "<a/>");
	REFUSES_OTHER_SIZES(
	    way, IPC_OPEN, open_job_read(&msg, way->arena, &got));
}

static void
opened_survives_and_no_other_size_does(void **state)
{
	const struct opened opened = { .packet_id = "p-1",
		.kind = "LEARNER",
		.changeset = "change",
		.changeset_bytes = 6 };
	struct way *way = *state;
	struct ipc_message msg;
	struct opened got;

	opened_write(&opened, &way->bytes);
	msg = message(way, IPC_OPENED);
	assert_true(opened_read(&msg, way->arena, &got));
	assert_string_equal(got.packet_id, "p-1");
	assert_string_equal(got.kind, "LEARNER");
	same_blob(got.changeset, got.changeset_bytes, "change");
	REFUSES_OTHER_SIZES(
	    way, IPC_OPENED, opened_read(&msg, way->arena, &got));
}

static void
decoded_survives_and_no_other_size_does(void **state)
{
	const struct decoded decoded = { .answer = 2,
		.signature_ok = true,
		.message_id = "m",
		.ack_id = "a",
		.original_message_id = "o",
		.reply_to = "r",
		.sender = "Отправитель",
		.sending_timestamp = "t",
		.datatype = "d",
		.source = "s",
		.code = "c",
		.why = "w",
		.guessed_id = "g",
		.eol = "e",
		.status = "underProcessing",
		.status_code = -7,
		.test = true,
		.broadcast = true,
		.failed = true,
		.changeset = "change",
		.changeset_bytes = 6 };
	struct way *way = *state;
	struct ipc_message msg;
	struct decoded got;

	decoded_write(&decoded, &way->bytes);
	msg = message(way, IPC_DECODED);
	assert_true(decoded_read(&msg, way->arena, &got));
	assert_false(got.need_body);
	assert_int_equal(got.answer, 2);
	assert_true(got.signature_ok);
	assert_string_equal(got.message_id, "m");
	assert_string_equal(got.ack_id, "a");
	assert_string_equal(got.original_message_id, "o");
	assert_string_equal(got.reply_to, "r");
	assert_string_equal(got.sender, "Отправитель");
	assert_string_equal(got.sending_timestamp, "t");
	assert_string_equal(got.datatype, "d");
	assert_string_equal(got.source, "s");
	assert_string_equal(got.code, "c");
	assert_string_equal(got.why, "w");
	assert_string_equal(got.guessed_id, "g");
	assert_string_equal(got.eol, "e");
	assert_string_equal(got.status, "underProcessing");
	assert_int_equal(got.status_code, -7);
	assert_true(got.test && got.broadcast && got.failed);
	same_blob(got.changeset, got.changeset_bytes, "change");
	REFUSES_OTHER_SIZES(
	    way, IPC_DECODED, decoded_read(&msg, way->arena, &got));
}

static void
called_survives_and_no_other_size_does(void **state)
{
	const struct called called = { .http = 500,
		.content_type = "text/xml",
		.error = "timed out",
		.took_ms = 17,
		.body = "<fault/>",
		.body_bytes = 8 };
	struct way *way = *state;
	struct ipc_message msg;
	struct called got;

	called_write(&called, &way->bytes);
	msg = message(way, IPC_CALLED);
	assert_true(called_read(&msg, way->arena, &got));
	assert_int_equal(got.http, 500);
	assert_string_equal(got.content_type, "text/xml");
	assert_string_equal(got.error, "timed out");
	assert_true(got.took_ms == 17);
	same_blob(got.body, got.body_bytes, "<fault/>");
	REFUSES_OTHER_SIZES(
	    way, IPC_CALLED, called_read(&msg, way->arena, &got));
}

static void
each_ask_survives_and_no_other_size_does(void **state)
{
	static const enum ipc_type types[] = { IPC_ACCEPT, IPC_STATUS,
		IPC_VALIDATE, IPC_CHANGES };
	const struct ask ask = { .source = "school",
		.content_type = "text/xml",
		.digest = "00ff",
		.packet_id = "p-1",
		.wait_ms = 250,
		.after = 77,
		.body = "<a/>",
		.body_bytes = 4 };
	struct way *way = *state;
	struct ask got;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		enum ipc_type type = types[i];
		bool body = type == IPC_ACCEPT || type == IPC_VALIDATE;
		struct ipc_message msg;

		buf_clear(&way->bytes);
		ask_write((int)type, &ask, &way->bytes);
		msg = message(way, type);
		assert_true(ask_read(&msg, way->arena, &got));
		assert_string_equal(got.source, "school");
		assert_string_equal(
		    got.packet_id, type == IPC_STATUS ? "p-1" : "");
		assert_string_equal(
		    got.digest, type == IPC_ACCEPT ? "00ff" : "");
		assert_int_equal(got.wait_ms, type == IPC_ACCEPT ? 250 : 0);
		assert_int_equal(got.after, type == IPC_CHANGES ? 77 : 0);
		if (body)
			assert_string_equal(got.content_type, "text/xml");
		same_blob(got.body, got.body_bytes, body ? "<a/>" : "");
		REFUSES_OTHER_SIZES(
		    way, type, ask_read(&msg, way->arena, &got));
	}
}

static void
reply_survives_and_no_other_size_does(void **state)
{
	const struct reply reply = { .http = 503,
		.content_type = "application/xml",
		.retry_after_s = 3,
		.body = "<r/>",
		.body_bytes = 4 };
	struct way *way = *state;
	struct ipc_message msg;
	struct reply got;

	reply_write(&reply, &way->bytes);
	msg = message(way, IPC_ANSWER);
	assert_true(reply_read(&msg, way->arena, &got));
	assert_int_equal(got.http, 503);
	assert_string_equal(got.content_type, "application/xml");
	assert_true(got.retry_after_s == 3);
	same_blob(got.body, got.body_bytes, "<r/>");
	REFUSES_OTHER_SIZES(
	    way, IPC_ANSWER, reply_read(&msg, way->arena, &got));
}

static void
values_out_of_their_range_are_refused(void **state)
{
	struct way *way = *state;
	struct open_job job = { .channel = CHANNEL_END };
	struct sealed sealed = { .kind = 5 };
	struct signed_value value = { .algorithm = 3 };
	struct sign_job sign = { .use = KEY_USES };
	struct called called = { .http = -1 };
	struct reply reply = { .http = 99 };
	struct decoded decoded = { .answer = 33 };
	struct ipc_message msg;

#define REFUSED(type, write, read)          \
	do {                                \
		buf_clear(&way->bytes);     \
		write;                      \
		msg = message(way, (type)); \
		assert_false(read);         \
	} while (0)
	REFUSED(IPC_OPEN, open_job_write(&job, &way->bytes),
	    open_job_read(&msg, way->arena, &job));
	REFUSED(IPC_SEALED, sealed_write(&sealed, &way->bytes),
	    sealed_read(&msg, way->arena, &sealed));
	REFUSED(IPC_SIGNED, signed_write(&value, &way->bytes),
	    signed_read(&msg, way->arena, &value));
	REFUSED(IPC_SIGN, sign_job_write(&sign, &way->bytes),
	    sign_job_read(&msg, &sign));
	sign = (struct sign_job){ .form = SIGN_FORMS };
	REFUSED(IPC_SIGN, sign_job_write(&sign, &way->bytes),
	    sign_job_read(&msg, &sign));
	REFUSED(IPC_CALLED, called_write(&called, &way->bytes),
	    called_read(&msg, way->arena, &called));
	REFUSED(IPC_ANSWER, reply_write(&reply, &way->bytes),
	    reply_read(&msg, way->arena, &reply));
	REFUSED(IPC_DECODED, decoded_write(&decoded, &way->bytes),
	    decoded_read(&msg, way->arena, &decoded));
#undef REFUSED
}

static void
texts_that_are_no_text_are_refused(void **state)
{
	static const struct {
		const char *p;
		size_t bytes;
	} bad[] = { { "a\0b", 3 }, { "\xff\xff", 2 }, { "\xd0", 1 } };
	struct way *way = *state;
	struct ipc_message msg;
	struct opened got;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf_clear(&way->bytes);
		wire_put_blob(&way->bytes, bad[i].p, bad[i].bytes);
		wire_put_text(&way->bytes, "LEARNER");
		wire_put_blob(&way->bytes, "", 0);
		msg = message(way, IPC_OPENED);
		assert_false(opened_read(&msg, way->arena, &got));
	}
}

static void
absent_texts_arrive_as_empty_ones(void **state)
{
	const struct opened opened = { .packet_id = NULL };
	struct way *way = *state;
	struct ipc_message msg;
	struct opened got;

	opened_write(&opened, &way->bytes);
	msg = message(way, IPC_OPENED);
	assert_true(opened_read(&msg, way->arena, &got));
	assert_string_equal(got.packet_id, "");
	assert_string_equal(got.kind, "");
	assert_int_equal(got.changeset_bytes, 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, way_set_up, way_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(open_job_survives_and_no_other_size_does),
		TEST(opened_survives_and_no_other_size_does),
		TEST(decoded_survives_and_no_other_size_does),
		TEST(called_survives_and_no_other_size_does),
		TEST(each_ask_survives_and_no_other_size_does),
		TEST(reply_survives_and_no_other_size_does),
		TEST(values_out_of_their_range_are_refused),
		TEST(texts_that_are_no_text_are_refused),
		TEST(absent_texts_arrive_as_empty_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
