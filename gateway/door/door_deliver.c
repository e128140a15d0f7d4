#include "gateway/door/door_deliver.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/err.h"
#include "base/uuid.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/door/door_given.h"
#include "gateway/door/door_job.h"
#include "gateway/door/door_text.h"
#include "gateway/filer/folder.h"
#include "model/protocol.h"
#include "queue/file.h"
#include "queue/journal.h"
#include "queue/mailbox.h"
#include "queue/outbox.h"
#include "queue/queue.h"
#include "smev/smev.h"
#include "store/store.h"

/* The type of a request for a system behind the door, or NULL. */
static const struct config_datatype *
request_type(const struct transit *t)
{
	const struct config_datatype *type =
	    config_datatype_named(t->desk->config, t->decoded.datatype);

	if (t->decoded.answer != SMEV_ANSWER_REQUEST || type == NULL
	    || strcmp(type->adapter, CONFIG_DOOR) != 0 || !type->provider)
		return NULL;
	return type;
}

/* Whether nothing more is to come after it. */
static bool
last_word(struct transit *t)
{
	struct door_news news;

	return t->decoded.door_bytes == 0
	    || !door_news_read(
		t->decoded.door, t->decoded.door_bytes, t->arena, &news)
	    || news.kind == DOOR_NEWS_RESPONSE || news.kind == DOOR_NEWS_ERROR;
}

bool
door_answers(struct store_tx *tx, struct transit *t)
{
	struct envelope envelope, closed;
	struct letter *letter = arena_alloc(t->arena, sizeof(*letter));

	if (outbox_envelope(
		tx, t->decoded.original_message_id, t->arena, &envelope)
		== 0
	    || strcmp(envelope.kind, CONFIG_DOOR) != 0
	    || envelope.message_count == 0
	    || mailbox_sent(tx, envelope.messages[0].id, t->arena, letter) == 0)
		return false;
	/* A status is not the last word; whatever comes, it was delivered. */
	if (!last_word(t))
		outbox_delivered(tx, envelope.id,
		    door_answer_by_ms(tx, t->desk, &envelope, clock_now_ms()));
	else
		(void)outbox_answered(
		    tx, t->decoded.original_message_id, t->arena, &closed);
	t->door_to = letter;
	return true;
}

bool
door_wants(const struct transit *t)
{
	return t->door_to != NULL || request_type(t) != NULL;
}

static void
fail(struct store_tx *tx, enum err_kind kind, const char *code)
{
	struct err err;

	(void)err_set(&err, kind, code, "%s", "");
	store_fail(tx, &err);
}

static const char *
kind_of(const struct door_news *news)
{
	switch (news->kind) {
	case DOOR_NEWS_REQUEST:
		return MAILBOX_REQUEST;
	case DOOR_NEWS_RESPONSE:
		return MAILBOX_RESPONSE;
	case DOOR_NEWS_ERROR:
		return MAILBOX_ERROR;
	default:
		return MAILBOX_STATUS;
	}
}

/* The request that sent answers may be answered once more. */
static void
reopen(struct store_tx *tx, const struct letter *sent)
{
	struct letter request;

	if (strcmp(sent->kind, MAILBOX_RESPONSE) == 0
	    && mailbox_find(tx, sent->owner, MAILBOX_IN, sent->ref_client_id,
		   store_arena(tx), &request)
		== 1)
		mailbox_answered(tx, request.id, false);
}

/* Message and metadata as the system will read them. */
static void
put_letter(struct store_tx *tx, struct letter *letter,
    const struct door_news *news, const struct door_enclosure *files,
    size_t file_count, const char *original_id)
{
	struct buf message, body;

	buf_init(&message, 0);
	buf_init(&body, 0);
	door_text_news(
	    letter, news, files, file_count, clock_now_ms(), &message);
	door_text_letter(
	    letter, original_id, message.data, message.bytes, &body);
	letter->body = body.data;
	letter->body_bytes = body.bytes;
	(void)mailbox_put(tx, letter);
	buf_release(&body);
	buf_release(&message);
}

/* The folder of system, or NULL. */
static const char *
folder_of(const struct config *config, const char *system)
{
	for (size_t i = 0; i < config->source_count; i++)
		if (strcmp(config->sources[i].it_system, system) == 0
		    && *config->sources[i].folder != '\0')
			return config->sources[i].folder;
	return NULL;
}

/* Where the system will find the files of the message; the letter waits until
 * they are there. */
static struct door_enclosure *
enclose(struct store_tx *tx, struct transit *t, struct letter *letter,
    size_t *ret_count)
{
	const char *folder = folder_of(t->desk->config, letter->owner);
	const char *shelf = door_given_shelf(letter->message_id, t->arena);
	struct door_enclosure *ret;
	struct file_list list;
	const char **names;

	*ret_count = 0;
	file_list(tx, t->inbox_id, 0, t->arena, &list);
	if (folder == NULL || list.count == 0) {
		fail(tx, ERR_HOLD,
		    folder == NULL ? "DOOR_NO_FOLDER" : "BLOB_LOST");
		return NULL;
	}
	names = door_given_names(&list, t->arena);
	ret = arena_alloc(t->arena, list.count * sizeof(*ret));
	for (size_t i = 0; i < list.count; i++)
		ret[i] = (struct door_enclosure){
			arena_printf(t->arena, "%s/" FOLDER_FILES "/%s/%s",
			    folder, shelf, names[i]),
			list.files[i].signature
		};
	letter->files_of = t->inbox_id;
	*ret_count = list.count;
	return ret;
}

static void
put_news(struct store_tx *tx, struct transit *t, const struct door_news *news)
{
	const struct config_datatype *type = request_type(t);
	const struct letter *sent = t->door_to;
	struct door_enclosure *files = NULL;
	size_t file_count = 0;
	struct letter letter = {
		.owner = sent != NULL ? sent->owner : type->it_system.items[0],
		.side = MAILBOX_IN,
		.kind = kind_of(news),
		.client_id = t->packet_id,
		.ref_client_id = sent != NULL ? sent->client_id : "",
		.node = sent != NULL ? sent->node : "",
		.datatype = sent != NULL ? sent->datatype : type->name,
		.message_id = t->decoded.message_id,
		.reference_id = news->reference_id,
		.transaction_code = news->transaction_code,
		.reply_to = sent != NULL ? "" : t->decoded.reply_to,
		.sender = sent != NULL ? "" : t->decoded.sender,
	};

	if (news->files && news->files_at != 0)
		files = enclose(tx, t, &letter, &file_count);
	put_letter(tx, &letter, news, files, file_count,
	    sent != NULL ? t->decoded.original_message_id : "");
}

void
door_deliver(struct store_tx *tx, struct transit *t, struct protocol *protocol)
{
	struct door_news news;

	protocol->status = "ACCEPTED";
	t->state_name = INBOX_APPLIED;
	if (t->decoded.door_bytes == 0
	    || !door_news_read(
		t->decoded.door, t->decoded.door_bytes, t->arena, &news)) {
		fail(tx, ERR_HOLD, "X_INTERNAL");
		return;
	}
	put_news(tx, t, &news);
	/* A response of its own that came to nothing may be made once more. */
	if (news.kind == DOOR_NEWS_ERROR && t->door_to != NULL)
		reopen(tx, t->door_to);
}

void
door_spoilt(struct store_tx *tx, struct transit *t, const char *code)
{
	const struct code *row = code_find(code);
	struct door_news news = { .kind = DOOR_NEWS_ERROR,
		.reference_id = "",
		.transaction_code = "",
		.code = code,
		.text = row != NULL ? row->title : code };

	if (t->door_to != NULL)
		put_news(tx, t, &news);
}

/* Faults that the system can mend; all others wait for the operator. */
static bool
of_system(const char *code)
{
	static const char *const codes[] = { "SMEV_403", "SMEV_ACCESS_DENIED",
		"SMEV_ATTACH_MISMATCH", "SMEV_ATTACH_SIZE", "SMEV_END_OF_LIFE",
		"SMEV_INVALID_CONTENT", "SMEV_PERSONAL_DENIED",
		"SMEV_RECIPIENT_UNKNOWN", "SMEV_RESPONSE_TYPE",
		"SMEV_TRANSACTION_CODE", "SMEV_TYPE_UNSUPPORTED",
		"SMEV_UNSENDABLE" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(code, codes[i]) == 0)
			return true;
	return false;
}

bool
door_unsent(struct store_tx *tx, const struct envelope *envelope,
    const char *code, const char *why)
{
	const struct code *row = code_find(code);
	struct arena *arena = store_arena(tx);
	struct letter sent, letter;
	struct door_news news = { .kind = DOOR_NEWS_ERROR,
		.reference_id = "",
		.transaction_code = "",
		.code = code,
		.text = *why != '\0' ? why
		    : row != NULL    ? row->title
				     : code };
	char id[UUID_BYTES];

	if (strcmp(envelope->kind, CONFIG_DOOR) != 0 || !of_system(code)
	    || envelope->message_count == 0
	    || mailbox_sent(tx, envelope->messages[0].id, arena, &sent) == 0)
		return false;
	uuid_v1(id);
	letter = (struct letter){ .owner = sent.owner,
		.side = MAILBOX_IN,
		.kind = MAILBOX_ERROR,
		.client_id = id,
		.ref_client_id = sent.client_id,
		.node = sent.node,
		.datatype = sent.datatype,
		.message_id = "",
		.reference_id = "",
		.transaction_code = "" };
	put_letter(tx, &letter, &news, NULL, 0, envelope->message_id);
	(void)outbox_cancel(tx, envelope->messages[0].id, code);
	reopen(tx, &sent);
	return true;
}

int64_t
door_answer_by_ms(struct store_tx *tx, const struct desk *desk,
    const struct envelope *envelope, int64_t taken_ms)
{
	const struct config_datatype *type = NULL;
	struct letter sent;

	if (envelope->message_count != 0
	    && mailbox_sent(
		   tx, envelope->messages[0].id, store_arena(tx), &sent)
		== 1)
		type = config_datatype_named(desk->config, sent.datatype);
	return type == NULL ? 0 : taken_ms + type->deadline_s * 1000;
}
