#include "tools/smevemu/emu_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "base/uuid.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_check_sign.h"
#include "tools/smevemu/emu_files.h"
#include "tools/smevemu/emu_inner.h"
#include "tools/smevemu/emu_mime.h"
#include "tools/smevemu/emu_remark.h"
#include "tools/smevemu/emu_wire_read.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_registry.h"

/* Headers of HTTP or MIME before the body: where they end, and what the
 * Content-Type among them is. */
static const char *
skip_headers(
    const char *text, size_t bytes, struct arena *arena, const char **ret_type)
{
	const char *blank = memmem(text, bytes, "\r\n\r\n", 4), *line;
	size_t skip = 4;

	*ret_type = NULL;
	if (blank == NULL) {
		blank = memmem(text, bytes, "\n\n", 2);
		skip = 2;
	}
	if (bytes == 0 || strchr("<- \t\r\n", *text) != NULL || blank == NULL
	    || (unsigned char)*text >= 0x80)
		return text;
	for (line = text; line < blank; line = strchr(line, '\n') + 1) {
		if (strncasecmp(line, "content-type:", 13) == 0)
			*ret_type = arena_strndup(
			    arena, line + 13, (size_t)(blank - line - 13));
		if (memchr(line, '\n', (size_t)(blank - line)) == NULL)
			break;
	}
	return blank + skip;
}

/* Lines as MIME has them, when an editor has saved them otherwise. */
static const char *
with_cr(const char *text, size_t *bytes, struct arena *arena)
{
	char *copy, *to;

	if (memchr(text, '\r', *bytes) != NULL)
		return text;
	to = copy = arena_alloc(arena, 2 * *bytes + 1);
	for (const char *at = text; at < text + *bytes; at++) {
		if (*at == '\n')
			*to++ = '\r';
		*to++ = *at;
	}
	*bytes = (size_t)(to - copy);
	return copy;
}

/* The envelope in what was saved into *xml; what it was packed in is noted. */
static int
unpack(const char *text, size_t bytes, struct emu_remarks *remarks,
    struct buf *xml, struct buf *notes)
{
	const char *type, *body;
	struct err err = { 0 };

	body = skip_headers(text, bytes, remarks->arena, &type);
	bytes -= (size_t)(body - text);
	if (type == NULL && str_begins(body, "--"))
		type = arena_printf(remarks->arena,
		    "multipart/related; boundary=\"%.*s\"",
		    (int)strcspn(body + 2, "\r\n"), body + 2);
	if (type != NULL)
		type += strspn(type, " \t");
	if (!emu_mime_is_multipart(type)) {
		buf_add(xml, body, bytes);
		return 0;
	}
	buf_adds(notes, "упаковка: multipart/related\n");
	body = with_cr(body, &bytes, remarks->arena);
	if (emu_mime_open(type, body, bytes, xml, &err) == 0)
		return 0;
	emu_remark(remarks, NULL, "%s", err.text);
	return -1;
}

/* Parts that a saved envelope has lost; returns whether there are some. */
static bool
check_parts(struct emu_remarks *remarks, const xmlNode *node)
{
	const xmlNode *child = xml_child(node, NULL, NULL);

	if (xml_is(node, EMU_NS_XOP, "Include")) {
		emu_remark(remarks, node,
		    "часть multipart, на которую указывает xop:Include, не "
		    "сохранена: без неё хэши не проверить; сохраните тело "
		    "запроса целиком");
		return true;
	}
	while (child != NULL && !check_parts(remarks, child))
		child = xml_next(child, NULL, NULL);
	return child != NULL;
}

/* Ids of the whole document. */
static void
check_ids(struct emu_remarks *remarks, const xmlNode *node, struct map *seen)
{
	const char *id = xml_attr(node, "Id", remarks->arena);
	const xmlNode *child = xml_child(node, NULL, NULL);
	static char yes[1];

	if (id != NULL && map_put(seen, id, yes) != NULL)
		emu_remark(remarks, node,
		    "Id=\"%s\" уже есть у другого элемента: подпись ссылается "
		    "неоднозначно",
		    id);
	for (; child != NULL; child = xml_next(child, NULL, NULL))
		check_ids(remarks, child, seen);
}

static void
check_message_id(const struct emu *emu, struct emu_call *call,
    struct emu_remarks *remarks, struct buf *notes)
{
	bool ack = call->op == EMU_ACK;

	if (call->id == NULL) /* reading stopped before it */
		call->id = ack ? xml_text(call->covered, remarks->arena)
			       : xml_child_text(call->covered,
				   emu_ns(EMU_NS_TYPES, call->version),
				   "MessageID", remarks->arena);

	if (call->id == NULL)
		return;
	buf_addf(
	    notes, "%s: %s\n", ack ? "подтверждается" : "MessageID", call->id);
	if (strspn(call->id, "0123456789abcdef-") != strlen(call->id)
	    || !uuid_valid(call->id)) {
		emu_remark(remarks, call->covered,
		    "%s не UUID строчными буквами", call->id);
		return;
	}
	if (ack)
		return;
	if (uuid_version(call->id) != 1)
		emu_remark(remarks, call->covered,
		    "MessageID — UUID версии %d, а нужна 1 (по времени)",
		    uuid_version(call->id));
	else if (clock_now_ms() - uuid_v1_ms(call->id) > emu->max_age_ms)
		buf_adds(notes,
		    "внимание: время внутри MessageID слишком давнее, "
		    "отправленное сейчас сообщение получит StaleMessageId\n");
}

/* Whether this emulator would know the content. */
static void
check_type(const struct emu *emu, const struct emu_call *call,
    struct emu_remarks *remarks, struct buf *notes)
{
	const struct emu_type_version *version;

	if (call->ns == NULL)
		return;
	buf_addf(notes, "%s: {%s}%s\n",
	    call->content == NULL ? "отбор" : "содержимое", call->ns,
	    call->name);
	if (emu->types == NULL)
		return;
	version = emu_type_find(emu, call->ns, call->name);
	if (version == NULL)
		emu_remark(remarks,
		    call->content == NULL ? call->covered : call->content,
		    "вид сведений не зарегистрирован в настройке");
	else
		buf_addf(notes, "вид сведений: %s\n", version->type->name);
}

static void
check_schemas(const struct emu *emu, const struct emu_call *call,
    xmlNode *element, struct emu_remarks *remarks, struct buf *notes)
{
	size_t before = remarks->count;

	if (emu->schemas == NULL) {
		buf_adds(notes, "схемы: не заданы, данные не проверялись\n");
		return;
	}
	/* What the table of forms has said, a schema need not say again. */
	if (before == 0)
		emu_remark_schema(remarks, emu->schemas, element);
	if (call != NULL && call->content != NULL && remarks->count == before) {
		if (!xsd_registry_has(emu->schemas, call->ns))
			buf_addf(notes, "схемы для %s нет\n", call->ns);
		else if (before > 0)
			emu_remark_schema(remarks, emu->schemas, call->content);
	}
}

static void
check_files(const struct emu *emu, const struct emu_call *call,
    struct emu_remarks *remarks, struct buf *notes)
{
	size_t bytes = emu_files_bytes(call, remarks->arena);

	if (call->op != EMU_SEND_REQUEST && call->op != EMU_SEND_RESPONSE)
		return;
	if (call->attachments != NULL)
		buf_addf(notes, "вложения внутри: %zu байт\n", bytes);
	if (emu->attachment_limit > 0 && bytes > emu->attachment_limit)
		emu_remark(remarks, call->attachments,
		    "вложений %zu байт, можно %zu: больше — через файловое "
		    "хранилище",
		    bytes, emu->attachment_limit);
	emu_inner_files(emu, call, remarks);
	emu_inner_refs(emu, call, remarks);
}

/* A call: what emu_exchange() looks at, but all of it. */
static void
check_call(const struct emu *emu, struct xml_doc *doc, struct emu_call *call,
    xmlNode *element, struct emu_remarks *remarks, struct buf *notes)
{
	struct err err = { 0 };
	size_t before;

	buf_addf(notes, "вызов: %s, конверт версии %s\n", emu_op_name(call->op),
	    emu_version_name(call->version));
	before = remarks->count;
	if (emu_wire_read(call, element, remarks, &err) == -1
	    && remarks->count == before)
		emu_remark(remarks, NULL, "%s", err.text);
	emu_wire_parts(call, element);
	check_schemas(emu, call, element, remarks, notes);
	if (call->covered == NULL)
		return;
	check_message_id(emu, call, remarks, notes);
	check_type(emu, call, remarks, notes);
	check_files(emu, call, remarks, notes);
	if (call->signature == NULL)
		emu_remark(remarks, element,
		    "Отсутствует ЭП-ОВ: нет ds:Signature в "
		    "CallerInformationSystemSignature");
	emu_check_signatures(emu, doc, remarks, notes);
}

static void
check_envelope(const struct emu *emu, struct xml_doc *doc,
    struct emu_remarks *remarks, struct buf *notes)
{
	xmlNode *root = xml_doc_root(doc), *element = NULL;
	const xmlNode *body = xml_child(root, EMU_NS_SOAP, "Body");
	struct map *ids = map_new();
	struct emu_call call = { 0 };
	struct err err = { 0 };

	check_ids(remarks, root, ids);
	map_free(ids, NULL);
	element = xml_child(body, NULL, NULL);
	if (!xml_is(root, EMU_NS_SOAP, "Envelope") || body == NULL) {
		emu_remark(remarks, root,
		    "не конверт SOAP 1.1: нужны Envelope и Body пространства "
		    "имён %s",
		    EMU_NS_SOAP);
	} else if (emu_wire_open(root, &call, &element, &err) == 0) {
		check_call(emu, doc, &call, element, remarks, notes);
	} else if (element == NULL) {
		buf_adds(notes, "ответ: пустой Body\n");
	} else if (xml_is(element, EMU_NS_SOAP, "Fault")) {
		buf_adds(notes, "ответ: soap:Fault\n");
	} else {
		buf_addf(notes, "ответ или неизвестный вызов: %s\n",
		    xml_name(element));
		if (emu->schemas != NULL
		    && emu_remark_schema(remarks, emu->schemas, element) == -1)
			emu_remark(
			    remarks, element, "такого элемента в СМЭВ нет");
		emu_check_signatures(emu, doc, remarks, notes);
	}
	(void)check_parts(remarks, root);
}

void
emu_check(const struct emu *emu, const void *p, size_t bytes,
    struct emu_remarks *remarks, struct buf *notes)
{
	char *text = arena_strndup(remarks->arena, p, bytes);
	struct xml_doc *doc = NULL;
	struct err err = { 0 };
	struct buf xml;

	buf_init(&xml, 0);
	if (unpack(text, bytes, remarks, &xml, notes) == 0) {
		if (xml_doc_parse(buf_text(&xml), xml.bytes, NULL, &doc, &err)
		    == -1)
			emu_remark(remarks, NULL, "XML: %s", err.text);
		else
			check_envelope(emu, doc, remarks, notes);
	}
	xml_doc_free(doc);
	buf_release(&xml);
}
