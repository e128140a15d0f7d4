/* smevemu --check: all that is wrong with one saved envelope. */
#include "test/lib/unit.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/uuid.h"
#include "crypto/keystore.h"
#include "test/lib/emu_peer.h"
#include "test/lib/keys.h"
#include "test/lib/signer.h"
#include "tools/smevemu/emu_check.h"
#include "tools/smevemu/emu_conf.h"
#include "tools/smevemu/emu_mime.h"
#include "tools/smevemu/emu_push.h"
#include "tools/smevemu/emu_remark.h"
#include "xsd/xml_doc.h"
#include "xsd/xsd_registry.h"

#define TYPES "urn://x-artefacts-smev-gov-ru/services/message-exchange/types"

static const char form[] =
    "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\" "
    "xmlns:t=\"" TYPES "/1.1\" xmlns:b=\"" TYPES "/basic/1.1\"><S:Body>\n"
    "<t:SendRequestRequest><t:SenderProvidedRequestData Id=\"A\">"
    "<t:MessageID>%s</t:MessageID>\n<b:MessagePrimaryContent>"
    "<q:ask xmlns:q=\"urn://t/ask/1\">x</q:ask></b:MessagePrimaryContent>"
    "%s</t:SenderProvidedRequestData>\n"
    "<t:CallerInformationSystemSignature>@SIGNATURE@"
    "</t:CallerInformationSystemSignature></t:SendRequestRequest></S:Body>"
    "</S:Envelope>";

struct look {
	struct peer *peer;
	struct arena *arena;
	struct emu_remarks remarks;
	struct buf text, notes;
};

static void
begin(struct look *look)
{
	memset(look, 0, sizeof(*look));
	look->peer = peer_new(NULL);
	look->arena = arena_new();
}

static void
check(struct look *look, const void *p, size_t bytes)
{
	buf_release(&look->text);
	buf_release(&look->notes);
	buf_init(&look->text, 0);
	buf_init(&look->notes, 0);
	emu_remarks_init(&look->remarks, look->arena);
	emu_check(look->peer->emu, p, bytes, &look->remarks, &look->notes);
	emu_remarks_text(&look->remarks, &look->text);
}

static void
end(struct look *look)
{
	buf_release(&look->text);
	buf_release(&look->notes);
	arena_free(look->arena);
	peer_free(look->peer);
}

/* A request of dep, with something after its content. */
static void
make(
    const struct look *look, const char *id, const char *after, struct buf *out)
{
	char filled[4000];

	snprintf(filled, sizeof(filled), form, id, after);
	buf_init(out, 0);
	sign_text(filled, "A", false, look->peer->dep, out);
}

static bool
wrong(const struct look *look, const char *words)
{
	return strstr(buf_text(&look->text), words) != NULL;
}

static bool
noted(const struct look *look, const char *words)
{
	return strstr(buf_text(&look->notes), words) != NULL;
}

static void
a_good_envelope_has_no_remarks(void **state)
{
	struct look look;
	char id[UUID_BYTES];
	struct buf call;

	(void)state;
	begin(&look);
	uuid_v1(id);
	make(&look, id, "", &call);
	check(&look, call.data, call.bytes);
	assert_int_equal(look.remarks.count, 0);
	assert_true(noted(&look, "вызов: SendRequest, конверт версии 1.1"));
	assert_true(noted(&look, "верна, участник dep"));
	assert_true(noted(&look, "вид сведений: ask"));
	buf_release(&call);
	end(&look);
}

static void
all_sides_are_looked_at_at_once(void **state)
{
	struct look look;
	char id[UUID_BYTES];
	struct buf call;

	(void)state;
	begin(&look);
	uuid_v4(id);
	make(&look, id,
	    "<b:RefAttachmentHeaderList><b:RefAttachmentHeader><b:uuid>x"
	    "</b:uuid><b:Hash>eA==</b:Hash><b:MimeType>text/plain</b:MimeType>"
	    "</b:RefAttachmentHeader></b:RefAttachmentHeaderList>"
	    "<t:Unknown Id=\"A\"/>",
	    &call);
	*strstr(call.data, ">x</q:ask>") = ' '; /* not well-formed any more */
	check(&look, call.data, call.bytes);
	assert_true(wrong(&look, "XML: "));
	*strstr(call.data, " x</q:ask>") = '>';
	strstr(call.data, ">x</q:ask>")[1] = 'y'; /* not what was signed */
	check(&look, call.data, call.bytes);
	assert_true(wrong(&look, "Id=\"A\" уже есть у другого элемента"));
	assert_true(wrong(&look, "Unknown: элемент здесь не допускается"));
	assert_true(wrong(&look, "MessageID — UUID версии 4"));
	assert_true(wrong(&look, "Hash не хэш по ГОСТ"));
	assert_true(wrong(&look, "uuid не UUID"));
	assert_true(wrong(&look, "нет подписи PKCS#7"));
	assert_true(wrong(&look, "строка 3: "));
	assert_true(noted(&look,
	    "CallerInformationSystemSignature над "
	    "SenderProvidedRequestData: неверна"));
	buf_release(&call);
	end(&look);
}

static void
text_inside_a_signature_is_found(void **state)
{
	struct look look;
	char id[UUID_BYTES], *at;
	struct buf call, spoilt;

	(void)state;
	begin(&look);
	uuid_v1(id);
	make(&look, id, "", &call);
	at = strstr(call.data, "<ds:KeyInfo>");
	buf_init(&spoilt, 0);
	buf_add(&spoilt, call.data, (size_t)(at - call.data));
	buf_adds(&spoilt, "\n");
	buf_adds(&spoilt, at);
	check(&look, spoilt.data, spoilt.bytes);
	assert_true(wrong(&look, "даже переводов строк"));
	buf_release(&spoilt);
	buf_release(&call);
	end(&look);
}

static void
answers_are_checked_too(void **state)
{
	struct look look;
	char id[UUID_BYTES], type[300];
	struct buf whole, unix_lines, http;
	struct err err = { 0 };

	(void)state;
	begin(&look);
	assert_int_equal(xsd_registry_load(xsd_registry_folder(),
			     &look.peer->emu->schemas, &err),
	    0);
	uuid_v1(id);
	peer_ask(look.peer, id, "x");
	peer_get(look.peer, EMU_V11, look.peer->rs, "Request");
	check(&look, look.peer->answer.body.data, look.peer->answer.body.bytes);
	assert_int_equal(look.remarks.count, 0);
	assert_true(noted(&look, "SMEVSignature над Request: верна"));
	assert_true(noted(&look,
	    "SenderInformationSystemSignature над "
	    "SenderProvidedRequestData: верна"));

	buf_init(&whole, 0);
	buf_init(&unix_lines, 0);
	buf_init(&http, 0);
	emu_mime_wrap(
	    &look.peer->answer.body, true, &whole, type, sizeof(type));
	check(&look, whole.data, whole.bytes);
	assert_int_equal(look.remarks.count, 0);
	for (size_t i = 0; i < whole.bytes; i++) {
		if (whole.data[i] != '\r')
			buf_addc(&unix_lines, whole.data[i]);
	}
	check(&look, unix_lines.data, unix_lines.bytes);
	assert_int_equal(look.remarks.count, 0);
	buf_addf(&http, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n", type);
	buf_add(&http, whole.data, whole.bytes);
	check(&look, http.data, http.bytes);
	assert_int_equal(look.remarks.count, 0);
	assert_true(noted(&look, "SMEVSignature над Request: верна"));
	buf_release(&whole);
	buf_release(&unix_lines);
	buf_release(&http);
	end(&look);
}

static void
a_cancel_comes_as_a_request_and_not_in_1_3(void **state)
{
	char id[UUID_BYTES], other[UUID_BYTES], script[100];
	struct err err = { 0 };
	struct look look;

	(void)state;
	begin(&look);
	assert_int_equal(xsd_registry_load(xsd_registry_folder(),
			     &look.peer->emu->schemas, &err),
	    0);
	uuid_v1(id);
	peer_ask(look.peer, id, "x");
	peer_get(look.peer, EMU_V11, look.peer->rs, "Request");
	snprintf(script, sizeof(script), "cancel %s\n", id);
	assert_int_equal(
	    emu_conf_text(look.peer->emu, "script", NULL, script, &err), 0);
	peer_get(look.peer, EMU_V11, look.peer->rs, "Request");
	assert_string_equal(peer_text(look.peer, "MessageReference"), id);
	assert_true(peer_signed(look.peer, "SMEVSignature", "Cancel", "smev"));
	check(&look, look.peer->answer.body.data, look.peer->answer.body.bytes);
	assert_string_equal(buf_text(&look.text), "");
	snprintf(other, sizeof(other), "%s", peer_text(look.peer, "MessageId"));
	peer_ack(look.peer, look.peer->rs, other);
	assert_int_equal(look.peer->answer.status, 200);

	assert_int_equal(
	    emu_conf_text(look.peer->emu, "script", NULL, script, &err), 0);
	peer_get(look.peer, EMU_V13, look.peer->rs, "Request");
	assert_false(peer_has(look.peer, "RequestMessage"));
	assert_int_equal(emu_conf_text(look.peer->emu, "script", NULL,
			     "cancel nothing\n", &err),
	    -1);
	end(&look);
}

static void
a_notice_names_the_queues_that_have_messages(void **state)
{
	struct emu_participant *rs;
	char id[UUID_BYTES];
	struct look look;
	struct buf notice;
	struct xml_doc *doc = NULL;
	struct err err = { 0 };

	(void)state;
	begin(&look);
	assert_int_equal(xsd_registry_load(xsd_registry_folder(),
			     &look.peer->emu->schemas, &err),
	    0);
	rs = emu_participant(look.peer->emu, "rs");
	assert_false(rs->push_due);
	uuid_v1(id);
	peer_ask(look.peer, id, "x");
	assert_true(rs->push_due);
	buf_init(&notice, 0);
	emu_push_write(rs, &notice);
	assert_non_null(strstr(notice.data,
	    "<QueueName>delivery.rs._REQUEST_</QueueName>"
	    "<QueueSize>1</QueueSize>"));
	assert_null(strstr(notice.data, "RESPONSE"));
	assert_int_equal(
	    xml_doc_parse(notice.data, notice.bytes, NULL, &doc, &err), 0);
	emu_remarks_init(&look.remarks, look.arena);
	assert_int_equal(
	    emu_remark_schema(&look.remarks, look.peer->emu->schemas,
		find_element(xml_doc_root(doc), "PushNotificationRequest")),
	    0);
	xml_doc_free(doc);
	buf_release(&notice);
	end(&look);
}

static void
data_against_their_schema_may_be_rejected_later(void **state)
{
	char id[UUID_BYTES];
	struct err err = { 0 };
	struct look look;

	(void)state;
	begin(&look);
	assert_int_equal(xsd_registry_load(xsd_registry_folder(),
			     &look.peer->emu->schemas, &err),
	    0);
	for (int later = 0; later < 2; later++) {
		look.peer->emu->content_later = later;
		uuid_v1(id);
		peer_call(look.peer, EMU_V11, look.peer->rs,
		    "<t:SendRequestRequest><t:SenderProvidedRequestData "
		    "Id=\"A\"><t:MessageID>%s</t:MessageID>"
		    "<b:MessagePrimaryContent><f:PushChangesRequest "
		    "xmlns:f=\"urn://x-contingent/rs-federal/1.0.0\">\n"
		    "<f:Wrong/></f:PushChangesRequest></"
		    "b:MessagePrimaryContent>"
		    "</t:SenderProvidedRequestData>"
		    "<t:CallerInformationSystemSignature>@SIGNATURE@"
		    "</t:CallerInformationSystemSignature>"
		    "</t:SendRequestRequest>",
		    id);
		assert_int_equal(look.peer->answer.status, later ? 200 : 500);
		if (later)
			peer_get(look.peer, EMU_V11, look.peer->rs, "Response");
		assert_non_null(strstr(look.peer->answer.body.data,
		    "ValidationError errorPosition=\"2\""));
	}
	assert_string_equal(peer_text(look.peer, "OriginalMessageId"), id);
	assert_non_null(strstr(
	    look.peer->answer.body.data, "xsi:type=\"ns3:InvalidContent\""));
	check(&look, look.peer->answer.body.data, look.peer->answer.body.bytes);
	assert_string_equal(buf_text(&look.text), "");
	end(&look);
}

static void
values_of_a_wrong_type_are_named(void **state)
{
	static const struct {
		const char *call, *words;
	} calls[] = {
		{ "<t:GetRequestRequest><b:MessageTypeSelector Id=\"A\">"
		  "<b:Timestamp>вчера</b:Timestamp></b:MessageTypeSelector>"
		  "</t:GetRequestRequest>",
		    "Timestamp: \"вчера\" не дата и время" },
		{ "<t:SendRequestRequest><t:SenderProvidedRequestData>"
		  "<t:MessageID>x</t:MessageID><t:ReferenceMessageID>"
		  "8A4B1C36-6D2A-11E4-9803-0800200C9A66</t:ReferenceMessageID>"
		  "<b:MessagePrimaryContent><q xmlns=\"urn:q\"/>"
		  "</b:MessagePrimaryContent></t:SenderProvidedRequestData>"
		  "</t:SendRequestRequest>",
		    "не UUID строчными буквами" },
		{ "<t:SendResponseRequest><t:SenderProvidedResponseData>"
		  "<t:MessageID>x</t:MessageID><t:To>t</t:To><t:RequestStatus>"
		  "<t:StatusCode>x</t:StatusCode><t:StatusDescription>d"
		  "</t:StatusDescription></t:RequestStatus>"
		  "</t:SenderProvidedResponseData></t:SendResponseRequest>",
		    "StatusCode: \"x\" не число" },
		{ "<t:SendResponseRequest><t:SenderProvidedResponseData>"
		  "<t:MessageID>x</t:MessageID><t:To>t</t:To>"
		  "<t:RequestRejected><t:RejectionReasonCode>WHY"
		  "</t:RejectionReasonCode><t:RejectionReasonDescription>d"
		  "</t:RejectionReasonDescription></t:RequestRejected>"
		  "</t:SenderProvidedResponseData></t:SendResponseRequest>",
		    "нужно одно из ACCESS_DENIED" },
	};
	struct look look;

	(void)state;
	begin(&look);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		peer_call(
		    look.peer, EMU_V11, look.peer->rs, "%s", calls[i].call);
		assert_true(peer_has(look.peer, "InvalidContent"));
		assert_non_null(
		    strstr(look.peer->answer.body.data, calls[i].words));
	}
	end(&look);
}

/* Of a published sample: well-formed signatures, old certificates. */
static void
published_samples_verify(void **state)
{
	static const char *const names[] = {
		"smev/vectors/signed/01-mr-AckRequest.xml",
		"smev/vectors/signed/02-mr-GetRequestRequestWithFilter.xml",
		"smev/vectors/signed/06-mr-SendRequestRequestNoAttach.xml",
		"smev/vectors/signed/04-mr-GetResponseRequestWithFilter.xml",
		"smev/vectors/signed/10-mr-SendResponseRequestNoAttach.xml",
	};
	struct err err = { 0 };
	struct look look;
	struct buf sample;

	(void)state;
	begin(&look);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_init(&sample, 0);
		if (file_read(shared_path(names[i]), 1 << 20, &sample, &err)
		    == -1)
			skip();
		check(&look, sample.data, sample.bytes);
		assert_true(noted(&look, ": верна"));
		assert_false(noted(&look, "неверна"));
		buf_release(&sample);
	}
	end(&look);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_envelope_has_no_remarks),
		cmocka_unit_test(all_sides_are_looked_at_at_once),
		cmocka_unit_test(text_inside_a_signature_is_found),
		cmocka_unit_test(answers_are_checked_too),
		cmocka_unit_test(a_cancel_comes_as_a_request_and_not_in_1_3),
		cmocka_unit_test(a_notice_names_the_queues_that_have_messages),
		cmocka_unit_test(
		    data_against_their_schema_may_be_rejected_later),
		cmocka_unit_test(values_of_a_wrong_type_are_named),
		cmocka_unit_test(published_samples_verify),
	};

	signer_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
