/*
 * The texts.  libxml2 gives a code, a node and an English message that has
 * the schema's side of the matter quoted at its end; the sender's value may
 * stand before it, so that quotes are always looked for from the end.
 */
#include "xsd/xsd_defect.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/defect.h"
#include "base/str.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define VALUE_CHARS 120 /* of a masked value */
#define LIST_BYTES  300 /* of what was expected */
/* libxml2 cuts a message with a longer value inside of the value. */
#define QUOTABLE_BYTES 6000

/* Where in the message the schema's side stands. */
enum part {
	PART_NONE,
	PART_QUOTED, /* the last '...' */
	PART_SET, /* the last {...} */
	PART_EXPECTED, /* the last ( ... ), names with namespaces */
	PART_FIRST, /* the '...' after "attribute " */
	PART_TYPE, /* the last '...', a type */
	PART_PATTERN, /* the last '...', a regular expression */
};

static const struct rule {
	int code; /* xmlParserErrors */
	enum part part;
	const char *text; /* before the part */
	const char *after;
} rules[] = {
	{ XML_SCHEMAV_CVC_LENGTH_VALID, PART_QUOTED,
	    "длина значения должна быть ровно ", "" },
	{ XML_SCHEMAV_CVC_MINLENGTH_VALID, PART_QUOTED,
	    "значение короче допустимого: нужно не меньше ", " симв." },
	{ XML_SCHEMAV_CVC_MAXLENGTH_VALID, PART_QUOTED,
	    "значение длиннее допустимого: можно не больше ", " симв." },
	{ XML_SCHEMAV_CVC_MININCLUSIVE_VALID, PART_QUOTED,
	    "значение меньше наименьшего допустимого: ", "" },
	{ XML_SCHEMAV_CVC_MAXINCLUSIVE_VALID, PART_QUOTED,
	    "значение больше наибольшего допустимого: ", "" },
	{ XML_SCHEMAV_CVC_MINEXCLUSIVE_VALID, PART_QUOTED,
	    "значение должно быть больше ", "" },
	{ XML_SCHEMAV_CVC_MAXEXCLUSIVE_VALID, PART_QUOTED,
	    "значение должно быть меньше ", "" },
	{ XML_SCHEMAV_CVC_TOTALDIGITS_VALID, PART_QUOTED,
	    "слишком много цифр: можно не больше ", "" },
	{ XML_SCHEMAV_CVC_FRACTIONDIGITS_VALID, PART_QUOTED,
	    "слишком много цифр после точки: можно не больше ", "" },
	{ XML_SCHEMAV_CVC_PATTERN_VALID, PART_PATTERN,
	    "неверное значение: ", "" },
	{ XML_SCHEMAV_CVC_ENUMERATION_VALID, PART_SET,
	    "значения нет в перечне: ", "" },
	{ XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1, PART_TYPE,
	    "неверное значение: ", "" },
	{ XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_2, PART_TYPE,
	    "неверное значение списка: ", "" },
	{ XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_3, PART_TYPE,
	    "неверное значение: ", "" },
	{ XML_SCHEMAV_ELEMENT_CONTENT, PART_EXPECTED, "здесь ожидался элемент ",
	    "" },
	{ XML_SCHEMAV_CVC_COMPLEX_TYPE_4, PART_FIRST,
	    "нет обязательного атрибута ", "" },
	{ XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1, PART_FIRST,
	    "недопустимый атрибут ", "" },
	{ XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_2, PART_FIRST,
	    "недопустимый атрибут ", "" },
	{ XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1, PART_NONE,
	    "элемент должен быть пуст", "" },
	{ XML_SCHEMAV_CVC_COMPLEX_TYPE_2_2, PART_NONE,
	    "внутри может быть только значение, без элементов", "" },
	{ XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3, PART_NONE,
	    "текст между элементами недопустим", "" },
	{ XML_SCHEMAV_CVC_TYPE_3_1_2, PART_NONE,
	    "внутри может быть только значение, без элементов", "" },
	{ XML_SCHEMAV_CVC_TYPE_3_1_1, PART_NONE, "недопустимый атрибут", "" },
	{ XML_SCHEMAV_CVC_ELT_1, PART_NONE,
	    "корневой элемент не описан в схеме этого пространства имён", "" },
	{ XML_SCHEMAV_CVC_ELT_3_1, PART_NONE,
	    "xsi:nil здесь недопустим: элемент не может быть пустым", "" },
	{ XML_SCHEMAV_CVC_ELT_3_2_1, PART_NONE,
	    "элемент с xsi:nil=\"true\" должен быть пуст", "" },
	{ XML_SCHEMAV_CVC_ELT_4_2, PART_NONE, "неизвестный тип в xsi:type",
	    "" },
	{ XML_SCHEMAV_CVC_ELT_4_3, PART_NONE, "тип в xsi:type здесь недопустим",
	    "" },
	{ XML_SCHEMAV_CVC_ELT_5_2_2_2_2, PART_NONE,
	    "значение отличается от установленного", "" },
	{ XML_SCHEMAV_CVC_AU, PART_NONE,
	    "значение атрибута отличается от установленного", "" },
	{ XML_SCHEMAV_CVC_IDC, PART_NONE,
	    "значение должно быть уникальным или ссылаться на существующее",
	    "" },
	{ XML_SCHEMAV_CVC_WILDCARD, PART_NONE,
	    "элемент этого пространства имён здесь недопустим", "" },
};

static const struct type_name {
	const char *type;
	const char *text;
} type_names[] = {
	{ "Moment", "дата или дата и время" },
	{ "Sequence", "целое число не меньше нуля" },
	{ "RecordNumber", "целое число от 1" },
	{ "RecordCount", "целое число от 0 до 200000" },
	{ "xs:date", "дата вида ГГГГ-ММ-ДД" },
	{ "xs:dateTime", "дата и время вида ГГГГ-ММ-ДДTчч:мм:сс+03:00" },
	{ "xs:time", "время вида чч:мм:сс" },
	{ "xs:gYear", "год вида ГГГГ" },
	{ "xs:gYearMonth", "год и месяц вида ГГГГ-ММ" },
	{ "xs:boolean", "true или false" },
	{ "xs:int", "целое число" },
	{ "xs:integer", "целое число" },
	{ "xs:long", "целое число" },
	{ "xs:nonNegativeInteger", "целое число не меньше нуля" },
	{ "xs:positiveInteger", "целое число больше нуля" },
	{ "xs:unsignedInt", "целое число не меньше нуля" },
	{ "xs:decimal", "число" },
	{ "xs:double", "число" },
	{ "xs:base64Binary", "данные в base64" },
	{ "xs:hexBinary", "данные в шестнадцатеричном виде" },
	{ "xs:anyURI", "адрес (URI)" },
	{ "xs:NCName", "имя XML без двоеточия" },
	{ "xs:ID", "идентификатор, единственный в документе" },
	{ "xs:IDREF", "ссылка на идентификатор документа" },
};

static const char *
last_of(const char *s, const char *word)
{
	const char *found = NULL;

	for (const char *p = strstr(s, word); p != NULL;
	     p = strstr(p + 1, word))
		found = p;
	return found;
}

/* What stands between the last open and the last close of s, or "". */
static const char *
between(const char *s, const char *open, const char *close, struct arena *arena)
{
	const char *end = last_of(s, close), *from;
	char *head;

	if (end == NULL)
		return "";
	head = arena_strndup(arena, s, (size_t)(end - s));
	from = last_of(head, open);
	return from == NULL ? "" : from + strlen(open);
}

/*
 * Names of an expectation, "{urn:x}a, {urn:x}b, ##other{urn:x}*", with the
 * namespaces left out.
 */
static const char *
plain_names(const char *list, struct arena *arena)
{
	struct buf out;
	const char *text, *close;

	buf_init(&out, LIST_BYTES);
	for (const char *p = list; *p != '\0'; p++) {
		if (strncmp(p, "##any", 5) == 0
		    || strncmp(p, "##other", 7) == 0) {
			buf_adds(&out, "любой другой элемент");
			while (p[1] != '\0' && p[1] != ',')
				p++;
		} else if (*p == '{' && (close = strchr(p, '}')) != NULL) {
			p = close;
		} else {
			buf_add(&out, p, 1);
		}
	}
	if (buf_full(&out))
		text = arena_printf(arena, "%s и другие", buf_text(&out));
	else
		text = arena_strdup(arena, buf_text(&out));
	buf_release(&out);
	return text;
}

static const char *
type_text(const char *type, struct arena *arena)
{
	const char *brace = strchr(type, '}');
	const char *name = brace == NULL ? type : brace + 1;

	for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++)
		if (strcmp(name, type_names[i].type) == 0)
			return arena_printf(
			    arena, "ожидается %s", type_names[i].text);
	return "оно не того вида, что требует схема";
}

/* A pattern in words where people can't be expected to read it. */
static const char *
pattern_text(const char *pattern, struct arena *arena)
{
	size_t digits = strspn(
	    pattern + (str_begins(pattern, "\\d{") ? 3 : 0), "0123456789,");

	if (str_begins(pattern, "\\d{")
	    && strcmp(pattern + 3 + digits, "}") == 0)
		return arena_printf(
		    arena, "ожидается цифр: %.*s", (int)digits, pattern + 3);
	if (strstr(pattern, "{8}-") != NULL && strstr(pattern, "{12}") != NULL)
		return "ожидается UUID вида 8-4-4-4-12";
	if (strstr(pattern, ")\\.[0-9]{4}") != NULL)
		return "ожидается дата вида ГГГГ-ММ-ДД или ДД.ММ.ГГГГ";
	return arena_printf(arena, "ожидается образец %s", pattern);
}

/* The attribute's name in "The attribute 'x' is ...". */
static const char *
attribute_name(const char *message, struct arena *arena)
{
	static const char before[] = "The attribute '";
	const char *from = last_of(message, before), *name, *close;

	if (from == NULL)
		return "";
	from += sizeof(before) - 1;
	name = arena_strndup(arena, from, strcspn(from, "'"));
	close = strchr(name, '}');
	return close == NULL ? name : close + 1;
}

static const char *
part_text(enum part part, const char *message, struct arena *arena)
{
	switch (part) {
	case PART_QUOTED:
		return between(message, "'", "'", arena);
	case PART_SET:
		return plain_names(between(message, "{", "}", arena), arena);
	case PART_EXPECTED:
		return plain_names(between(message, "( ", " )", arena), arena);
	case PART_FIRST:
		return attribute_name(message, arena);
	case PART_TYPE:
		return type_text(between(message, "'", "'", arena), arena);
	case PART_PATTERN:
		return pattern_text(between(message, "'", "'", arena), arena);
	default:
		return "";
	}
}

static const struct rule *
rule_of(int code)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].code == code)
			return &rules[i];
	return NULL;
}

/* An element out of place and one whose children end too early share a code. */
static const char *
content_text(const char *message, struct arena *arena)
{
	const char *names = part_text(PART_EXPECTED, message, arena);

	if (strstr(message, "Missing child element") != NULL)
		return arena_printf(
		    arena, "не хватает вложенного элемента: %s", names);
	if (*names == '\0')
		return "этого элемента здесь быть не должно";
	return arena_printf(
	    arena, "этого элемента здесь быть не должно; ожидается: %s", names);
}

/* Whether the texts in node, an element or attribute, are short together. */
static bool
quotable(const xmlNode *node)
{
	size_t bytes = 0;

	for (node = node->children; node != NULL; node = node->next)
		if (node->type == XML_TEXT_NODE && node->content != NULL)
			bytes += strlen((const char *)node->content);
	return bytes < QUOTABLE_BYTES;
}

static const char *
describe(const xmlError *error, const xmlNode *node, struct arena *arena)
{
	const char *message = error->message == NULL ? "" : error->message;
	const struct rule *rule = rule_of(error->code);

	if (rule == NULL)
		return arena_printf(
		    arena, "не соответствует схеме (правило %d)", error->code);
	if (rule->part == PART_EXPECTED)
		return content_text(message, arena);
	if (rule->part != PART_NONE && !quotable(node))
		return "слишком длинное или неверное значение";
	return arena_printf(arena, "%s%s%s", rule->text,
	    part_text(rule->part, message, arena), rule->after);
}

/* Number of the Record below top that holds node, as the sender counts. */
static long
record_number(const xmlNode *node, const xmlNode *top, struct arena *arena)
{
	const char *text;
	int64_t number;

	for (; node != NULL && node != top; node = node->parent) {
		if (node->parent != top || !xml_is(node, NULL, "Record"))
			continue;
		text = xml_child_text(node, NULL, "RecNo", arena);
		if (text != NULL && str_int(text, 1, 1000000000, &number) == 0)
			return (long)number;
	}
	return 0;
}

/* The attribute that "Element 'a', attribute 'b': ..." speaks of, or NULL. */
static const xmlNode *
attribute_of(const xmlError *error, struct arena *arena)
{
	static const char before[] = "', attribute '";
	const char *message = error->message == NULL ? "" : error->message;
	const char *end = strstr(message, "': "), *from, *name, *brace;
	const xmlNode *node = error->node;

	from = strstr(message, before);
	if (from == NULL || end == NULL || from >= end || node == NULL
	    || node->type != XML_ELEMENT_NODE)
		return NULL;
	from += sizeof(before) - 1;
	name = arena_strndup(arena, from, (size_t)(end - from));
	brace = strchr(name, '}');
	for (const xmlAttr *attr = node->properties; attr != NULL;
	     attr = attr->next)
		if (strcmp((const char *)attr->name,
			brace == NULL ? name : brace + 1)
		    == 0)
			return (const xmlNode *)attr;
	return NULL;
}

/* The value at fault, masked; "" for an element that has elements inside. */
static const char *
masked(const xmlNode *node, struct arena *arena)
{
	char mask[VALUE_CHARS + 1];
	const char *value = "";

	if (node->type == XML_ATTRIBUTE_NODE && node->children != NULL)
		value = (const char *)node->children->content;
	else if (node->type == XML_ELEMENT_NODE
	    && xml_child(node, NULL, NULL) == NULL)
		value = xml_text(node, arena);
	if (value == NULL)
		return "";
	str_mask(mask, sizeof(mask), value);
	return arena_strdup(arena, mask);
}

void
xsd_defect_fill(const xmlError *error, const xmlNode *top, struct arena *arena,
    struct defect *ret_defect)
{
	const xmlNode *node = error->node == NULL ? top : error->node;
	const xmlNode *attribute = attribute_of(error, arena);
	const xmlNode *at = attribute == NULL ? node : attribute;

	*ret_defect = (struct defect){
		.level = DEFECT_FATAL,
		.code = "PKT_SCHEMA",
		.rec_no = record_number(node, top, arena),
		.line = xml_node_line(node),
		.path = xml_path(at, arena),
		.value = masked(at, arena),
		.text = describe(error, at, arena),
	};
}
