/* An envelope written in other ways that mean the same. */
#include "test/unit/conformance.h"

#include <assert.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/buf.h"
#include "smev/smev_names.h"

const char *const form_names[FORMS] = { "as SMEV writes it", "without Header",
	"a foreign block in Header", "other prefixes on every element",
	"default namespaces only", "white space and comments between elements",
	"XML declaration and line ends" };

static void
escape(const xmlChar *text, struct buf *out)
{
	for (; text != NULL && *text != '\0'; text++) {
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
		case '\r':
			buf_adds(out, "&#13;");
			break;
		default:
			buf_addc(out, (char)*text);
		}
	}
}

/* A signature keeps its bytes: its prefixes are part of what it signs. */
static bool
is_signature(const xmlNode *node)
{
	return node->ns != NULL
	    && strcmp((const char *)node->ns->href, SMEV_DS_NS) == 0;
}

static bool
is_soap(const xmlNode *node, const char *name)
{
	return node->ns != NULL && strcmp((const char *)node->name, name) == 0
	    && strcmp((const char *)node->ns->href, SMEV_SOAP_NS) == 0;
}

/* "p:" or "": how node's name begins in this form. */
static void
add_prefix(enum form form, const xmlNode *node, struct buf *out)
{
	if (node->ns == NULL || form == FORM_DEFAULTS)
		return;
	if (form == FORM_PREFIXES)
		buf_adds(out, "_p.1-ё:");
	else if (node->ns->prefix != NULL)
		buf_addf(out, "%s:", (const char *)node->ns->prefix);
}

static void
add_declarations(enum form form, const xmlNode *node, struct buf *out)
{
	const char *uri = node->ns == NULL ? "" : (const char *)node->ns->href;

	if (form == FORM_DEFAULTS)
		buf_addf(out, " xmlns=\"%s\"", uri);
	else if (form == FORM_PREFIXES && node->ns != NULL)
		buf_addf(out, " xmlns:_p.1-ё='%s'", uri);
	if (form == FORM_DEFAULTS || form == FORM_PREFIXES)
		return;
	for (const xmlNs *ns = node->nsDef; ns != NULL; ns = ns->next)
		buf_addf(out, " xmlns%s%s=\"%s\"",
		    ns->prefix == NULL ? "" : ":",
		    ns->prefix == NULL ? "" : (const char *)ns->prefix,
		    ns->href == NULL ? "" : (const char *)ns->href);
}

static void
add_attributes(enum form form, const xmlNode *node, struct buf *out)
{
	bool bare = form == FORM_DEFAULTS || form == FORM_PREFIXES;

	for (xmlAttr *a = node->properties; a != NULL; a = a->next) {
		xmlChar *value = xmlNodeGetContent((xmlNode *)a);

		if (bare && a->ns != NULL
		    && strcmp((const char *)a->ns->prefix, "xml") != 0)
			buf_addf(out, " xmlns:%s=\"%s\"",
			    (const char *)a->ns->prefix,
			    (const char *)a->ns->href);
		buf_addf(out, " %s%s%s=\"",
		    a->ns == NULL ? "" : (const char *)a->ns->prefix,
		    a->ns == NULL ? "" : ":", (const char *)a->name);
		escape(value, out);
		buf_addc(out, '"');
		xmlFree(value);
	}
}

static void
add_space(enum form form, const xmlNode *parent, struct buf *out)
{
	for (const xmlNode *n = parent->children; n != NULL; n = n->next) {
		if (n->type != XML_ELEMENT_NODE)
			return; /* text: not ours to change */
	}
	if (form == FORM_SPACES && parent->children != NULL) {
		buf_adds(out, "\n\t  ");
		if (is_soap(parent, "Envelope") || is_soap(parent, "Body"))
			buf_adds(out, "<!-- Optional: & so on -->\r\n");
	} else if (form == FORM_DECLARED && parent->children != NULL) {
		buf_adds(out, "\r\n");
	}
}

static void
add_header(const char *soap, struct buf *out)
{
	buf_addf(out,
	    "<%s:Header><a:Action xmlns:a=\"http://schemas.microsoft."
	    "com/ws/2005/05/addressing/none\" %s:mustUnderstand=\"1\">"
	    "urn:Body</a:Action></%s:Header>",
	    soap, soap, soap);
}

static void
add_signature(xmlNode *node, struct buf *out)
{
	xmlBuffer *raw = xmlBufferCreate();

	xmlNodeDump(raw, node->doc, node, 0, 0);
	buf_adds(out, (const char *)xmlBufferContent(raw));
	xmlBufferFree(raw);
}

static void
add_node(enum form form, xmlNode *node, struct buf *out)
{
	if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
		escape(node->content, out);
	if (node->type != XML_ELEMENT_NODE
	    || (is_soap(node, "Header") && form != FORM_DECLARED
		&& form != FORM_SPACES))
		return;
	if (is_signature(node)) {
		add_signature(node, out);
		return;
	}
	buf_addc(out, '<');
	add_prefix(form, node, out);
	buf_adds(out, (const char *)node->name);
	add_declarations(form, node, out);
	add_attributes(form, node, out);
	buf_addc(out, '>');
	if (form == FORM_FOREIGN_HEADER && is_soap(node, "Envelope"))
		add_header((const char *)node->ns->prefix, out);
	for (xmlNode *child = node->children; child != NULL;
	     child = child->next) {
		add_space(form, node, out);
		add_node(form, child, out);
	}
	add_space(form, node, out);
	buf_adds(out, "</");
	add_prefix(form, node, out);
	buf_adds(out, (const char *)node->name);
	buf_adds(out, " >");
}

void
form_write(enum form form, const char *xml, size_t bytes, struct buf *out)
{
	xmlDoc *doc;

	if (form == FORM_AS_IS) {
		buf_add(out, xml, bytes);
		return;
	}
	doc = xmlReadMemory(xml, (int)bytes, NULL, NULL, XML_PARSE_NONET);
	assert(doc != NULL);
	if (form == FORM_DECLARED)
		buf_adds(out,
		    "<?xml version='1.0' encoding='UTF-8' "
		    "standalone='no'?>\r\n\r\n");
	add_node(form, xmlDocGetRootElement(doc), out);
	if (form == FORM_DECLARED || form == FORM_SPACES)
		buf_adds(out, "\r\n<!-- end -->\n");
	xmlFreeDoc(doc);
}
