#include "tools/smevemu/emu_mime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/uuid.h"
#include "tools/smevemu/emu_wire.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define PARTS_MAX 64

struct part {
	char id[300]; /* Content-ID without its brackets */
	const char *data;
	size_t bytes;
};

struct parts {
	struct part items[PARTS_MAX];
	size_t count;
	struct arena *arena;
};

static int
bad(struct err *err, const char *what)
{
	return err_set(err, ERR_REFUSE, "EMU_SOAP",
	    "Нарушен формат SOAP-конверта: MIME: %s", what);
}

bool
emu_mime_is_multipart(const char *content_type)
{
	return content_type != NULL
	    && strncasecmp(content_type, "multipart/", 10) == 0;
}

/* Parameter name of a Content-Type into dst; false: it has none. */
static bool
parameter(const char *type, const char *name, char *dst, size_t room)
{
	size_t length = strlen(name), used;
	const char *at = strchr(type, ';');

	while (at != NULL) {
		at += 1 + strspn(at + 1, " \t\r\n");
		if (strncasecmp(at, name, length) == 0 && at[length] == '=') {
			at += length + 1;
			used = *at == '"' ? strcspn(++at, "\"")
					  : strcspn(at, "; \t\r\n");
			if (used >= room)
				return false;
			memcpy(dst, at, used);
			dst[used] = '\0';
			return used > 0;
		}
		while (*at != '\0' && *at != ';') {
			if (*at == '"')
				at += 1 + strcspn(at + 1, "\"");
			at += *at != '\0';
		}
		at = *at == ';' ? at : NULL;
	}
	return false;
}

/* The header Content-ID among head; dst keeps "" when there is none. */
static void
content_id(const char *head, const char *end, char *dst, size_t room)
{
	const char *open, *close;

	dst[0] = '\0';
	for (; head < end; head++) {
		if (strncasecmp(head, "content-id:", 11) == 0) {
			open = memchr(head, '<', (size_t)(end - head));
			close = open == NULL
			    ? NULL
			    : memchr(open, '>', (size_t)(end - open));
			if (close != NULL && (size_t)(close - open) < room)
				snprintf(dst, room, "%.*s",
				    (int)(close - open - 1), open + 1);
			return;
		}
		head = memchr(head, '\n', (size_t)(end - head));
		if (head == NULL)
			return;
	}
}

static int
add_part(
    struct parts *parts, const char *begin, const char *end, struct err *err)
{
	const char *blank = memmem(begin, (size_t)(end - begin), "\r\n\r\n", 4);
	struct part *part;

	if (blank == NULL)
		return bad(err, "a part without headers");
	if (parts->count == PARTS_MAX)
		return bad(err, "too many parts");
	part = &parts->items[parts->count++];
	content_id(begin, blank, part->id, sizeof(part->id));
	part->data = blank + 4;
	part->bytes = (size_t)(end - part->data);
	return 0;
}

static int
cut(struct parts *parts, const char *boundary, const char *body, size_t bytes,
    struct err *err)
{
	char mark[256];
	int length = snprintf(mark, sizeof(mark), "\r\n--%s", boundary);
	const char *end = body + bytes, *at, *next;

	/* The first mark may stand at the very beginning. */
	if (bytes >= (size_t)length - 2
	    && memcmp(body, mark + 2, (size_t)length - 2) == 0)
		at = body + length - 2;
	else if ((at = memmem(body, bytes, mark, (size_t)length)) != NULL)
		at += length;
	while (at != NULL && end - at >= 2 && memcmp(at, "--", 2) != 0) {
		next = memmem(at, (size_t)(end - at), mark, (size_t)length);
		if (next == NULL)
			return bad(err, "no closing boundary");
		if (add_part(parts, at + 2, next, err) == -1)
			return -1;
		at = next + length;
	}
	return parts->count > 0 ? 0 : bad(err, "no parts");
}

/* %XX to bytes, in place: cids are percent-encoded. */
static void
unescape(char *text)
{
	char *to = text, hex[3] = "";

	for (; *text != '\0'; text++) {
		if (*text == '%'
		    && strspn(text + 1, "0123456789abcdefABCDEF") >= 2) {
			memcpy(hex, text + 1, 2);
			*to++ = (char)strtol(hex, NULL, 16);
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static const struct part *
find(const struct parts *parts, const char *id)
{
	for (size_t i = 0; i < parts->count; i++) {
		if (strcmp(parts->items[i].id, id) == 0)
			return &parts->items[i];
	}
	return NULL;
}

/* Put the bytes that include points to in its place. */
static int
inline_one(const struct parts *parts, xmlNode *include, struct err *err)
{
	const char *href = xml_attr(include, "href", parts->arena);
	const struct part *part = NULL;
	unsigned char *text;
	char *id;

	if (href != NULL && strncmp(href, "cid:", 4) == 0) {
		id = arena_strdup(parts->arena, href + 4);
		part = find(parts, id);
		if (part == NULL) {
			unescape(id);
			part = find(parts, id);
		}
	}
	if (part == NULL)
		return bad(err, "no part for xop:Include");
	text = arena_alloc(parts->arena, part->bytes / 3 * 4 + 8);
	EVP_EncodeBlock(
	    text, (const unsigned char *)part->data, (int)part->bytes);
	xmlNodeSetContent(include->parent, text);
	return 0;
}

static int
inline_all(const struct parts *parts, xmlNode *node, struct err *err)
{
	xmlNode *child = node->children, *next;

	for (; child != NULL; child = next) {
		next = child->next;
		if (child->type != XML_ELEMENT_NODE)
			continue;
		if (xml_is(child, EMU_NS_XOP, "Include"))
			return inline_one(parts, child, err);
		if (inline_all(parts, child, err) == -1)
			return -1;
	}
	return 0;
}

static int
open_root(const struct parts *parts, const struct part *root, struct buf *out,
    struct err *err)
{
	struct xml_doc *doc = NULL;
	xmlChar *text = NULL;
	int bytes = 0, rc = -1;

	if (xml_doc_parse(root->data, root->bytes, NULL, &doc, err) == -1)
		return -1;
	if (inline_all(parts, xml_doc_root(doc), err) == 0) {
		xmlDocDumpMemoryEnc(xml_doc_raw(doc), &text, &bytes, "UTF-8");
		buf_add(out, text, (size_t)bytes);
		rc = 0;
	}
	xmlFree(text);
	xml_doc_free(doc);
	return rc;
}

int
emu_mime_open(const char *content_type, const void *body, size_t bytes,
    struct buf *out, struct err *err)
{
	struct parts *parts;
	struct arena *arena;
	const struct part *root;
	char boundary[200], start[300], *id = start;
	int rc = -1;

	if (!parameter(content_type, "boundary", boundary, sizeof(boundary)))
		return bad(err, "no boundary");
	arena = arena_new();
	parts = arena_alloc(arena, sizeof(*parts));
	parts->arena = arena;
	if (cut(parts, boundary, body, bytes, err) == -1)
		goto out;
	root = &parts->items[0];
	if (parameter(content_type, "start", start, sizeof(start))) {
		if (*id == '<') {
			id++;
			id[strcspn(id, ">")] = '\0';
		}
		root = find(parts, id);
	}
	if (root == NULL)
		bad(err, "no root part");
	else
		rc = open_root(parts, root, out, err);
out:
	arena_free(arena);
	return rc;
}
