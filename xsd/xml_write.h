/*
 * xsd/xml_write.h - forward-only writer: namespaces, escaping, no tree.
 *
 * Usable where libxml2 may not be: it is plain text work.  Names and prefixes
 * are the program's own and not checked; texts are escaped; characters that
 * XML 1.0 can't hold are written as U+FFFD.
 */
#ifndef XSD_XML_WRITE_H
#define XSD_XML_WRITE_H

#include <stddef.h>

struct buf;

#define XML_WRITE_DEPTH 32

struct xml_writer {
	struct buf *out;
	const char *open[XML_WRITE_DEPTH]; /* qualified names */
	int depth;
	int in_tag; /* '>' not written yet */
};

/* Write to the end of out, which stays the caller's. */
void xml_write_init(struct xml_writer *w, struct buf *out);
/* Open <qname; declare or add attributes next, then children or text. */
void xml_write_open(struct xml_writer *w, const char *qname);
/* xmlns:prefix="uri", or xmlns="uri" for the prefix "". */
void xml_write_ns(struct xml_writer *w, const char *prefix, const char *uri);
void xml_write_attr(struct xml_writer *w, const char *qname, const char *value);
void xml_write_text(struct xml_writer *w, const char *text);
/* Ready XML, copied as it is. */
void xml_write_raw(struct xml_writer *w, const char *xml, size_t bytes);
void xml_write_close(struct xml_writer *w);
/* <qname>text</qname>; nothing at all for text NULL. */
void xml_write_leaf(struct xml_writer *w, const char *qname, const char *text);

#endif
