/*
 * Each fault, in each answer that can carry it: its code, and from the code's
 * row in doc/codes.tsv what becomes of the message.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codes.h"
#include "base/err.h"
#include "smev/smev_codec.h"
#include "smev/smev_fault.h"
#include "smev/smev_names.h"
#include "test/unit/conformance.h"
#include "test/unit/conformance_schema.h"
#include "tools/smevemu/emu_mime.h"
#include "xsd/xml_doc.h"

#define SIGNATURE "SignatureVerificationFault"

enum detail { DETAIL_EMPTY, DETAIL_FILLED };

/* verdict: the word within SignatureVerificationFault. */
struct fate {
	const char *element, *verdict, *code;
	enum err_kind kind;
};

static const struct fate fates[] = {
	{ "AccessDenied", NULL, "SMEV_ACCESS_DENIED", ERR_HOLD },
	{ "AttachmentContentMiscoordination", NULL, "SMEV_ATTACH_MISMATCH",
	    ERR_HOLD },
	{ "AttachmentSizeLimitExceeded", NULL, "SMEV_ATTACH_SIZE", ERR_HOLD },
	{ "BusinessDataTypeIsNotSupported", NULL, "SMEV_TYPE_UNSUPPORTED",
	    ERR_HOLD },
	{ "DestinationOverflow", NULL, "SMEV_DEST_OVERFLOW", ERR_RETRY },
	{ "EndOfLifeReached", NULL, "SMEV_END_OF_LIFE", ERR_HOLD },
	{ "IncorrectResponseContentType", NULL, "SMEV_RESPONSE_TYPE",
	    ERR_HOLD },
	{ "InvalidContent", NULL, "SMEV_INVALID_CONTENT", ERR_HOLD },
	{ "InvalidMessageIdFormat", NULL, "SMEV_MESSAGE_ID_FORMAT", ERR_HOLD },
	{ "MessageIsAlreadySent", NULL, "SMEV_ALREADY_SENT", ERR_NONE },
	{ "PersonalAccessDenied", NULL, "SMEV_PERSONAL_DENIED", ERR_HOLD },
	{ "QuoteLimitExceeded", NULL, "SMEV_QUOTE_LIMIT", ERR_RETRY },
	{ "RecipientIsNotFound", NULL, "SMEV_RECIPIENT_UNKNOWN", ERR_HOLD },
	{ "RequestIsNotFound", NULL, "SMEV_REQUEST_UNKNOWN", ERR_HOLD },
	{ "SMEVFailure", NULL, "SMEV_FAILURE", ERR_RETRY },
	{ "SenderIsNotRegistered", NULL, "SMEV_SENDER_UNKNOWN", ERR_HOLD },
	{ SIGNATURE, NULL, "SMEV_SIGNATURE_FAULT", ERR_HOLD },
	{ SIGNATURE, "CertificateIsExpired", "SMEV_SIG_CERT_EXPIRED",
	    ERR_HOLD },
	{ SIGNATURE, "CertificateIsNotFound", "SMEV_SIG_CERT_UNKNOWN",
	    ERR_HOLD },
	{ SIGNATURE, "IncorrectSignatureTarget", "SMEV_SIG_TARGET", ERR_HOLD },
	{ SIGNATURE, "NoSignatureFound", "SMEV_SIG_MISSING", ERR_HOLD },
	{ SIGNATURE, "PoorSOAPEnvelopeFormat", "SMEV_SIG_ENVELOPE", ERR_HOLD },
	{ SIGNATURE, "SignatureIsInvalid", "SMEV_SIG_INVALID", ERR_HOLD },
	{ "StaleMessageId", NULL, "SMEV_STALE_MESSAGE_ID", ERR_RETRY },
	{ "TargetMessageIsNotFound", NULL, "SMEV_TARGET_NOT_FOUND", ERR_NONE },
	{ "TransactionCodeInvalid", NULL, "SMEV_TRANSACTION_CODE", ERR_HOLD },
	{ "UnknownMessageType", NULL, "SMEV_UNKNOWN_TYPE", ERR_HOLD },
};
#define FATES (sizeof(fates) / sizeof(fates[0]))

/* Numbers by themselves: no element that would tell more. */
static const struct {
	const char *text, *code;
	enum err_kind kind;
} numbers[] = {
	{ "SMEV-100: ЭП-ОВ не соответствует", "SMEV_100", ERR_HOLD },
	{ "SMEV-100: Технологический доступ к СМЭВ временно отозван в связи с "
	  "нарушением установленного лимита обращений в систему",
	    "SMEV_RATE_LIMIT", ERR_RETRY },
	{ "SMEV-300:Недопустимый формат", "SMEV_300", ERR_HOLD },
	{ "SMEV-301:Послано ранее", "SMEV_301", ERR_NONE },
	{ "SMEV-403:Нарушен формат", "SMEV_403", ERR_HOLD },
	{ "SMEV-501:Не найдено", "SMEV_501", ERR_NONE },
	{ "SMEV-600:Переполнена", "SMEV_600", ERR_RETRY },
	{ "SMEV-987:Чего никто не видел", "SMEV_FAULT_UNKNOWN", ERR_HOLD },
	{ "Read timed out", "SMEV_FAULT", ERR_RETRY },
};
#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

/* Parts of an answer that is being made, in the arena. */
static const char *
inner(const struct fate *fate, enum detail detail, struct arena *arena)
{
	const char *verdict = fate->verdict == NULL
	    ? ""
	    : arena_printf(
		arena, "<f:%s>%s</f:%s>", SIGNATURE, fate->verdict, SIGNATURE);

	if (detail == DETAIL_EMPTY)
		return verdict;
	return arena_printf(arena,
	    "<b:Code>tsmev3:AREA:CORE : TR:SYNC:SPS:4</b:Code>"
	    "<b:Description>SMEV-987:Текст</b:Description>%s",
	    verdict);
}

static const char *
fault_text(const char *soap, enum smev_version version, const char *said,
    const char *detail, struct arena *arena)
{
	return arena_printf(arena,
	    "<%s:Envelope xmlns:%s=\"" SMEV_SOAP_NS
	    "\" xmlns:xsi=\"" SMEV_XSI_NS
	    "\" xmlns:f=\"%s\" xmlns:b=\"%s\"><%s:Header/><%s:Body>"
	    "<%s:Fault><faultcode>%s:Server</faultcode><faultstring "
	    "xml:lang=\"ru\">%s</faultstring>%s</%s:Fault></%s:Body>"
	    "</%s:Envelope>",
	    soap, soap, smev_ns_faults(version), smev_ns_basic(version), soap,
	    soap, soap, soap, said, detail, soap, soap, soap);
}

/* Read xml as the answer to op in every form; returns how many there were. */
static unsigned
expect(enum smev_op op, enum smev_version version, const char *xml,
    const char *code, enum err_kind kind)
{
	unsigned count = 0;

	for (int f = 0; f < 2 * FORMS; f++) {
		char type[300] = "text/xml";
		struct arena *arena = arena_new();
		struct smev_answer answer;
		struct xml_doc *doc = NULL;
		struct err err = { 0 };
		struct buf written, body;

		buf_init(&written, 0);
		buf_init(&body, 0);
		form_write((enum form)(f / 2), xml, strlen(xml), &written);
		if (f % 2 == 1)
			emu_mime_wrap(
			    &written, true, &body, type, sizeof(type));
		else
			buf_add(&body, written.data, written.bytes);
		if (smev_read_answer(op, type, body.data, body.bytes, arena,
			&doc, &answer, &err)
		    == -1)
			fail_msg("%s: %s", err.text, buf_text(&written));
		if (strcmp(answer.fault_code, code) != 0)
			fail_msg("%s instead of %s: %s", answer.fault_code,
			    code, buf_text(&written));
		assert_non_null(code_find(code));
		assert_int_equal(code_find(code)->kind, kind);
		assert_true(version == SMEV_1_1_2014
		    || answer.kind == SMEV_ANSWER_ASYNC
		    || answer.version == version
		    || strstr(xml, "<detail") == NULL);
		xml_doc_free(doc);
		buf_release(&body);
		buf_release(&written);
		arena_free(arena);
		count++;
	}
	tally.fate[kind == ERR_NONE ? 0 : (int)kind] += count;
	return count;
}

static bool
no_such(int op, int version)
{
	return op == SMEV_QUEUE_STATISTICS && version == SMEV_1_3;
}

void
each_fault_has_its_fate_in_each_answer(void **state)
{
	static const char *const soaps[] = { "soap", "SOAP-ENV" };

	(void)state;
	for (size_t i = 0; i < FATES * OPS * VERSIONS * 2 * 2; i++) {
		const struct fate *fate = &fates[i % FATES];
		int op = (int)(i / FATES % OPS);
		int version = (int)(i / FATES / OPS % VERSIONS);
		enum detail detail = i / FATES / OPS / VERSIONS % 2
		    ? DETAIL_EMPTY
		    : DETAIL_FILLED;
		const char *soap = soaps[i / FATES / OPS / VERSIONS / 2];
		struct arena *arena;
		const char *node;

		if (no_such(op, version))
			continue;
		arena = arena_new();
		node = arena_printf(arena, "<detail><f:%s%s>%s</f:%s></detail>",
		    fate->element,
		    detail == DETAIL_FILLED ? " xsi:type=\"SmevFault\"" : "",
		    inner(fate, detail, arena), fate->element);
		tally.faults[op][version] +=
		    expect((enum smev_op)op, (enum smev_version)version,
			fault_text(
			    soap, (enum smev_version)version, "", node, arena),
			fate->code, fate->kind);
		arena_free(arena);
	}
}

/* The number in the text of a fault without detail, and in the description
 * of an element that we don't know. */
void
each_number_has_its_fate(void **state)
{
	(void)state;
	for (size_t i = 0; i < NUMBERS * OPS * VERSIONS; i++) {
		size_t n = i % NUMBERS;
		int op = (int)(i / NUMBERS % OPS);
		int version = (int)(i / NUMBERS / OPS);
		enum smev_version v = (enum smev_version)version;
		struct arena *arena;
		const char *node;

		if (no_such(op, version))
			continue;
		arena = arena_new();
		tally.numbers[op][version] += expect((enum smev_op)op, v,
		    fault_text("soap", v, numbers[n].text, "", arena),
		    numbers[n].code, numbers[n].kind);
		node = arena_printf(arena,
		    "<detail><f:Newest><b:Code>028122</b:Code><b:Description>"
		    "%s</b:Description></f:Newest></detail>",
		    numbers[n].text);
		if (strncmp(numbers[n].text, "SMEV-", 5) == 0)
			tally.numbers[op][version] += expect((enum smev_op)op,
			    v, fault_text("soap", v, "", node, arena),
			    numbers[n].code, numbers[n].kind);
		arena_free(arena);
	}
}

/* AsyncProcessingStatus with xsi:type, as a response and as a status. */
static const char *
async_text(bool by_status, enum smev_version version, const struct fate *fate,
    struct arena *arena)
{
	const char *status = arena_printf(arena,
	    "<t:AsyncProcessingStatus><t:OriginalMessageId>"
	    "5f0c4d3e-6c86-11ee-8c99-0242ac120002</t:OriginalMessageId>"
	    "<t:StatusCategory>requestIsRejectedBySmev</t:StatusCategory>"
	    "<t:StatusDetails>Текст</t:StatusDetails><t:SmevFault "
	    "xmlns:xsi=\"" SMEV_XSI_NS "\" xsi:type=\"f:%s\">%s</t:SmevFault>"
	    "</t:AsyncProcessingStatus>",
	    fate->element, inner(fate, DETAIL_FILLED, arena));
	const char *id = "5f0c4d3e-6c86-11ee-8c99-0242ac120003";
	const char *whole = by_status
	    ? arena_printf(arena,
		"<t:GetStatusResponse><t:SmevAsyncProcessingMessage>"
		"<t:AsyncProcessingStatusData Id=\"S\">%s"
		"</t:AsyncProcessingStatusData>"
		"</t:SmevAsyncProcessingMessage></t:GetStatusResponse>",
		status)
	    : arena_printf(arena,
		"<t:GetResponseResponse><t:ResponseMessage><t:Response "
		"Id=\"S\"><t:OriginalMessageId>%s</t:OriginalMessageId>"
		"<t:SenderProvidedResponseData Id=\"A\"><t:MessageID>%s"
		"</t:MessageID><t:To>1</t:To>%s"
		"</t:SenderProvidedResponseData><t:MessageMetadata>"
		"<t:MessageId>%s</t:MessageId></t:MessageMetadata>"
		"</t:Response></t:ResponseMessage></t:GetResponseResponse>",
		id, id, status, id);

	return arena_printf(arena,
	    "<soap:Envelope xmlns:soap=\"" SMEV_SOAP_NS "\" xmlns:t=\"%s\" "
	    "xmlns:b=\"%s\" xmlns:f=\"%s\"><soap:Body>%s</soap:Body>"
	    "</soap:Envelope>",
	    smev_ns_types(version), smev_ns_basic(version),
	    smev_ns_faults(version), whole);
}

void
each_later_rejection_has_its_fate(void **state)
{
	(void)state;
	for (size_t i = 0; i < FATES * VERSIONS * 2; i++) {
		const struct fate *fate = &fates[i % FATES];
		int version = (int)(i / FATES % VERSIONS);
		int by_status = (int)(i / FATES / VERSIONS);
		struct arena *arena = arena_new();

		tally.async[by_status][version] +=
		    expect(by_status ? SMEV_GET_STATUS : SMEV_GET_RESPONSE,
			(enum smev_version)version,
			async_text(
			    by_status, (enum smev_version)version, fate, arena),
			fate->code, fate->kind);
		arena_free(arena);
	}
}

void
each_fault_of_the_published_wsdl_is_known(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	if (!schema_there()) {
		print_message("no published schemas: set KONTINGENT_SHARED\n");
		arena_free(arena);
		skip();
	}
	for (int i = 0; i < OPS * VERSIONS; i++) {
		const char **names;
		size_t count = schema_faults((enum smev_version)(i / OPS),
		    (enum smev_op)(i % OPS), arena, &names);

		for (size_t n = 0; n < count; n++) {
			const char *code = smev_fault_by_element(names[n]);
			size_t known = 0;

			if (code == NULL)
				fail_msg("%s has no code", names[n]);
			for (size_t k = 0; k < FATES; k++)
				known +=
				    strcmp(fates[k].element, names[n]) == 0;
			assert_true(known > 0);
			assert_non_null(code_find(code));
		}
		tally.wsdl_faults[i % OPS][i / OPS] = (unsigned)count;
	}
	arena_free(arena);
}
