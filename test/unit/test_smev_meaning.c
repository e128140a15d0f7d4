/*
 * The promises of smev/smev_codec.h and smev/smev_origin.h about what an
 * answer means: statuses, rejections, and whom a response is about.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "smev/smev_base64.h"
#include "smev/smev_codec.h"
#include "smev/smev_names.h"
#include "xsd/xml_doc.h"

#define ID    "5f0c4d3e-6c86-11ee-8c99-0242ac120002"
#define OTHER "6f0c4d3e-6c86-11ee-8c99-0242ac120002"

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

static void
expect(struct fixture *f, const char *response, enum smev_answer_kind kind)
{
	const char *body = arena_printf(f->arena,
	    "<S:Envelope xmlns:S=\"" SMEV_SOAP_NS "\" xmlns:t=\"" SMEV_NS_BEGIN
	    "1.3\" xmlns:b=\"" SMEV_NS_BEGIN "basic/1.3\"><S:Body>"
	    "<t:GetResponseResponse><t:ResponseMessage><t:Response Id=\"R\">%s"
	    "<t:MessageMetadata/></t:Response></t:ResponseMessage>"
	    "</t:GetResponseResponse></S:Body></S:Envelope>",
	    response);

	xml_doc_free(f->doc);
	f->doc = NULL;
	assert_int_equal(
	    smev_read_answer(SMEV_GET_RESPONSE, "text/xml", body, strlen(body),
		f->arena, &f->doc, &f->answer, &f->err),
	    0);
	assert_int_equal(f->answer.kind, kind);
}

#define SAYS(inner)                                                       \
	"<t:OriginalMessageId>" OTHER "</t:OriginalMessageId>"            \
	"<t:SenderProvidedResponseData><t:MessageID>" ID "</t:MessageID>" \
	"<t:To>back</t:To>" inner "</t:SenderProvidedResponseData>"

#define CATEGORY(category, more)                                  \
	"<t:AsyncProcessingStatus><t:OriginalMessageId>\n " OTHER \
	"\n </t:OriginalMessageId><t:StatusCategory>" category    \
	"</t:StatusCategory>" more "</t:AsyncProcessingStatus>"

static void
word_of_smev_is_a_failure_only_when_it_says_so(void **state)
{
	static const struct {
		const char *status;
		bool failed;
	} said[] = {
		{ CATEGORY("requestIsQueued", ""), false },
		{ CATEGORY(" messageIsDelivered ", "<t:SmevFault/>"), false },
		{ CATEGORY("messageIsSomewhereElse", ""), false },
		{ CATEGORY("messageIsSomewhereElse", "<t:SmevFault/>"), true },
		{ CATEGORY("underProcessing",
		      "<t:SmevFault><b:Code>1</b:Code></t:SmevFault>"),
		    true },
		{ CATEGORY("responseIsRejectedBySmev", ""), true },
		{ CATEGORY("cancelled", ""), true },
		{ CATEGORY("doesNotExist", ""), true },
		{ CATEGORY("", ""), true },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		expect(f, arena_printf(f->arena, SAYS("%s"), said[i].status),
		    SMEV_ANSWER_ASYNC);
		assert_int_equal(f->answer.failed, said[i].failed);
		assert_string_equal(f->answer.original_message_id, OTHER);
	}
}

static void
status_of_routing_gives_the_code_that_no_fault_gave(void **state)
{
	struct fixture *f = *state;
	const struct smev_answer *a = &f->answer;

	expect(f,
	    SAYS(CATEGORY("requestIsRejectedBySmev",
		"<r:RoutingStatus xmlns:r=\"" SMEV_NS_BEGIN "routing/1.3\">"
		"<r:DynamicRoutingStatus><r:DynamicValue>46000</r:DynamicValue>"
		"<r:RoutingStatusCode>success</r:RoutingStatusCode>"
		"</r:DynamicRoutingStatus><r:RegistryRoutingStatus>"
		"<r:RecordId>1</r:RecordId><r:RoutingStatusCode>"
		"personalAccessDenied</r:RoutingStatusCode>"
		"<r:IdentifierRoutingStatus><r:IdentifierValue>7"
		"</r:IdentifierValue><r:RoutingStatusCode>recipientNotFound"
		"</r:RoutingStatusCode></r:IdentifierRoutingStatus>"
		"</r:RegistryRoutingStatus></r:RoutingStatus>")),
	    SMEV_ANSWER_ASYNC);
	assert_true(a->failed);
	assert_string_equal(a->fault_code, "SMEV_PERSONAL_DENIED");
	assert_string_equal(a->fault_text,
	    "success: 1, recipientNotFound: 1, personalAccessDenied: 1");
}

static void
all_reasons_of_a_rejection_are_told(void **state)
{
	struct fixture *f = *state;
	const struct smev_answer *a = &f->answer;

	expect(f,
	    SAYS("<t:RequestRejected><t:RejectionReasonCode>NO_DATA"
		 "</t:RejectionReasonCode><t:RejectionReasonDescription>"
		 "нет лица 112-233-445 95</t:RejectionReasonDescription>"
		 "</t:RequestRejected><t:RequestRejected>"
		 "<t:RejectionReasonCode>FAILURE</t:RejectionReasonCode>"
		 "<t:RejectionReasonDescription>сбой"
		 "</t:RejectionReasonDescription></t:RequestRejected>"),
	    SMEV_ANSWER_REJECTED);
	assert_string_equal(a->reject_code, "NO_DATA");
	assert_string_equal(
	    a->reject_reasons, "NO_DATA: нет лица *; FAILURE: сбой");
}

/* A response without OriginalMessageId, with this in To. */
static const char *
guess(struct fixture *f, const char *to)
{
	expect(f,
	    arena_printf(f->arena,
		"<t:SenderProvidedResponseData><t:MessageID>" ID
		"</t:MessageID><t:To>%s</t:To></t:SenderProvidedResponseData>",
		to),
	    SMEV_ANSWER_RESPONSE);
	assert_string_equal(f->answer.original_message_id, "");
	return f->answer.guessed_id;
}

static const char *
base64_of(struct fixture *f, const char *text)
{
	size_t bytes;

	return smev_base64(text, strlen(text), f->arena, &bytes);
}

static void
response_that_names_no_request_is_guessed_by_its_address(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(guess(f, "12|queue.of.ours|" OTHER), OTHER);
	assert_string_equal(
	    guess(f, base64_of(f, "{\"sid\":7,\"mid\" : \"" OTHER "\"}")),
	    OTHER);
	assert_string_equal(guess(f, "12|queue|" OTHER "0"), "");
	assert_string_equal(guess(f, "opaque"), "");
	assert_string_equal(guess(f, ""), "");
	assert_string_equal(
	    guess(f, base64_of(f, "{\"mid\":\"5f0c4d3e\"}")), "");
	assert_string_equal(
	    guess(f, base64_of(f, "[\"mid\",\"" OTHER "\"]")), "");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(word_of_smev_is_a_failure_only_when_it_says_so),
		T(status_of_routing_gives_the_code_that_no_fault_gave),
		T(all_reasons_of_a_rejection_are_told),
		T(response_that_names_no_request_is_guessed_by_its_address),
	};

	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
