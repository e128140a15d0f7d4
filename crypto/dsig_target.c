/*
 * What a reference names: an element is found by its Id only if that Id stands
 * once in the whole document, under whatever name a careless reader may look.
 */
#include "crypto/dsig_form.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "crypto/dsig.h"
#include "xsd/xml_doc.h"

struct dsig_ids {
	struct map *exact; /* values of Id */
	struct map
	    *any; /* of whatever may pass for one: the element, or many */
};

static char many; /* it stands on more elements than one */

static int
bad_target(struct err *err, const char *why)
{
	return err_set(err, ERR_REFUSE, "DSIG_TARGET", "signature: %s", why);
}

static bool
is_inside(const xmlNode *node, const xmlNode *ancestor)
{
	while (node != NULL && node != ancestor)
		node = node->parent;
	return node != NULL;
}

static const char *
attr_text(const xmlAttr *attr)
{
	return attr->children == NULL || attr->children->content == NULL
	    ? ""
	    : (const char *)attr->children->content;
}

/* xml:id, wsu:Id, ID: not ours, but a reader may resolve it. */
static int
add_ids(struct dsig_ids *ids, xmlNode *node, struct err *err)
{
	for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
		const char *name = (const char *)a->name;
		const char *value = attr_text(a);
		const void *before;

		if (strcasecmp(name, "Id") != 0)
			continue;
		before = map_put(ids->any, value, node);
		if (before != NULL && before != node)
			(void)map_put(ids->any, value, &many);
		if (a->ns == NULL && strcmp(name, "Id") == 0
		    && map_put(ids->exact, value, node) != NULL)
			return err_set(err, ERR_REFUSE, "DSIG_DUP_ID",
			    "an Id stands twice in the document");
	}
	return 0;
}

/* All elements of the document, in order. */
static int
walk_all(struct dsig_ids *ids, xmlNode *root, struct err *err)
{
	xmlNode *node = root;

	for (;;) {
		if (node->type == XML_ELEMENT_NODE) {
			if (add_ids(ids, node, err) == -1)
				return -1;
			if (node->children != NULL) {
				node = node->children;
				continue;
			}
		}
		while (node != root && node->next == NULL)
			node = node->parent;
		if (node == root)
			return 0;
		node = node->next;
	}
}

int
dsig_ids_new(struct xml_doc *doc, struct dsig_ids **ret, struct err *err)
{
	struct dsig_ids *ids = xcalloc(1, sizeof(*ids));

	ids->exact = map_new();
	ids->any = map_new();
	if (walk_all(ids, xml_doc_root(doc), err) == -1) {
		dsig_ids_free(ids);
		return -1;
	}
	*ret = ids;
	return 0;
}

void
dsig_ids_free(struct dsig_ids *ids)
{
	if (ids == NULL)
		return;
	map_free(ids->exact, NULL);
	map_free(ids->any, NULL);
	free(ids);
}

static bool
has_id(const xmlNode *target, const char *id)
{
	for (const xmlAttr *a = target->properties; a != NULL; a = a->next)
		if (a->ns == NULL && strcmp((const char *)a->name, "Id") == 0)
			return strcmp(attr_text(a), id) == 0;
	return false;
}

int
dsig_form_target(const struct dsig_form *form, const xmlNode *signature,
    const xmlNode *target, struct err *err)
{
	if (target->doc != signature->doc || target->type != XML_ELEMENT_NODE)
		return bad_target(err, "it covers nothing of this document");
	if (!has_id(target, form->id))
		return bad_target(err, "it covers another element");
	if (is_inside(target, signature))
		return bad_target(err, "it covers what lies in itself");
	if (is_inside(signature, target) && !form->enveloped)
		return bad_target(err, "it lies in what it covers");
	return 0;
}

int
dsig_form_unique(const struct dsig_form *form, const struct dsig_ids *ids,
    const xmlNode *target, struct err *err)
{
	if (map_get(ids->any, form->id) == target)
		return 0;
	return err_set(err, ERR_REFUSE, "DSIG_DUP_ID",
	    "signature: its Id stands on two elements");
}
