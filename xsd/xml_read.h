/*
 * xsd/xml_read.h - children, attributes and text by qualified name.
 *
 * What is returned lives as long as the tree or the arena; nothing here fails
 * otherwise than by returning NULL.
 */
#ifndef XSD_XML_READ_H
#define XSD_XML_READ_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

struct arena;

/* ns NULL stands for any namespace, name NULL for any name. */
bool xml_is(const xmlNode *node, const char *ns, const char *name);
xmlNode *xml_child(const xmlNode *node, const char *ns, const char *name);
xmlNode *xml_next(const xmlNode *node, const char *ns, const char *name);
/* The element after node in the order of the document, below root; or NULL. */
xmlNode *xml_following(const xmlNode *root, const xmlNode *node);
/* The only element child, or NULL when there is none or more than one. */
xmlNode *xml_only_child(const xmlNode *node);
const char *xml_name(const xmlNode *node);
const char *xml_ns(const xmlNode *node); /* "" if none */
/* Text of an element without element children, trimmed of XML space; "" when
 * node is NULL. */
const char *xml_text(const xmlNode *node, struct arena *arena);
const char *xml_child_text(const xmlNode *node, const char *ns,
    const char *name, struct arena *arena); /* NULL: no such child */
/* Unqualified attribute, untrimmed; NULL if absent. */
const char *
xml_attr(const xmlNode *node, const char *name, struct arena *arena);
bool xml_nil(const xmlNode *node); /* xsi:nil="true" */
/* Readable path for messages: Packet/Record[2]/BirthDate. */
const char *xml_path(const xmlNode *node, struct arena *arena);

#endif
