/*
 * registry/xref.h - a source's key of its object, and our entity.
 *
 * A key stays resolvable for ever; one that its source no longer uses is
 * closed, not deleted.  Owner of the table xref.  Source: domain MODEL 4.5.
 */
#ifndef REGISTRY_XREF_H
#define REGISTRY_XREF_H

struct work;

/* The entity behind key of the packet's source, in arena, or NULL. */
const char *xref_get(struct work *work, const char *entity, const char *key);
/* Key means entity_id from now on; a key known as such is only seen again. */
void xref_put(struct work *work, const char *entity, const char *key,
    const char *entity_id);
/* The source no longer uses key. */
void xref_close(struct work *work, const char *entity, const char *key);

#endif
