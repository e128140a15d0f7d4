/*
 * Each operation, in each version, in each dialect: a call of ours is signed
 * and valid, the emulator takes it, and its answer is understood however it is
 * written.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/uuid.h"
#include "smev/smev_codec.h"
#include "smev/smev_multipart.h"
#include "smev/smev_names.h"
#include "test/unit/conformance_schema.h"
#include "test/unit/conformance_talk.h"
#include "tools/smevemu/emu_conf.h"
#include "tools/smevemu/emu_mime.h"

#define WHEN "2026-11-22T10:00:00.000+03:00"
#define ASK                                                 \
	"<q:ask xmlns:q=\"urn://t/ask/1\" Id=\"PERSONAL\">" \
	"вопрос &lt;1&gt;</q:ask>"
#define ANSWER "<q:answer xmlns:q=\"urn://t/ask/1\">ответ</q:answer>"

static void
write_send(struct talk *t, struct smev_send *send)
{
	struct err err = { 0 };

	uuid_v1(t->id);
	send->version = t->version;
	send->message_id = t->id;
	if (send->content != NULL)
		send->content_bytes = strlen(send->content);
	buf_clear(&t->call);
	if (smev_write_send(send, &t->call, &err) == -1)
		fail_msg("%s", err.text);
}

static void
ask(struct talk *t)
{
	struct smev_send send = { .op = SMEV_SEND_REQUEST,
		.content = ASK,
		.test_message = true,
		.personal_signature = talk_personal(t, ASK) };

	write_send(t, &send);
	talk_say(t, t->peer->dep, ROW_REQUEST, SMEV_SEND_REQUEST,
	    SMEV_ANSWER_QUEUED);
	assert_string_equal(t->said.ack_id, t->id);
}

static void
poll(struct talk *t, const struct keypair *key, enum row row, enum smev_op op,
    enum smev_answer_kind kind)
{
	bool selects = op == SMEV_GET_REQUEST || op == SMEV_GET_RESPONSE;

	buf_clear(&t->call);
	smev_write_get(t->version, op, selects ? "urn://t/ask/2" : NULL,
	    selects ? "answer" : NULL, NULL, WHEN, &t->call);
	talk_say(t, key, row, op, kind);
}

static void
ack(struct talk *t, const struct keypair *key, enum row row, const char *id)
{
	char mine[UUID_BYTES];

	(void)memcpy(mine, id, sizeof(mine));
	buf_clear(&t->call);
	smev_write_ack(t->version, mine, row != ROW_ACK_REFUSAL, &t->call);
	talk_say(t, key, row, SMEV_ACK,
	    row == ROW_ACK_AGAIN ? SMEV_ANSWER_FAULT : SMEV_ANSWER_ACKED);
	if (row == ROW_ACK_AGAIN)
		assert_string_equal(
		    t->said.fault_code, "SMEV_TARGET_NOT_FOUND");
}

/* rs takes the request that dep sent, and confirms it. */
static void
take_request(struct talk *t)
{
	char id[UUID_BYTES];

	poll(t, t->peer->rs, ROW_TAKE_REQUEST, SMEV_GET_REQUEST,
	    SMEV_ANSWER_REQUEST);
	assert_string_equal(t->said.message_id, t->id);
	assert_string_equal(t->said.sender, "dep");
	assert_true(t->said.test_message);
	assert_non_null(t->said.sender_signature);
	assert_non_null(t->said.personal_signature);
	assert_true(strlen(t->said.reply_to) < sizeof(t->to));
	(void)memcpy(t->to, t->said.reply_to, strlen(t->said.reply_to) + 1);
	(void)memcpy(id, t->said.ack_id, sizeof(id));
	ack(t, t->peer->rs, ROW_ACK, id);
}

/* dep asks, rs answers with send, dep takes it as kind and confirms. */
static void
answer(struct talk *t, enum row sent, struct smev_send *send, enum row taken,
    enum smev_answer_kind kind)
{
	char asked[UUID_BYTES];

	ask(t);
	(void)memcpy(asked, t->id, sizeof(asked));
	take_request(t);
	send->op = SMEV_SEND_RESPONSE;
	send->to = t->to;
	write_send(t, send);
	talk_say(t, t->peer->rs, sent, SMEV_SEND_RESPONSE, SMEV_ANSWER_QUEUED);
	poll(t, t->peer->dep, taken, SMEV_GET_RESPONSE, kind);
	assert_string_equal(t->said.message_id, t->id);
	assert_string_equal(t->said.original_message_id, asked);
	ack(t, t->peer->dep, ROW_ACK_REFUSAL, t->said.ack_id);
	ack(t, t->peer->dep, ROW_ACK_AGAIN, t->id);
}

static void
script(struct talk *t, const char *line)
{
	struct err err = { 0 };

	assert_int_equal(
	    emu_conf_text(t->peer->emu, "script", "", line, &err), 0);
}

/* What SMEV rejects after it was accepted: a request, then a response. */
static void
reject_later(struct talk *t)
{
	struct smev_send send = {
		.op = SMEV_SEND_RESPONSE, .content = ANSWER, .to = t->to
	};
	char asked[UUID_BYTES];

	script(t, "fault async-reject InvalidContent times 1");
	ask(t);
	(void)memcpy(asked, t->id, sizeof(asked));
	poll(t, t->peer->dep, ROW_TAKE_ASYNC, SMEV_GET_RESPONSE,
	    SMEV_ANSWER_ASYNC);
	assert_string_equal(t->said.original_message_id, asked);
	assert_string_equal(t->said.fault_code, "SMEV_403");
	ack(t, t->peer->dep, ROW_ACK, t->said.ack_id);
	ask(t);
	take_request(t);
	script(t, "fault async-reject InvalidContent on SendResponse times 1");
	write_send(t, &send);
	talk_say(t, t->peer->rs, ROW_RESPONSE, SMEV_SEND_RESPONSE,
	    SMEV_ANSWER_QUEUED);
	poll(t, t->peer->rs, ROW_STATUS, SMEV_GET_STATUS, SMEV_ANSWER_ASYNC);
	assert_string_equal(t->said.original_message_id, t->id);
}

static void
send_files(struct talk *t, bool mtom)
{
	static const struct smev_attachment files[] = {
		{ .id = "scan_1",
		    .mime_type = "application/pdf",
		    .signature = "MIIB",
		    .content = "file\r\n--\0\xff",
		    .content_bytes = 10 },
	};
	struct smev_send send = { .op = SMEV_SEND_REQUEST,
		.content = ASK,
		.attachments = files,
		.attachment_count = 1,
		.mtom = mtom };
	enum row row = mtom ? ROW_REQUEST_MTOM : ROW_REQUEST_FILES;
	struct err err = { 0 };
	struct buf body, type;

	write_send(t, &send);
	talk_sign(t, t->peer->dep);
	if (mtom) {
		buf_init(&body, 0);
		buf_init(&type, 0);
		assert_int_equal(
		    smev_write_multipart(&send, t->call.data, t->call.bytes,
			"b0undary-1", &body, &type, &err),
		    0);
		buf_clear(&t->call);
		assert_int_equal(emu_mime_open(buf_text(&type), body.data,
				     body.bytes, &t->call, &err),
		    0);
		buf_release(&body);
		buf_release(&type);
	}
	tally.valid[row][t->version] +=
	    schema_valid(t->version, t->call.data, t->call.bytes);
	talk_exchange(t);
	talk_read(t, row, SMEV_SEND_REQUEST, SMEV_ANSWER_QUEUED);
	poll(t, t->peer->rs, ROW_TAKE_REQUEST_FILES, SMEV_GET_REQUEST,
	    SMEV_ANSWER_REQUEST);
	assert_int_equal(t->said.attachment_count, 1);
	assert_int_equal(t->said.attachments[0].content_bytes, 10);
	assert_memory_equal(
	    t->said.attachments[0].content, files[0].content, 10);
	ack(t, t->peer->rs, ROW_ACK, t->said.ack_id);
}

static void
all_operations(struct talk *t)
{
	struct smev_send data = { .content = ANSWER };
	struct smev_send rejected = { .reject_code = "NO_DATA",
		.reject_text = "Сведений нет" };
	struct smev_send status = { .status_code = 7,
		.status_text = "Принято к исполнению" };

	poll(t, t->peer->rs, ROW_TAKE_NO_REQUEST, SMEV_GET_REQUEST,
	    SMEV_ANSWER_EMPTY);
	poll(t, t->peer->dep, ROW_TAKE_NO_RESPONSE, SMEV_GET_RESPONSE,
	    SMEV_ANSWER_EMPTY);
	poll(t, t->peer->rs, ROW_STATUS_EMPTY, SMEV_GET_STATUS,
	    SMEV_ANSWER_EMPTY);
	answer(t, ROW_RESPONSE, &data, ROW_TAKE_RESPONSE, SMEV_ANSWER_RESPONSE);
	answer(t, ROW_RESPONSE_REJECTED, &rejected, ROW_TAKE_REJECTED,
	    SMEV_ANSWER_REJECTED);
	if (t->version != SMEV_1_1_2014) /* has no RequestStatus */
		answer(t, ROW_RESPONSE_STATUS, &status, ROW_TAKE_STATUS,
		    SMEV_ANSWER_STATUS);
	if (t->version != SMEV_1_3) /* has no statistics */
		poll(t, t->peer->rs, ROW_STATISTICS, SMEV_QUEUE_STATISTICS,
		    SMEV_ANSWER_STATISTICS);
	reject_later(t);
	send_files(t, false);
	send_files(t, true);
}

void
each_operation_is_understood_in_each_form(void **state)
{
	(void)state;
	for (int v = 0; v < VERSIONS; v++) {
		for (int soap_env = 0; soap_env < 2; soap_env++) {
			struct talk t;

			talk_begin(&t, (enum smev_version)v, soap_env);
			all_operations(&t);
			talk_end(&t);
		}
	}
}

/* SMEV renames namespaces and drops the signature that this breaks. */
void
what_is_sent_in_one_version_is_taken_in_another(void **state)
{
	(void)state;
	for (int from = 0; from < VERSIONS; from++) {
		for (int to = 0; to < VERSIONS; to++) {
			bool same_ns =
			    strcmp(smev_ns_types((enum smev_version)from),
				smev_ns_types((enum smev_version)to))
			    == 0;
			struct talk t;

			talk_begin(&t, (enum smev_version)from, false);
			ask(&t);
			t.version = (enum smev_version)to;
			poll(&t, t.peer->rs, ROW_TAKE_REQUEST, SMEV_GET_REQUEST,
			    SMEV_ANSWER_REQUEST);
			assert_string_equal(t.said.message_id, t.id);
			assert_non_null(t.said.personal_signature);
			assert_int_equal(
			    t.said.sender_signature != NULL, same_ns);
			tally.converted[from][to]++;
			talk_end(&t);
		}
	}
}
