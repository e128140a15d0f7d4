/*
 * gateway/protocol_xml.h - Receipt and Protocol as the sender reads them.
 *
 * Namespace urn://x-contingent/rs/packet/1.0.0.  The words of a message come
 * from the catalogue of codes; values are masked before they get here.
 * Source: domain PACKETS 1.3.
 */
#ifndef GATEWAY_PROTOCOL_XML_H
#define GATEWAY_PROTOCOL_XML_H

#include <stdint.h>

struct buf;
struct protocol;

#define PROTOCOL_XML_TYPE "application/xml; charset=utf-8"

struct receipt {
	const char *packet_id;
	const char *receipt_id; /* of the inbox row */
	int64_t received_ms; /* UTC */
	const char *status; /* QUEUED, DUPLICATE, REFUSED */
	int64_t retry_after_s; /* when to ask for the protocol; 0 none */
};

/* Append the document; the bytes depend on the arguments only. */
void receipt_xml(const struct receipt *receipt, struct buf *out);
void protocol_xml(const struct protocol *protocol, struct buf *out);
/*
 * Append a Protocol that refuses a whole packet at now_ms (UTC) for one code of
 * doc/codes.tsv; packet_id "" when not known, text a sentence more or "".
 */
void protocol_xml_refusal(const char *packet_id, const char *code,
    const char *text, int64_t now_ms, struct buf *out);

#endif
