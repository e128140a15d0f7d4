/* What files may weigh at smevemu, its manners, and its page for a person. */
#include "test/lib/unit.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/uuid.h"
#include "test/lib/emu_peer.h"
#include "test/lib/signer.h"
#include "tools/smevemu/emu_page.h"
#include "tools/smevemu/emu_refusal.h"

/* dep sends rs a request with a file of 9 bytes (12 characters of base64). */
static void
send_file(struct peer *peer, char ret_id[UUID_BYTES])
{
	uuid_v1(ret_id);
	peer_call(peer, EMU_V13, peer->dep,
	    "<t:SendRequestRequest><t:SenderProvidedRequestData Id=\"A\">"
	    "<t:MessageID>%s</t:MessageID><b:MessagePrimaryContent>"
	    "<q:ask xmlns:q=\"urn://t/ask/1\"/></b:MessagePrimaryContent>"
	    "<b:AttachmentHeaderList><b:AttachmentHeader><b:contentId>f1"
	    "</b:contentId><b:MimeType>text/plain</b:MimeType>"
	    "</b:AttachmentHeader></b:AttachmentHeaderList>"
	    "</t:SenderProvidedRequestData><b:AttachmentContentList>"
	    "<b:AttachmentContent><b:Id>f1</b:Id><b:Content>\nMTIzNDU2\nNzg5"
	    "\n</b:Content></b:AttachmentContent></b:AttachmentContentList>"
	    "<t:CallerInformationSystemSignature>@SIGNATURE@"
	    "</t:CallerInformationSystemSignature></t:SendRequestRequest>",
	    ret_id);
}

static void
files_over_the_limit_of_a_message_are_refused(void **state)
{
	struct peer *peer =
	    peer_new("file-signatures on\nattachment-limit 9\n");
	char id[UUID_BYTES];

	(void)state;
	send_file(peer, id);
	assert_int_equal(peer->answer.status, 200);
	peer_free(peer);
	peer = peer_new("file-signatures on\nattachment-limit 8\n");
	send_file(peer, id);
	assert_true(peer_has(peer, "AttachmentSizeLimitExceeded"));
	peer_ask(peer, id, "x"); /* the id was not taken */
	assert_int_equal(peer->answer.status, 200);
	peer_free(peer);
}

static void
a_quota_is_free_again_when_files_are_confirmed(void **state)
{
	struct peer *peer =
	    peer_new("file-signatures on\nparticipant rs quota 20\n");
	char first[UUID_BYTES], id[UUID_BYTES];

	(void)state;
	send_file(peer, first);
	send_file(peer, id);
	assert_int_equal(peer->answer.status, 200);
	send_file(peer, id);
	assert_true(peer_has(peer, "QuoteLimitExceeded"));
	peer_ask(peer, id, "without files");
	assert_int_equal(peer->answer.status, 200);
	peer_get(peer, EMU_V13, peer->rs, "Request");
	assert_true(peer_has(peer, "AttachmentContent"));
	send_file(peer, id); /* taken, not confirmed */
	assert_true(peer_has(peer, "QuoteLimitExceeded"));
	peer_ack(peer, peer->rs, first);
	send_file(peer, id);
	assert_int_equal(peer->answer.status, 200);
	peer_free(peer);
}

static void
personal_access_can_be_denied_by_script(void **state)
{
	struct peer *peer =
	    peer_new("fault element PersonalAccessDenied on SendRequest\n");
	char id[UUID_BYTES];

	(void)state;
	send_file(peer, id);
	assert_int_equal(peer->answer.status, 500);
	assert_true(peer_has(peer, "PersonalAccessDenied"));
	assert_non_null(strstr(peer->answer.body.data, "faults/1.3\""));
	peer_free(peer);
}

/* Whether the page has text once at least. */
static bool
says(const struct buf *page, const char *text)
{
	return strstr(buf_text(page), text) != NULL;
}

static void
the_page_shows_participants_queues_and_messages(void **state)
{
	struct peer *peer = peer_new("fault delay 1 from dep times 2\n");
	char id[UUID_BYTES], other[UUID_BYTES], text[200];
	struct buf page;

	(void)state;
	uuid_v1(id);
	peer_ask(peer, id, "x");
	uuid_v1(other);
	peer_ask(peer, other, "x");
	peer_get(peer, EMU_V11, peer->rs, "Request");
	buf_init(&page, 0);
	emu_page_write(peer->emu, &page);
	/* Name, title, kind; calls; requests, responses, statuses, given. */
	assert_true(says(&page,
	    "<td>rs</td><td>Регион</td><td>внешний</td><td class=\"n\">1</td>"
	    "<td class=\"n\">1</td><td class=\"n\">0</td><td class=\"n\">0"
	    "</td><td class=\"n\">1</td>"));
	assert_true(says(&page, "встроенный: ЗАГС"));
	snprintf(text, sizeof(text), "/emu/messages/%s\"><code>%s<", id, id);
	assert_true(says(&page, text));
	assert_true(says(&page, "<td>выдано</td>"));
	assert_true(says(&page, "<td>в очереди</td>"));
	assert_true(says(&page, "fault delay 1 from dep times 2"));
	assert_true(says(&page, "<td>urn://t/ask/1</td>"));
	buf_release(&page);
	peer_free(peer);
}

static void
the_page_escapes_and_needs_nothing_from_elsewhere(void **state)
{
	struct peer *peer =
	    peer_new("participant dep title \"<script>x</script>&'\"\n");
	struct buf page;

	(void)state;
	buf_init(&page, 0);
	emu_page_write(peer->emu, &page);
	assert_true(says(&page, "&lt;script&gt;x&lt;/script&gt;&amp;"));
	assert_false(says(&page, "<script"));
	assert_false(says(&page, "src="));
	assert_false(says(&page, "<link"));
	assert_false(says(&page, "url("));
	assert_false(says(&page, "href=\"http"));
	assert_true(says(&page, "lang=\"ru\""));
	buf_release(&page);
	peer_free(peer);
}

static void
the_page_shows_what_was_wrong_with_a_refused_call(void **state)
{
	struct peer *peer = peer_new("fault element SMEVFailure on Ack\n");
	struct buf page;

	(void)state;
	buf_init(&page, 0);
	emu_page_write(peer->emu, &page);
	assert_true(says(&page, "Последние отказы</h2><p class=\"empty\">"));
	peer_call(peer, EMU_V11, peer->dep,
	    "<t:SendRequestRequest><t:Wrong/></t:SendRequestRequest>");
	peer_ack(peer, peer->rs, "x"); /* a script's fault is no mistake */
	peer_ask(peer, "<b:x/>", "x");
	buf_clear(&page);
	emu_page_write(peer->emu, &page);
	assert_true(says(
	    &page, "<td>—</td><td>SendRequest</td><td>InvalidContent</td>"));
	assert_true(says(&page, "Wrong: элемент здесь не допускается"));
	assert_true(says(&page, "ожидался элемент SenderProvidedRequestData"));
	assert_true(says(&page, "/emu/refused/2\">разбор"));
	assert_false(says(&page, "SMEVFailure<"));
	assert_non_null(emu_refusal_find(peer->emu, 1));
	assert_null(emu_refusal_find(peer->emu, 3));
	buf_release(&page);
	peer_free(peer);
}

static bool
answered(const struct peer *peer, const char *words)
{
	return strstr(buf_text(&peer->answer.body), words) != NULL;
}

static void
all_that_is_wrong_is_said_each_at_its_line(void **state)
{
	struct peer *peer = peer_new(NULL);
	const char *first, *second;

	(void)state;
	peer_call(peer, EMU_V11, peer->dep,
	    "<t:SendRequestRequest><t:SenderProvidedRequestData Id=\"A\">"
	    "<t:MessageID>x</t:MessageID>\n<t:Unknown/>\n"
	    "<b:MessagePrimaryContent/>\n<t:NodeID>n</t:NodeID>"
	    "</t:SenderProvidedRequestData></t:SendRequestRequest>");
	assert_true(peer_has(peer, "InvalidContent"));
	first = strstr(peer->answer.body.data, "errorPosition=\"2\"");
	assert_non_null(first);
	second = strstr(first, "errorPosition=\"3\"");
	assert_non_null(second);
	assert_non_null(strstr(first, "Unknown: элемент здесь"));
	assert_non_null(strstr(second, "ровно один вложенный элемент"));
	assert_non_null(strstr(second, "errorPosition=\"4\""));
	assert_non_null(strstr(second, "не на своём месте"));
	peer_free(peer);
}

static void
each_participant_is_answered_in_his_manner(void **state)
{
	struct peer *peer =
	    peer_new("ack empty\nparticipant rs dialect SOAP-ENV "
		     "details empty ack element\n");
	char id[UUID_BYTES];

	(void)state;
	uuid_v1(id);
	peer_ask(peer, id, "x");
	assert_true(answered(peer, "<soap:Envelope"));
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_true(answered(peer, "<SOAP-ENV:Envelope"));
	assert_true(peer->answer.soap_env);
	peer_ack(peer, peer->rs, id);
	assert_true(peer_has(peer, "AckResponse"));
	peer_ack(peer, peer->rs, id);
	assert_true(peer_has(peer, "TargetMessageIsNotFound"));
	assert_false(peer_has(peer, "Description"));
	peer_ack(peer, peer->dep, id);
	assert_true(peer_has(peer, "Description"));
	peer_free(peer);
	peer = peer_new("participant rs ack empty\n");
	peer_ask(peer, id, "x");
	peer_get(peer, EMU_V11, peer->rs, "Request");
	peer_ack(peer, peer->rs, id);
	assert_int_equal(peer->answer.status, 200);
	assert_false(peer_has(peer, "AckResponse"));
	assert_true(answered(peer, "<soap:Body></soap:Body>"));
	peer_free(peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_over_the_limit_of_a_message_are_refused),
		cmocka_unit_test(
		    a_quota_is_free_again_when_files_are_confirmed),
		cmocka_unit_test(personal_access_can_be_denied_by_script),
		cmocka_unit_test(
		    the_page_shows_participants_queues_and_messages),
		cmocka_unit_test(
		    the_page_shows_what_was_wrong_with_a_refused_call),
		cmocka_unit_test(all_that_is_wrong_is_said_each_at_its_line),
		cmocka_unit_test(each_participant_is_answered_in_his_manner),
		cmocka_unit_test(
		    the_page_escapes_and_needs_nothing_from_elsewhere),
	};

	signer_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
