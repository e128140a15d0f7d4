/*
 * The promises of smev/smev_codec.h for answers.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
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

#define DATA(name, inner)                                              \
	"<t:" name " Id=\"D\"><t:MessageID>" ID "</t:MessageID>" inner \
	"</t:" name ">"
#define OTHER "6f0c4d3e-6c86-11ee-8c99-0242ac120002"
#define CONTENT                                                          \
	"<b:MessagePrimaryContent><q:Query xmlns:q=\"urn://test/1.0\"/>" \
	"</b:MessagePrimaryContent>"
#define SENDER_SIGNATURE                                     \
	"<t:SenderInformationSystemSignature><ds:Signature " \
	"xmlns:ds=\"" SMEV_DS_NS                             \
	"\" Id=\"sender\"/></t:SenderInformationSystemSignature>"
#define REQUEST(data, metadata)                                             \
	"<t:GetRequestResponse><t:RequestMessage><t:Request Id=\"R\">" data \
	"<t:MessageMetadata>" metadata                                      \
	"</t:MessageMetadata><t:ReplyTo> opaque|x "                         \
	"</t:ReplyTo>" SENDER_SIGNATURE "</t:Request>" SIGNATURE            \
	"</t:RequestMessage></t:GetRequestResponse>"
#define RESPONSE(inner)                                                   \
	"<t:GetResponseResponse><t:ResponseMessage><t:Response Id=\"R\">" \
	"<t:OriginalMessageId>" OTHER "</t:OriginalMessageId>"            \
	"<t:OriginalTransactionCode>tx</t:OriginalTransactionCode>"       \
	"<t:ReferenceMessageID>ref</t:ReferenceMessageID>" DATA(          \
	    "SenderProvidedResponseData",                                 \
	    "<t:To>back</t:To>" inner) "<t:MessageMetadata>" METADATA     \
				       "</t:MessageMetadata></"           \
				       "t:Response>" SIGNATURE            \
				       "</t:ResponseMessage></"           \
				       "t:GetResponseResponse>"

static void
request_gives_all_it_says(void **state)
{
	struct fixture *f = *state;
	const struct smev_answer *a = &f->answer;

	expect(f, SMEV_GET_REQUEST,
	    REQUEST(
		DATA("SenderProvidedRequestData",
		    "<t:ReferenceMessageID>ref</t:ReferenceMessageID>"
		    "<t:TransactionCode>tx</t:TransactionCode>"
		    "<t:NodeID>node</t:NodeID><t:EOL>2027</t:EOL>" CONTENT
		    "<t:PersonalSignature><ds:Signature xmlns:ds=\"" SMEV_DS_NS
		    "\" Id=\"personal\"/></t:PersonalSignature>"
		    "<t:TestMessage/>"),
		METADATA),
	    SMEV_ANSWER_REQUEST);
	assert_string_equal(a->message_id, ID);
	assert_string_equal(a->ack_id, ID);
	assert_string_equal(a->reference_message_id, "ref");
	assert_string_equal(a->transaction_code, "tx");
	assert_string_equal(a->node_id, "node");
	assert_string_equal(a->eol, "2027");
	assert_string_equal(a->reply_to, "opaque|x");
	assert_string_equal(a->sender, "ZAGS01");
	assert_string_equal(
	    a->sending_timestamp, "2026-11-22T10:00:00.000+03:00");
	assert_true(a->test_message);
	assert_false(a->broadcast);
	assert_string_equal(xml_name(a->content), "Query");
	assert_string_equal(xml_attr(a->signed_element, "Id", f->arena), "R");
	assert_string_equal(xml_attr(a->sender_element, "Id", f->arena), "D");
	assert_string_equal(
	    xml_attr(a->sender_signature, "Id", f->arena), "sender");
	assert_string_equal(
	    xml_attr(a->personal_signature, "Id", f->arena), "personal");
	assert_string_equal(
	    xml_name(a->smev_signature->parent), "SMEVSignature");
}

static void
metadata_names_what_to_confirm(void **state)
{
	struct fixture *f = *state;

	expect(f, SMEV_GET_REQUEST,
	    REQUEST(DATA("SenderProvidedRequestData", CONTENT),
		"<t:MessageId>" OTHER "</t:MessageId>"
		"<t:MessageType>BROADCAST</t:MessageType>"),
	    SMEV_ANSWER_REQUEST);
	assert_string_equal(f->answer.message_id, ID);
	assert_string_equal(f->answer.ack_id, OTHER);
	assert_true(f->answer.broadcast);
	expect(f, SMEV_GET_REQUEST,
	    REQUEST(DATA("SenderProvidedRequestData", CONTENT), ""),
	    SMEV_ANSWER_REQUEST);
	assert_string_equal(f->answer.ack_id, ID);
	assert_string_equal(f->answer.sender, "");
}

static void
responses_are_told_apart_by_what_they_hold(void **state)
{
	struct fixture *f = *state;
	const struct smev_answer *a = &f->answer;

	expect(f, SMEV_GET_RESPONSE, RESPONSE(CONTENT), SMEV_ANSWER_RESPONSE);
	assert_string_equal(a->original_message_id, OTHER);
	assert_string_equal(a->transaction_code, "tx");
	assert_string_equal(a->reference_message_id, "ref");
	assert_string_equal(a->to, "back");
	assert_non_null(a->content);
	expect(f, SMEV_GET_RESPONSE,
	    RESPONSE("<t:RequestRejected><t:RejectionReasonCode>NO_DATA"
		     "</t:RejectionReasonCode><t:RejectionReasonDescription>"
		     "пусто</t:RejectionReasonDescription></t:RequestRejected>"
		     "<t:RequestRejected/>"),
	    SMEV_ANSWER_REJECTED);
	assert_string_equal(a->reject_code, "NO_DATA");
	assert_string_equal(a->reject_text, "пусто");
	assert_null(a->content);
	expect(f, SMEV_GET_RESPONSE,
	    RESPONSE("<t:RequestRejected><t:RejectionReason>old"
		     "</t:RejectionReason></t:RequestRejected>"),
	    SMEV_ANSWER_REJECTED);
	assert_string_equal(a->reject_code, "");
	assert_string_equal(a->reject_text, "old");
	expect(f, SMEV_GET_RESPONSE,
	    RESPONSE("<t:RequestStatus><t:StatusCode>-12</t:StatusCode>"
		     "<t:StatusDescription>ждите</t:StatusDescription>"
		     "</t:RequestStatus>"),
	    SMEV_ANSWER_STATUS);
	assert_int_equal(a->status_code, -12);
	assert_string_equal(a->status_text, "ждите");
}

#define ASYNC(fault)                                                  \
	"<t:AsyncProcessingStatus><t:OriginalMessageId>" OTHER        \
	"</t:OriginalMessageId><t:StatusCategory>"                    \
	"requestIsRejectedBySmev</t:StatusCategory><t:StatusDetails>" \
	"SMEV-403: плохо</t:StatusDetails>" fault "</t:AsyncProcessingStatus>"

static void
smevs_own_failure_names_the_message_and_the_code(void **state)
{
	struct fixture *f = *state;
	const struct smev_answer *a = &f->answer;

	expect(f, SMEV_GET_RESPONSE,
	    RESPONSE(
		ASYNC("<t:SmevFault xmlns:xsi=\"" SMEV_XSI_NS
		      "\" xsi:type=\"f:InvalidContent\"><b:Code>1</b:Code>"
		      "<b:Description>SMEV-403:не соответствует</b:Description>"
		      "<f:ValidationError errorPosition=\"7\">нет элемента"
		      "</f:ValidationError></t:SmevFault>")),
	    SMEV_ANSWER_ASYNC);
	assert_string_equal(a->original_message_id, OTHER);
	assert_string_equal(a->ack_id, ID);
	assert_string_equal(a->status, "requestIsRejectedBySmev");
	assert_string_equal(a->fault_code, "SMEV_INVALID_CONTENT");
	assert_string_equal(
	    a->fault_text, "SMEV-403:не соответствует; 7: нет элемента");
	expect(f, SMEV_GET_RESPONSE, RESPONSE(ASYNC("")), SMEV_ANSWER_ASYNC);
	assert_string_equal(a->fault_code, "SMEV_403");
	assert_string_equal(a->fault_text, "SMEV-403: плохо");
	expect(f, SMEV_GET_STATUS,
	    "<t:GetStatusResponse><t:SmevAsyncProcessingMessage>"
	    "<t:AsyncProcessingStatusData Id=\"A\">" ASYNC(
		"<t:SmevFault/>") "</t:AsyncProcessingStatusData>" SIGNATURE
				  "</t:SmevAsyncProcessingMessage>"
				  "</t:GetStatusResponse>",
	    SMEV_ANSWER_ASYNC);
	assert_string_equal(a->original_message_id, OTHER);
	assert_string_equal(xml_attr(a->signed_element, "Id", f->arena), "A");
	assert_non_null(a->smev_signature);
	assert_string_equal(a->ack_id, OTHER);
}

static void
cancel_is_tolerated_and_can_be_confirmed(void **state)
{
	struct fixture *f = *state;

	expect(f, SMEV_GET_REQUEST,
	    "<t:GetRequestResponse><t:RequestMessage><t:Cancel Id=\"C\">"
	    "<b:MessageReference>" OTHER "</b:MessageReference><t:MessageID>" ID
	    "</t:MessageID><t:MessageMetadata/></t:Cancel>" SIGNATURE
	    "</t:RequestMessage></t:GetRequestResponse>",
	    SMEV_ANSWER_CANCEL);
	assert_string_equal(f->answer.ack_id, ID);
	assert_string_equal(
	    xml_attr(f->answer.signed_element, "Id", f->arena), "C");
}

static void
statistics_are_a_list_of_queues(void **state)
{
	struct fixture *f = *state;

	expect(f, SMEV_QUEUE_STATISTICS,
	    "<t:GetIncomingQueueStatisticsResponse>"
	    "<t:QueueStatistics queueName=\"a\" pendingMessageNumber=\"12\"/>"
	    "<t:QueueStatistics queueName=\"b\" pendingMessageNumber=\"x\"/>"
	    "</t:GetIncomingQueueStatisticsResponse>",
	    SMEV_ANSWER_STATISTICS);
	assert_int_equal(f->answer.queue_count, 2);
	assert_string_equal(f->answer.queues[0].name, "a");
	assert_int_equal(f->answer.queues[0].pending, 12);
	assert_int_equal(f->answer.queues[1].pending, 0);
	expect(f, SMEV_QUEUE_STATISTICS,
	    "<t:GetIncomingQueueStatisticsResponse/>", SMEV_ANSWER_STATISTICS);
	assert_int_equal(f->answer.queue_count, 0);
}

static void
nothing_on_the_path_stands_twice(void **state)
{
	struct fixture *f = *state;
	const char *one = DATA("SenderProvidedRequestData", CONTENT);

	refuse(f, SMEV_GET_REQUEST,
	    REQUEST(DATA("SenderProvidedRequestData", CONTENT)
			DATA("SenderProvidedRequestData", CONTENT),
		""));
	refuse(f, SMEV_GET_REQUEST,
	    REQUEST(DATA("SenderProvidedRequestData", CONTENT CONTENT), ""));
	refuse(f, SMEV_GET_REQUEST,
	    arena_printf(f->arena,
		"<t:GetRequestResponse><t:RequestMessage><t:Request>%s"
		"</t:Request><t:Request>%s</t:Request></t:RequestMessage>"
		"</t:GetRequestResponse>",
		one, one));
	refuse(f, SMEV_GET_REQUEST,
	    arena_printf(f->arena,
		"<t:GetRequestResponse><t:RequestMessage><t:Request>%s"
		"</t:Request></t:RequestMessage><t:RequestMessage/>"
		"</t:GetRequestResponse>",
		one));
	refuse(f, SMEV_GET_REQUEST,
	    arena_printf(f->arena,
		"<t:GetRequestResponse><t:RequestMessage><t:Request>%s"
		"</t:Request>" SIGNATURE SIGNATURE "</t:RequestMessage>"
		"</t:GetRequestResponse>",
		one));
	refuse(f, SMEV_ACK, "<t:AckResponse/><t:AckResponse/>");
	refuse(f, SMEV_ACK, "</soap:Body><soap:Body><t:AckResponse/>");
}

static void
other_answers_are_refused_for_another_try(void **state)
{
	struct fixture *f = *state;

	refuse(f, SMEV_GET_REQUEST, "<t:GetResponseResponse/>");
	refuse(f, SMEV_SEND_REQUEST, "<t:SendRequestResponse/>");
	refuse(f, SMEV_ACK, "<AckResponse/>");
	refuse(f, SMEV_GET_REQUEST,
	    "<t:GetRequestResponse><t:RequestMessage/></t:GetRequestResponse>");
	refuse(f, SMEV_GET_REQUEST,
	    "<t:GetRequestResponse><t:RequestMessage><t:Request/>"
	    "</t:RequestMessage></t:GetRequestResponse>");
	refuse(f, SMEV_GET_RESPONSE,
	    "<t:GetResponseResponse><t:ResponseMessage/>"
	    "</t:GetResponseResponse>");
	refuse(f, SMEV_GET_STATUS,
	    "<t:GetStatusResponse><t:SmevAsyncProcessingMessage/>"
	    "</t:GetStatusResponse>");
	for (size_t i = 0; i < 4; i++) {
		static const char *const pages[] = { "", "502 Bad Gateway",
			"<html><body/></html>",
			"<soap:Envelope xmlns:soap=\"" SMEV_SOAP_NS "\">" };

		assert_int_equal(
		    read_as(f, SMEV_ACK, "text/html", pages[i]), -1);
		assert_int_equal(f->err.kind, ERR_RETRY);
		assert_string_equal(f->err.code, "SMEV_FORM");
	}
}

static void
header_may_be_there_with_foreign_blocks(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    read_as(f, SMEV_ACK, NULL,
		"\xef\xbb\xbf<?xml version=\"1.0\"?>\n"
		"<S:Envelope xmlns:S=\"" SMEV_SOAP_NS "\"><S:Header>"
		"<Action xmlns=\"http://schemas.microsoft.com/ws/2005/05/"
		"addressing/none\" S:mustUnderstand=\"1\">urn:Ack</Action>"
		"</S:Header>\n<S:Body>\n<!-- Optional: -->"
		"<AckResponse xmlns=\"" U "/1.1\"/></S:Body></S:Envelope>"),
	    0);
	assert_int_equal(f->answer.kind, SMEV_ANSWER_ACKED);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		T(accepted_message_is_queued_with_what_smev_signed),
		T(empty_queue_is_no_error),
		T(ack_is_answered_by_its_element_or_by_nothing),
		T(request_gives_all_it_says),
		T(metadata_names_what_to_confirm),
		T(responses_are_told_apart_by_what_they_hold),
		T(smevs_own_failure_names_the_message_and_the_code),
		T(cancel_is_tolerated_and_can_be_confirmed),
		T(statistics_are_a_list_of_queues),
		T(nothing_on_the_path_stands_twice),
		T(other_answers_are_refused_for_another_try),
		T(header_may_be_there_with_foreign_blocks),
	};

	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
