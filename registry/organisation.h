/*
 * registry/organisation.h - schools, kindergartens, colleges.
 *
 * Owner of the table organisation.  Source: domain MODEL 3.1.
 */
#ifndef REGISTRY_ORGANISATION_H
#define REGISTRY_ORGANISATION_H

#include <stdbool.h>

struct work;

/* Apply the record at hand, of the kind ORG. */
void organisation_apply(struct work *work);
/* The organisation behind a key of the source, a regional id, or an OGRN that
 * only one has; in arena, NULL if there is none. */
const char *organisation_find(struct work *work, const char *key);
/* It takes no learners any more. */
bool organisation_closed(struct work *work, const char *id);

#endif
