/* The rules of the transform once more, word by word and slowly. */
#include "test/unit/c14n_model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/c14n.h>
#include <libxml/parser.h>

#include "base/buf.h"

#define ATTRS 32

struct subtree {
	const xmlNode *element, *skip;
};

static int
visible(void *arg, xmlNode *node, xmlNode *parent)
{
	const struct subtree *subtree = arg;
	bool inside = false;

	if (node->type == XML_NAMESPACE_DECL
	    || node->type == XML_ATTRIBUTE_NODE)
		node = parent;
	for (; node != NULL; node = node->parent) {
		if (node == subtree->skip)
			return 0;
		inside = inside || node == subtree->element;
	}
	return inside;
}

void
model_c14n(xmlNode *element, const xmlNode *skip, struct buf *out)
{
	struct subtree subtree = { element, skip };
	xmlOutputBuffer *buffer = xmlAllocOutputBuffer(NULL);
	int rc = xmlC14NExecute(element->doc, visible, &subtree,
	    XML_C14N_EXCLUSIVE_1_0, NULL, 0, buffer);

	assert(rc >= 0);
	buf_add(out, xmlOutputBufferGetContent(buffer),
	    xmlOutputBufferGetSize(buffer));
	(void)xmlOutputBufferClose(buffer);
}

/* A character of UTF-8 at *s, which goes on to the next. */
static uint32_t
character(const unsigned char **s)
{
	uint32_t c = *(*s)++;
	int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	c = more == 0 ? c : c & (0x3fu >> more);
	for (; more > 0; more--)
		c = c << 6 | (*(*s)++ & 0x3fu);
	return c;
}

/* The number-th unit of UTF-16 in s, 0 past its end. */
static uint32_t
unit(const char *text, size_t number)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s != '\0') {
		uint32_t c = character(&s);

		if (c < 0x10000) {
			if (number-- == 0)
				return c;
		} else {
			if (number-- == 0)
				return 0xd800 + ((c - 0x10000) >> 10);
			if (number-- == 0)
				return 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
	}
	return 0;
}

static int
compare(const char *a, const char *b)
{
	for (size_t i = 0;; i++) {
		uint32_t x = unit(a, i), y = unit(b, i);

		if (x != y)
			return x < y ? -1 : 1;
		if (x == 0)
			return 0;
	}
}

static const char *
uri_of(const xmlNs *ns)
{
	return ns == NULL || ns->href == NULL ? "" : (const char *)ns->href;
}

static int
by_name(const void *a, const void *b)
{
	const xmlAttr *x = *(const xmlAttr *const *)a;
	const xmlAttr *y = *(const xmlAttr *const *)b;
	int rc;

	if ((x->ns == NULL) != (y->ns == NULL))
		return x->ns == NULL ? 1 : -1;
	rc = compare(uri_of(x->ns), uri_of(y->ns));
	return rc != 0 ? rc
		       : compare((const char *)x->name, (const char *)y->name);
}

static void
add_value(const char *text, struct buf *out)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '<':
			buf_adds(out, "&lt;");
			break;
		case '&':
			buf_adds(out, "&amp;");
			break;
		case '"':
			buf_adds(out, "&quot;");
			break;
		case '\t':
			buf_adds(out, "&#x9;");
			break;
		case '\n':
			buf_adds(out, "&#xa;");
			break;
		case '\r':
			buf_adds(out, "&#xd;");
			break;
		default:
			buf_addc(out, *text);
		}
	}
}

static size_t
units(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t count = 0;

	while (*s != '\0')
		count += character(&s) >= 0x10000 ? 2 : 1;
	return count;
}

/* Text in blocks of 512 units, or as a whole when under 12. */
static void
add_text(const char *text, struct buf *out)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t total = units(text), at = 0;
	bool escaped_before = false;
	uint32_t before = 0;

	while (*s != '\0') {
		const unsigned char *from = s;
		uint32_t c = character(&s);
		bool first = total < 12 ? at == 0 : at % 512 == 0;
		bool odd = c == '<' || c == '&' || c == '\r'
		    || (c >= 0x7f && c <= 0x9f);

		if (c == '>')
			odd = first || before == ']'
			    || (total >= 12 && escaped_before);
		if (!odd)
			buf_add(out, from, (size_t)(s - from));
		else if (c == '<' || c == '>' || c == '&')
			buf_adds(out,
			    c == '<'       ? "&lt;"
				: c == '>' ? "&gt;"
					   : "&amp;");
		else
			buf_addf(out, "&#x%x;", c);
		escaped_before = odd;
		before = c;
		at += c >= 0x10000 ? 2 : 1;
	}
}

struct scope {
	const struct scope *outer;
	const char *uri[ATTRS + 1];
	int number[ATTRS + 1];
	size_t count;
};

struct model {
	struct buf *out;
	int last; /* number given out */
	bool bad;
};

static int
number_of(struct model *m, struct scope *scope, const char *uri)
{
	for (const struct scope *s = scope; s != NULL; s = s->outer) {
		for (size_t i = 0; i < s->count; i++) {
			if (strcmp(s->uri[i], uri) == 0)
				return s->number[i];
		}
	}
	assert(scope->count <= ATTRS);
	scope->uri[scope->count] = uri;
	scope->number[scope->count++] = ++m->last;
	return m->last;
}

static bool
blank(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text > ' ')
			return false;
	}
	return true;
}

static void
add_start(struct model *m, struct scope *scope, xmlNode *node, int number,
    struct buf *attributes)
{
	buf_addf(m->out, "<ns%d:%s", number, (const char *)node->name);
	for (size_t i = 0; i < scope->count; i++) {
		buf_addf(m->out, " xmlns:ns%d=\"", scope->number[i]);
		add_value(scope->uri[i], m->out);
		buf_adds(m->out, "\"");
	}
	buf_addf(m->out, "%s>", buf_text(attributes));
}

static void
add_element(struct model *m, const struct scope *outer, xmlNode *node)
{
	struct scope scope = { .outer = outer };
	const xmlAttr *attrs[ATTRS];
	struct buf attributes;
	size_t count = 0;
	int number;

	if (node->ns == NULL)
		m->bad = true;
	number = number_of(m, &scope, uri_of(node->ns));
	for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
		attrs[count++] = a;
	assert(count <= ATTRS);
	if (count > 0)
		qsort(attrs, count, sizeof(attrs[0]), by_name);
	buf_init(&attributes, 0);
	for (size_t i = 0; i < count; i++) {
		xmlChar *value = xmlNodeGetContent((const xmlNode *)attrs[i]);

		buf_adds(&attributes, " ");
		if (attrs[i]->ns != NULL)
			buf_addf(&attributes, "ns%d:",
			    number_of(m, &scope, uri_of(attrs[i]->ns)));
		if (strstr(uri_of(attrs[i]->ns), "XML/1998") != NULL)
			m->bad = true;
		buf_addf(&attributes, "%s=\"", (const char *)attrs[i]->name);
		add_value((const char *)value, &attributes);
		buf_adds(&attributes, "\"");
		xmlFree(value);
	}
	add_start(m, &scope, node, number, &attributes);
	buf_release(&attributes);
	for (xmlNode *child = node->children; child != NULL;
	     child = child->next) {
		if (child->type == XML_ELEMENT_NODE)
			add_element(m, &scope, child);
		else if (child->type == XML_TEXT_NODE
		    && !blank((const char *)child->content))
			add_text((const char *)child->content, m->out);
	}
	buf_addf(m->out, "</ns%d:%s>", number, (const char *)node->name);
}

bool
model_transform(const struct buf *canonical, struct buf *out)
{
	struct model m = { .out = out };
	xmlDoc *doc = xmlReadMemory(canonical->data, (int)canonical->bytes,
	    NULL, NULL, XML_PARSE_NOENT | XML_PARSE_NONET | XML_PARSE_HUGE);

	assert(doc != NULL);
	add_element(&m, NULL, xmlDocGetRootElement(doc));
	xmlFreeDoc(doc);
	return !m.bad;
}
