/* What smevemu does when it is told to fail, and what waits longer. */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/map.h"
#include "base/uuid.h"
#include "test/lib/emu_peer.h"
#include "test/lib/keys.h"
#include "test/lib/signer.h"
#include "tools/smevemu/emu_conf.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_mime.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_script.h"
#include "tools/smevemu/emu_sign.h"
#include "tools/smevemu/emu_state.h"
#include "tools/smevemu/emu_wire_read.h"

#define CALLER                                 \
	"<t:CallerInformationSystemSignature>" \
	"@SIGNATURE@"                          \
	"</t:CallerInformationSystemSignature>"

static void
tell(struct peer *peer, const char *lines)
{
	struct err err = { 0 };

	if (emu_conf_text(peer->emu, "test", keys_folder(), lines, &err) == -1)
		fail_msg("%s", err.text);
}

static void
ask(struct peer *peer, char id[UUID_BYTES])
{
	uuid_v1(id);
	peer_ask(peer, id, "x");
}

static void
rules_count_and_end(void **state)
{
	struct peer *peer = peer_new("fault element DestinationOverflow "
				     "on SendRequest after 1 times 2\n");
	static const int statuses[] = { 200, 500, 500, 200 };
	char id[UUID_BYTES];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		ask(peer, id);
		assert_int_equal(peer->answer.status, statuses[i]);
		assert_int_equal(
		    peer_has(peer, "DestinationOverflow"), i == 1 || i == 2);
	}
	tell(peer, "fault status 503 from rs\n");
	ask(peer, id);
	assert_int_equal(peer->answer.status, 200);
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_int_equal(peer->answer.status, 503);
	tell(peer, "clear faults\n");
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_int_equal(peer->answer.status, 200);
	peer_free(peer);
}

static void
chances_repeat_with_their_seed(void **state)
{
	char *words[] = { (char[]){ "reset" }, (char[]){ "chance" },
		(char[]){ "30%" } };
	unsigned hits[2] = { 0, 0 }, bits[2] = { 0, 0 };
	struct emu_harm harm;
	struct err err;

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		struct emu_script *script = emu_script_new();

		emu_script_seed(script, 7);
		assert_int_equal(emu_script_add(script, words, 3, &err), 0);
		for (int i = 0; i < 1000; i++) {
			emu_script_ask(script, EMU_ACK, "x", NULL, &harm);
			hits[turn] += harm.reset;
			bits[turn] = bits[turn] * 3 + harm.reset;
		}
		emu_script_free(script);
	}
	assert_int_equal(bits[0], bits[1]);
	assert_in_range(hits[0], 240, 360);
}

static void
a_dropped_answer_was_carried_out(void **state)
{
	struct peer *peer = peer_new("fault drop on SendRequest times 1\n"
				     "fault reset on GetRequest times 1\n");
	char id[UUID_BYTES];

	(void)state;
	ask(peer, id);
	assert_true(peer->answer.cut);
	assert_false(peer->answer.reset);
	assert_non_null(map_get(peer->emu->by_id, id));
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_true(peer->answer.reset);
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_string_equal(peer_text(peer, "MessageID"), id);
	peer_free(peer);
}

static void
a_duplicate_comes_after_its_ack_and_a_lost_ack_too(void **state)
{
	struct peer *peer =
	    peer_new("unconfirmed 0\nfault duplicate on GetRequest times 1\n");
	char id[UUID_BYTES];

	(void)state;
	tell(peer, "unconfirmed 60s\n");
	ask(peer, id);
	peer_get(peer, EMU_V11, peer->rs, "Request");
	peer_ack(peer, peer->rs, id);
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_string_equal(peer_text(peer, "MessageID"), id);
	tell(peer, "fault lose-ack times 1\n");
	peer_ack(peer, peer->rs, id);
	assert_true(peer_has(peer, "AckResponse"));
	assert_int_equal(peer->emu->unconfirmed.count, 1);
	peer_ack(peer, peer->rs, id);
	assert_int_equal(peer->emu->unconfirmed.count, 0);
	peer_free(peer);
}

static void
a_wrong_signature_does_not_verify(void **state)
{
	struct peer *peer =
	    peer_new("fault wrong-signature on GetRequest times 1\n");
	char id[UUID_BYTES];

	(void)state;
	ask(peer, id);
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_string_equal(peer_text(peer, "MessageID"), id);
	assert_false(peer_signed(peer, "SMEVSignature", "Request", "smev"));
	peer_free(peer);
}

static void
an_accepted_request_may_be_rejected_later(void **state)
{
	struct peer *peer =
	    peer_new("fault async-reject InvalidContent on SendRequest\n");
	char id[UUID_BYTES];

	(void)state;
	ask(peer, id);
	assert_int_equal(peer->answer.status, 200);
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_false(peer_has(peer, "RequestMessage"));
	peer_get(peer, EMU_V12, peer->dep, "Response");
	assert_string_equal(peer_text(peer, "OriginalMessageId"), id);
	assert_string_equal(
	    peer_text(peer, "StatusCategory"), "requestIsRejectedBySmev");
	assert_true(peer_has(peer, "SmevFault"));
	assert_true(peer_signed(peer, "SMEVSignature", "Response", "smev"));
	peer_free(peer);
}

static void
a_request_past_its_end_of_life_is_not_delivered(void **state)
{
	struct peer *peer = peer_new(NULL);
	char id[UUID_BYTES];
	struct emu_message *msg;
	int64_t now_ms = clock_now_ms();
	static const char *const ends[] = { "2001-01-01T00:00:00Z",
		"2999-01-01T00:00:00+03:00" };

	(void)state;
	clock_freeze_ms(now_ms);
	uuid_v1(id);
	for (int i = 0; i < 2; i++) {
		peer_call(peer, EMU_V11, peer->dep,
		    "<t:SendRequestRequest><t:SenderProvidedRequestData "
		    "Id=\"A\"><t:MessageID>%s</t:MessageID><t:NodeID>n1"
		    "</t:NodeID><t:EOL>%s</t:EOL><b:MessagePrimaryContent>"
		    "<q:ask xmlns:q=\"urn://t/ask/1\"/>"
		    "</b:MessagePrimaryContent></"
		    "t:SenderProvidedRequestData>" CALLER
		    "</t:SendRequestRequest>",
		    id, ends[i]);
		assert_int_equal(peer_has(peer, "EndOfLifeReached"), i == 0);
	}
	msg = map_get(peer->emu->by_id, id);
	msg->eol_ms = now_ms + 1000;
	clock_freeze_ms(now_ms + 1000);
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_false(peer_has(peer, "RequestMessage"));
	/* The rejection waits in the queue of the sender's node. */
	peer_get(peer, EMU_V11, peer->dep, "Response");
	assert_false(peer_has(peer, "ResponseMessage"));
	peer_call(peer, EMU_V11, peer->dep,
	    "<t:GetResponseRequest><b:MessageTypeSelector Id=\"A\">"
	    "<b:Timestamp>2014-02-11T17:10:03Z</b:Timestamp><b:NodeID>n1"
	    "</b:NodeID></b:MessageTypeSelector>" CALLER
	    "</t:GetResponseRequest>");
	assert_true(peer_has(peer, "AsyncProcessingStatus"));
	clock_freeze_ms(0);
	peer_free(peer);
}

static void
a_selector_takes_any_version_and_refuses_strangers(void **state)
{
	static const char select[] =
	    "<t:GetRequestRequest><b:MessageTypeSelector Id=\"A\">"
	    "<b:NamespaceURI>%s</b:NamespaceURI><b:RootElementLocalName>%s"
	    "</b:RootElementLocalName><b:Timestamp>2014-02-11T17:10:03Z"
	    "</b:Timestamp></b:MessageTypeSelector>" CALLER
	    "</t:GetRequestRequest>";
	struct peer *peer = peer_new(NULL);
	char id[UUID_BYTES], text[800];

	(void)state;
	ask(peer, id);
	snprintf(text, sizeof(text), select, "urn://t/none", "ask");
	peer_call(peer, EMU_V11, peer->rs, "%s", text);
	assert_true(peer_has(peer, "UnknownMessageType"));
	snprintf(text, sizeof(text), select, "urn://t/ask/1", "ask");
	peer_call(peer, EMU_V11, peer->dep, "%s", text);
	assert_true(peer_has(peer, "UnknownMessageType"));
	snprintf(text, sizeof(text), select, "urn://t/ask/2", "answer");
	peer_call(peer, EMU_V11, peer->rs, "%s", text);
	assert_string_equal(peer_text(peer, "MessageID"), id);
	peer_free(peer);
}

static void
limits_of_a_participant_hold(void **state)
{
	struct peer *peer = peer_new("participant rs capacity 1\n"
				     "participant dep limit 3\n");
	char id[UUID_BYTES];

	(void)state;
	clock_freeze_ms(clock_now_ms());
	ask(peer, id);
	assert_int_equal(peer->answer.status, 200);
	ask(peer, id);
	assert_true(peer_has(peer, "DestinationOverflow"));
	ask(peer, id);
	ask(peer, id);
	assert_true(peer_has(peer, "AccessDenied"));
	clock_freeze_ms(0);
	peer_free(peer);
}

static void
envelopes_are_checked_against_their_shape(void **state)
{
	static const char *const wrong[] = {
		"<t:AckRequest>" CALLER "</t:AckRequest>",
		"<t:NoRequest/>",
		"<t:AckRequest><b:AckTargetMessage Id=\"A\">x"
		"</b:AckTargetMessage>" CALLER "</t:AckRequest>",
		"<t:GetRequestRequest><b:MessageTypeSelector Id=\"A\">"
		"<b:NamespaceURI>urn:x</b:NamespaceURI><b:Timestamp>x"
		"</b:Timestamp></b:MessageTypeSelector>" CALLER
		"</t:GetRequestRequest>",
		"<t:GetRequestRequest><b:MessageTypeSelector Id=\"A\">"
		"<b:Timestamp>x</b:Timestamp><b:More/></"
		"b:MessageTypeSelector>" CALLER "</t:GetRequestRequest>",
	};
	struct peer *peer = peer_new(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		peer_call(peer, EMU_V11, NULL, "%s", wrong[i]);
		assert_int_equal(peer->answer.status, 500);
		assert_true(peer_has(peer, "InvalidContent"));
	}
	peer_free(peer);
}

static void
conversion_renames_declarations_of_the_envelope_only(void **state)
{
#define U "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/"
	static const char from[] =
	    "<a:x xmlns:a=\"" U "1.1\" y=\"" U "1.1\" z='>'>" U
	    "1.1<!--xmlns=\"" U "1.1\"--><b xmlns='" U "basic/1.1' xmlns:d=\"" U
	    "directive/1.3\"/></a:x>";
	static const char to[] =
	    "<a:x xmlns:a=\"" U "1.3\" y=\"" U "1.1\" z='>'>" U
	    "1.1<!--xmlns=\"" U "1.1\"--><b xmlns='" U "basic/1.3' xmlns:d=\"" U
	    "directive/1.3\"/></a:x>";
	struct buf out;

	(void)state;
	buf_init(&out, 0);
	emu_convert(from, strlen(from), EMU_V11, EMU_V13, &out);
	assert_string_equal(buf_text(&out), to);
	buf_release(&out);
}

static void
parts_are_put_back_into_the_envelope(void **state)
{
	static const char type[] =
	    "Multipart/Related; start=\"<r@x>\"; boundary=\"b;1\"";
	static const char body[] =
	    "--b;1\r\nContent-ID: <a b@x>\r\n\r\nhello\r\n"
	    "--b;1\r\ncontent-id: <r@x>\r\n\r\n"
	    "<e xmlns:i=\"http://www.w3.org/2004/08/xop/include\"><c>"
	    "<i:Include href=\"cid:a%20b@x\"/></c></e>\r\n--b;1--";
	static const char *const broken[] = { "", "--b;1\r\nx",
		"--b;1\r\n\r\n<a/>", "--b;1--" };
	struct err err;
	struct buf out;

	(void)state;
	buf_init(&out, 0);
	assert_int_equal(
	    emu_mime_open(type, body, strlen(body), &out, &err), 0);
	assert_non_null(strstr(buf_text(&out), "<c>aGVsbG8=</c>"));
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_int_equal(emu_mime_open(type, broken[i],
				     strlen(broken[i]), &out, &err),
		    -1);
	buf_release(&out);
}

static void
times_have_zones(void **state)
{
	int64_t ms = 0;

	(void)state;
	assert_int_equal(emu_wire_time("1970-01-01T03:00:01.5+03:00", &ms), 0);
	assert_int_equal(ms, 1500);
	assert_int_equal(emu_wire_time("1970-01-01T00:00:00Z", &ms), 0);
	assert_int_equal(ms, 0);
	assert_int_equal(emu_wire_time("1970-01-01", &ms), -1);
	assert_int_equal(emu_wire_time("1970-01-01T00:00:00+3", &ms), -1);
}

static void
a_wrong_line_is_named(void **state)
{
	static const char *const lines[] = { "listen no", "nonsense 1",
		"fault nothing", "fault delay x", "fault element No",
		"fault reset chance 101%", "fault reset on Nothing",
		"version a b", "send nobody x", "unconfirmed soon",
		"participant x role king", "send \"open" };
	struct emu *emu = emu_new();
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(
		    emu_conf_text(emu, "f", NULL, lines[i], &err), -1);
		assert_string_equal(err.code, "EMU_CONF");
		assert_memory_equal(err.text, "f:1: ", 5);
	}
	emu_free(emu);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_count_and_end),
		cmocka_unit_test(chances_repeat_with_their_seed),
		cmocka_unit_test(a_dropped_answer_was_carried_out),
		cmocka_unit_test(
		    a_duplicate_comes_after_its_ack_and_a_lost_ack_too),
		cmocka_unit_test(a_wrong_signature_does_not_verify),
		cmocka_unit_test(an_accepted_request_may_be_rejected_later),
		cmocka_unit_test(
		    a_request_past_its_end_of_life_is_not_delivered),
		cmocka_unit_test(
		    a_selector_takes_any_version_and_refuses_strangers),
		cmocka_unit_test(limits_of_a_participant_hold),
		cmocka_unit_test(envelopes_are_checked_against_their_shape),
		cmocka_unit_test(
		    conversion_renames_declarations_of_the_envelope_only),
		cmocka_unit_test(parts_are_put_back_into_the_envelope),
		cmocka_unit_test(times_have_zones),
		cmocka_unit_test(a_wrong_line_is_named),
	};

	signer_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
