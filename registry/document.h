/*
 * registry/document.h - identity documents of a person: added, not
 * overwritten.
 *
 * Owner of the table document.  Source: domain MODEL 2.2 and 5.2.
 */
#ifndef REGISTRY_DOCUMENT_H
#define REGISTRY_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct document;
struct store_tx;
struct work;

/*
 * Give person_id these documents, in normal form; one it has already gets what
 * was not said of it before.  fresh: it has none yet.
 *
 * Returns whether anything changed.
 */
bool document_apply(struct work *work, const char *person_id, bool fresh,
    const struct document *documents, size_t count);
/* All documents of a person in arena; returns how many. */
size_t document_list(struct store_tx *tx, const char *person_id,
    struct arena *arena, struct document **ret_documents);

#endif
