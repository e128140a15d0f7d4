#include "tools/smevemu/emu_wire_shape.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/uuid.h"
#include "tools/smevemu/emu_remark.h"
#include "tools/smevemu/emu_wire_read.h"
#include "xsd/xml_read.h"

#define T     EMU_NS_TYPES
#define B     EMU_NS_BASIC

#define V1_2  ((1u << EMU_V11) | (1u << EMU_V12))
#define V3    (1u << EMU_V13)
#define V_ALL (V1_2 | V3)
#define MANY  1000

/* What an element holds. */
enum holds {
	ELEMENTS, /* the children of `inside` */
	TEXT, /* text of at most `limit` characters */
	UUID, /* lower-case hex 8-4-4-4-12 */
	MESSAGE_ID, /* that too, but it has faults of its own */
	TIME, /* xs:dateTime */
	NUMBER, /* xs:int */
	SIGNATURE, /* one ds:Signature */
	CONTENT, /* one element of a foreign namespace */
	FOREIGN, /* anything */
	EMPTY,
};

struct item {
	enum emu_ns ns;
	const char *name;
	int min, max;
	unsigned versions;
	enum holds holds;
	const struct item *inside; /* ends with name NULL */
	size_t limit;
};

#define LEAF(ns, name, min, max, limit)                      \
	{                                                    \
		ns, name, min, max, V_ALL, TEXT, NULL, limit \
	}
#define PART(ns, name, min, max, holds)                   \
	{                                                 \
		ns, name, min, max, V_ALL, holds, NULL, 0 \
	}
#define TREE(ns, name, min, max, inside)                       \
	{                                                      \
		ns, name, min, max, V_ALL, ELEMENTS, inside, 0 \
	}
#define END                                      \
	{                                        \
		T, NULL, 0, 0, 0, EMPTY, NULL, 0 \
	}

static const struct item file_items[] = { LEAF(B, "Name", 1, 1, 1000),
	LEAF(B, "NamespaceUri", 1, 1, 1000), END };
static const struct item archive_items[] = {
	TREE(B, "File", 1, MANY, file_items), END
};
static const struct item header_items[] = {
	LEAF(B, "contentId", 1, 1, 1000),
	{ B, "NamespaceUri", 0, 1, V3, TEXT, NULL, 1000 },
	LEAF(B, "MimeType", 1, 1, 200),
	PART(B, "SignaturePKCS7", 0, 1, FOREIGN),
	{ B, "Archive", 0, 1, V3, ELEMENTS, archive_items, 0 },
	END,
};
static const struct item ref_header_items[] = {
	LEAF(B, "uuid", 1, 1, 100),
	{ B, "FileName", 0, 1, V3, TEXT, NULL, 1000 },
	{ B, "NamespaceUri", 0, 1, V3, TEXT, NULL, 1000 },
	LEAF(B, "Hash", 1, 1, 200),
	LEAF(B, "MimeType", 1, 1, 200),
	PART(B, "SignaturePKCS7", 0, 1, FOREIGN),
	{ B, "Archive", 0, 1, V3, ELEMENTS, archive_items, 0 },
	END,
};
static const struct item headers_items[] = {
	TREE(B, "AttachmentHeader", 1, MANY, header_items), END
};
static const struct item ref_headers_items[] = {
	TREE(B, "RefAttachmentHeader", 1, MANY, ref_header_items), END
};
static const struct item contents_item_items[] = { LEAF(B, "Id", 1, 1, 1000),
	PART(B, "Content", 1, 1, FOREIGN), END };
static const struct item contents_items[] = {
	TREE(B, "AttachmentContent", 1, MANY, contents_item_items), END
};

static const struct item request_data_items[] = {
	PART(T, "MessageID", 1, 1, MESSAGE_ID),
	PART(T, "ReferenceMessageID", 0, 1, UUID),
	LEAF(T, "TransactionCode", 0, 1, 1500),
	LEAF(T, "NodeID", 0, 1, 50),
	PART(T, "EOL", 0, 1, TIME),
	PART(B, "MessagePrimaryContent", 1, 1, CONTENT),
	PART(T, "PersonalSignature", 0, 1, SIGNATURE),
	TREE(B, "AttachmentHeaderList", 0, 1, headers_items),
	TREE(B, "RefAttachmentHeaderList", 0, 1, ref_headers_items),
	PART(T, "BusinessProcessMetadata", 0, 1, FOREIGN),
	PART(T, "TestMessage", 0, 1, EMPTY),
	END,
};
/* In 1.1 two forms, see check_rejected(); the second is that of 2014. */
static const struct item rejected_items[] = {
	{ T, "RejectionReasonCode", 0, 1, 1u << EMU_V11, TEXT, NULL, 50 },
	{ T, "RejectionReason", 0, 1, 1u << EMU_V11, TEXT, NULL, 500 },
	{ T, "RejectionReasonDescription", 0, 1, 1u << EMU_V11, TEXT, NULL,
	    4000 },
	{ T, "RejectionReasonCode", 1, 1, 1u << EMU_V12 | V3, TEXT, NULL, 50 },
	{ T, "RejectionReasonDescription", 1, 1, 1u << EMU_V12 | V3, TEXT, NULL,
	    4000 },
	END,
};
static const struct item parameter_items[] = { LEAF(T, "Key", 1, 1, 4000),
	LEAF(T, "Value", 1, 1, 4000), END };
static const struct item status_items[] = { PART(T, "StatusCode", 1, 1, NUMBER),
	TREE(T, "StatusParameter", 0, MANY, parameter_items),
	LEAF(T, "StatusDescription", 1, 1, 4000), END };
/* The choice between content, rejection and status is checked apart. */
static const struct item response_data_items[] = {
	PART(T, "MessageID", 1, 1, MESSAGE_ID),
	LEAF(T, "To", 1, 1, 4000),
	PART(B, "MessagePrimaryContent", 0, 1, CONTENT),
	PART(T, "PersonalSignature", 0, 1, SIGNATURE),
	TREE(B, "AttachmentHeaderList", 0, 1, headers_items),
	TREE(B, "RefAttachmentHeaderList", 0, 1, ref_headers_items),
	TREE(T, "RequestRejected", 0, MANY, rejected_items),
	TREE(T, "RequestStatus", 0, 1, status_items),
	END,
};
static const struct item selector_items[] = { LEAF(B, "NamespaceURI", 0, 1,
						  2000),
	LEAF(B, "RootElementLocalName", 0, 1, 500),
	PART(B, "Timestamp", 1, 1, TIME), LEAF(B, "NodeID", 0, 1, 50), END };

#define CALLER PART(T, "CallerInformationSystemSignature", 0, 1, SIGNATURE)

#define R      EMU_NS_ROUTING
static const struct item dynamic_items[] = {
	LEAF(R, "DynamicValue", 1, MANY, 500), END
};
static const struct item identifier_items[] = {
	LEAF(R, "IdentifierValue", 1, MANY, 500), END
};
static const struct item record_routing_items[] = {
	PART(R, "RecordId", 1, 1, NUMBER),
	LEAF(R, "UseGeneralRouting", 1, 1, 5),
	TREE(R, "DynamicRouting", 0, 1, dynamic_items),
	TREE(R, "IdentifierRouting", 0, 1, identifier_items),
	END,
};
static const struct item registry_items[] = {
	TREE(R, "RegistryRecordRouting", 1, MANY, record_routing_items), END
};
static const struct item information_items[] = {
	PART(R, "MessageID", 1, 1, MESSAGE_ID),
	TREE(R, "DynamicRouting", 0, 1, dynamic_items),
	TREE(R, "IdentifierRouting", 0, 1, identifier_items),
	TREE(R, "RegistryRouting", 0, 1, registry_items),
	END,
};
static const struct item routing_items[] = {
	TREE(R, "RoutingInformation", 1, 1, information_items),
	PART(R, "RoutingSignature", 1, 1, SIGNATURE),
	END,
};

static const struct item send_request_items[] = {
	TREE(T, "SenderProvidedRequestData", 1, 1, request_data_items),
	TREE(B, "AttachmentContentList", 0, 1, contents_items), CALLER,
	{ R, "Routing", 0, 1, V3, ELEMENTS, routing_items, 0 }, END
};
static const struct item send_response_items[] = {
	TREE(T, "SenderProvidedResponseData", 1, 1, response_data_items),
	TREE(B, "AttachmentContentList", 0, 1, contents_items), CALLER, END
};
static const struct item get_items[] = {
	TREE(B, "MessageTypeSelector", 1, 1, selector_items), CALLER, END
};
static const struct item ack_items[] = {
	PART(B, "AckTargetMessage", 1, 1, MESSAGE_ID), CALLER, END
};
static const struct item get_status_items[] = {
	PART(B, "Timestamp", 1, 1, TIME), CALLER, END
};
static const struct item statistics_items[] = { LEAF(T, "NodeID", 0, 1, 50),
	PART(B, "Timestamp", 1, 1, TIME), CALLER, END };

static const struct item *const calls[EMU_OPS] = {
	[EMU_SEND_REQUEST] = send_request_items,
	[EMU_SEND_RESPONSE] = send_response_items,
	[EMU_GET_REQUEST] = get_items,
	[EMU_GET_RESPONSE] = get_items,
	[EMU_ACK] = ack_items,
	[EMU_GET_STATUS] = get_status_items,
	[EMU_GET_STATISTICS] = statistics_items,
};

struct check {
	enum emu_version version;
	struct emu_remarks *remarks;
};

static void check_items(
    const struct check *check, const xmlNode *parent, const struct item *items);

/* Text of node that lives as long as the remarks. */
static const char *
text_of(const struct check *check, const xmlNode *node)
{
	return xml_text(node, check->remarks->arena);
}

/* Characters of UTF-8, which is what the schemas count. */
static size_t
characters(const char *s)
{
	size_t count = 0;

	for (; *s != '\0'; s++)
		count += ((unsigned char)*s & 0xc0) != 0x80;
	return count;
}

/* One element child, of a namespace that is not the envelope's. */
static void
check_content(const struct check *check, const xmlNode *node)
{
	const xmlNode *child = xml_only_child(node);
	enum emu_version version;

	if (child == NULL)
		emu_remark(
		    check->remarks, node, "нужен ровно один вложенный элемент");
	else if (emu_ns_find(xml_ns(child), &version) != -1)
		emu_remark(check->remarks, child,
		    "пространство имён %s принадлежит конверту", xml_ns(child));
}

/* Text that is not of its type. */
static void
check_form(const struct check *check, const xmlNode *node, const char *text,
    enum holds holds)
{
	int64_t value;

	if (holds == UUID
	    && (!uuid_valid(text)
		|| strspn(text, "0123456789abcdef-") != strlen(text)))
		emu_remark(check->remarks, node,
		    "\"%s\" не UUID строчными буквами", text);
	else if (holds == TIME && emu_wire_time(text, &value) == -1)
		emu_remark(check->remarks, node,
		    "\"%s\" не дата и время вида 2026-01-31T12:00:00.000+03:00",
		    text);
	else if (holds == NUMBER
	    && str_int(text, INT32_MIN, INT32_MAX, &value) == -1)
		emu_remark(check->remarks, node, "\"%s\" не число", text);
}

static void
check_text(
    const struct check *check, const xmlNode *node, const struct item *item)
{
	const xmlNode *child = xml_child(node, NULL, NULL);
	const char *text = text_of(check, node);

	if (child != NULL)
		emu_remark(check->remarks, child,
		    "нужен текст, а не элемент %s", xml_name(child));
	else if (*text == '\0')
		emu_remark(check->remarks, node, "нужен текст");
	else if (item->limit > 0 && characters(text) > item->limit)
		emu_remark(check->remarks, node,
		    "текст слишком длинный: %zu знаков, можно %zu",
		    characters(text), item->limit);
	else
		check_form(check, node, text, item->holds);
}

static void
check_one(
    const struct check *check, const xmlNode *node, const struct item *item)
{
	const xmlNode *child = xml_child(node, NULL, NULL);

	switch (item->holds) {
	case ELEMENTS:
		check_items(check, node, item->inside);
		break;
	case CONTENT:
		check_content(check, node);
		break;
	case SIGNATURE:
		if (child == NULL || xml_next(child, NULL, NULL) != NULL
		    || !xml_is(child, EMU_NS_DS, "Signature"))
			emu_remark(
			    check->remarks, node, "нужен один ds:Signature");
		break;
	case TEXT:
	case UUID:
	case MESSAGE_ID:
	case TIME:
	case NUMBER:
		check_text(check, node, item);
		break;
	case EMPTY:
		if (child != NULL)
			emu_remark(check->remarks, node, "должен быть пустым");
		break;
	case FOREIGN:
		break;
	}
}

/* The item that node could be, were it in its place; NULL: none. */
static const struct item *
misplaced(
    const struct check *check, const xmlNode *node, const struct item *items)
{
	for (; items->name != NULL; items++) {
		if ((items->versions & (1u << check->version)) != 0
		    && xml_is(
			node, emu_ns(items->ns, check->version), items->name))
			return items;
	}
	return NULL;
}

/* Why an element that no item took should not be there. */
static void
not_wanted(
    const struct check *check, const xmlNode *node, const struct item *items)
{
	const struct item *item;

	if (misplaced(check, node, items) != NULL) {
		emu_remark(check->remarks, node,
		    "элемент не на своём месте или лишний");
		return;
	}
	for (item = items; item->name != NULL; item++) {
		if (strcmp(item->name, xml_name(node)) == 0) {
			emu_remark(check->remarks, node,
			    "пространство имён %s, а схема хочет %s",
			    xml_ns(node), emu_ns(item->ns, check->version));
			return;
		}
	}
	emu_remark(check->remarks, node, "элемент здесь не допускается");
}

/* The sequence of children of parent against items. */
static void
check_items(
    const struct check *check, const xmlNode *parent, const struct item *items)
{
	const xmlNode *node = xml_child(parent, NULL, NULL);
	const struct item *item = items;
	int count;

	for (; item->name != NULL; item++) {
		if ((item->versions & (1u << check->version)) == 0)
			continue;
		count = 0;
		/* A stranger in between costs its own remark only. */
		while (node != NULL && misplaced(check, node, items) == NULL) {
			not_wanted(check, node, items);
			node = xml_next(node, NULL, NULL);
		}
		while (node != NULL && count < item->max
		    && xml_is(
			node, emu_ns(item->ns, check->version), item->name)) {
			check_one(check, node, item);
			node = xml_next(node, NULL, NULL);
			count++;
		}
		if (count < item->min)
			emu_remark(check->remarks, parent,
			    "ожидался элемент %s", item->name);
	}
	for (; node != NULL; node = xml_next(node, NULL, NULL))
		not_wanted(check, node, items);
}

static bool
known_reason(const char *code)
{
	static const char *const codes[] = { "ACCESS_DENIED", "NO_DATA",
		"UNKNOWN_REQUEST_DESCRIPTION", "FAILURE" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcmp(codes[i], code) == 0)
			return true;
	}
	return false;
}

/* A code with its description; or, in 2014, a reason, with a short code of the
 * sender's own or without. */
static void
check_rejected(const struct check *check, const xmlNode *node)
{
	const char *types = emu_ns(T, check->version);
	const xmlNode *code = xml_child(node, types, "RejectionReasonCode");
	bool old = xml_child(node, types, "RejectionReason") != NULL;
	bool now = xml_child(node, types, "RejectionReasonDescription") != NULL;

	if (old == now || (now && code == NULL))
		emu_remark(check->remarks, node,
		    "нужны RejectionReasonCode и RejectionReasonDescription");
	else if (now && !known_reason(text_of(check, code)))
		emu_remark(check->remarks, code,
		    "нужно одно из ACCESS_DENIED, NO_DATA, "
		    "UNKNOWN_REQUEST_DESCRIPTION, FAILURE");
	else if (old && code != NULL && characters(text_of(check, code)) > 10)
		emu_remark(check->remarks, code,
		    "текст слишком длинный: можно 10 знаков");
}

/* The choice inside SenderProvidedResponseData. */
static void
check_choice(const struct check *check, const xmlNode *element)
{
	const char *types = emu_ns(T, check->version);
	const char *basic = emu_ns(B, check->version);
	const xmlNode *data =
	    xml_child(element, types, "SenderProvidedResponseData");
	bool content = xml_child(data, basic, "MessagePrimaryContent") != NULL;
	const xmlNode *node;
	int count = content
	    + (xml_child(data, types, "RequestRejected") != NULL)
	    + (xml_child(data, types, "RequestStatus") != NULL);

	if (data == NULL)
		return;
	if (count != 1)
		emu_remark(check->remarks, data,
		    "нужно одно из MessagePrimaryContent, RequestRejected, "
		    "RequestStatus");
	for (node = xml_child(data, types, "RequestRejected"); node != NULL;
	     node = xml_next(node, types, "RequestRejected"))
		check_rejected(check, node);
	if (!content
	    && (xml_child(data, types, "PersonalSignature") != NULL
		|| xml_child(data, basic, "AttachmentHeaderList") != NULL
		|| xml_child(data, basic, "RefAttachmentHeaderList") != NULL))
		emu_remark(check->remarks, data,
		    "подпись и вложения без MessagePrimaryContent");
}

void
emu_shape_check(enum emu_op op, const xmlNode *element,
    enum emu_version version, struct emu_remarks *remarks)
{
	const struct check check = { version, remarks };

	check_items(&check, element, calls[op]);
	if (op == EMU_SEND_RESPONSE)
		check_choice(&check, element);
}
