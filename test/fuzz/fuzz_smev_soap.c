/*
 * Fuzz target: any bytes as the HTTP answer to one of our calls.
 *
 * The first byte chooses the call; the first line after it is Content-Type.
 */
#include "test/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/err.h"
#include "smev/smev_codec.h"
#include "xsd/xml_doc.h"

/* A fault has a row of the catalogue; no string is missing. */
static void
check(const struct smev_answer *a)
{
	bool fails =
	    a->kind == SMEV_ANSWER_FAULT || a->kind == SMEV_ANSWER_ASYNC;

	if (fails && code_find(a->fault_code) == NULL)
		abort();
	if (a->kind < SMEV_ANSWER_EMPTY || a->kind > SMEV_ANSWER_FAULT
	    || strlen(a->message_id) + strlen(a->ack_id) + strlen(a->reply_to)
		> (size_t)32 << 20)
		abort();
	for (size_t i = 0; i < a->attachment_count; i++) {
		if (a->attachments[i].id == NULL
		    || a->attachments[i].signature == NULL
		    || a->attachments[i].password == NULL)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static bool ready;
	const uint8_t *body;
	struct smev_answer answer;
	struct err err = { 0 };
	struct xml_doc *doc = NULL;
	struct arena *arena;
	enum smev_op op;
	char *type;

	if (!ready)
		xml_doc_setup();
	ready = true;
	if (bytes == 0 || (body = memchr(data, '\n', bytes)) == NULL)
		return 0;
	op = (enum smev_op)(*data % (SMEV_QUEUE_STATISTICS + 1));
	arena = arena_new();
	type = body == data ? arena_strdup(arena, "")
			    : arena_strndup(arena, (const char *)data + 1,
				(size_t)(body - data) - 1);
	body++;
	if (smev_read_answer(op, type, body, bytes - (size_t)(body - data),
		arena, &doc, &answer, &err)
	    == 0)
		check(&answer);
	else if (err.kind != ERR_RETRY || *err.text == '\0' || doc != NULL)
		abort();
	xml_doc_free(doc);
	arena_free(arena);
	return 0;
}
