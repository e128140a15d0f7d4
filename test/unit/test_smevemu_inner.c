/* What smevemu looks at inside a message, and how it says what is wrong. */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/uuid.h"
#include "crypto/cms.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "test/lib/emu_peer.h"
#include "test/lib/keys.h"
#include "test/lib/signer.h"
#include "tools/smevemu/emu_base64.h"
#include "tools/smevemu/emu_mime.h"
#include "tools/smevemu/emu_outgoing.h"
#include "xsd/xml_doc.h"

#define DIRECTIVE                                                       \
	"urn://x-artefacts-smev-gov-ru/services/message-exchange/types" \
	"/directive/1.3"

/* The ds:Signature by key over the element with Id "P" of xml. */
static char *
signature_over(const char *xml, const char *key_name)
{
	struct keypair *key = signer_key(key_name);
	struct buf text, out;
	char *begin, *end, *copy;

	buf_init(&text, 0);
	buf_init(&out, 0);
	buf_addf(&text, "<x>%s@SIGNATURE@</x>", xml);
	sign_text(buf_text(&text), "P", false, key, &out);
	begin = strstr(out.data, "<ds:Signature");
	assert_non_null(begin);
	end = strstr(begin, "</x>");
	copy = strndup(begin, (size_t)(end - begin));
	buf_release(&text);
	buf_release(&out);
	keypair_free(key);
	return copy;
}

/* dep sends rs content with what follows it, and then what follows the data. */
static void
send(struct peer *peer, enum emu_version version, const char *before,
    const char *content, const char *after, const char *outside)
{
	char id[UUID_BYTES];

	uuid_v1(id);
	peer_call(peer, version, peer->dep,
	    "<t:SendRequestRequest><t:SenderProvidedRequestData Id=\"A\">"
	    "<t:MessageID>%s</t:MessageID>%s<b:MessagePrimaryContent>%s"
	    "</b:MessagePrimaryContent>%s</t:SenderProvidedRequestData>%s"
	    "<t:CallerInformationSystemSignature>@SIGNATURE@"
	    "</t:CallerInformationSystemSignature></t:SendRequestRequest>",
	    id, before, content, after, outside);
}

static bool
says(const struct peer *peer, const char *words)
{
	return strstr(buf_text(&peer->answer.body), words) != NULL;
}

static const char content[] = "<q:ask xmlns:q=\"urn://t/ask/1\" Id=\"P\">x"
			      "</q:ask>";

static void
send_personal(struct peer *peer, const char *xml, const char *signer)
{
	char *signature = signature_over(content, signer);
	struct buf after;

	buf_init(&after, 0);
	buf_addf(
	    &after, "<t:PersonalSignature>%s</t:PersonalSignature>", signature);
	send(peer, EMU_V11, "", xml, buf_text(&after), "");
	buf_release(&after);
	free(signature);
}

static void
a_personal_signature_is_over_the_business_root(void **state)
{
	struct peer *peer = peer_new(NULL);

	(void)state;
	send_personal(peer, content, "personal");
	assert_int_equal(peer->answer.status, 200);
	send_personal(peer,
	    "<q:ask xmlns:q=\"urn://t/ask/1\" Id=\"P\">y</q:ask>", "personal");
	assert_true(says(peer, "SignatureIsInvalid"));
	assert_true(says(peer, "ЭП-СП не соответствует подписанным данным"));
	send_personal(peer,
	    "<q:ask xmlns:q=\"urn://t/ask/1\"><q:x Id=\"P\">x</q:x></q:ask>",
	    "personal");
	assert_true(says(peer, "IncorrectSignatureTarget"));
	peer_free(peer);
}

static void
a_type_may_demand_a_personal_signature(void **state)
{
	struct peer *peer =
	    peer_new("type secret provider rs\n"
		     "version urn://t/s/1 ask answer personal\n");

	(void)state;
	send(peer, EMU_V11, "", "<q:ask xmlns:q=\"urn://t/s/1\"/>", "", "");
	assert_true(says(peer, "NoSignatureFound"));
	assert_true(says(peer, "Отсутствует ЭП-СП"));
	peer_free(peer);
}

static void
who_signs_in_person_has_to_be_known_once_somebody_is(void **state)
{
	struct peer *peer = peer_new("participant dep personal personal.pem\n");

	(void)state;
	send_personal(peer, content, "personal");
	assert_int_equal(peer->answer.status, 200);
	send_personal(peer, content, "stranger");
	assert_true(says(peer, "CertificateIsNotFound"));
	assert_true(says(peer, "не зарегистрирован в СМЭВ"));
	peer_free(peer);

	peer = peer_new("trust ca.pem\ntrust ca.crl\n");
	send_personal(peer, content, "personal");
	assert_int_equal(peer->answer.status, 200);
	send_personal(peer, content, "expired");
	assert_true(says(peer, "CertificateIsExpired"));
	assert_true(says(peer, "Сертификат действителен до "));
	send_personal(peer, content, "future");
	assert_true(says(peer, "Сертификат действителен с "));
	send_personal(peer, content, "revoked");
	assert_true(says(peer, "отозван"));
	peer_free(peer);
}

static void
a_revoked_participant_is_refused(void **state)
{
	struct peer *peer = peer_new("participant gone cert revoked.pem\n");
	struct keypair *gone = signer_key("revoked");

	(void)state;
	peer_get(peer, EMU_V11, gone, "Request");
	assert_int_equal(peer->answer.status, 200);
	peer_free(peer);
	peer = peer_new("participant gone cert revoked.pem\n"
			"trust ca.pem\ntrust ca.crl\n");
	peer_get(peer, EMU_V11, gone, "Request");
	assert_int_equal(peer->answer.status, 500);
	assert_true(says(peer, "Cертификат отозван. Код ответа в ГУЦ"));
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_int_equal(peer->answer.status, 200);
	keypair_free(gone);
	peer_free(peer);
}

static void
an_unknown_system_is_named(void **state)
{
	struct peer *peer = peer_new(NULL);
	struct keypair *stranger = signer_key("sgo");

	(void)state;
	peer_get(peer, EMU_V11, stranger, "Request");
	assert_true(peer_has(peer, "SenderIsNotRegistered")
	    || says(peer, "SenderIsNotRegistered"));
	assert_true(says(peer, "CN="));
	keypair_free(stranger);
	peer_free(peer);
}

/* A file "text" inside the envelope, with a signature over signed_text. */
static void
send_file(struct peer *peer, const char *signed_text, const char *mime)
{
	unsigned char digest[32];
	struct arena *arena = arena_new();
	struct buf after, cms;
	struct err err = { 0 };

	buf_init(&after, 0);
	buf_init(&cms, 0);
	buf_addf(&after,
	    "<b:AttachmentHeaderList><b:AttachmentHeader><b:contentId>f"
	    "</b:contentId><b:MimeType>%s</b:MimeType>",
	    mime);
	if (signed_text != NULL) {
		gost_digest(GOST_STREEBOG_256, signed_text, strlen(signed_text),
		    digest);
		assert_int_equal(
		    cms_sign(peer->dep, digest, 32, clock_now_ms(), &cms, &err),
		    0);
		buf_addf(&after, "<b:SignaturePKCS7>%s</b:SignaturePKCS7>",
		    emu_base64_encode(cms.data, cms.bytes, arena));
	}
	buf_adds(&after, "</b:AttachmentHeader></b:AttachmentHeaderList>");
	send(peer, EMU_V11, "", "<q:ask xmlns:q=\"urn://t/ask/1\"/>",
	    buf_text(&after),
	    "<b:AttachmentContentList><b:AttachmentContent><b:Id>f</b:Id>"
	    "<b:Content>dGV4dA==</b:Content></b:AttachmentContent>"
	    "</b:AttachmentContentList>");
	buf_release(&after);
	buf_release(&cms);
	arena_free(arena);
}

static void
files_inside_are_signed_and_rightly(void **state)
{
	struct peer *peer = peer_new(NULL);

	(void)state;
	send_file(peer, "text", "text/plain");
	assert_int_equal(peer->answer.status, 200);
	send_file(peer, "other", "text/plain");
	assert_true(says(peer, "SignatureIsInvalid"));
	assert_true(says(peer, "ЭП-СП вложения f"));
	send_file(peer, NULL, "text/plain");
	assert_true(peer_has(peer, "AttachmentContentMiscoordination"));
	assert_true(says(peer, "требуемых полей"));
	send_file(peer, "text", "plain");
	assert_true(peer_has(peer, "ValidationError"));
	peer_free(peer);
	peer = peer_new("file-signatures off\n");
	send_file(peer, "other", "text/plain");
	assert_int_equal(peer->answer.status, 200);
	peer_free(peer);
}

static void
parts_of_an_answer_put_back_leave_signatures_whole(void **state)
{
	struct peer *peer = peer_new(NULL);
	struct buf wrapped, opened;
	struct err err = { 0 };
	char type[300];

	(void)state;
	send_file(peer, "text", "text/plain");
	peer_get(peer, EMU_V11, peer->rs, "Request");
	buf_init(&wrapped, 0);
	buf_init(&opened, 0);
	emu_mime_wrap(&peer->answer.body, true, &wrapped, type, sizeof(type));
	assert_non_null(
	    memmem(wrapped.data, wrapped.bytes, "\r\n\r\ntext\r\n", 10));
	assert_non_null(strstr(wrapped.data, "%3A%2F%2Fx-artefacts"));
	assert_null(strstr(wrapped.data, "dGV4dA=="));
	assert_int_equal(
	    emu_mime_open(type, wrapped.data, wrapped.bytes, &opened, &err), 0);
	xml_doc_free(peer->doc);
	assert_int_equal(
	    xml_doc_parse(opened.data, opened.bytes, NULL, &peer->doc, &err),
	    0);
	assert_true(peer_signed(peer, "SMEVSignature", "Request", "smev"));
	assert_true(peer_signed(peer, "SenderInformationSystemSignature",
	    "SenderProvidedRequestData", "source"));
	buf_release(&wrapped);
	buf_release(&opened);
	peer_free(peer);
}

/* A registry of one record, whose signature is over text. */
static void
send_record(struct peer *peer, const char *text)
{
	static const char form[] =
	    "<d:Record xmlns:d=\"" DIRECTIVE "\" Id=\"P\"><d:RecordContent>"
	    "<q:r xmlns:q=\"urn://t/list/1\">%s</q:r>"
	    "</d:RecordContent></d:Record>";
	char sent[500], over[500], *signature;
	struct buf list;

	snprintf(sent, sizeof(sent), form, "раз");
	snprintf(over, sizeof(over), form, text);
	signature = signature_over(over, "source");
	buf_init(&list, 0);
	buf_addf(&list,
	    "<q:list xmlns:q=\"urn://t/list/1\"><d:Registry "
	    "xmlns:d=\"" DIRECTIVE "\"><d:RegistryRecord><d:RecordId>7"
	    "</d:RecordId>%s<d:RecordSignature>%s</d:RecordSignature>"
	    "</d:RegistryRecord></d:Registry></q:list>",
	    sent, signature);
	send(peer, EMU_V13, "", buf_text(&list), "", "");
	buf_release(&list);
	free(signature);
}

static void
a_wrong_record_is_told_by_its_routing_status(void **state)
{
	struct peer *peer = peer_new(NULL);

	(void)state;
	send_record(peer, "раз");
	assert_int_equal(peer->answer.status, 200);
	assert_int_equal(
	    emu_participant(peer->emu, "rs")->requests.waiting.count, 1);
	send_record(peer, "два");
	assert_int_equal(peer->answer.status, 200);
	assert_int_equal(
	    emu_participant(peer->emu, "rs")->requests.waiting.count, 1);
	peer_get(peer, EMU_V13, peer->dep, "Response");
	assert_string_equal(peer_text(peer, "RecordId"), "7");
	assert_string_equal(
	    peer_text(peer, "RoutingStatusCode"), "signatureInvalid");
	assert_true(peer_signed(peer, "SMEVSignature", "Response", "smev"));
	peer_ack(peer, peer->dep, peer_text(peer, "MessageId"));

	send_record(peer, "два"); /* an older version has no RoutingStatus */
	peer_get(peer, EMU_V11, peer->dep, "Response");
	assert_true(peer_has(peer, "AsyncProcessingStatus"));
	assert_false(peer_has(peer, "RoutingStatus"));
	assert_true(peer_has(peer, "SmevFault"));
	peer_free(peer);
}

static void
a_transaction_code_is_whole(void **state)
{
	static const char form[] = "<t:TransactionCode>%s</t:TransactionCode>";
	static const struct {
		const char *code;
		int status;
	} codes[] = { { "ignore", 200 },
		{ "8a4b1c36-6d2a-11e4-9803-0800200c9a66|1234|AQID", 200 },
		{ "8a4b1c36-6d2a-11e4-9803-0800200c9a66|1234", 500 },
		{ "8a4b1c36-6d2a-11e4-9803-0800200c9a66||AQID", 500 },
		{ "8a4b1c36-6d2a-41e4-9803-0800200c9a66|1234|AQID", 500 },
		{ "8a4b1c36-6d2a-11e4-9803-0800200c9a66|1234|*", 500 } };
	struct peer *peer = peer_new(NULL);
	char before[200];

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		snprintf(before, sizeof(before), form, codes[i].code);
		send(peer, EMU_V11, before, content, "", "");
		assert_int_equal(peer->answer.status, codes[i].status);
		assert_int_equal(peer_has(peer, "TransactionCodeInvalid"),
		    codes[i].status == 500);
	}
	peer_free(peer);
}

static void
faults_tell_real_sizes_and_queues(void **state)
{
	struct peer *peer = peer_new("file-signatures on\nattachment-limit 3\n"
				     "participant rs capacity 1\n");
	char id[UUID_BYTES];

	(void)state;
	send_file(peer, "text", "text/plain");
	assert_string_equal(
	    peer_text(peer, "PermittedTotalAttachmentSize"), "3");
	assert_string_equal(peer_text(peer, "RealTotalAttachmentSize"), "4");
	uuid_v1(id);
	peer_ask(peer, id, "x");
	uuid_v1(id);
	peer_ask(peer, id, "x");
	assert_string_equal(
	    peer_text(peer, "DestinationName"), "delivery.rs._REQUEST_");
	peer_free(peer);
}

static void
a_built_in_participant_sends_files(void **state)
{
	struct peer *peer = peer_new(NULL);
	const struct emu_attach file = { .path = keys_path("ca.pem") };
	struct err err = { 0 };
	char id[UUID_BYTES];

	(void)state;
	assert_int_equal(
	    emu_outgoing_send(peer->emu, emu_participant(peer->emu, "zags"),
		content, strlen(content), &file, 1, id, &err),
	    0);
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_string_equal(peer_text(peer, "MessageID"), id);
	assert_string_equal(peer_text(peer, "contentId"), "file_1");
	assert_true(peer_has(peer, "SignaturePKCS7"));
	assert_true(peer_has(peer, "AttachmentContent"));
	assert_true(peer_signed(peer, "SenderInformationSystemSignature",
	    "SenderProvidedRequestData", "zags"));
	peer_free(peer);
}

static void
checks_come_in_the_order_of_smev(void **state)
{
	static const char form[] =
	    "<t:SendRequestRequest>%s<t:SenderProvidedRequestData Id=\"A\">"
	    "<t:MessageID>%s</t:MessageID>%s<b:MessagePrimaryContent>%s"
	    "</b:MessagePrimaryContent>%s</t:SenderProvidedRequestData>"
	    "<t:CallerInformationSystemSignature>@SIGNATURE@"
	    "</t:CallerInformationSystemSignature></t:SendRequestRequest>";
	static const char unknown[] = "<q:no xmlns:q=\"urn://t/no/1\"/>";
	static const char old[] = "1b4e28ba-2fa1-11d2-883f-0016d3cca427";
	static const char over[] = "<t:EOL>2014-02-11T17:10:03Z</t:EOL>";
	/* From all that is wrong, one thing fewer each time. */
	static const struct {
		const char *stray, *known, *id, *eol, *content, *fault;
	} calls[] = {
		{ "<t:Stray/>", NULL, old, over, unknown, "InvalidContent" },
		{ "", NULL, old, over, unknown, "SenderIsNotRegistered" },
		{ "", "yes", old, over, unknown,
		    "BusinessDataTypeIsNotSupported" },
		{ "", "yes", old, over, content, "StaleMessageId" },
		{ "", "yes", NULL, over, content,
		    "SignatureVerificationFault" },
		{ "", "yes", NULL, over, NULL, "EndOfLifeReached" },
		{ "", "yes", NULL, "", NULL, NULL },
	};
	struct peer *peer = peer_new(NULL);
	struct keypair *stranger = signer_key("sgo");
	char id[UUID_BYTES], *signature = signature_over(content, "personal");
	struct buf personal;

	(void)state;
	buf_init(&personal, 0);
	buf_addf(&personal, "<t:PersonalSignature>%s</t:PersonalSignature>",
	    signature);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		uuid_v1(id);
		/* With the content it was made for it is right. */
		peer_call(peer, EMU_V11,
		    calls[i].known == NULL ? stranger : peer->dep, form,
		    calls[i].stray, calls[i].id == NULL ? id : calls[i].id,
		    calls[i].eol,
		    calls[i].content == unknown ? unknown
			: calls[i].content == NULL
			? content
			: "<q:ask xmlns:q=\"urn://t/ask/1\" Id=\"P\">y</q:ask>",
		    buf_text(&personal));
		if (calls[i].fault == NULL)
			assert_int_equal(peer->answer.status, 200);
		else
			assert_true(peer_has(peer, calls[i].fault));
	}
	buf_release(&personal);
	free(signature);
	keypair_free(stranger);
	peer_free(peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_personal_signature_is_over_the_business_root),
		cmocka_unit_test(a_type_may_demand_a_personal_signature),
		cmocka_unit_test(
		    who_signs_in_person_has_to_be_known_once_somebody_is),
		cmocka_unit_test(a_revoked_participant_is_refused),
		cmocka_unit_test(an_unknown_system_is_named),
		cmocka_unit_test(files_inside_are_signed_and_rightly),
		cmocka_unit_test(
		    parts_of_an_answer_put_back_leave_signatures_whole),
		cmocka_unit_test(a_wrong_record_is_told_by_its_routing_status),
		cmocka_unit_test(a_transaction_code_is_whole),
		cmocka_unit_test(faults_tell_real_sizes_and_queues),
		cmocka_unit_test(a_built_in_participant_sends_files),
		cmocka_unit_test(checks_come_in_the_order_of_smev),
	};

	signer_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
