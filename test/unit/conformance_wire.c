/*
 * What comes over the wire beside the schemas: the operator's own sample of a
 * call with a file, types of content as proxies leave them, and messages from
 * which SMEV leaves things out.  Source: smev PROTOCOL 2.1, 8.1 and 15.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "smev/smev_codec.h"
#include "smev/smev_mime.h"
#include "smev/smev_names.h"
#include "test/unit/conformance.h"
#include "test/unit/smev_samples.h"
#include "tools/smevemu/emu_mime.h"
#include "xsd/xml_doc.h"

#define ID       "5f0c4d3e-6c86-11ee-8c99-0242ac120002"
#define META     "5f0c4d3e-6c86-11ee-8c99-0242ac120003"
#define BOUNDARY "----=_Part_43_2071407460.1414486216474"

/* The operator's sample, whose file is cut off, with bytes in place of it. */
void
the_published_call_with_a_file_is_taken_apart(void **state)
{
	static const char type[] =
	    "multipart/related; type=\"application/xop+xml\"; "
	    "start=\"<rootpart@soapui.org>\"; start-info=\"text/xml\"; "
	    "boundary=\"" BOUNDARY "\"";
	struct arena *arena = arena_new();
	const char *path = sample_name(
	    arena, "vectors/mtom/02-SendRequestRequest-AttachMTOM.mime.txt");
	struct mime_message parts;
	const struct mime_part *part;
	struct buf file, envelope;
	struct err err = { 0 };
	const char *body;

	(void)state;
	if (access(path, R_OK) != 0) {
		print_message("no published samples: set KONTINGENT_SHARED\n");
		arena_free(arena);
		skip();
	}
	buf_init(&file, 0);
	buf_init(&envelope, 0);
	assert_int_equal(file_read(path, 1 << 20, &file, &err), 0);
	body = strstr(buf_text(&file), "--" BOUNDARY);
	assert_non_null(body);
	body = arena_printf(arena, "%s%sJFIF%s--" BOUNDARY "--", body,
	    strstr(body, "\r\n") == NULL ? "\n\n" : "\r\n\r\n",
	    strstr(body, "\r\n") == NULL ? "\n" : "\r\n");
	if (mime_parse(type, body, strlen(body), arena, &parts, &err) == -1)
		fail_msg("%s", err.text);
	assert_int_equal(parts.count, 2);
	assert_int_equal(parts.root, 0);
	part = mime_part_by_cid(&parts, "cid:attach5MB.jpg", arena);
	assert_non_null(part);
	assert_int_equal(part->bytes, 4);
	assert_memory_equal(part->data, "JFIF", 4);
	if (emu_mime_open(type, body, strlen(body), &envelope, &err) == -1)
		fail_msg("%s", err.text);
	assert_non_null(strstr(buf_text(&envelope), "SkZJRg=="));
	assert_null(strstr(buf_text(&envelope), "Include"));
	buf_release(&envelope);
	buf_release(&file);
	arena_free(arena);
}

#define ACKED                                                 \
	"<s:Envelope xmlns:s=\"" SMEV_SOAP_NS "\"><s:Body>"   \
	"<AckResponse xmlns=\"urn://x-artefacts-smev-gov-ru/" \
	"services/message-exchange/types/1.2\"/></s:Body></s:Envelope>"

void
the_type_of_content_says_only_whether_there_are_parts(void **state)
{
	static const char *const types[] = { "text/xml",
		"text/xml;charset=UTF-8", "text/xml; charset=utf-8",
		"TEXT/XML; Charset=\"UTF-8\"", "application/xml",
		"application/soap+xml", "text/html", "", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct arena *arena = arena_new();
		struct smev_answer answer;
		struct xml_doc *doc = NULL;
		struct err err = { 0 };

		assert_int_equal(
		    smev_read_answer(SMEV_ACK, types[i], "\xef\xbb\xbf" ACKED,
			strlen(ACKED) + 3, arena, &doc, &answer, &err),
		    0);
		assert_int_equal(answer.kind, SMEV_ANSWER_ACKED);
		tally.wire++;
		xml_doc_free(doc);
		arena_free(arena);
	}
}

/* A delivered request with all that metadata can say; versions by %1$s. */
static const char delivered[] =
    "<s:Envelope xmlns:s=\"" SMEV_SOAP_NS "\"><s:Body>"
    "<t:GetRequestResponse xmlns:t=\"%1$s\" xmlns:b=\"%2$s\">"
    "<t:RequestMessage><t:Request Id=\"S\"><t:SenderProvidedRequestData "
    "Id=\"A\"><t:MessageID>" ID "</t:MessageID>"
    "<t:ReferenceMessageID>" ID "</t:ReferenceMessageID>"
    "<t:TransactionCode>ignore</t:TransactionCode><b:MessagePrimaryContent>"
    "<q:Вопрос xmlns:q=\"urn://t/q\" Имя=\"1\"/></b:MessagePrimaryContent>"
    "</t:SenderProvidedRequestData><t:MessageMetadata>"
    "<t:MessageId>" META "</t:MessageId><t:MessageType>REQUEST</t:MessageType>"
    "<t:Sender><t:Mnemonic>FNS001</t:Mnemonic><t:HumanReadableName>ФНС"
    "</t:HumanReadableName></t:Sender><t:SendingTimestamp>"
    "2020-05-20T07:52:37.000+03:00</t:SendingTimestamp><t:DestinationName>"
    "unknown</t:DestinationName><t:Recipient><t:Mnemonic>500502_3T"
    "</t:Mnemonic></t:Recipient><t:SupplementaryData>"
    "<t:DetectedContentTypeName>not detected</t:DetectedContentTypeName>"
    "<t:InteractionType>NotDetected</t:InteractionType>"
    "</t:SupplementaryData><t:DeliveryTimestamp>"
    "2020-05-20T07:52:37.000+03:00</t:DeliveryTimestamp>"
    "<t:Status>messageIsDelivered</t:Status></t:MessageMetadata>"
    "<b:FSAttachmentsList></b:FSAttachmentsList><t:ReplyTo>r</t:ReplyTo>"
    "</t:Request></t:RequestMessage></t:GetRequestResponse></s:Body>"
    "</s:Envelope>";

/* xml without its first element t:name or b:name, in arena. */
static char *
without(const char *xml, const char *name, struct arena *arena)
{
	const char *open = strstr(xml, arena_printf(arena, "<t:%s>", name));
	const char *close = strstr(xml, arena_printf(arena, "</t:%s>", name));

	assert_true(open != NULL && close != NULL && open < close);
	return arena_printf(
	    arena, "%.*s%s", (int)(open - xml), xml, strchr(close, '>') + 1);
}

static void
take(const char *xml, const char *missing, enum smev_version version)
{
	struct arena *arena = arena_new();
	bool no_meta = strcmp(missing, "MessageMetadata") == 0
	    || strcmp(missing, "MessageId") == 0;
	struct smev_answer answer;
	struct xml_doc *doc = NULL;
	struct err err = { 0 };

	if (smev_read_answer(SMEV_GET_REQUEST, "text/xml", xml, strlen(xml),
		arena, &doc, &answer, &err)
	    == -1)
		fail_msg("without %s: %s", missing, err.text);
	assert_int_equal(answer.kind, SMEV_ANSWER_REQUEST);
	assert_int_equal(
	    answer.version, version == SMEV_1_1_2014 ? SMEV_1_1 : version);
	assert_string_equal(answer.message_id, ID);
	assert_string_equal(answer.ack_id, no_meta ? ID : META);
	assert_int_equal(answer.attachment_count, 0);
	assert_non_null(answer.content);
	assert_null(answer.smev_signature);
	if (strcmp(missing, "ReplyTo") != 0)
		assert_string_equal(answer.reply_to, "r");
	tally.wire++;
	xml_doc_free(doc);
	arena_free(arena);
}

void
a_message_is_read_without_what_smev_leaves_out(void **state)
{
	static const char *const optional[] = { "ReferenceMessageID",
		"TransactionCode", "MessageId", "MessageType", "Sender",
		"HumanReadableName", "SendingTimestamp", "DestinationName",
		"Recipient", "SupplementaryData", "DetectedContentTypeName",
		"DeliveryTimestamp", "Status", "MessageMetadata", "ReplyTo" };

	(void)state;
	for (int v = 0; v < VERSIONS; v++) {
		enum smev_version version = (enum smev_version)v;
		struct arena *arena = arena_new();
		char *whole = arena_printf(arena, delivered,
		    smev_ns_types(version), smev_ns_basic(version));
		size_t count = sizeof(optional) / sizeof(optional[0]);

		take(whole, "", version);
		for (size_t i = 0; i < count; i++)
			take(without(whole, optional[i], arena), optional[i],
			    version);
		arena_free(arena);
	}
}
