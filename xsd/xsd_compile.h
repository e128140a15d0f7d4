/*
 * xsd/xsd_compile.h - one schema file and its imports, compiled.
 */
#ifndef XSD_XSD_COMPILE_H
#define XSD_XSD_COMPILE_H

#include <libxml/xmlschemas.h>

struct err;
struct xml_doc;

struct xsd_compiled {
	struct xml_doc *doc; /* the schema keeps pointing into it */
	xmlSchema *schema;
	xmlSchemaValidCtxt *valid;
};

/*
 * Compile folder/file.  A schema sees the folder as a file tree of its own:
 * there is nothing above its root and nothing on the network.
 *
 * Errors: ERR_FATAL XSD_SCHEMA, text names the file and line.
 */
int xsd_compile(const char *folder, const char *file,
    struct xsd_compiled *ret_compiled, struct err *err);
void xsd_compiled_release(struct xsd_compiled *compiled);

#endif
