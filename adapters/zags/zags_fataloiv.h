/*
 * adapters/zags/zags_fataloiv.h - deaths for the authorities of a region:
 * 112-41, edition 4.0.0.
 */
#ifndef ADAPTERS_ZAGS_FATALOIV_H
#define ADAPTERS_ZAGS_FATALOIV_H

#include <libxml/tree.h>

#define ZAGS_FATALOIV_NS "urn://x-artefacts-zags-fataloiv/root/112-41/4.0.0"

struct arena;
struct buf;
struct changeset;
struct err;

/* As zags_decode(); causes and circumstances of death are never read. */
int zags_fataloiv_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err);
/* FATALOIVResponse as zags_encode(): 01 stored, 02 not. */
int zags_fataloiv_encode(
    const struct changeset *change, struct buf *out, struct err *err);

#endif
