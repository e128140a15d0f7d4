/*
 * xsd/xml_scan.h - what the bytes of a document must satisfy before libxml2
 * may see them.
 *
 * One pass, no allocation: UTF-8 and nothing else, no DOCTYPE, and no tag with
 * so many attributes that libxml2, which compares each with each, would need
 * minutes.  What it lets through may still be ill-formed.
 */
#ifndef XSD_XML_SCAN_H
#define XSD_XML_SCAN_H

#include <stddef.h>

struct err;
struct xml_limits;

/*
 * Look through bytes at p.
 *
 * Errors: ERR_REFUSE PKT_ENCODING another encoding, declared or used;
 * PKT_XML_DTD a DOCTYPE; PKT_XML_LIMIT size or attributes of one element.
 */
int xml_scan(const void *p, size_t bytes, const struct xml_limits *limits,
    struct err *err);

#endif
