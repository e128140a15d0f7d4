/* What smevemu promises to a participant, one call after another. */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/map.h"
#include "base/uuid.h"
#include "crypto/keystore.h"
#include "test/lib/emu_peer.h"
#include "test/lib/signer.h"
#include "tools/smevemu/emu_compose.h"
#include "tools/smevemu/emu_queue.h"

static const char get_request[] = "Request";
static const char get_response[] = "Response";

static struct emu_message *
message(const struct peer *peer, const char *id)
{
	return map_get(peer->emu->by_id, id);
}

static void
a_request_is_queued_and_delivered_signed(void **state)
{
	struct peer *peer = peer_new(NULL);
	char id[UUID_BYTES];

	(void)state;
	uuid_v1(id);
	peer_ask(peer, id, "раз");
	assert_int_equal(peer->answer.status, 200);
	assert_string_equal(peer_text(peer, "Status"), "requestIsQueued");
	assert_true(
	    peer_signed(peer, "SMEVSignature", "MessageMetadata", "smev"));

	peer_get(peer, EMU_V11, peer->rs, get_request);
	assert_true(peer->answer.multipart);
	assert_string_equal(peer_text(peer, "MessageID"), id);
	assert_string_equal(peer_text(peer, "ask"), "раз");
	assert_true(peer_signed(peer, "SMEVSignature", "Request", "smev"));
	/* The sender's own signature still holds where it stands now. */
	assert_true(peer_signed(peer, "SenderInformationSystemSignature",
	    "SenderProvidedRequestData", "source"));

	peer_ack(peer, peer->rs, id);
	assert_true(peer_has(peer, "AckResponse"));
	assert_int_equal(message(peer, id)->state, EMU_ACKED);
	peer_get(peer, EMU_V11, peer->rs, get_request);
	assert_false(peer_has(peer, "RequestMessage"));
	peer_free(peer);
}

static void
signatures_decide_who_calls(void **state)
{
	struct peer *peer = peer_new(NULL);
	struct keypair *stranger = signer_key("stranger");
	struct keypair *expired = signer_key("expired");
	const char *selector =
	    "<t:GetRequestRequest><b:MessageTypeSelector Id=\"A\">"
	    "<b:Timestamp>2014-02-11T17:10:03Z</b:Timestamp>"
	    "</b:MessageTypeSelector></t:GetRequestRequest>";

	(void)state;
	peer_call(peer, EMU_V11, NULL, "%s", selector);
	assert_int_equal(peer->answer.status, 500);
	assert_non_null(strstr(peer->answer.body.data, "NoSignatureFound"));
	peer_get(peer, EMU_V11, stranger, get_request);
	assert_true(peer_has(peer, "SenderIsNotRegistered"));
	peer_get(peer, EMU_V11, expired, get_request);
	assert_non_null(strstr(peer->answer.body.data, "CertificateIsExpired"));
	keypair_free(stranger);
	keypair_free(expired);
	peer_free(peer);
}

static void
a_signature_over_something_else_is_refused(void **state)
{
	struct peer *peer = peer_new(NULL);

	(void)state;
	peer_call(peer, EMU_V11, peer->rs,
	    "<t:AckRequest><b:AckTargetMessage Id=\"B\" accepted=\"true\">x"
	    "</b:AckTargetMessage><t:CallerInformationSystemSignature "
	    "Id=\"A\">@SIGNATURE@</t:CallerInformationSystemSignature>"
	    "</t:AckRequest>");
	assert_int_equal(peer->answer.status, 500);
	assert_true(peer_has(peer, "SignatureVerificationFault"));
	peer_free(peer);
}

static void
a_repeated_id_is_counted_and_queued_once(void **state)
{
	struct peer *peer = peer_new(NULL);
	char id[UUID_BYTES];

	(void)state;
	uuid_v1(id);
	peer_ask(peer, id, "раз");
	peer_ask(peer, id, "два");
	assert_true(peer_has(peer, "MessageIsAlreadySent"));
	assert_int_equal(message(peer, id)->received, 2);
	assert_int_equal(message(peer, id)->differing, 1);
	assert_int_equal(
	    emu_participant(peer->emu, "rs")->requests.waiting.count, 1);
	peer_free(peer);
}

static void
ids_have_version_1_and_are_fresh(void **state)
{
	struct peer *peer = peer_new(NULL);
	char id[UUID_BYTES];

	(void)state;
	uuid_v4(id);
	peer_ask(peer, id, "x");
	assert_true(peer_has(peer, "InvalidMessageIdFormat"));
	peer_ask(peer, "1B4E28BA-2FA1-11D2-883F-0016D3CCA427", "x");
	assert_true(peer_has(peer, "InvalidMessageIdFormat"));
	peer_ask(peer, "1b4e28ba-2fa1-11d2-883f-0016d3cca427", "x");
	assert_true(peer_has(peer, "StaleMessageId"));
	assert_int_equal(peer->emu->message_count, 0);
	peer_free(peer);
}

static void
unconfirmed_messages_come_back_in_their_order(void **state)
{
	struct peer *peer = peer_new("unconfirmed 30s\n");
	int64_t start_ms = clock_now_ms(); /* certificates must hold */
	char id[3][UUID_BYTES];

	(void)state;
	clock_freeze_ms(start_ms);
	for (int i = 0; i < 3; i++) {
		uuid_v1(id[i]);
		peer_ask(peer, id[i], "x");
	}
	peer_get(peer, EMU_V11, peer->rs, get_request);
	peer_get(peer, EMU_V11, peer->rs, get_request);
	assert_string_equal(peer_text(peer, "MessageID"), id[1]);
	clock_freeze_ms(start_ms + 30000);
	for (int i = 0; i < 3; i++) {
		peer_get(peer, EMU_V11, peer->rs, get_request);
		assert_string_equal(peer_text(peer, "MessageID"), id[i]);
	}
	assert_int_equal(message(peer, id[0])->delivered, 2);
	clock_freeze_ms(0);
	peer_free(peer);
}

static void
only_the_recipient_confirms_and_only_once(void **state)
{
	struct peer *peer = peer_new(NULL);
	char id[UUID_BYTES];

	(void)state;
	uuid_v1(id);
	peer_ask(peer, id, "x");
	peer_ack(peer, peer->rs, id);
	assert_true(peer_has(peer, "TargetMessageIsNotFound"));
	peer_get(peer, EMU_V11, peer->rs, get_request);
	peer_ack(peer, peer->dep, id);
	assert_true(peer_has(peer, "TargetMessageIsNotFound"));
	peer_ack(peer, peer->rs, id);
	assert_true(peer_has(peer, "AckResponse"));
	peer_ack(peer, peer->rs, id);
	assert_true(peer_has(peer, "TargetMessageIsNotFound"));
	peer_free(peer);
}

/* Answer what rs was given last; returns nothing, the answer is in peer. */
static void
respond(struct peer *peer, const char *to, const char *content)
{
	char id[UUID_BYTES];

	uuid_v1(id);
	peer_call(peer, EMU_V11, peer->rs,
	    "<t:SendResponseRequest><t:SenderProvidedResponseData Id=\"A\">"
	    "<t:MessageID>%s</t:MessageID><t:To>%s</t:To>%s"
	    "</t:SenderProvidedResponseData>"
	    "<t:CallerInformationSystemSignature>@SIGNATURE@"
	    "</t:CallerInformationSystemSignature></t:SendResponseRequest>",
	    id, to, content);
}

#define DATA(ns, name)                                              \
	"<b:MessagePrimaryContent><q:" name " xmlns:q=\"" ns "\"/>" \
	"</b:MessagePrimaryContent>"

static void
a_response_goes_by_reply_to(void **state)
{
	struct peer *peer = peer_new(NULL);
	char id[UUID_BYTES], to[2000];

	(void)state;
	uuid_v1(id);
	peer_ask(peer, id, "x");
	peer_get(peer, EMU_V11, peer->rs, get_request);
	snprintf(to, sizeof(to), "%s", peer_text(peer, "ReplyTo"));
	respond(peer, "nowhere", DATA("urn://t/ask/1", "answer"));
	assert_true(peer_has(peer, "RecipientIsNotFound"));
	respond(peer, to, DATA("urn://t/ask/1", "ask"));
	assert_true(peer_has(peer, "IncorrectResponseContentType"));
	respond(peer, to, DATA("urn://t/none", "answer"));
	assert_true(peer_has(peer, "BusinessDataTypeIsNotSupported"));
	respond(peer, to,
	    "<t:AsyncProcessingStatus><t:OriginalMessageId>x"
	    "</t:OriginalMessageId></t:AsyncProcessingStatus>");
	assert_true(peer_has(peer, "InvalidContent"));
	respond(peer, to, DATA("urn://t/ask/2", "answer"));
	assert_int_equal(peer->answer.status, 200);

	peer_get(peer, EMU_V11, peer->dep, get_response);
	assert_string_equal(peer_text(peer, "OriginalMessageId"), id);
	assert_true(peer_signed(peer, "SMEVSignature", "Response", "smev"));
	assert_int_equal(message(peer, id)->answers, 1);
	peer_free(peer);
}

static void
a_rejection_is_a_response(void **state)
{
	struct peer *peer = peer_new(NULL);
	char id[UUID_BYTES], to[2000];

	(void)state;
	uuid_v1(id);
	peer_ask(peer, id, "x");
	peer_get(peer, EMU_V11, peer->rs, get_request);
	snprintf(to, sizeof(to), "%s", peer_text(peer, "ReplyTo"));
	respond(peer, to,
	    "<t:RequestRejected><t:RejectionReasonCode>NO_DATA"
	    "</t:RejectionReasonCode><t:RejectionReasonDescription>нет"
	    "</t:RejectionReasonDescription></t:RequestRejected>");
	peer_get(peer, EMU_V11, peer->dep, get_response);
	assert_string_equal(peer_text(peer, "RejectionReasonCode"), "NO_DATA");
	peer_free(peer);
}

static void
a_receiver_of_another_version_gets_a_conversion(void **state)
{
	struct peer *peer = peer_new(NULL);
	char id[UUID_BYTES];

	(void)state;
	uuid_v1(id);
	peer_ask(peer, id,
	    "urn://x-artefacts-smev-gov-ru/services/"
	    "message-exchange/types/1.1");
	peer_get(peer, EMU_V12, peer->rs, get_request);
	assert_string_equal(peer_text(peer, "MessageID"), id);
	/* What only looks like a namespace stays. */
	assert_non_null(strstr(peer_text(peer, "ask"), "types/1.1"));
	assert_false(peer_has(peer, "SenderInformationSystemSignature"));
	assert_true(peer_signed(peer, "SMEVSignature", "Request", "smev"));
	assert_null(strstr(peer->answer.body.data, "types/basic/1.1"));
	peer_free(peer);
}

static void
registry_messages_are_confirmed_by_smevs_id(void **state)
{
	static const char list[] = "<l:list xmlns:l=\"urn://t/list/1\"/>";
	struct peer *peer = peer_new(NULL);
	const struct emu_message *msg = NULL;
	struct err err;

	(void)state;
	assert_int_equal(
	    emu_compose_request(peer->emu, emu_participant(peer->emu, "zags"),
		list, strlen(list), NULL, &msg, &err),
	    0);
	assert_string_not_equal(msg->id, msg->meta_id);
	peer_get(peer, EMU_V11, peer->rs, get_request);
	assert_true(peer_signed(peer, "SenderInformationSystemSignature",
	    "SenderProvidedRequestData", "zags"));
	peer_ack(peer, peer->rs, msg->id);
	assert_true(peer_has(peer, "TargetMessageIsNotFound"));
	peer_ack(peer, peer->rs, msg->meta_id);
	assert_true(peer_has(peer, "AckResponse"));
	peer_free(peer);
}

static void
the_federal_segment_answers_each_record(void **state)
{
	struct peer *peer = peer_new("federal answer R-2 error E_TEST нет\n");
	char id[UUID_BYTES], guid[40];

	(void)state;
	for (int i = 0; i < 2; i++) {
		uuid_v1(id);
		peer_call(peer, EMU_V12, peer->rs,
		    "<t:SendRequestRequest><t:SenderProvidedRequestData "
		    "Id=\"A\"><t:MessageID>%s</t:MessageID>"
		    "<b:MessagePrimaryContent><f:PushChangesRequest "
		    "xmlns:f=\"urn://x-contingent/rs-federal/1.0.0\">"
		    "<f:BatchId>b</f:BatchId><f:Record><f:RecNo>1</f:RecNo>"
		    "<f:RegionalNumber>R-1</f:RegionalNumber></f:Record>"
		    "<f:Record><f:RecNo>2</f:RecNo><f:RegionalNumber>R-2"
		    "</f:RegionalNumber></f:Record></f:PushChangesRequest>"
		    "</b:MessagePrimaryContent></t:SenderProvidedRequestData>"
		    "<t:CallerInformationSystemSignature>@SIGNATURE@"
		    "</t:CallerInformationSystemSignature>"
		    "</t:SendRequestRequest>",
		    id);
		assert_int_equal(peer->answer.status, 200);
		peer_get(peer, EMU_V12, peer->rs, get_response);
		assert_string_equal(peer_text(peer, "OriginalMessageId"), id);
		assert_string_equal(peer_text(peer, "Code"), "E_TEST");
		if (i == 1)
			assert_string_equal(
			    peer_text(peer, "FederalGuid"), guid);
		snprintf(guid, sizeof(guid), "%.36s",
		    peer_text(peer, "FederalGuid"));
		assert_true(uuid_valid(guid));
	}
	peer_free(peer);
}

static void
statuses_and_statistics_are_told(void **state)
{
	static const char stamp[] =
	    "<t:%sRequest><b:Timestamp Id=\"A\">2014-02-11T17:10:03Z"
	    "</b:Timestamp><t:CallerInformationSystemSignature>@SIGNATURE@"
	    "</t:CallerInformationSystemSignature></t:%sRequest>";
	struct peer *peer =
	    peer_new("fault async-reject AccessDenied on SendResponse\n");
	char id[UUID_BYTES], to[2000], call[600];

	(void)state;
	uuid_v1(id);
	peer_ask(peer, id, "x");
	snprintf(call, sizeof(call), stamp, "GetIncomingQueueStatistics",
	    "GetIncomingQueueStatistics");
	peer_call(peer, EMU_V11, peer->rs, "%s", call);
	assert_non_null(strstr(
	    peer->answer.body.data, "_REQUEST_\" pendingMessageNumber=\"1\""));
	peer_call(peer, EMU_V13, peer->rs, "%s", call);
	assert_true(peer_has(peer, "InvalidContent"));
	peer_get(peer, EMU_V11, peer->rs, get_request);
	snprintf(to, sizeof(to), "%s", peer_text(peer, "ReplyTo"));
	respond(peer, to, DATA("urn://t/ask/1", "answer"));
	assert_int_equal(peer->answer.status, 200);
	snprintf(call, sizeof(call), stamp, "GetStatus", "GetStatus");
	peer_call(peer, EMU_V11, peer->rs, "%s", call);
	assert_true(peer_signed(
	    peer, "SMEVSignature", "AsyncProcessingStatusData", "smev"));
	peer_call(peer, EMU_V11, peer->rs, "%s", call);
	assert_false(peer_has(peer, "SmevAsyncProcessingMessage"));
	peer_free(peer);
}

static void
a_status_is_confirmed_by_what_it_is_about(void **state)
{
	static const char get_status[] =
	    "<t:GetStatusRequest><b:Timestamp Id=\"A\">2014-02-11T17:10:03Z"
	    "</b:Timestamp><t:CallerInformationSystemSignature>@SIGNATURE@"
	    "</t:CallerInformationSystemSignature></t:GetStatusRequest>";
	struct peer *peer =
	    peer_new("fault async-reject AccessDenied on SendResponse\n");
	char id[UUID_BYTES], to[2000];

	(void)state;
	uuid_v1(id);
	peer_ask(peer, id, "x");
	peer_get(peer, EMU_V11, peer->rs, get_request);
	snprintf(to, sizeof(to), "%s", peer_text(peer, "ReplyTo"));
	respond(peer, to, DATA("urn://t/ask/1", "answer"));
	/* That a notice failed is a status, too, and confirms nothing else. */
	emu_compose_push_failed(
	    peer->emu, emu_participant(peer->emu, "rs"), "HTTP 500");
	for (int i = 0; i < 2; i++) {
		peer_call(peer, EMU_V11, peer->rs, "%s", get_status);
		snprintf(
		    to, sizeof(to), "%s", peer_text(peer, "OriginalMessageId"));
		assert_string_not_equal(to, id);
		peer_ack(peer, peer->rs, to);
		assert_int_equal(peer->answer.status, 200);
		assert_int_equal(message(peer, id)->state, EMU_DELIVERED);
	}
	peer_ack(peer, peer->rs, id);
	assert_int_equal(message(peer, id)->state, EMU_ACKED);
	peer_free(peer);
}

static void
a_broadcast_reaches_every_subscriber(void **state)
{
	struct peer *peer = peer_new("type news consumers rs,dep broadcast\n"
				     "version urn://t/news/1 news\n");
	char id[UUID_BYTES];

	(void)state;
	uuid_v1(id);
	peer_call(peer, EMU_V11, peer->dep,
	    "<t:SendRequestRequest><t:SenderProvidedRequestData Id=\"A\">"
	    "<t:MessageID>%s</t:MessageID><b:MessagePrimaryContent>"
	    "<q:news xmlns:q=\"urn://t/news/1\"/></b:MessagePrimaryContent>"
	    "</t:SenderProvidedRequestData>"
	    "<t:CallerInformationSystemSignature>@SIGNATURE@"
	    "</t:CallerInformationSystemSignature></t:SendRequestRequest>",
	    id);
	assert_int_equal(peer->answer.status, 200);
	peer_get(peer, EMU_V11, peer->rs, get_request);
	assert_string_equal(peer_text(peer, "MessageType"), "BROADCAST");
	assert_false(peer_has(peer, "ReplyTo"));
	peer_ack(peer, peer->rs, id);
	assert_true(peer_has(peer, "AckResponse"));
	peer_get(peer, EMU_V11, peer->dep, get_request);
	assert_false(peer_has(peer, "RequestMessage"));
	peer_free(peer);
}

static void
requests_of_vips_go_first(void **state)
{
	static const char vip[] = "<q:ask xmlns:q=\"urn://t/ask/1\">v</q:ask>";
	struct peer *peer = peer_new("participant zags vip on\n");
	const struct emu_message *msg = NULL;
	char id[2][UUID_BYTES];
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		uuid_v1(id[i]);
		peer_ask(peer, id[i], "x");
	}
	assert_int_equal(
	    emu_compose_request(peer->emu, emu_participant(peer->emu, "zags"),
		vip, strlen(vip), NULL, &msg, &err),
	    0);
	peer_get(peer, EMU_V11, peer->rs, get_request);
	assert_string_equal(peer_text(peer, "MessageID"), msg->id);
	for (int i = 0; i < 2; i++) {
		peer_get(peer, EMU_V11, peer->rs, get_request);
		assert_string_equal(peer_text(peer, "MessageID"), id[i]);
	}
	peer_free(peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_queued_and_delivered_signed),
		cmocka_unit_test(signatures_decide_who_calls),
		cmocka_unit_test(a_signature_over_something_else_is_refused),
		cmocka_unit_test(a_repeated_id_is_counted_and_queued_once),
		cmocka_unit_test(ids_have_version_1_and_are_fresh),
		cmocka_unit_test(unconfirmed_messages_come_back_in_their_order),
		cmocka_unit_test(only_the_recipient_confirms_and_only_once),
		cmocka_unit_test(a_response_goes_by_reply_to),
		cmocka_unit_test(a_rejection_is_a_response),
		cmocka_unit_test(
		    a_receiver_of_another_version_gets_a_conversion),
		cmocka_unit_test(registry_messages_are_confirmed_by_smevs_id),
		cmocka_unit_test(the_federal_segment_answers_each_record),
		cmocka_unit_test(statuses_and_statistics_are_told),
		cmocka_unit_test(a_status_is_confirmed_by_what_it_is_about),
		cmocka_unit_test(a_broadcast_reaches_every_subscriber),
		cmocka_unit_test(requests_of_vips_go_first),
	};

	signer_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
