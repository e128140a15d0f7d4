/*
 * gateway/flow/packet.h - what one packet carries from stage to stage in an
 * opener.
 *
 * Everything it points to lives in its arena or in its document.  It has one
 * owner at a time: handing it on gives it away.
 */
#ifndef GATEWAY_FLOW_PACKET_H
#define GATEWAY_FLOW_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include <libxml/tree.h>

#include "base/defect.h"
#include "gateway/flow/job.h"
#include "smev/smev.h"

struct adapter;
struct arena;
struct changeset;
struct config;
struct config_datatype;
struct config_source;
struct dsig_ids;
struct trusts;
struct xml_doc;
struct xsd_registry;

/* What an opener opened before it locked itself in; the same for all. */
struct flow_tools {
	const struct config *config;
	struct xsd_registry *schemas;
	struct trusts *trusts;
};

struct packet {
	struct arena *arena;
	struct open_job job; /* how it came; body only while being opened */
	struct xml_doc *doc; /* set by open */
	struct dsig_ids *ids; /* of doc, while many signatures are looked at */
	struct smev_answer answer; /* set by open, for CHANNEL_SMEV */
	xmlNode *root; /* of the business content; NULL if there is none */
	const char *packet_id; /* theirs, or made from the digest */
	const struct adapter *adapter; /* set by open; NULL: nobody reads it */
	const struct config_source *source; /* whose words; may be NULL */
	const struct config_datatype *datatype; /* of SMEV content, or NULL */
	bool signature_ok; /* set by verify */
	const char *code, *why; /* of what is no defect: a bad SMEV signature */
	struct changeset *change; /* set by decode */
	const void *door; /* struct door_call or door_news, as bytes */
	size_t door_bytes;
	const char *door_code; /* why a system gets an error for it; "" */
	const void *files; /* struct enclosed_list, as bytes */
	size_t files_bytes;
	struct defects defects; /* what is wrong, from all stages */
};

#endif
