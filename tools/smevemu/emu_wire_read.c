#include "tools/smevemu/emu_wire_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "tools/smevemu/emu_remark.h"
#include "tools/smevemu/emu_wire_shape.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

int
emu_wire_open(const xmlNode *root, struct emu_call *ret_call,
    xmlNode **ret_element, struct err *err)
{
	xmlNode *body = xml_child(root, EMU_NS_SOAP, "Body");
	xmlNode *element = xml_child(body, NULL, NULL);
	enum emu_version version;
	const char *name;
	char op[64];
	size_t length;
	int which;

	if (!xml_is(root, EMU_NS_SOAP, "Envelope") || body == NULL)
		return err_set(err, ERR_REFUSE, "EMU_SOAP",
		    "Нарушен формат SOAP-конверта.");
	name = element == NULL ? "" : xml_name(element);
	length = strlen(name);
	if (length <= 7 || length >= sizeof(op)
	    || strcmp(name + length - 7, "Request") != 0
	    || emu_ns_find(xml_ns(element), &version) != EMU_NS_TYPES)
		return err_set(err, ERR_REFUSE, "EMU_CONTENT",
		    "Нарушен формат бизнес-конверта: неизвестная операция");
	str_copy(op, length - 7 + 1, name);
	which = emu_op_find(op);
	if (which == -1 || (which == EMU_GET_STATISTICS && version == EMU_V13))
		return err_set(err, ERR_REFUSE, "EMU_CONTENT",
		    "Нарушен формат бизнес-конверта: неизвестная операция");
	memset(ret_call, 0, sizeof(*ret_call));
	ret_call->op = (enum emu_op)which;
	ret_call->version = version;
	*ret_element = element;
	return 0;
}

int
emu_wire_time(const char *text, int64_t *ret_ms)
{
	struct tm tm = { 0 };
	int year, month, day, hour, minute, second, used = 0, zone_h, zone_m;
	int64_t ms = 0, zone = 0, scale = 100;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day,
		&hour, &minute, &second, &used)
		!= 6
	    || month < 1 || month > 12 || day < 1 || day > 31 || hour > 24
	    || minute > 59 || second > 59)
		return -1;
	text += used;
	if (*text == '.') {
		for (text++; *text >= '0' && *text <= '9'; text++) {
			ms += (*text - '0') * scale;
			scale /= 10;
		}
	}
	used = 0;
	if (*text == '+' || *text == '-') {
		if (sscanf(text + 1, "%2d:%2d%n", &zone_h, &zone_m, &used) != 2
		    || text[1 + used] != '\0')
			return -1;
		zone = (zone_h * 60 + zone_m) * (*text == '-' ? -1 : 1);
	} else if (*text != '\0' && strcmp(text, "Z") != 0) {
		return -1;
	}
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	tm.tm_hour = hour;
	tm.tm_min = minute;
	tm.tm_sec = second;
	*ret_ms = ((int64_t)timegm(&tm) - zone * 60) * 1000 + ms;
	return 0;
}

/* Where the first start tag's name ends: declarations go there. */
static size_t
name_end(const char *xml)
{
	return strcspn(xml, " \t\r\n/>");
}

static bool
declares(const xmlNode *node, const xmlChar *prefix)
{
	for (const xmlNs *ns = node->nsDef; ns != NULL; ns = ns->next) {
		if (xmlStrEqual(ns->prefix, prefix))
			return true;
	}
	return false;
}

static void
add_declaration(const xmlNs *ns, struct buf *out)
{
	struct buf tag;
	struct xml_writer w;
	const char *from;

	/* <x xmlns:p="uri"/> without its ends: the writer's escaping */
	buf_init(&tag, 0);
	xml_write_init(&w, &tag);
	xml_write_open(&w, "x");
	xml_write_ns(&w, ns->prefix == NULL ? "" : (const char *)ns->prefix,
	    (const char *)ns->href);
	from = buf_text(&tag) + 2;
	buf_add(out, from, tag.bytes - 2);
	buf_release(&tag);
}

void
emu_wire_copy(xmlNode *node, struct buf *out)
{
	xmlBuffer *dump = xmlBufferCreate();
	xmlNs **scope = xmlGetNsList(node->doc, node);
	const char *xml;
	size_t head;

	if (node->doc->encoding == NULL) /* or attributes come as &#x424; */
		node->doc->encoding = xmlStrdup((const xmlChar *)"UTF-8");
	xmlNodeDump(dump, node->doc, node, 0, 0);
	xml = (const char *)xmlBufferContent(dump);
	head = name_end(xml);
	buf_add(out, xml, head);
	for (size_t i = 0; scope != NULL && scope[i] != NULL; i++) {
		if (!declares(node, scope[i]->prefix))
			add_declaration(scope[i], out);
	}
	buf_adds(out, xml + head);
	xmlFree(scope);
	xmlBufferFree(dump);
}

/* Number of children name of list whose text child is id; sets *ret_count. */
static size_t
matches(const xmlNode *list, const char *name, const char *text_child,
    const char *id, struct arena *arena, size_t *ret_count)
{
	const xmlNode *item = xml_child(list, NULL, name);
	size_t found = 0, count = 0;
	const char *text;

	for (; item != NULL; item = xml_next(item, NULL, name)) {
		text = xml_child_text(item, NULL, text_child, arena);
		found += id != NULL && str_equal(text, id);
		count++;
	}
	*ret_count = count;
	return found;
}

/* Every content has its header, and the other way round. */
static int
check_attachments(
    const struct emu_call *call, struct emu_remarks *remarks, struct err *err)
{
	const char *basic = emu_ns(EMU_NS_BASIC, call->version);
	const xmlNode *headers =
	    xml_child(call->covered, basic, "AttachmentHeaderList");
	const xmlNode *item;
	size_t header_count, content_count;
	const char *id;

	matches(headers, "AttachmentHeader", "", NULL, remarks->arena,
	    &header_count);
	matches(call->attachments, "AttachmentContent", "", NULL,
	    remarks->arena, &content_count);
	if (header_count == 0 && content_count > 0)
		return err_set(err, ERR_REFUSE, "EMU_ATTACHMENT",
		    "Количество вложений - %zu, нет ни одного заголовка.",
		    content_count);
	if (header_count != content_count)
		return err_set(err, ERR_REFUSE, "EMU_ATTACHMENT",
		    "Количество вложений - %zu, количество заголовков - %zu",
		    content_count, header_count);
	item = xml_child(call->attachments, basic, "AttachmentContent");
	for (; item != NULL; item = xml_next(item, basic, NULL)) {
		id = xml_child_text(item, basic, "Id", remarks->arena);
		if (matches(headers, "AttachmentHeader", "contentId", id,
			remarks->arena, &header_count)
		    == 1)
			continue;
		emu_remark(remarks, item, "нет заголовка с contentId %s",
		    id == NULL ? "" : id);
		return err_set(err, ERR_REFUSE, "EMU_ATTACHMENT",
		    "Вложение [Id=\"%.100s\"] не имеет заголовка.",
		    id == NULL ? "" : id);
	}
	return 0;
}

static int
read_send(struct emu_call *call, struct emu_remarks *remarks, struct err *err)
{
	struct arena *arena = remarks->arena;
	const char *types = emu_ns(EMU_NS_TYPES, call->version);
	const xmlNode *data = call->covered;
	const char *eol;

	call->id = xml_child_text(data, types, "MessageID", arena);
	call->reference_id =
	    xml_child_text(data, types, "ReferenceMessageID", arena);
	call->transaction =
	    xml_child_text(data, types, "TransactionCode", arena);
	call->node = xml_child_text(data, types, "NodeID", arena);
	call->to = xml_child_text(data, types, "To", arena);
	call->test = xml_child(data, types, "TestMessage") != NULL;
	eol = xml_child_text(data, types, "EOL", arena);
	if (eol != NULL && emu_wire_time(eol, &call->eol_ms) == -1)
		return err_set(err, ERR_REFUSE, "EMU_CONTENT",
		    "Нарушен формат бизнес-конверта: EOL не дата и время");
	call->answer = "data";
	if (xml_child(data, types, "RequestRejected") != NULL)
		call->answer = "rejected";
	if (xml_child(data, types, "RequestStatus") != NULL)
		call->answer = "status";
	return check_attachments(call, remarks, err);
}

static int
read_get(struct emu_call *call, struct arena *arena, struct err *err)
{
	const char *basic = emu_ns(EMU_NS_BASIC, call->version);
	const xmlNode *selector = call->covered;

	call->ns = xml_child_text(selector, basic, "NamespaceURI", arena);
	call->name =
	    xml_child_text(selector, basic, "RootElementLocalName", arena);
	call->node = xml_child_text(selector, basic, "NodeID", arena);
	if ((call->ns == NULL) != (call->name == NULL))
		return err_set(err, ERR_REFUSE, "EMU_CONTENT",
		    "Нарушен формат бизнес-конверта: NamespaceURI и "
		    "RootElementLocalName указываются вместе");
	return 0;
}

static int
read_ack(struct emu_call *call, struct arena *arena, struct err *err)
{
	const char *accepted = xml_attr(call->covered, "accepted", arena);

	call->id = xml_text(call->covered, arena);
	if (accepted == NULL && call->version == EMU_V13)
		accepted = "true";
	if (accepted == NULL
	    || (strcmp(accepted, "true") != 0 && strcmp(accepted, "1") != 0
		&& strcmp(accepted, "false") != 0
		&& strcmp(accepted, "0") != 0))
		return err_set(err, ERR_REFUSE, "EMU_CONTENT",
		    "Нарушен формат бизнес-конверта: AckTargetMessage без "
		    "атрибута accepted");
	call->accepted = *accepted == 't' || *accepted == '1';
	return 0;
}

/* The element the signature belongs to, by operation. */
static xmlNode *
covered_by(const struct emu_call *call, const xmlNode *element)
{
	static const struct {
		enum emu_ns ns;
		const char *name;
	} parts[EMU_OPS] = {
		[EMU_SEND_REQUEST] = { EMU_NS_TYPES,
		    "SenderProvidedRequestData" },
		[EMU_SEND_RESPONSE] = { EMU_NS_TYPES,
		    "SenderProvidedResponseData" },
		[EMU_GET_REQUEST] = { EMU_NS_BASIC, "MessageTypeSelector" },
		[EMU_GET_RESPONSE] = { EMU_NS_BASIC, "MessageTypeSelector" },
		[EMU_ACK] = { EMU_NS_BASIC, "AckTargetMessage" },
		[EMU_GET_STATUS] = { EMU_NS_BASIC, "Timestamp" },
		[EMU_GET_STATISTICS] = { EMU_NS_BASIC, "Timestamp" },
	};

	return xml_child(element, emu_ns(parts[call->op].ns, call->version),
	    parts[call->op].name);
}

void
emu_wire_parts(struct emu_call *call, const xmlNode *element)
{
	const char *types = emu_ns(EMU_NS_TYPES, call->version);
	const char *basic = emu_ns(EMU_NS_BASIC, call->version);
	const xmlNode *wrapper =
	    xml_child(element, types, "CallerInformationSystemSignature");
	const xmlNode *primary;

	call->covered = covered_by(call, element);
	call->signature = xml_child(wrapper, EMU_NS_DS, "Signature");
	call->attachments = xml_child(element, basic, "AttachmentContentList");
	call->routing = call->version == EMU_V13
	    ? xml_child(element, emu_ns(EMU_NS_ROUTING, EMU_V13), "Routing")
	    : NULL;
	primary = xml_child(call->covered, basic, "MessagePrimaryContent");
	call->content = primary == NULL ? NULL : xml_only_child(primary);
	if (call->content != NULL) {
		call->ns = xml_ns(call->content);
		call->name = xml_name(call->content);
	}
}

int
emu_wire_read(struct emu_call *call, xmlNode *element,
    struct emu_remarks *remarks, struct err *err)
{
	struct arena *arena = remarks->arena;
	const char *types = emu_ns(EMU_NS_TYPES, call->version);

	emu_shape_check(call->op, element, call->version, remarks);
	if (remarks->count > 0)
		return err_set(err, ERR_REFUSE, "EMU_CONTENT",
		    "Нарушен формат бизнес-конверта: %.170s",
		    remarks->first->text);
	emu_wire_parts(call, element);
	switch (call->op) {
	case EMU_SEND_REQUEST:
	case EMU_SEND_RESPONSE:
		return read_send(call, remarks, err);
	case EMU_GET_REQUEST:
	case EMU_GET_RESPONSE:
		return read_get(call, arena, err);
	case EMU_ACK:
		return read_ack(call, arena, err);
	case EMU_GET_STATISTICS:
		call->node = xml_child_text(element, types, "NodeID", arena);
		break;
	case EMU_GET_STATUS:
	case EMU_OPS:
		break;
	}
	return 0;
}
