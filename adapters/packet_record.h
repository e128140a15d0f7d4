/*
 * adapters/packet_record.h - one Record of the canonical packet.
 */
#ifndef ADAPTERS_PACKET_RECORD_H
#define ADAPTERS_PACKET_RECORD_H

#include <stdbool.h>

#include <libxml/tree.h>

#include "model/changeset.h"

struct decoder;

/*
 * Fill *record, whose rec_no is set, from node.  kind is what the header says
 * all records are, or 0 for any.  A fault that forbids to apply the record is
 * a defect of the level ERROR; the record is then still filled as far as it
 * could be read.
 *
 * Returns false when not even its kind is known.
 */
bool packet_record_read(struct decoder *d, const xmlNode *node,
    enum record_kind kind, struct record *record);

#endif
