/*
 * adapters/packet.h - the canonical packet: every source that we define.
 *
 * Reads Packet of urn://x-contingent/rs/packet/1.0.0, kontingent-packet(5).
 */
#ifndef ADAPTERS_PACKET_H
#define ADAPTERS_PACKET_H

#include <libxml/tree.h>

#define PACKET_NS "urn://x-contingent/rs/packet/1.0.0"

struct arena;
struct changeset;
struct err;

/* A packet whose Header says who, what and how many, of every record kind.
 *
 * Errors: ERR_REFUSE PKT_SCHEMA: no header, or a field of it that the rest
 * depends on is missing or no word of ours (the schema should have said so).
 */
int packet_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err);

#endif
