#include "crypto/exc_c14n.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

/* A declaration that stands on an element which is still open. */
struct rendered {
	const char *prefix, *uri; /* "" for the default, "" for none */
	int depth;
};

struct walk {
	struct buf *out;
	struct err *err;
	struct rendered *rendered;
	size_t rendered_count, rendered_room;
	const xmlAttr **attrs; /* of the element at hand, sorted */
	size_t attr_room;
	int depth;
};

static const char *
text_of(const xmlChar *s)
{
	return s == NULL ? "" : (const char *)s;
}

static const char *
ns_uri(const xmlNs *ns)
{
	return ns == NULL ? "" : text_of(ns->href);
}

static const char *
ns_prefix(const xmlNs *ns)
{
	return ns == NULL ? "" : text_of(ns->prefix);
}

/* What replaces c in text (or in an attribute value), or NULL. */
static const char *
escape_of(char c, bool in_attribute)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return in_attribute ? NULL : "&gt;";
	case '"':
		return in_attribute ? "&quot;" : NULL;
	case '\t':
		return in_attribute ? "&#x9;" : NULL;
	case '\n':
		return in_attribute ? "&#xA;" : NULL;
	case '\r':
		return "&#xD;";
	default:
		return NULL;
	}
}

static void
put_escaped(struct buf *out, const char *s, bool in_attribute)
{
	const char *set = in_attribute ? "&<\"\t\n\r" : "&<>\r";

	for (;;) {
		size_t plain = strcspn(s, set);

		buf_add(out, s, plain);
		if (s[plain] == '\0')
			return;
		buf_adds(out, escape_of(s[plain], in_attribute));
		s += plain + 1;
	}
}

/* The namespace that prefix has on the nearest open element that says so. */
static const char *
rendered_uri(const struct walk *walk, const char *prefix)
{
	for (size_t i = walk->rendered_count; i-- > 0;)
		if (strcmp(walk->rendered[i].prefix, prefix) == 0)
			return walk->rendered[i].uri;
	return "";
}

/* Remember that this element needs prefix bound to uri, unless it is. */
static void
need_ns(struct walk *walk, const char *prefix, const char *uri)
{
	if (strcmp(prefix, "xml") == 0
	    || strcmp(rendered_uri(walk, prefix), uri) == 0)
		return;
	if (walk->rendered_count == walk->rendered_room) {
		walk->rendered_room = walk->rendered_room * 2 + 16;
		walk->rendered = xrealloc(walk->rendered,
		    walk->rendered_room * sizeof(walk->rendered[0]));
	}
	walk->rendered[walk->rendered_count++] =
	    (struct rendered){ prefix, uri, walk->depth };
}

static int
by_prefix(const void *a, const void *b)
{
	const struct rendered *left = a, *right = b;

	return strcmp(left->prefix, right->prefix);
}

static int
by_name(const void *a, const void *b)
{
	const xmlAttr *left = *(const xmlAttr *const *)a;
	const xmlAttr *right = *(const xmlAttr *const *)b;
	int order = strcmp(ns_uri(left->ns), ns_uri(right->ns));

	return order != 0 ? order
			  : strcmp(text_of(left->name), text_of(right->name));
}

/* libxml2 keeps "p:x" as a name when p is bound to nothing. */
static int
check_name(struct walk *walk, const xmlChar *name, const xmlNs *ns)
{
	if (ns == NULL && strchr(text_of(name), ':') != NULL)
		return err_set(walk->err, ERR_REFUSE, "DSIG_TRANSFORM",
		    "a prefix without a namespace");
	return 0;
}

static void
put_name(struct buf *out, const xmlChar *name, const xmlNs *ns)
{
	if (ns_prefix(ns)[0] != '\0') {
		buf_adds(out, ns_prefix(ns));
		buf_addc(out, ':');
	}
	buf_adds(out, text_of(name));
}

/* Collect the attributes, sorted, and the namespaces that they need. */
static int
collect_attrs(struct walk *walk, const xmlNode *element, size_t *ret_count)
{
	size_t count = 0;

	for (const xmlAttr *a = element->properties; a != NULL; a = a->next) {
		if (check_name(walk, a->name, a->ns) == -1)
			return -1;
		if (count == walk->attr_room) {
			walk->attr_room = walk->attr_room * 2 + 16;
			walk->attrs = xrealloc(walk->attrs,
			    walk->attr_room * sizeof(walk->attrs[0]));
		}
		walk->attrs[count++] = a;
		if (a->ns != NULL)
			need_ns(walk, ns_prefix(a->ns), ns_uri(a->ns));
	}
	if (count > 1)
		qsort(walk->attrs, count, sizeof(walk->attrs[0]), by_name);
	*ret_count = count;
	return 0;
}

static int
put_attr(struct walk *walk, const xmlAttr *attr)
{
	buf_addc(walk->out, ' ');
	put_name(walk->out, attr->name, attr->ns);
	buf_adds(walk->out, "=\"");
	for (const xmlNode *n = attr->children; n != NULL; n = n->next) {
		if (n->type != XML_TEXT_NODE)
			return err_set(walk->err, ERR_REFUSE, "DSIG_TRANSFORM",
			    "an entity that was not expanded");
		put_escaped(walk->out, text_of(n->content), true);
	}
	buf_addc(walk->out, '"');
	return 0;
}

static int
put_start(struct walk *walk, const xmlNode *element)
{
	size_t first = walk->rendered_count, attr_count;

	walk->depth++;
	if (check_name(walk, element->name, element->ns) == -1)
		return -1;
	need_ns(walk, ns_prefix(element->ns), ns_uri(element->ns));
	if (collect_attrs(walk, element, &attr_count) == -1)
		return -1;
	if (walk->rendered_count > first + 1)
		qsort(walk->rendered + first, walk->rendered_count - first,
		    sizeof(walk->rendered[0]), by_prefix);
	buf_addc(walk->out, '<');
	put_name(walk->out, element->name, element->ns);
	for (size_t i = first; i < walk->rendered_count; i++) {
		buf_adds(walk->out, " xmlns");
		if (walk->rendered[i].prefix[0] != '\0') {
			buf_addc(walk->out, ':');
			buf_adds(walk->out, walk->rendered[i].prefix);
		}
		buf_adds(walk->out, "=\"");
		put_escaped(walk->out, walk->rendered[i].uri, true);
		buf_addc(walk->out, '"');
	}
	for (size_t i = 0; i < attr_count; i++)
		if (put_attr(walk, walk->attrs[i]) == -1)
			return -1;
	buf_addc(walk->out, '>');
	return 0;
}

static void
put_end(struct walk *walk, const xmlNode *element)
{
	buf_adds(walk->out, "</");
	put_name(walk->out, element->name, element->ns);
	buf_addc(walk->out, '>');
	while (walk->rendered_count != 0
	    && walk->rendered[walk->rendered_count - 1].depth == walk->depth)
		walk->rendered_count--;
	walk->depth--;
}

/* A node that is not an element. */
static int
put_leaf(struct walk *walk, const xmlNode *node)
{
	switch (node->type) {
	case XML_TEXT_NODE:
	case XML_CDATA_SECTION_NODE:
		put_escaped(walk->out, text_of(node->content), false);
		return 0;
	case XML_PI_NODE:
		buf_adds(walk->out, "<?");
		buf_adds(walk->out, text_of(node->name));
		if (node->content != NULL && node->content[0] != '\0') {
			buf_addc(walk->out, ' ');
			buf_adds(walk->out, text_of(node->content));
		}
		buf_adds(walk->out, "?>");
		return 0;
	case XML_COMMENT_NODE:
		return 0;
	default:
		return err_set(walk->err, ERR_REFUSE, "DSIG_TRANSFORM",
		    "an entity that was not expanded");
	}
}

static int
put_subtree(struct walk *walk, const xmlNode *element, const xmlNode *skip)
{
	const xmlNode *node = element;

	for (;;) {
		if (node->type == XML_ELEMENT_NODE && node != skip) {
			if (put_start(walk, node) == -1)
				return -1;
			if (node->children != NULL) {
				node = node->children;
				continue;
			}
			put_end(walk, node);
		} else if (node != skip && put_leaf(walk, node) == -1) {
			return -1;
		}
		while (node != element && node->next == NULL) {
			node = node->parent;
			put_end(walk, node);
		}
		if (node == element)
			return 0;
		node = node->next;
	}
}

int
exc_c14n(const xmlNode *element, const xmlNode *skip, struct buf *out,
    struct err *err)
{
	struct walk walk = { .out = out, .err = err };
	int rc;

	assert(element->type == XML_ELEMENT_NODE && element != skip);
	rc = put_subtree(&walk, element, skip);
	free(walk.rendered);
	free(walk.attrs);
	return rc;
}
