/*
 * registry/history.h - what was true when, and when it was learnt; and the
 * feed of changes.
 *
 * Every change of an entity is a new version with its own number of the one
 * sequence.  Owner of the tables entity_version and change.  Source: domain
 * MODEL 1.3 and 12.
 */
#ifndef REGISTRY_HISTORY_H
#define REGISTRY_HISTORY_H

#include <stdint.h>

struct entity_type;
struct work;

/*
 * entity is now as given, version being 1 for a new one and one more than the
 * last otherwise.  op is upsert, close, key_change, merge, delete.
 *
 * Returns the change's number, which the entity's row has to carry.
 */
int64_t history_put(struct work *work, const struct entity_type *type,
    const char *entity_id, int64_t version, const char *op, const void *entity);
/* A change without a version of its own, such as of a document. */
int64_t history_note(struct work *work, const char *entity, const char *id,
    const char *op, int64_t version);

#endif
