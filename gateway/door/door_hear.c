/* Runs in an opener: an answer of SMEV to a struct door_news. */
#include "gateway/door/door_hear.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codes.h"
#include "gateway/config.h"
#include "gateway/door/door_job.h"
#include "gateway/door/door_text.h"
#include "gateway/door/door_tree.h"
#include "gateway/flow/packet.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

bool
door_passes(const struct packet *packet)
{
	if (packet->job.channel != CHANNEL_SMEV)
		return false;
	if (packet->datatype != NULL)
		return strcmp(packet->datatype->adapter, CONFIG_DOOR) == 0;
	return packet->job.op == SMEV_GET_RESPONSE
	    || packet->job.op == SMEV_GET_STATUS;
}

static void
write_tree(struct xml_writer *w, const xmlNode *node)
{
	struct buf out;

	buf_init(&out, 0);
	door_tree_write(node, NULL, &out);
	xml_write_raw(w, buf_text(&out), out.bytes);
	buf_release(&out);
}

/* a:content with the business root and the official's signature over it.
 * Returns where the attachments would go. */
static size_t
write_content(struct xml_writer *w, const struct smev_answer *answer,
    const struct buf *out)
{
	size_t at;

	xml_write_open(w, "a:content");
	xml_write_open(w, "a:MessagePrimaryContent");
	write_tree(w, answer->content);
	xml_write_close(w);
	if (answer->personal_signature != NULL) {
		xml_write_open(w, "a:PersonalSignature");
		write_tree(w, answer->personal_signature);
		xml_write_close(w);
	}
	at = out->bytes;
	xml_write_close(w);
	return at;
}

/* The words that the adapter's schema has for a rejection. */
static bool
known_reject(const char *code)
{
	return strcmp(code, "ACCESS_DENIED") == 0
	    || strcmp(code, "NO_DATA") == 0
	    || strcmp(code, "UNKNOWN_REQUEST_DESCRIPTION") == 0;
}

static const char *
text(const xmlNode *node, const char *name, struct arena *arena)
{
	const char *found = xml_child_text(node, NULL, name, arena);

	return found == NULL ? "" : found;
}

/* a:rejects; false: there is one that the schema has no word for. */
static bool
write_rejects(struct xml_writer *w, const xmlNode *data, struct arena *arena)
{
	for (const xmlNode *n = xml_child(data, NULL, "RequestRejected");
	     n != NULL; n = xml_next(n, NULL, "RequestRejected")) {
		const char *code = text(n, "RejectionReasonCode", arena);
		const char *why = text(n, "RejectionReasonDescription", arena);

		if (!known_reject(code))
			return false;
		xml_write_open(w, "a:rejects");
		xml_write_leaf(w, "a:code", code);
		xml_write_leaf(w, "a:description", why);
		xml_write_close(w);
	}
	return true;
}

static void
write_status(
    struct xml_writer *w, const struct smev_answer *answer, struct arena *arena)
{
	const xmlNode *status =
	    xml_child(answer->sender_element, NULL, "RequestStatus");
	const xmlNode *n =
	    status == NULL ? NULL : xml_child(status, NULL, "StatusParameter");

	xml_write_open(w, "a:status");
	xml_write_leaf(
	    w, "a:code", arena_printf(arena, "%ld", answer->status_code));
	xml_write_leaf(w, "a:description", answer->status_text);
	for (; n != NULL; n = xml_next(n, NULL, "StatusParameter")) {
		xml_write_open(w, "a:parameter");
		xml_write_leaf(w, "a:key", text(n, "Key", arena));
		xml_write_leaf(w, "a:value", text(n, "Value", arena));
		xml_write_close(w);
	}
	xml_write_close(w);
}

/* RequestContent or ResponseContent; "" when it is an error instead. */
static const char *
content_of(const struct packet *packet, struct door_news *news)
{
	const struct smev_answer *answer = &packet->answer;
	const char *copy = "";
	struct xml_writer w;
	bool good = true;
	struct buf out;

	buf_init(&out, 0);
	xml_write_init(&w, &out);
	xml_write_open(&w,
	    answer->kind == SMEV_ANSWER_REQUEST ? "a:RequestContent"
						: "a:ResponseContent");
	xml_write_ns(&w, "a", DOOR_NS);
	if (answer->kind == SMEV_ANSWER_REJECTED)
		good = write_rejects(&w, answer->sender_element, packet->arena);
	else if (answer->kind == SMEV_ANSWER_STATUS)
		write_status(&w, answer, packet->arena);
	else
		news->files_at = (int64_t)write_content(&w, answer, &out);
	if (good) {
		xml_write_close(&w);
		copy = arena_strdup(packet->arena, buf_text(&out));
	} else {
		news->kind = DOOR_NEWS_ERROR;
		news->code = answer->reject_code;
		news->text = answer->reject_text;
	}
	buf_release(&out);
	return copy;
}

static const char *
process_of(const struct packet *packet)
{
	const xmlNode *data = packet->answer.sender_element;
	const xmlNode *from = data == NULL
	    ? NULL
	    : xml_child(data, NULL, "BusinessProcessMetadata");
	const char *copy;
	struct xml_writer w;
	struct buf out;

	if (from == NULL)
		return "";
	buf_init(&out, 0);
	xml_write_init(&w, &out);
	xml_write_open(&w, "a:BusinessProcessMetadata");
	xml_write_ns(&w, "a", DOOR_NS);
	for (const xmlNode *n = xml_child(from, NULL, NULL); n != NULL;
	     n = xml_next(n, NULL, NULL))
		write_tree(&w, n);
	xml_write_close(&w);
	copy = arena_strdup(packet->arena, buf_text(&out));
	buf_release(&out);
	return copy;
}

/* SMEV's own word: an error, or the state of something under way. */
static void
hear_async(const struct smev_answer *answer, struct door_news *news)
{
	news->kind = answer->failed ? DOOR_NEWS_ERROR : DOOR_NEWS_NOTE;
	news->code = answer->fault_code;
	news->text = *answer->fault_text != '\0' ? answer->fault_text
	    : *answer->status_text != '\0'       ? answer->status_text
						 : answer->status;
}

static const char *
code_title(const char *code)
{
	const struct code *row = code_find(code);

	return row == NULL ? "" : row->title;
}

static bool
hear(const struct packet *packet, struct door_news *news)
{
	const struct smev_answer *answer = &packet->answer;

	switch (answer->kind) {
	case SMEV_ANSWER_REQUEST:
		news->kind = DOOR_NEWS_REQUEST;
		news->business_process = process_of(packet);
		break;
	case SMEV_ANSWER_RESPONSE:
	case SMEV_ANSWER_REJECTED:
		news->kind = DOOR_NEWS_RESPONSE;
		break;
	case SMEV_ANSWER_STATUS:
		news->kind = DOOR_NEWS_STATUS;
		break;
	case SMEV_ANSWER_ASYNC:
		hear_async(answer, news);
		return true;
	default:
		return false;
	}
	if ((answer->kind == SMEV_ANSWER_REQUEST
		|| answer->kind == SMEV_ANSWER_RESPONSE)
	    && packet->root == NULL)
		return false;
	if (*packet->door_code != '\0') {
		news->kind = DOOR_NEWS_ERROR;
		news->code = packet->door_code;
		news->text = code_title(packet->door_code);
		return true;
	}
	news->content = content_of(packet, news);
	return true;
}

void
door_hear(struct packet *packet)
{
	const struct smev_answer *answer = &packet->answer;
	struct door_news news = { .reference_id = answer->reference_message_id,
		.transaction_code = answer->transaction_code,
		.node = answer->node_id,
		.eol = answer->eol,
		.business_process = "",
		.test = answer->test_message,
		.files = answer->attachment_count != 0,
		.code = "",
		.text = "",
		.content = "" };
	struct buf out;

	if (!packet->signature_ok || !door_passes(packet)
	    || packet->defects.total != 0 || !hear(packet, &news))
		return;
	buf_init(&out, 0);
	door_news_write(&news, &out);
	packet->door = arena_memdup(packet->arena, out.data, out.bytes);
	packet->door_bytes = out.bytes;
	buf_release(&out);
}
