#include "tools/smevemu/emu_stub.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_compose.h"
#include "tools/smevemu/emu_line.h"
#include "tools/smevemu/emu_wire_read.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define DOCUMENT_BYTES (10 << 20)

enum stub_kind { STUB_DATA, STUB_REJECT, STUB_STATUS };

struct emu_reply {
	struct emu_reply *next;
	enum stub_kind kind;
	char *content, *ns, *name; /* of data */
	char *code, *text; /* of the others */
};

static void
reply_free(struct emu_reply *reply)
{
	free(reply->content);
	free(reply->ns);
	free(reply->name);
	free(reply->code);
	free(reply->text);
	free(reply);
}

void
emu_stub_free(struct emu_type *type)
{
	struct emu_reply *reply = type->replies, *next;

	for (; reply != NULL; reply = next) {
		next = reply->next;
		reply_free(reply);
	}
	type->replies = NULL;
}

/* The document at path as an answer of type. */
static int
read_document(struct emu_line *line, const struct emu_type *type,
    const char *path, struct emu_reply *reply)
{
	const struct emu_type_version *version;
	struct xml_doc *doc = NULL;
	struct buf text, copy;
	int rc = -1;

	buf_init(&text, 0);
	buf_init(&copy, 0);
	if (file_read(path, DOCUMENT_BYTES, &text, line->err) == -1
	    || xml_doc_parse(text.data, text.bytes, NULL, &doc, line->err)
		== -1)
		goto out;
	reply->ns = xstrdup(xml_ns(xml_doc_root(doc)));
	reply->name = xstrdup(xml_name(xml_doc_root(doc)));
	version = emu_type_find(line->emu, reply->ns, reply->name);
	if (version == NULL || version->type != type
	    || !str_equal(version->response, reply->name)) {
		emu_line_wrong(
		    line, "not a response of the type above", reply->name);
		goto out;
	}
	emu_wire_copy(xml_doc_root(doc), &copy);
	reply->content = xstrdup(buf_text(&copy));
	rc = 0;
out:
	xml_doc_free(doc);
	buf_release(&text);
	buf_release(&copy);
	return rc;
}

int
emu_stub_reply(struct emu_line *line)
{
	struct emu_type *type = line->emu->last_type;
	struct emu_reply *reply, **end;
	const char *word = line->words[1];
	bool words = line->count == 4;

	if (type == NULL)
		return emu_line_wrong(line, "no type before reply", word);
	if (!words && line->count != 2)
		return emu_line_wrong(line, "not understood", word);
	reply = xcalloc(1, sizeof(*reply));
	if (!words) {
		if (read_document(line, type, emu_line_path(line, word), reply)
		    == -1) {
			reply_free(reply);
			return -1;
		}
	} else {
		reply->kind =
		    strcmp(word, "status") == 0 ? STUB_STATUS : STUB_REJECT;
		reply->code = xstrdup(line->words[2]);
		reply->text = xstrdup(line->words[3]);
		if (reply->kind == STUB_REJECT && strcmp(word, "reject") != 0) {
			reply_free(reply);
			return emu_line_wrong(line, "not understood", word);
		}
	}
	for (end = &type->replies; *end != NULL; end = &(*end)->next)
		;
	*end = reply;
	return 0;
}

int
emu_stub_answer(struct emu *emu, struct emu_message *request, struct err *err)
{
	const struct emu_reply *reply =
	    request->type == NULL ? NULL : request->type->replies;
	int rc = 0;

	if (reply == NULL)
		return emu_compose_rejection(emu, request, "NO_DATA",
		    "Ответа в настройке эмулятора нет", err);
	for (; reply != NULL && rc == 0; reply = reply->next) {
		switch (reply->kind) {
		case STUB_DATA:
			rc = emu_compose_response(emu, request, reply->ns,
			    reply->name, reply->content, err);
			break;
		case STUB_REJECT:
			rc = emu_compose_rejection(
			    emu, request, reply->code, reply->text, err);
			break;
		case STUB_STATUS:
			rc = emu_compose_status(
			    emu, request, reply->code, reply->text, err);
			break;
		}
	}
	return rc;
}
