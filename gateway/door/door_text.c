#include "gateway/door/door_text.h"

#include <string.h>

#include "base/buf.h"
#include "base/codes.h"
#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include "gateway/door/door_job.h"
#include "queue/mailbox.h"
#include "xsd/xml_date.h"
#include "xsd/xml_write.h"

#define SOAP_NS "http://schemas.xmlsoap.org/soap/envelope/"
#define XSI_NS  "http://www.w3.org/2001/XMLSchema-instance"

/* Left out when there is nothing to say. */
static void
leaf(struct xml_writer *w, const char *name, const char *text)
{
	if (text != NULL && *text != '\0')
		xml_write_leaf(w, name, text);
}

static void
open_soap(struct xml_writer *w, struct buf *out)
{
	xml_write_init(w, out);
	xml_write_open(w, "s:Envelope");
	xml_write_ns(w, "s", SOAP_NS);
	xml_write_open(w, "s:Body");
}

static void
close_all(struct xml_writer *w)
{
	while (w->depth > 0)
		xml_write_close(w);
}

void
door_text_envelope(const void *xml, size_t bytes, struct buf *out)
{
	struct xml_writer w;

	open_soap(&w, out);
	if (bytes > 0)
		xml_write_raw(&w, xml, bytes);
	close_all(&w);
}

void
door_text_fault(const char *code, const char *text, struct buf *out)
{
	const struct code *row = code_find(code);
	bool later = row == NULL || row->kind == ERR_RETRY;
	struct xml_writer w;
	struct buf words;

	buf_init(&words, 0);
	buf_addf(&words, "%s%s%s", row == NULL ? code : row->title,
	    *text == '\0' ? "" : ": ", text);
	open_soap(&w, out);
	xml_write_open(&w, "s:Fault");
	xml_write_leaf(&w, "faultcode", later ? "s:Server" : "s:Client");
	xml_write_leaf(&w, "faultstring", buf_text(&words));
	xml_write_open(&w, "detail");
	xml_write_open(&w, later ? "f:SystemFault" : "f:ValidationFault");
	xml_write_ns(&w, "f", DOOR_FAULT_NS);
	xml_write_leaf(&w, "f:code", code);
	xml_write_leaf(&w, "f:description", buf_text(&words));
	close_all(&w);
	buf_release(&words);
}

void
door_text_result(const char *system, const char *message_id, struct buf *out)
{
	struct xml_writer w;

	open_soap(&w, out);
	xml_write_open(&w, "a:MessageResult");
	xml_write_ns(&w, "a", DOOR_NS);
	xml_write_leaf(&w, "a:itSystem", system);
	xml_write_leaf(&w, "a:MessageId", message_id);
	close_all(&w);
}

/* The schema wants small letters; what is no UUID is not told. */
static void
leaf_id(struct xml_writer *w, const char *name, const char *id)
{
	char lower[UUID_BYTES] = "";

	if (id == NULL || !uuid_valid(id))
		return;
	for (size_t i = 0; i + 1 < sizeof(lower); i++)
		lower[i] = id[i] >= 'A' && id[i] <= 'F'
		    ? (char)(id[i] - 'A' + 'a')
		    : id[i];
	xml_write_leaf(w, name, lower);
}

void
door_text_letter(const struct letter *letter, const char *original_id,
    const void *message, size_t bytes, struct buf *out)
{
	struct xml_writer w;

	xml_write_init(&w, out);
	xml_write_open(&w, "a:QueryResult");
	xml_write_ns(&w, "a", DOOR_NS);
	xml_write_open(&w, "a:smevMetadata");
	leaf_id(&w, "a:MessageId", letter->message_id);
	leaf_id(&w, "a:ReferenceMessageID", letter->reference_id);
	leaf(&w, "a:TransactionCode", letter->transaction_code);
	leaf_id(&w, "a:OriginalMessageID", original_id);
	xml_write_close(&w);
	xml_write_raw(&w, message, bytes);
	close_all(&w);
}

static void
open_message(struct xml_writer *w, const char *type, struct buf *out)
{
	xml_write_init(w, out);
	xml_write_open(w, "a:Message");
	xml_write_ns(w, "a", DOOR_NS);
	xml_write_ns(w, "xsi", XSI_NS);
	xml_write_attr(w, "xsi:type", type);
}

/* What the system calls content, with its attachments in it. */
static void
write_content(struct xml_writer *w, const struct door_news *news,
    const struct door_enclosure *files, size_t file_count)
{
	size_t at = file_count == 0 ? 0 : (size_t)news->files_at;

	xml_write_raw(w, news->content, at);
	if (at != 0) {
		xml_write_open(w, "a:AttachmentHeaderList");
		xml_write_ns(w, "a", DOOR_NS);
		for (size_t i = 0; i < file_count; i++) {
			xml_write_open(w, "a:AttachmentHeader");
			xml_write_leaf(w, "a:filePath", files[i].path);
			leaf(w, "a:SignaturePKCS7", files[i].signature);
			xml_write_close(w);
		}
		xml_write_close(w);
	}
	xml_write_raw(w, news->content + at, strlen(news->content) - at);
}

static void
write_request(struct xml_writer *w, const struct letter *letter,
    const struct door_news *news)
{
	xml_write_open(w, "a:RequestMetadata");
	xml_write_leaf(w, "a:clientId", letter->client_id);
	leaf(w, "a:nodeId", news->node);
	leaf(w, "a:eol", news->eol);
	if (news->test)
		xml_write_leaf(w, "a:testMessage", "true");
	if (*news->business_process != '\0')
		xml_write_raw(
		    w, news->business_process, strlen(news->business_process));
	xml_write_close(w);
}

static void
write_response(struct xml_writer *w, const struct letter *letter)
{
	xml_write_open(w, "a:ResponseMetadata");
	xml_write_leaf(w, "a:clientId", letter->client_id);
	xml_write_leaf(w, "a:replyToClientId", letter->ref_client_id);
	xml_write_close(w);
}

/* StatusMessage; an ErrorMessage goes on after it. */
static void
write_status(struct xml_writer *w, const struct letter *letter,
    const struct door_news *news, const char *category, int64_t now_ms)
{
	char now[XML_DATETIME_BYTES];

	xml_datetime_format(now_ms, XML_ZONE_MOSCOW, now);
	xml_write_open(w, "a:statusMetadata");
	xml_write_leaf(w, "a:clientId", letter->client_id);
	xml_write_leaf(w, "a:originalClientId", letter->ref_client_id);
	xml_write_close(w);
	xml_write_leaf(w, "a:status", category);
	leaf(w, "a:details", news->text);
	xml_write_leaf(w, "a:timestamp", now);
}

/* fault:code has fifty characters at most; ours and SMEV's are shorter. */
static void
write_error(
    struct xml_writer *w, const struct door_news *news, const char *type)
{
	char code[51];

	str_copy(code, sizeof(code), news->code);
	xml_write_leaf(w, "a:type", type);
	xml_write_open(w, "a:fault");
	xml_write_ns(w, "f", DOOR_FAULT_NS);
	leaf(w, "f:code", code);
	leaf(w, "f:description", news->text);
	xml_write_close(w);
}

void
door_text_news(const struct letter *letter, const struct door_news *news,
    const struct door_enclosure *files, size_t file_count, int64_t now_ms,
    struct buf *out)
{
	struct xml_writer w;

	switch (news->kind) {
	case DOOR_NEWS_REQUEST:
		open_message(&w, "a:RequestMessageType", out);
		write_request(&w, letter, news);
		write_content(&w, news, files, file_count);
		break;
	case DOOR_NEWS_RESPONSE:
	case DOOR_NEWS_STATUS:
		open_message(&w, "a:ResponseMessageType", out);
		write_response(&w, letter);
		write_content(&w, news, files, file_count);
		break;
	case DOOR_NEWS_NOTE:
		open_message(&w, "a:StatusMessage", out);
		write_status(&w, letter, news, "OTHER", now_ms);
		break;
	case DOOR_NEWS_ERROR:
	case DOOR_NEWS_END:
		open_message(&w, "a:ErrorMessage", out);
		write_status(&w, letter, news, "ERROR", now_ms);
		write_error(&w, news, "SERVER");
		break;
	}
	close_all(&w);
}

void
door_text_refusal(const char *code, const char *text, const char *client_id,
    int64_t now_ms, struct buf *out)
{
	const struct code *row = code_find(code);
	struct door_news news = { .code = code };
	struct letter letter = { .ref_client_id = client_id };
	char id[UUID_BYTES];
	struct xml_writer w;
	struct buf words, message;

	buf_init(&words, 0);
	buf_init(&message, 0);
	buf_addf(&words, "%s%s%s", row == NULL ? code : row->title,
	    *text == '\0' ? "" : ": ", text);
	if (row != NULL)
		buf_addf(&words, ". %s", row->next);
	news.text = buf_text(&words);
	uuid_v1(id);
	letter.client_id = id;
	open_message(&w, "a:ErrorMessage", &message);
	write_status(&w, &letter, &news, "ERROR", now_ms);
	write_error(&w, &news, "CLIENT");
	close_all(&w);
	door_text_letter(&letter, "", message.data, message.bytes, out);
	buf_release(&message);
	buf_release(&words);
}
