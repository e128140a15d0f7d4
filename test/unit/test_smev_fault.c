/*
 * The promises of smev/smev_fault.h: every fault has a code and a fate.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/err.h"
#include "smev/smev_codec.h"
#include "smev/smev_fault.h"
#include "smev/smev_names.h"
#include "xsd/xml_doc.h"

struct fixture {
	struct arena *arena;
	struct xml_doc *doc;
	struct smev_answer answer;
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

/* Read a fault that says text and has detail. */
static void
fault(struct fixture *f, enum smev_op op, const char *text, const char *detail)
{
	const char *body = arena_printf(f->arena,
	    "<e:Envelope xmlns:e=\"" SMEV_SOAP_NS "\" xmlns:xsi=\"" SMEV_XSI_NS
	    "\" xmlns:f=\"%s\" xmlns=\"%s\"><e:Header/><e:Body><e:Fault>"
	    "<faultcode xmlns=\"\">e:Server</faultcode>"
	    "<faultstring xmlns=\"\" xml:lang=\"ru\">%s</faultstring>%s"
	    "</e:Fault></e:Body></e:Envelope>",
	    smev_ns_faults(SMEV_1_2), smev_ns_basic(SMEV_1_2), text, detail);
	struct err err = { 0 };

	xml_doc_free(f->doc);
	f->doc = NULL;
	assert_int_equal(smev_read_answer(op, "text/xml", body, strlen(body),
			     f->arena, &f->doc, &f->answer, &err),
	    0);
	assert_int_equal(f->answer.kind, SMEV_ANSWER_FAULT);
	assert_non_null(code_find(f->answer.fault_code));
}

#define DETAIL(inner) "<detail xmlns=\"\">" inner "</detail>"

static const struct {
	const char *element, *code;
	enum err_kind kind;
} fates[] = {
	{ "BusinessDataTypeIsNotSupported", "SMEV_TYPE_UNSUPPORTED", ERR_HOLD },
	{ "InvalidContent", "SMEV_INVALID_CONTENT", ERR_HOLD },
	{ "UnknownMessageType", "SMEV_UNKNOWN_TYPE", ERR_HOLD },
	{ "TransactionCodeInvalid", "SMEV_TRANSACTION_CODE", ERR_HOLD },
	{ "MessageIsAlreadySent", "SMEV_ALREADY_SENT", ERR_NONE },
	{ "InvalidMessageIdFormat", "SMEV_MESSAGE_ID_FORMAT", ERR_HOLD },
	{ "StaleMessageId", "SMEV_STALE_MESSAGE_ID", ERR_RETRY },
	{ "AttachmentContentMiscoordination", "SMEV_ATTACH_MISMATCH",
	    ERR_HOLD },
	{ "AttachmentSizeLimitExceeded", "SMEV_ATTACH_SIZE", ERR_HOLD },
	{ "QuoteLimitExceeded", "SMEV_QUOTE_LIMIT", ERR_RETRY },
	{ "AccessDenied", "SMEV_ACCESS_DENIED", ERR_HOLD },
	{ "PersonalAccessDenied", "SMEV_PERSONAL_DENIED", ERR_HOLD },
	{ "SignatureVerificationFault", "SMEV_SIGNATURE_FAULT", ERR_HOLD },
	{ "SMEVFailure", "SMEV_FAILURE", ERR_RETRY },
	{ "IncorrectResponseContentType", "SMEV_RESPONSE_TYPE", ERR_HOLD },
	{ "RecipientIsNotFound", "SMEV_RECIPIENT_UNKNOWN", ERR_HOLD },
	{ "SenderIsNotRegistered", "SMEV_SENDER_UNKNOWN", ERR_HOLD },
	{ "RequestIsNotFound", "SMEV_REQUEST_UNKNOWN", ERR_HOLD },
	{ "TargetMessageIsNotFound", "SMEV_TARGET_NOT_FOUND", ERR_NONE },
	{ "DestinationOverflow", "SMEV_DEST_OVERFLOW", ERR_RETRY },
	{ "EndOfLifeReached", "SMEV_END_OF_LIFE", ERR_HOLD },
};

static void
every_element_has_its_fate_empty_or_filled(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++) {
		const char *name = fates[i].element;
		const char *ns = smev_ns_basic(SMEV_1_2);
		char *empty = arena_printf(
		    f->arena, DETAIL("<f:%s xmlns:b=\"%s\"/>"), name, ns);
		char *full = arena_printf(f->arena,
		    DETAIL("\n <f:%s xsi:type=\"SmevFault\" xmlns:b=\"%s\">"
			   "<b:Code>1</b:Code><b:Description>SMEV-777:текст"
			   "</b:Description></f:%s>\n"),
		    name, ns, name);

		for (int op = SMEV_SEND_REQUEST; op <= SMEV_QUEUE_STATISTICS;
		     op++) {
			fault(f, (enum smev_op)op, "что-то", empty);
			assert_string_equal(
			    f->answer.fault_code, fates[i].code);
			assert_string_equal(f->answer.fault_text, "что-то");
			fault(f, (enum smev_op)op, "что-то", full);
			assert_string_equal(
			    f->answer.fault_code, fates[i].code);
			assert_string_equal(
			    f->answer.fault_text, "SMEV-777:текст");
			assert_int_equal(f->answer.version, SMEV_1_2);
		}
		assert_int_equal(code_find(fates[i].code)->kind, fates[i].kind);
	}
}

/* Source: smev PROTOCOL 8.2 and 9; only the text tells. */
static void
files_that_smev_does_not_find_have_a_code_of_their_own(void **state)
{
	static const char *const texts[] = { "Ошибка проверки ftp файлов",
		"Ошибка проверки ftp файлов: файл не найден",
		"Некорректная информация о фтп вложениях; message id = 1" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fault(f, SMEV_SEND_REQUEST, texts[i],
		    DETAIL("<f:AttachmentContentMiscoordination/>"));
		assert_string_equal(f->answer.fault_code, "SMEV_FTP_FILES");
	}
	assert_int_equal(code_find("SMEV_FTP_FILES")->kind, ERR_RETRY);
	fault(f, SMEV_SEND_REQUEST,
	    "Превышен максимально допустимый суммарный размер ftp файлов.",
	    DETAIL("<f:AttachmentSizeLimitExceeded/>"));
	assert_string_equal(f->answer.fault_code, "SMEV_ATTACH_SIZE");
}

static void
signature_fault_says_what_is_wrong(void **state)
{
	static const char *const pairs[][2] = {
		{ "PoorSOAPEnvelopeFormat", "SMEV_SIG_ENVELOPE" },
		{ "NoSignatureFound", "SMEV_SIG_MISSING" },
		{ "IncorrectSignatureTarget", "SMEV_SIG_TARGET" },
		{ "SignatureIsInvalid", "SMEV_SIG_INVALID" },
		{ "CertificateIsNotFound", "SMEV_SIG_CERT_UNKNOWN" },
		{ "CertificateIsExpired", "SMEV_SIG_CERT_EXPIRED" },
		{ "SomethingNew", "SMEV_SIGNATURE_FAULT" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		fault(f, SMEV_ACK, "SMEV-100:",
		    arena_printf(f->arena,
			DETAIL("<f:SignatureVerificationFault>"
			       "<f:SignatureVerificationFault>%s"
			       "</f:SignatureVerificationFault>"
			       "</f:SignatureVerificationFault>"),
			pairs[i][0]));
		assert_string_equal(f->answer.fault_code, pairs[i][1]);
		assert_int_equal(code_find(pairs[i][1])->kind, ERR_HOLD);
	}
}

static void
number_decides_when_the_element_does_not(void **state)
{
	static const struct {
		const char *text, *code;
		enum err_kind kind;
	} numbers[] = {
		{ "SMEV-100: подпись", "SMEV_100", ERR_HOLD },
		{ "SMEV-300:", "SMEV_300", ERR_HOLD },
		{ "ошибка SMEV-301", "SMEV_301", ERR_NONE },
		{ "SMEV-403:схема", "SMEV_403", ERR_HOLD },
		{ "SMEV-501:", "SMEV_501", ERR_NONE },
		{ "SMEV-600:", "SMEV_600", ERR_RETRY },
		{ "SMEV-999:", "SMEV_FAULT_UNKNOWN", ERR_HOLD },
		{ "Connection refused", "SMEV_FAULT", ERR_RETRY },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		fault(f, SMEV_SEND_REQUEST, numbers[i].text, "");
		assert_string_equal(f->answer.fault_code, numbers[i].code);
		assert_int_equal(
		    code_find(numbers[i].code)->kind, numbers[i].kind);
	}
	fault(f, SMEV_SEND_REQUEST, "SMEV-301:", DETAIL("<f:Novelty/>"));
	assert_string_equal(f->answer.fault_code, "SMEV_301");
	fault(f, SMEV_SEND_REQUEST, "новое", DETAIL("<f:Novelty/>"));
	assert_string_equal(f->answer.fault_code, "SMEV_FAULT_UNKNOWN");
	fault(f, SMEV_SEND_REQUEST, "trace",
	    DETAIL("<SMEVFailure xmlns=\"urn://another\"/>"));
	assert_string_equal(f->answer.fault_code, "SMEV_FAULT");
}

static void
rate_limit_is_no_signature_fault(void **state)
{
#define LIMIT                                                                                                                 \
	"SMEV-100: Технологический доступ к СМЭВ временно отозван в связи с " \
	"нарушением установленного лимита обращений в систему"
	struct fixture *f = *state;

	fault(f, SMEV_GET_REQUEST, LIMIT, "");
	assert_string_equal(f->answer.fault_code, "SMEV_RATE_LIMIT");
	fault(f, SMEV_GET_REQUEST, LIMIT, DETAIL("<f:AccessDenied/>"));
	assert_string_equal(f->answer.fault_code, "SMEV_RATE_LIMIT");
	fault(f, SMEV_GET_REQUEST, "",
	    DETAIL("<f:SignatureVerificationFault><Description xmlns=\"urn://"
		   "x-artefacts-smev-gov-ru/services/message-exchange/types/"
		   "basic/1.2\">" LIMIT "</Description>"
		   "</f:SignatureVerificationFault>"));
	assert_string_equal(f->answer.fault_code, "SMEV_RATE_LIMIT");
	assert_int_equal(code_find("SMEV_RATE_LIMIT")->kind, ERR_RETRY);
}

static void
what_may_be_a_persons_is_masked(void **state)
{
	static const char *const pairs[][2] = {
		{ "Value 'Тестов' is not facet-valid",
		    "Value * is not facet-valid" },
		{ "поле \"Тест Тестович\" и «Тестова»", "поле * и *" },
		{ "СНИЛС 112-233-445 95 неверен", "СНИЛС * неверен" },
		{ "СНИЛС 11223344595.", "СНИЛС *." },
		{ "паспорт 4509123456", "паспорт *" },
		{ "до 2018-05-06 15:15", "до 2018-05-06 15:15" },
		{ "element '{urn://x}Name'", "element '{urn://x}Name'" },
		{ "Сообщение 'ce757035-62a6-11ee-b9a9-024200000071' не найдено",
		    "Сообщение 'ce757035-62a6-11ee-b9a9-024200000071' не "
		    "найдено" },
		{ "Сообщение ce757035-62a6-11ee-b9a9-024200000071.",
		    "Сообщение ce757035-62a6-11ee-b9a9-024200000071." },
		{ "cut 'Тес", "cut *" },
		{ "''", "''" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_string_equal(
		    smev_fault_mask(pairs[i][0], f->arena), pairs[i][1]);
	fault(f, SMEV_SEND_REQUEST, "плохо",
	    DETAIL("<f:InvalidContent><f:ValidationError errorPosition=\"41\">"
		   "Value 'Тестов'\nне подходит</f:ValidationError>"
		   "</f:InvalidContent>"));
	assert_string_equal(
	    f->answer.fault_text, "плохо; 41: Value * не подходит");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		T(every_element_has_its_fate_empty_or_filled),
		T(files_that_smev_does_not_find_have_a_code_of_their_own),
		T(signature_fault_says_what_is_wrong),
		T(number_decides_when_the_element_does_not),
		T(rate_limit_is_no_signature_fault),
		T(what_may_be_a_persons_is_masked),
	};

	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
