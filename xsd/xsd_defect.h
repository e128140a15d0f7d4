/*
 * xsd/xsd_defect.h - what a schema found wrong, in a sender's words.
 *
 * Made from the kind of libxml2's error and the names in it.  Never holds the
 * value itself: that goes, masked, into defect.value.
 */
#ifndef XSD_XSD_DEFECT_H
#define XSD_XSD_DEFECT_H

#include <libxml/tree.h>
#include <libxml/xmlerror.h>

struct arena;
struct defect;

/*
 * Fill *ret_defect, strings in arena, for an error found while the subtree at
 * top was validated: PKT_SCHEMA, level FATAL, with line, path and record.
 */
void xsd_defect_fill(const xmlError *error, const xmlNode *top,
    struct arena *arena, struct defect *ret_defect);

#endif
