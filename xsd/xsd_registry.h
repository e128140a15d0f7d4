/*
 * xsd/xsd_registry.h - compiled schemas, found by namespace.
 *
 * Loads the catalogue (xsd_catalog.h) and compiles every schema; read only
 * after that, so an opener loads it before it locks itself in.  While a schema
 * is compiled its imports are read from the same folder and nowhere else.
 */
#ifndef XSD_XSD_REGISTRY_H
#define XSD_XSD_REGISTRY_H

#include <stddef.h>

#include <libxml/tree.h>

struct defects;
struct err;
struct xsd_registry;

#define XSD_DEFECTS_MAX 20 /* of one validation */

/* $KONTINGENT_SCHEMAS, or where the schemas were installed. */
const char *xsd_registry_folder(void);

/*
 * Load every schema of folder; an import or include that leaves the folder is
 * an error.  xml_doc_setup() was called before.
 *
 * Errors: ERR_FATAL XSD_CATALOG the catalogue is wrong, XSD_SCHEMA a schema
 * does not compile (text names the file).
 */
int xsd_registry_load(
    const char *folder, struct xsd_registry **ret_registry, struct err *err);
void xsd_registry_free(struct xsd_registry *registry);

/*
 * Validate the subtree at node, which is in a document, against the schema of
 * its namespace and name, and what it carries of other namespaces (acts in a
 * registry in an envelope) against theirs.  Adds up to 20 defects PKT_SCHEMA
 * (level FATAL) with line, path and masked value.  Not to be called from two
 * threads at once.
 *
 * Returns 0 valid, 1 not valid, -1 when no schema has that namespace:
 * ERR_REFUSE PKT_UNKNOWN_TYPE.
 */
int xsd_validate(const struct xsd_registry *registry, const xmlNode *node,
    struct defects *defects, struct err *err);
/*
 * The same, but node itself may be unknown, as a SOAP envelope is: -1 only
 * when nothing in it has a schema.
 */
int xsd_validate_tree(const struct xsd_registry *registry, xmlNode *node,
    struct defects *defects, struct err *err);
/* Whether namespace has a schema. */
int xsd_registry_has(
    const struct xsd_registry *registry, const char *namespace_uri);
/* How many schemas there are. */
size_t xsd_registry_count(const struct xsd_registry *registry);

#endif
