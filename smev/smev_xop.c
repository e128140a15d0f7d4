#include "smev/smev_xop.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "smev/smev_base64.h"
#include "smev/smev_mime.h"
#include "smev/smev_names.h"
#include "xsd/xml_read.h"

static int
bad(struct err *err, const char *why)
{
	return err_set(err, ERR_RETRY, "SMEV_MIME", "%s", why);
}

/* Whether nothing but white space stands beside include. */
static bool
alone(const xmlNode *include)
{
	const xmlNode *node = include->parent;

	if (node == NULL || node->type != XML_ELEMENT_NODE
	    || xml_only_child(node) != include)
		return false;
	for (node = node->children; node != NULL; node = node->next) {
		const char *text = (const char *)node->content;

		if (node != include && node->type != XML_COMMENT_NODE
		    && text != NULL && strspn(text, " \t\r\n") != strlen(text))
			return false;
	}
	return true;
}

/* Make text the only content of element. */
static void
set_text(xmlNode *element, const char *text, size_t bytes)
{
	xmlNode *node;

	while ((node = element->children) != NULL) {
		xmlUnlinkNode(node);
		xmlFreeNode(node);
	}
	assert(bytes <= INT_MAX); /* libxml2 counts in int */
	node =
	    xmlNewDocTextLen(element->doc, (const xmlChar *)text, (int)bytes);
	assert(node != NULL); /* out of memory ends the process */
	xmlAddChild(element, node);
}

/* The next node of the tree under root in document order, or NULL. */
static xmlNode *
next_node(const xmlNode *root, xmlNode *node)
{
	if (node->children != NULL && node->type == XML_ELEMENT_NODE)
		return node->children;
	while (node != root && node->next == NULL)
		node = node->parent;
	return node == root ? NULL : node->next;
}

int
smev_xop_inline(const struct mime_message *message, xmlNode *root,
    struct arena *arena, struct err *err)
{
	size_t left_bytes = 2 * message->body_bytes;
	xmlNode *node;

	for (node = root; node != NULL; node = next_node(root, node)) {
		const struct mime_part *part;
		struct arena *passing;
		char *text;
		size_t bytes;

		if (!xml_is(node, SMEV_XOP_NS, "Include"))
			continue;
		part = mime_part_by_cid(
		    message, xml_attr(node, "href", arena), arena);
		if (part == NULL)
			return bad(
			    err, "xop:Include names a part that is missing");
		if (!alone(node))
			return bad(
			    err, "xop:Include is not alone in its element");
		if (part->bytes > left_bytes)
			return bad(err, "xop:Include repeats parts too often");
		left_bytes -= part->bytes;
		passing = arena_new();
		text = smev_base64(part->data, part->bytes, passing, &bytes);
		node = node->parent;
		set_text(node, text, bytes);
		arena_free(passing);
	}
	return 0;
}
