/*
 * adapters/refusal.h - a part of a message that may not be believed.
 *
 * Who verifies a registry message marks each RegistryRecord that is not to be
 * applied, in the tree itself (libxml2's _private, which nobody else uses); an
 * adapter that reads record by record refuses what it reads in a marked one.
 */
#ifndef ADAPTERS_REFUSAL_H
#define ADAPTERS_REFUSAL_H

#include <libxml/tree.h>

/* Mark it with a row of doc/codes.tsv, which has to live as long as the tree. */
void refusal_mark(xmlNode *element, const char *code);
/* Its code, or NULL: it is good. */
const char *refusal_of(const xmlNode *element);

#endif
