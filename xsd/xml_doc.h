/*
 * xsd/xml_doc.h - hardened parse; the only maker of struct xml_doc.
 *
 * No DTD, no entities, no network, no XInclude, UTF-8 only (a declaration of
 * another encoding is refused); bounded in every direction.
 */
#ifndef XSD_XML_DOC_H
#define XSD_XML_DOC_H

#include <stddef.h>

#include <libxml/tree.h>

struct err;
struct xml_doc;

/*
 * Beside these: twice as many attributes in a document as elements, as many
 * declarations in scope as attributes of an element, 10 000 different names.
 * Comments and instructions count as elements.
 */
struct xml_limits {
	size_t body_bytes; /* 10 MiB */
	int depth; /* 64 */
	int elements; /* 200 000 */
	int attributes; /* 256 an element, declarations too */
	size_t name_bytes; /* 256 */
	size_t text_bytes; /* 8 MiB a node */
};

extern const struct xml_limits xml_limits_default;

/* Start the parser, once a process and after xmlSecInit() if that is used. */
void xml_doc_setup(void);

/*
 * Parse bytes at p.  limits NULL means the default.
 *
 * Errors: ERR_REFUSE PKT_XML_SYNTAX not well-formed (text has line and
 * column), PKT_ENCODING, PKT_XML_DTD, PKT_XML_LIMIT.
 */
int xml_doc_parse(const void *p, size_t bytes, const struct xml_limits *limits,
    struct xml_doc **ret_doc, struct err *err);
void xml_doc_free(struct xml_doc *doc); /* NULL is fine */
xmlNode *xml_doc_root(const struct xml_doc *doc);
/* For xmlsec and schema validation, which want libxml2's own handle. */
xmlDoc *xml_doc_raw(const struct xml_doc *doc);
/* The tree around node, which came from an xml_doc: for code that gets a
 * subtree only.  Line of node in the bytes as parsed; 0 if unknown. */
long xml_node_line(const xmlNode *node);

#endif
