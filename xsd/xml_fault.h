/*
 * xsd/xml_fault.h - why libxml2 could not parse, in a sender's words.
 */
#ifndef XSD_XML_FAULT_H
#define XSD_XML_FAULT_H

#include <libxml/xmlerror.h>

struct err;

/*
 * Fill *err: ERR_REFUSE and PKT_XML_SYNTAX, PKT_XML_LIMIT, PKT_XML_DTD or
 * PKT_ENCODING; the text has line and column and nothing of the content.
 */
void xml_fault(const xmlError *error, struct err *err);

#endif
