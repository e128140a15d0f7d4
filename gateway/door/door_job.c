#include "gateway/door/door_job.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/wire.h"

/* The texts of each, in the order in which they travel. */
#define CALL_TEXTS(c)                                                        \
	&(c)->code, &(c)->why, &(c)->system, &(c)->client_id,                \
	    &(c)->reply_to_client_id, &(c)->reference_client_id, &(c)->node, \
	    &(c)->datatype, &(c)->digest, &(c)->what
#define WORDS_TEXTS(w)                                                   \
	&(w)->content, &(w)->personal_signature, &(w)->business_process, \
	    &(w)->eol, &(w)->status_text
#define NEWS_TEXTS(n)                                                      \
	&(n)->reference_id, &(n)->transaction_code, &(n)->node, &(n)->eol, \
	    &(n)->business_process, &(n)->code, &(n)->text, &(n)->content
#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

static void
put_texts(struct buf *out, const char *const *const texts[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		wire_put_text(out, *texts[i]);
}

static void
take_texts(struct wire *wire, struct arena *arena, const char **const texts[],
    size_t count)
{
	for (size_t i = 0; i < count; i++)
		*texts[i] = wire_text(wire, arena);
}

static void
put_files(struct buf *out, const struct door_file *files, size_t count)
{
	wire_put_int(out, (int64_t)count);
	for (size_t i = 0; i < count; i++) {
		wire_put_text(out, files[i].path);
		wire_put_int(out, files[i].reference);
		wire_put_text(out, files[i].signature);
		wire_put_text(out, files[i].signer);
		wire_put_text(out, files[i].digest);
		wire_put_int(out, files[i].by_512);
	}
}

static struct door_file *
take_files(struct wire *wire, struct arena *arena, size_t *ret_count)
{
	size_t count = (size_t)wire_range(wire, 0, DOOR_FILES_MAX);
	struct door_file *files =
	    arena_alloc(arena, (count + 1) * sizeof(*files));

	for (size_t i = 0; i < count; i++) {
		files[i].path = wire_text(wire, arena);
		files[i].reference = wire_range(wire, 0, 1) == 1;
		files[i].signature = wire_text(wire, arena);
		files[i].signer = wire_text(wire, arena);
		files[i].digest = wire_text(wire, arena);
		files[i].by_512 = wire_range(wire, 0, 1) == 1;
	}
	*ret_count = count;
	return files;
}

void
door_call_write(const struct door_call *call, struct buf *out)
{
	const char *const *const texts[] = { CALL_TEXTS(call) };

	wire_put_int(out, call->op);
	wire_put_int(out, call->response);
	wire_put_int(out, call->final);
	wire_put_int(out, call->from_ms);
	wire_put_int(out, call->to_ms);
	put_texts(out, texts, COUNT_OF(texts));
	put_files(out, call->files, call->file_count);
	wire_put_blob(out, call->body, call->body_bytes);
	wire_put_blob(out, call->message, call->message_bytes);
	wire_put_blob(out, call->words, call->words_bytes);
}

bool
door_call_read(
    const void *p, size_t bytes, struct arena *arena, struct door_call *ret)
{
	const char **const texts[] = { CALL_TEXTS(ret) };
	struct wire wire;

	wire_open(&wire, p, bytes);
	ret->op = (enum door_op)wire_range(&wire, 0, DOOR_OP_END - 1);
	ret->response = wire_range(&wire, 0, 1) == 1;
	ret->final = wire_range(&wire, 0, 1) == 1;
	ret->from_ms = wire_int(&wire);
	ret->to_ms = wire_int(&wire);
	take_texts(&wire, arena, texts, COUNT_OF(texts));
	ret->files = take_files(&wire, arena, &ret->file_count);
	ret->body = wire_blob(&wire, &ret->body_bytes);
	ret->message = wire_blob(&wire, &ret->message_bytes);
	ret->words = wire_blob(&wire, &ret->words_bytes);
	return wire_ok(&wire);
}

static void
put_pairs(struct buf *out, const struct door_pair *pairs, size_t count)
{
	wire_put_int(out, (int64_t)count);
	for (size_t i = 0; i < count; i++) {
		wire_put_text(out, pairs[i].name);
		wire_put_text(out, pairs[i].value);
	}
}

static struct door_pair *
take_pairs(struct wire *wire, struct arena *arena, size_t *ret_count)
{
	size_t count = (size_t)wire_range(wire, 0, DOOR_LIST_MAX);
	struct door_pair *pairs =
	    arena_alloc(arena, (count + 1) * sizeof(*pairs));

	for (size_t i = 0; i < count; i++) {
		pairs[i].name = wire_text(wire, arena);
		pairs[i].value = wire_text(wire, arena);
	}
	*ret_count = count;
	return pairs;
}

void
door_words_write(const struct door_words *words, struct buf *out)
{
	const char *const *const texts[] = { WORDS_TEXTS(words) };

	put_texts(out, texts, COUNT_OF(texts));
	wire_put_int(out, words->test);
	wire_put_int(out, words->status_code);
	put_pairs(out, words->parameters, words->parameter_count);
	put_pairs(out, words->rejects, words->reject_count);
}

bool
door_words_read(
    const void *p, size_t bytes, struct arena *arena, struct door_words *ret)
{
	const char **const texts[] = { WORDS_TEXTS(ret) };
	struct wire wire;

	wire_open(&wire, p, bytes);
	take_texts(&wire, arena, texts, COUNT_OF(texts));
	ret->test = wire_range(&wire, 0, 1) == 1;
	ret->status_code = wire_range(&wire, INT32_MIN, INT32_MAX);
	ret->parameters = take_pairs(&wire, arena, &ret->parameter_count);
	ret->rejects = take_pairs(&wire, arena, &ret->reject_count);
	return wire_ok(&wire);
}

void
door_outgoing_write(const struct door_outgoing *outgoing, struct buf *out)
{
	wire_put_text(out, outgoing->reference_id);
	wire_put_text(out, outgoing->transaction_code);
	wire_put_blob(out, outgoing->words, outgoing->words_bytes);
}

bool
door_outgoing_read(
    const void *p, size_t bytes, struct arena *arena, struct door_outgoing *ret)
{
	struct wire wire;

	wire_open(&wire, p, bytes);
	ret->reference_id = wire_text(&wire, arena);
	ret->transaction_code = wire_text(&wire, arena);
	ret->words = wire_blob(&wire, &ret->words_bytes);
	return wire_ok(&wire);
}

void
door_news_write(const struct door_news *news, struct buf *out)
{
	const char *const *const texts[] = { NEWS_TEXTS(news) };

	wire_put_int(out, news->kind);
	wire_put_int(out, news->test);
	wire_put_int(out, news->files);
	wire_put_int(out, news->files_at);
	put_texts(out, texts, COUNT_OF(texts));
}

bool
door_news_read(
    const void *p, size_t bytes, struct arena *arena, struct door_news *ret)
{
	const char **const texts[] = { NEWS_TEXTS(ret) };
	struct wire wire;

	wire_open(&wire, p, bytes);
	ret->kind =
	    (enum door_news_kind)wire_range(&wire, 1, DOOR_NEWS_END - 1);
	ret->test = wire_range(&wire, 0, 1) == 1;
	ret->files = wire_range(&wire, 0, 1) == 1;
	ret->files_at = wire_range(&wire, 0, INT32_MAX);
	take_texts(&wire, arena, texts, COUNT_OF(texts));
	return wire_ok(&wire) && (size_t)ret->files_at <= strlen(ret->content);
}
