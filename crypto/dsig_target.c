/*
 * What a reference names: an element is found by its Id only if that Id stands
 * once in the whole document, under whatever name a careless reader may look.
 */
#include "crypto/dsig_form.h"

#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/map.h"

struct id_walk {
	const char *id; /* that the signature names */
	const xmlNode *target;
	struct map *seen;
	struct err *err;
};

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

static int
check_ids(struct id_walk *walk, const xmlNode *node)
{
	for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
		const char *name = (const char *)a->name;
		const char *value = attr_text(a);
		bool is_id = a->ns == NULL && strcmp(name, "Id") == 0;

		if (strcasecmp(name, "Id") != 0)
			continue;
		/* xml:id, wsu:Id, ID: not ours, but a reader may resolve it. */
		if (node != walk->target && strcmp(value, walk->id) == 0)
			return err_set(walk->err, ERR_REFUSE, "DSIG_DUP_ID",
			    "signature: its Id stands on two elements");
		if (is_id && map_put(walk->seen, value, walk) != NULL)
			return err_set(walk->err, ERR_REFUSE, "DSIG_DUP_ID",
			    "an Id stands twice in the document");
	}
	return 0;
}

/* All elements of the document, in order. */
static int
walk_all(struct id_walk *walk, const xmlNode *root)
{
	const xmlNode *node = root;

	for (;;) {
		if (node->type == XML_ELEMENT_NODE) {
			if (check_ids(walk, node) == -1)
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

static int
check_unique(
    const struct dsig_form *form, const xmlNode *target, struct err *err)
{
	struct id_walk walk = { form->id, target, map_new(), err };
	int rc = walk_all(&walk, xmlDocGetRootElement(target->doc));

	map_free(walk.seen, NULL);
	return rc;
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
	return check_unique(form, target, err);
}
