/*
 * adapters/zags/zags_rogdzp.h - births: 112-23, editions 4.0.1 and 4.0.0.
 */
#ifndef ADAPTERS_ZAGS_ROGDZP_H
#define ADAPTERS_ZAGS_ROGDZP_H

#include <libxml/tree.h>

#define ZAGS_ROGDZP_NS     "urn://x-artefacts-zags-rogdzp/root/112-23/4.0.1"
#define ZAGS_ROGDZP_400_NS "urn://x-artefacts-zags-rogdzp/root/112-23/4.0.0"

struct arena;
struct buf;
struct changeset;
struct err;

/*
 * As zags_decode().  The child is the person of the record with a birth
 * certificate as document, mother and father are parties.  A stillborn child
 * is an act without a person.
 */
int zags_rogdzp_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err);
int zags_rogdzp_400_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err);
/* ROGDZPResponse as zags_encode(): 1 stored, 2 not. */
int zags_rogdzp_encode(
    const struct changeset *change, struct buf *out, struct err *err);
int zags_rogdzp_400_encode(
    const struct changeset *change, struct buf *out, struct err *err);

#endif
