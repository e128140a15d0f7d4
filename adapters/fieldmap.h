/*
 * adapters/fieldmap.h - a neighbour's places to fields of an entity, by table.
 */
#ifndef ADAPTERS_FIELDMAP_H
#define ADAPTERS_FIELDMAP_H

#include <stddef.h>

#include <libxml/tree.h>

#include "adapters/form.h"

struct decoder;
struct entity_type;

/*
 * One row: the text at path goes to field in form.  A path is element names
 * of any namespace parted by "/", the last of them "@name" for an attribute,
 * from the node given; "." is the node itself.  Where the text is not there
 * but "1" stands at absent, the field is absent.
 */
struct fieldmap {
	const char *path;
	const char *field; /* field's name in the table of the entity */
	enum form form;
	const char *absent; /* NULL: nothing says so */
};

/* Fill entity of type from node by count rows; later rows win. */
void fieldmap_read(struct decoder *d, const xmlNode *node,
    const struct fieldmap *rows, size_t count, const struct entity_type *type,
    void *entity);

/*
 * The element that path names from node, or NULL.  *ret_attribute is the name
 * after "@", or NULL; an element found may still lack that attribute.
 */
const xmlNode *fieldmap_find(
    const xmlNode *node, const char *path, const char **ret_attribute);

#endif
