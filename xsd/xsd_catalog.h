/*
 * xsd/xsd_catalog.h - which schema files there are and what each is for.
 *
 * schemas/catalog.conf has one line a schema, fields by blanks:
 *   FILE NAMESPACE ROOTS ORIGIN
 * FILE is relative to the folder, ROOTS the root elements by comma, or * for
 * any root of the namespace; ORIGIN says where the shape comes from.  Several
 * lines may have one namespace: the first that names the root is taken.
 */
#ifndef XSD_XSD_CATALOG_H
#define XSD_XSD_CATALOG_H

#include <stddef.h>

struct arena;
struct err;

struct xsd_entry {
	const char *file; /* relative to the folder */
	const char *namespace_uri;
	const char *roots; /* "*" or names by comma */
	const char *origin; /* "own", "published", "analogy" */
};

/*
 * Read folder/catalog.conf.  *ret_entries lives in arena.
 *
 * Errors: ERR_FATAL XSD_CATALOG; the text has the line.
 */
int xsd_catalog_read(const char *folder, struct arena *arena,
    struct xsd_entry **ret_entries, size_t *ret_count, struct err *err);
/* 1 roots names root, 0 roots is "*", -1 neither. */
int xsd_catalog_match(const char *roots, const char *root);

#endif
