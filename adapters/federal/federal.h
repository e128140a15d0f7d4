/*
 * adapters/federal/federal.h - the federal segment, both ways.
 *
 * The words of urn://x-contingent/rs-federal/1.0.0; a Learner has the children
 * of the canonical packet, in the packet's namespace.
 */
#ifndef ADAPTERS_FEDERAL_FEDERAL_H
#define ADAPTERS_FEDERAL_FEDERAL_H

#include <libxml/tree.h>

#define FEDERAL_NS "urn://x-contingent/rs-federal/1.0.0"

struct arena;
struct buf;
struct changeset;
struct err;

/*
 * PushChangesRequest of the LEARNER records of change; the batch is its
 * packet_id.
 *
 * Errors: ERR_HOLD FED_ENCODE: no record, a record without a person or a
 * regional number, or no batch id.
 */
int federal_push_encode(
    const struct changeset *change, struct buf *out, struct err *err);
/*
 * PushChangesResponse as RECORD_ANSWER records; packet_id and their_id are the
 * batch.  A record that can't be read is a defect.
 *
 * Errors: ERR_REFUSE PKT_SCHEMA: no batch id.
 */
int federal_push_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err);
/*
 * GetLearnerRequest as one RECORD_QUERY, whose person and documents are whom
 * it asks about; reply_kind is "federal-learner".  A field that can't be used
 * is a defect FED_QUERY of the level ERROR: nobody is to be looked for by the
 * rest.
 *
 * Errors: ERR_REFUSE PKT_SCHEMA: it asks about nobody.
 */
int federal_learner_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err);
/*
 * GetLearnerResponse from the first record of change, a LEARNER.
 *
 * Errors: ERR_HOLD FED_ENCODE, as above.
 */
int federal_learner_encode(
    const struct changeset *change, struct buf *out, struct err *err);

#endif
