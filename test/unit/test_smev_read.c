/*
 * The promises of smev/smev_codec.h for answers.
 */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "smev/smev_codec.h"
#include "smev/smev_names.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define U  "urn://x-artefacts-smev-gov-ru/services/message-exchange/types"
#define ID "5f0c4d3e-6c86-11ee-8c99-0242ac120002"

struct fixture {
	struct arena *arena;
	struct xml_doc *doc;
	struct smev_answer answer;
	struct err err;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->arena = arena_new();
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	xml_doc_free(f->doc);
	arena_free(f->arena);
	free(f);
	return 0;
}

static int
read_as(struct fixture *f, enum smev_op op, const char *type, const char *body)
{
	xml_doc_free(f->doc);
	f->doc = NULL;
	return smev_read_answer(op, type, body, strlen(body), f->arena, &f->doc,
	    &f->answer, &f->err);
}

/* An answer in version v whose Body holds body; prefixes t, b and f. */
static const char *
envelope(struct fixture *f, const char *prefix, const char *v, const char *body)
{
	return arena_printf(f->arena,
	    "<%s:Envelope xmlns:%s=\"" SMEV_SOAP_NS "\" xmlns:t=\"" U "/%s\" "
	    "xmlns:b=\"" U "/basic/%s\" xmlns:f=\"" U "/faults/%s\">"
	    "<%s:Body>%s</%s:Body></%s:Envelope>",
	    prefix, prefix, v, v, v, prefix, body, prefix, prefix);
}

static void
expect(struct fixture *f, enum smev_op op, const char *body,
    enum smev_answer_kind kind)
{
	static const char *const versions[] = { "1.1", "1.2", "1.3" };
	static const char *const prefixes[] = { "soap", "SOAP-ENV", "S" };

	for (int v = 0; v < 3; v++) {
		assert_int_equal(
		    read_as(f, op, "text/xml;charset=UTF-8",
			envelope(f, prefixes[v], versions[v], body)),
		    0);
		assert_int_equal(f->answer.kind, kind);
		assert_int_equal(f->answer.version, v);
	}
}

static void
refuse(struct fixture *f, enum smev_op op, const char *body)
{
	assert_int_equal(
	    read_as(f, op, "text/xml", envelope(f, "soap", "1.2", body)), -1);
	assert_int_equal(f->err.kind, ERR_RETRY);
	assert_string_equal(f->err.code, "SMEV_FORM");
}

#define METADATA                                                               \
	"<t:MessageId>" ID "</t:MessageId><t:MessageType>REQUEST"              \
	"</t:MessageType><t:Sender><t:Mnemonic>ZAGS01</t:Mnemonic></t:Sender>" \
	"<t:SendingTimestamp>2026-11-22T10:00:00.000+03:00"                    \
	"</t:SendingTimestamp><t:Status>requestIsQueued</t:Status>"
#define SIGNATURE                                                      \
	"<t:SMEVSignature><ds:Signature xmlns:ds=\"" SMEV_DS_NS "\"/>" \
	"</t:SMEVSignature>"

static void
accepted_message_is_queued_with_what_smev_signed(void **state)
{
	struct fixture *f = *state;

	expect(f, SMEV_SEND_REQUEST,
	    "<t:SendRequestResponse><t:MessageMetadata Id=\"S\">" METADATA
	    "</t:MessageMetadata>" SIGNATURE "</t:SendRequestResponse>",
	    SMEV_ANSWER_QUEUED);
	assert_string_equal(f->answer.message_id, ID);
	assert_string_equal(f->answer.status, "requestIsQueued");
	assert_string_equal(
	    xml_name(f->answer.signed_element), "MessageMetadata");
	assert_non_null(f->answer.smev_signature);
	expect(f, SMEV_SEND_RESPONSE,
	    "<t:SendResponseResponse><t:MessageMetadata>" METADATA
	    "</t:MessageMetadata></t:SendResponseResponse>",
	    SMEV_ANSWER_QUEUED);
	assert_null(f->answer.smev_signature);
}

static void
empty_queue_is_no_error(void **state)
{
	struct fixture *f = *state;

	expect(
	    f, SMEV_GET_REQUEST, "<t:GetRequestResponse/>", SMEV_ANSWER_EMPTY);
	expect(f, SMEV_GET_RESPONSE,
	    "<t:GetResponseResponse> \n"
	    "</t:GetResponseResponse>",
	    SMEV_ANSWER_EMPTY);
	expect(f, SMEV_GET_STATUS, "<t:GetStatusResponse/>", SMEV_ANSWER_EMPTY);
}

static void
ack_is_answered_by_its_element_or_by_nothing(void **state)
{
	struct fixture *f = *state;

	expect(f, SMEV_ACK, "<t:AckResponse/>", SMEV_ANSWER_ACKED);
	assert_int_equal(
	    read_as(f, SMEV_ACK, "text/xml", envelope(f, "soap", "1.2", "")),
	    0);
	assert_int_equal(f->answer.kind, SMEV_ANSWER_ACKED);
	refuse(f, SMEV_GET_REQUEST, "");
	refuse(f, SMEV_SEND_REQUEST, "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    accepted_message_is_queued_with_what_smev_signed, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    empty_queue_is_no_error, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    ack_is_answered_by_its_element_or_by_nothing, set_up,
		    tear_down),
	};

	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
