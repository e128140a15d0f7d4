/* Runs in an opener. */
#include "gateway/door/door_tree.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

#define XSI_NS "http://www.w3.org/2001/XMLSchema-instance"

static bool
declared(const xmlNode *element, const xmlChar *prefix)
{
	for (const xmlNs *ns = element->nsDef; ns != NULL; ns = ns->next)
		if (xmlStrEqual(ns->prefix, prefix))
			return true;
	return false;
}

/* What stands on the elements around node, the nearest first. */
static void
declare_scope(const xmlNode *node, xmlNode *copy)
{
	for (const xmlNode *up = node->parent;
	     up != NULL && up->type == XML_ELEMENT_NODE; up = up->parent) {
		for (const xmlNs *ns = up->nsDef; ns != NULL; ns = ns->next)
			if (!declared(copy, ns->prefix))
				(void)xmlNewNs(copy, ns->href, ns->prefix);
	}
}

/* A prefix for uri at copy; the element may have another meaning for ours. */
static xmlNs *
prefix_for(xmlNode *copy, const char *uri, const char *const prefixes[])
{
	xmlNs *ns = NULL;

	for (size_t i = 0; ns == NULL && prefixes[i] != NULL; i++)
		if (!declared(copy, (const xmlChar *)prefixes[i]))
			ns = xmlNewNs(copy, (const xmlChar *)uri,
			    (const xmlChar *)prefixes[i]);
	return ns;
}

static void
make_message(xmlNode *copy, const char *as)
{
	static const char *const xsi[] = { "xsi", "xsi1", "xsi2", "xsi3",
		NULL };
	static const char *const own[] = { "a", "a1", "a2", "a3", NULL };
	xmlNs *type_ns = prefix_for(copy, XSI_NS, xsi);
	xmlNs *mine = prefix_for(
	    copy, copy->ns == NULL ? "" : (const char *)copy->ns->href, own);
	struct buf value;

	if (type_ns == NULL || mine == NULL)
		return;
	buf_init(&value, 0);
	buf_addf(&value, "%s:%s", (const char *)mine->prefix, as);
	xmlNodeSetName(copy, (const xmlChar *)"Message");
	(void)xmlSetNsProp(copy, type_ns, (const xmlChar *)"type",
	    (const xmlChar *)buf_text(&value));
	buf_release(&value);
}

void
door_tree_write(const xmlNode *node, const char *as, struct buf *out)
{
	xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
	xmlBuffer *text = xmlBufferCreate();
	xmlNode *copy;

	doc->encoding = xmlStrdup((const xmlChar *)"UTF-8");
	copy = xmlDocCopyNode((xmlNode *)(uintptr_t)node, doc, 1);
	if (copy != NULL) {
		(void)xmlDocSetRootElement(doc, copy);
		declare_scope(node, copy);
		if (as != NULL)
			make_message(copy, as);
		(void)xmlNodeDump(text, doc, copy, 0, 0);
		buf_add(
		    out, xmlBufferContent(text), (size_t)xmlBufferLength(text));
	}
	xmlBufferFree(text);
	xmlFreeDoc(doc);
}
