/*
 * adapters/zags/zags_fatal.h - the older mass mailing of deaths:
 * 112-04, edition 4.0.2.
 */
#ifndef ADAPTERS_ZAGS_FATAL_H
#define ADAPTERS_ZAGS_FATAL_H

#include <libxml/tree.h>

#define ZAGS_FATAL_NS "urn://x-artefacts-zags-fatal/root/112-04/4.0.2"

struct arena;
struct buf;
struct changeset;
struct err;

/* As zags_decode(); causes and circumstances of death are never read. */
int zags_fatal_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err);
/*
 * FATALResponse as zags_encode(): 1 stored, 2 not.  The published schema has
 * no answer; this is the form of its younger sisters.
 */
int zags_fatal_encode(
    const struct changeset *change, struct buf *out, struct err *err);

#endif
