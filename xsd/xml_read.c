#include "xsd/xml_read.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

static const char xsi_uri[] = "http://www.w3.org/2001/XMLSchema-instance";

static bool
space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const char *
xml_name(const xmlNode *node)
{
	return (const char *)node->name;
}

const char *
xml_ns(const xmlNode *node)
{
	if (node->ns == NULL || node->ns->href == NULL)
		return "";
	return (const char *)node->ns->href;
}

bool
xml_is(const xmlNode *node, const char *ns, const char *name)
{
	return node != NULL && node->type == XML_ELEMENT_NODE
	    && (name == NULL || strcmp(xml_name(node), name) == 0)
	    && (ns == NULL || strcmp(xml_ns(node), ns) == 0);
}

static xmlNode *
first_match(xmlNode *node, const char *ns, const char *name)
{
	while (node != NULL && !xml_is(node, ns, name))
		node = node->next;
	return node;
}

xmlNode *
xml_child(const xmlNode *node, const char *ns, const char *name)
{
	return node == NULL ? NULL : first_match(node->children, ns, name);
}

xmlNode *
xml_next(const xmlNode *node, const char *ns, const char *name)
{
	return node == NULL ? NULL : first_match(node->next, ns, name);
}

xmlNode *
xml_following(const xmlNode *root, const xmlNode *node)
{
	xmlNode *next = xml_child(node, NULL, NULL);

	while (next == NULL && node != root) {
		next = xml_next(node, NULL, NULL);
		if (next == NULL)
			node = node->parent;
	}
	return next;
}

xmlNode *
xml_only_child(const xmlNode *node)
{
	xmlNode *child = xml_child(node, NULL, NULL);

	return xml_next(child, NULL, NULL) == NULL ? child : NULL;
}

static bool
text_node(const xmlNode *node)
{
	return node->type == XML_TEXT_NODE
	    || node->type == XML_CDATA_SECTION_NODE;
}

/*
 * All text below first and beside it as one string, not trimmed.  A comment
 * may stand amid a number: canonical XML drops it, so the parts join.
 */
static const char *
join_texts(const xmlNode *first, struct arena *arena)
{
	const xmlNode *only = NULL;
	size_t bytes = 0, count = 0;
	char *all, *to;

	for (const xmlNode *node = first; node != NULL; node = node->next)
		if (text_node(node) && node->content != NULL) {
			bytes += strlen((const char *)node->content);
			only = node;
			count++;
		}
	if (count == 0)
		return "";
	if (count == 1)
		return (const char *)only->content;
	all = to = arena_alloc(arena, bytes + 1);
	for (const xmlNode *node = first; node != NULL; node = node->next)
		if (text_node(node) && node->content != NULL)
			to = stpcpy(to, (const char *)node->content);
	return all;
}

const char *
xml_text(const xmlNode *node, struct arena *arena)
{
	const char *text;
	size_t bytes;

	if (node == NULL)
		return "";
	text = join_texts(node->children, arena);
	while (space(*text))
		text++;
	bytes = strlen(text);
	if (bytes == 0 || !space(text[bytes - 1]))
		return text;
	while (bytes > 0 && space(text[bytes - 1]))
		bytes--;
	return arena_strndup(arena, text, bytes);
}

const char *
xml_child_text(
    const xmlNode *node, const char *ns, const char *name, struct arena *arena)
{
	xmlNode *child = xml_child(node, ns, name);

	return child == NULL ? NULL : xml_text(child, arena);
}

const char *
xml_attr(const xmlNode *node, const char *name, struct arena *arena)
{
	if (node == NULL || node->type != XML_ELEMENT_NODE)
		return NULL;
	for (xmlAttr *attr = node->properties; attr != NULL; attr = attr->next)
		if (attr->ns == NULL
		    && strcmp((const char *)attr->name, name) == 0)
			return join_texts(attr->children, arena);
	return NULL;
}

bool
xml_nil(const xmlNode *node)
{
	const xmlAttr *attr;
	const char *text;

	if (node == NULL || node->type != XML_ELEMENT_NODE)
		return false;
	for (attr = node->properties; attr != NULL; attr = attr->next) {
		if (attr->ns == NULL || attr->children == NULL
		    || strcmp((const char *)attr->name, "nil") != 0
		    || strcmp((const char *)attr->ns->href, xsi_uri) != 0)
			continue;
		text = (const char *)attr->children->content;
		if (text == NULL)
			return false;
		while (space(*text))
			text++;
		return (text[0] == '1' && (text[1] == '\0' || space(text[1])))
		    || (strncmp(text, "true", 4) == 0
			&& (text[4] == '\0' || space(text[4])));
	}
	return false;
}

/* Number of node among its siblings of that name, 0 when it is the only one. */
static long
place(const xmlNode *node)
{
	const char *name = xml_name(node);
	const xmlNode *other =
	    node->parent == NULL ? node : xml_child(node->parent, NULL, name);
	long before = 1;

	for (; other != NULL && other != node;
	     other = xml_next(other, NULL, name))
		before++;
	if (before > 1 || xml_next(node, NULL, name) != NULL)
		return before;
	return 0;
}

static void
add_step(struct buf *path, const xmlNode *node)
{
	long number;

	if (node->parent != NULL && (node->parent->type == XML_ELEMENT_NODE)) {
		add_step(path, node->parent);
		buf_addc(path, '/');
	}
	if (node->type == XML_ATTRIBUTE_NODE)
		buf_addc(path, '@');
	buf_adds(path, xml_name(node));
	if (node->type == XML_ELEMENT_NODE && (number = place(node)) != 0)
		buf_addf(path, "[%ld]", number);
}

const char *
xml_path(const xmlNode *node, struct arena *arena)
{
	struct buf path;
	const char *text;

	while (node != NULL && node->type != XML_ELEMENT_NODE
	    && node->type != XML_ATTRIBUTE_NODE)
		node = node->parent;
	if (node == NULL)
		return "";
	buf_init(&path, 0);
	add_step(&path, node);
	text = arena_strdup(arena, buf_text(&path));
	buf_release(&path);
	return text;
}
