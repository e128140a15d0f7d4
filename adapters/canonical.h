/*
 * adapters/canonical.h - entities in the words of the canonical packet.
 *
 * Shared by the packet and the federal segment, which says Learner the same
 * way.  Elements are read by local name, whatever their namespace is: the
 * schema has judged that before.
 */
#ifndef ADAPTERS_CANONICAL_H
#define ADAPTERS_CANONICAL_H

#include <stddef.h>

#include <libxml/tree.h>

struct decoder;
struct document;
struct entity_type;
struct record;
struct xml_writer;

/*
 * Fill entity of type from the children of node: each known element by its
 * form, xsi:nil="true" as absent, an empty one as unsaid.
 */
void canonical_read(struct decoder *d, const xmlNode *node,
    const struct entity_type *type, void *entity);
/* Every Document of node, in normal form and judged; NULL if there is none. */
struct document *canonical_read_documents(
    struct decoder *d, const xmlNode *node, size_t *ret_count);
/* Person, Document* of node into record; what is not there stays NULL. */
void canonical_read_person(
    struct decoder *d, const xmlNode *node, struct record *record);
/* Every element called name under node: Representative or Party. */
void canonical_read_parties(struct decoder *d, const xmlNode *node,
    const char *name, struct record *record);

/*
 * Write the fields of entity that are set, in table order, as elements whose
 * prefix is prefix ("pkt:", or ""); absent ones as xsi:nil, which the caller
 * has declared.
 */
void canonical_write(struct xml_writer *w, const char *prefix,
    const struct entity_type *type, const void *entity);
/* Person, Document*, Representative* of record. */
void canonical_write_learner(
    struct xml_writer *w, const char *prefix, const struct record *record);

#endif
