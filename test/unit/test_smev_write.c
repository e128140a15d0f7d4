/*
 * The promises of smev/smev_codec.h for our calls.  That they are valid is in
 * test_smev_schema.c.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "smev/smev_codec.h"
#include "smev/smev_names.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define CONTENT                                                                 \
	"<q:Query xmlns:q=\"urn://test/query/1.0\" a='1'>тест<b:x xmlns:b=" \
	"\"urn://b\"/> &amp;\n</q:Query>"
#define ID   "5f0c4d3e-6c86-11ee-8c99-0242ac120002"
#define WHEN "2026-11-22T10:00:00.000+03:00"

struct fixture {
	struct arena *arena;
	struct buf out;
	struct xml_doc *doc;
	struct smev_send send;
	struct err err;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->arena = arena_new();
	f->send.version = SMEV_1_1;
	f->send.op = SMEV_SEND_REQUEST;
	f->send.message_id = ID;
	f->send.content = CONTENT;
	f->send.content_bytes = strlen(CONTENT);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	xml_doc_free(f->doc);
	buf_release(&f->out);
	arena_free(f->arena);
	free(f);
	return 0;
}

static void
refuse(struct fixture *f)
{
	assert_int_equal(smev_write_send(&f->send, &f->out, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_HOLD);
	assert_string_equal(f->err.code, "SMEV_UNSENDABLE");
}

/* The element in Body of what was written. */
static xmlNode *
written(struct fixture *f)
{
	xml_doc_free(f->doc);
	f->doc = NULL;
	assert_int_equal(
	    xml_doc_parse(f->out.data, f->out.bytes, NULL, &f->doc, &f->err),
	    0);
	assert_non_null(
	    xml_child(xml_doc_root(f->doc), SMEV_SOAP_NS, "Header"));
	return xml_only_child(
	    xml_child(xml_doc_root(f->doc), SMEV_SOAP_NS, "Body"));
}

static xmlNode *
send_and_read(struct fixture *f, const char *data)
{
	buf_clear(&f->out);
	assert_int_equal(smev_write_send(&f->send, &f->out, &f->err), 0);
	return xml_child(written(f), smev_ns_types(f->send.version), data);
}

static const char *
text(struct fixture *f, const xmlNode *node, const char *name)
{
	const char *found = xml_child_text(node, NULL, name, f->arena);

	return found == NULL ? "(none)" : found;
}

static void
content_is_sent_byte_for_byte(void **state)
{
	struct fixture *f = *state;

	(void)send_and_read(f, "SenderProvidedRequestData");
	assert_non_null(strstr(buf_text(&f->out),
	    "<b:MessagePrimaryContent>" CONTENT "</b:MessagePrimaryContent>"));
}

static void
message_id_is_a_uuid_of_version_1(void **state)
{
	struct fixture *f = *state;

	f->send.message_id = "5f0c4d3e-6c86-41ee-8c99-0242ac120002";
	refuse(f);
	f->send.message_id = "";
	refuse(f);
	f->send.message_id = NULL;
	refuse(f);
	assert_int_equal(f->out.bytes, 0);
}

static void
message_id_in_capitals_is_refused_for_the_schema_has_none(void **state)
{
	struct fixture *f = *state;

	f->send.message_id = "5F0C4D3E-6C86-11EE-8C99-0242AC120002";
	refuse(f);
}

static void
exactly_one_thing_is_said(void **state)
{
	struct fixture *f = *state;

	f->send.content = NULL;
	f->send.content_bytes = 0;
	refuse(f);
	f->send.reject_code = "NO_DATA";
	refuse(f); /* a request can't reject */
	f->send.op = SMEV_SEND_RESPONSE;
	refuse(f); /* To is missing */
	f->send.to = "1";
	assert_int_equal(smev_write_send(&f->send, &f->out, &f->err), 0);
	f->send.status_text = "ждите";
	refuse(f);
	f->send.reject_code = NULL;
	f->send.content = CONTENT;
	f->send.content_bytes = strlen(CONTENT);
	refuse(f);
}

static void
what_is_too_long_for_the_schema_is_refused(void **state)
{
	struct fixture *f = *state;
	char *text_of_1501 = arena_alloc(f->arena, 1502);
	char *to = arena_alloc(f->arena, 2 * 4001 + 1);

	memset(text_of_1501, 'x', 1501);
	f->send.transaction_code = text_of_1501;
	refuse(f);
	f->send.transaction_code = NULL;
	f->send.node_id = text_of_1501;
	refuse(f);
	f->send.node_id = NULL;
	for (size_t i = 0; i < 4001; i++)
		memcpy(to + 2 * i, "я", 2);
	f->send.op = SMEV_SEND_RESPONSE;
	f->send.to = to;
	refuse(f);
	to[2 * 4000] = '\0'; /* characters are counted, not bytes */
	assert_int_equal(smev_write_send(&f->send, &f->out, &f->err), 0);
	f->send.version = SMEV_1_1_2014;
	refuse(f);
	to[2 * 200] = '\0';
	assert_int_equal(smev_write_send(&f->send, &f->out, &f->err), 0);
}

static void
version_1_2_gets_what_it_demands(void **state)
{
	struct fixture *f = *state;
	const xmlNode *data;

	data = send_and_read(f, "SenderProvidedRequestData");
	assert_string_equal(text(f, data, "ReferenceMessageID"), "(none)");
	assert_string_equal(text(f, data, "TransactionCode"), "(none)");
	f->send.version = SMEV_1_2;
	data = send_and_read(f, "SenderProvidedRequestData");
	assert_string_equal(text(f, data, "ReferenceMessageID"), ID);
	assert_string_equal(text(f, data, "TransactionCode"), "ignore");
	f->send.transaction_code = "1|2|3";
	f->send.reference_message_id = "6f0c4d3e-6c86-11ee-8c99-0242ac120002";
	data = send_and_read(f, "SenderProvidedRequestData");
	assert_string_equal(text(f, data, "TransactionCode"), "1|2|3");
	assert_string_equal(text(f, data, "ReferenceMessageID"),
	    "6f0c4d3e-6c86-11ee-8c99-0242ac120002");
}

static void
version_of_2014_is_spared_the_novelties(void **state)
{
	struct fixture *f = *state;
	const xmlNode *data;

	f->send.version = SMEV_1_1_2014;
	f->send.node_id = "n";
	f->send.eol = WHEN;
	f->send.transaction_code = "1";
	f->send.test_message = true;
	data = send_and_read(f, "SenderProvidedRequestData");
	assert_string_equal(text(f, data, "NodeID"), "(none)");
	assert_string_equal(text(f, data, "EOL"), "(none)");
	assert_string_equal(text(f, data, "TransactionCode"), "(none)");
	assert_string_equal(text(f, data, "TestMessage"), "");
}

static void
rejection_is_said_in_the_words_of_the_version(void **state)
{
	struct fixture *f = *state;
	const xmlNode *node;

	f->send.op = SMEV_SEND_RESPONSE;
	f->send.to = "<1&2>";
	f->send.content = NULL;
	f->send.content_bytes = 0;
	f->send.reject_code = "FAILURE";
	f->send.reject_text = "Найдено <двое>";
	node = send_and_read(f, "SenderProvidedResponseData");
	assert_string_equal(text(f, node, "To"), "<1&2>");
	node = xml_child(node, NULL, "RequestRejected");
	assert_string_equal(text(f, node, "RejectionReasonCode"), "FAILURE");
	assert_string_equal(
	    text(f, node, "RejectionReasonDescription"), "Найдено <двое>");
	f->send.version = SMEV_1_2;
	node = xml_child(send_and_read(f, "SenderProvidedResponseData"), NULL,
	    "RequestRejected");
	assert_string_equal(text(f, node, "RejectionReasonCode"),
	    "UNKNOWN_REQUEST_DESCRIPTION");
	f->send.version = SMEV_1_1_2014;
	node = xml_child(send_and_read(f, "SenderProvidedResponseData"), NULL,
	    "RequestRejected");
	assert_string_equal(text(f, node, "RejectionReasonCode"), "FAILURE");
	assert_string_equal(text(f, node, "RejectionReason"), "Найдено <двое>");
}

static void
rejection_code_must_be_one_of_the_schema(void **state)
{
	struct fixture *f = *state;

	f->send.op = SMEV_SEND_RESPONSE;
	f->send.to = "1";
	f->send.content = NULL;
	f->send.content_bytes = 0;
	f->send.reject_code = "BECAUSE";
	refuse(f);
}

static void
half_a_selector_is_none(void **state)
{
	struct fixture *f = *state;
	const xmlNode *selector;

	smev_write_get(
	    SMEV_1_3, SMEV_GET_REQUEST, "urn://x", NULL, NULL, WHEN, &f->out);
	selector = xml_child(
	    written(f), smev_ns_basic(SMEV_1_3), "MessageTypeSelector");
	assert_string_equal(text(f, selector, "NamespaceURI"), "(none)");
	assert_string_equal(text(f, selector, "Timestamp"), WHEN);
	buf_clear(&f->out);
	smev_write_get(
	    SMEV_1_3, SMEV_GET_REQUEST, "urn://x", "Query", "n", WHEN, &f->out);
	selector = xml_child(
	    written(f), smev_ns_basic(SMEV_1_3), "MessageTypeSelector");
	assert_string_equal(text(f, selector, "NamespaceURI"), "urn://x");
	assert_string_equal(text(f, selector, "RootElementLocalName"), "Query");
	assert_string_equal(text(f, selector, "NodeID"), "n");
}

static void
ack_names_the_message_and_the_verdict(void **state)
{
	struct fixture *f = *state;
	const xmlNode *target;

	for (int accepted = 0; accepted < 2; accepted++) {
		buf_clear(&f->out);
		smev_write_ack(SMEV_1_2, ID, accepted == 1, &f->out);
		target = xml_child(
		    written(f), smev_ns_basic(SMEV_1_2), "AckTargetMessage");
		assert_string_equal(xml_text(target, f->arena), ID);
		assert_string_equal(xml_attr(target, "accepted", f->arena),
		    accepted == 1 ? "true" : "false");
	}
}

static void
attachments_that_the_schema_forbids_are_refused(void **state)
{
	static const struct smev_attachment wrong[] = {
		{ .id = "1st", .mime_type = "text/plain", .content = "" },
		{ .id = "файл", .mime_type = "text/plain", .content = "" },
		{ .id = "", .mime_type = "text/plain", .content = "" },
		{ .id = "f", .mime_type = "chemical/x-pdb", .content = "" },
		{ .id = "f", .mime_type = "text/a b", .content = "" },
		{ .id = "f", .mime_type = NULL, .content = "" },
		{ .id = "f", .mime_type = "text/plain", .content = NULL },
		{ .by_ftp = true, .id = ID, .mime_type = "text/plain" },
		{ .id = "SIGNED_BY_CONSUMER",
		    .mime_type = "text/plain",
		    .content = "" },
	};
	static const struct smev_attachment twins[] = {
		{ .id = "f", .mime_type = "text/plain", .content = "" },
		{ .id = "f", .mime_type = "text/plain", .content = "" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		f->send.attachments = &wrong[i];
		f->send.attachment_count = 1;
		refuse(f);
	}
	f->send.attachments = twins;
	f->send.attachment_count = 2;
	refuse(f);
	f->send.attachment_count = 1;
	assert_int_equal(smev_write_send(&f->send, &f->out, &f->err), 0);
}

static void
envelope_that_does_not_fit_is_refused(void **state)
{
	struct fixture *f = *state;

	buf_release(&f->out);
	buf_init(&f->out, 500);
	refuse(f);
}

static void
actions_are_those_of_the_service(void **state)
{
	(void)state;
	assert_string_equal(
	    smev_soap_action(SMEV_SEND_REQUEST), "urn:SendRequest");
	assert_string_equal(smev_soap_action(SMEV_ACK), "urn:Ack");
	assert_string_equal(smev_soap_action(SMEV_QUEUE_STATISTICS),
	    "urn:GetIncomingQueueStatistics");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		T(content_is_sent_byte_for_byte),
		T(message_id_is_a_uuid_of_version_1),
		T(message_id_in_capitals_is_refused_for_the_schema_has_none),
		T(exactly_one_thing_is_said),
		T(what_is_too_long_for_the_schema_is_refused),
		T(version_1_2_gets_what_it_demands),
		T(version_of_2014_is_spared_the_novelties),
		T(rejection_is_said_in_the_words_of_the_version),
		T(rejection_code_must_be_one_of_the_schema),
		T(half_a_selector_is_none),
		T(ack_names_the_message_and_the_verdict),
		T(attachments_that_the_schema_forbids_are_refused),
		T(envelope_that_does_not_fit_is_refused),
		T(actions_are_those_of_the_service),
	};

	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
