/*
 * smev/smev_codec.h - SMEV 3 calls as bytes and back.  A codec without I/O.
 *
 * An outgoing call is made unsigned; the sealer parses it, signs the element
 * with the Id that smev_signed_id() names, and puts the signature into the
 * empty CallerInformationSystemSignature.  Source: smev PROTOCOL 4 to 8.
 */
#ifndef SMEV_SMEV_CODEC_H
#define SMEV_SMEV_CODEC_H

#include "smev/smev.h"

struct arena;
struct buf;
struct err;
struct xml_doc;

/* Envelope for SendRequest or SendResponse, with an empty signature wrapper. */
int
smev_write_send(const struct smev_send *send, struct buf *out, struct err *err);
/* GetRequest, GetResponse, GetStatus, GetIncomingQueueStatistics.  namespace
 * and root may be NULL: no selector.  timestamp is xs:dateTime with zone. */
void smev_write_get(enum smev_version version, enum smev_op op,
    const char *namespace_uri, const char *root, const char *node_id,
    const char *timestamp, struct buf *out);
void smev_write_ack(enum smev_version version, const char *message_id,
    bool accepted, struct buf *out);

/*
 * Sign the unsigned call in *call (as smev_write_* made it): find the element,
 * have its digest signed by sign(), and put the ds:Signature in its wrapper.
 * Two steps for the sealer: prepare gives the digest, finish the bytes.
 */
struct smev_unsigned;
int smev_sign_prepare(const char *call, size_t bytes, int algorithm,
    struct arena *arena, struct smev_unsigned **ret,
    const unsigned char **ret_digest, size_t *ret_digest_bytes,
    struct err *err);
void
smev_sign_finish(const struct smev_unsigned *call, const unsigned char *value,
    size_t value_bytes, const char *cert_base64, struct buf *out);

/* "urn:SendRequest" ... */
const char *smev_soap_action(enum smev_op op);

/*
 * Read the HTTP answer to op: text/xml or multipart/related (with or without
 * attachments; xop:Include put back as one line of base64).  *ret_doc owns the
 * tree that ret_answer points into.
 *
 * Errors: ERR_RETRY SMEV_FORM the answer is no SOAP (a proxy's page, cut off),
 * SMEV_MIME.  A SOAP fault is not an error: kind SMEV_ANSWER_FAULT.
 */
int smev_read_answer(enum smev_op op, const char *content_type,
    const void *body, size_t bytes, struct arena *arena,
    struct xml_doc **ret_doc, struct smev_answer *ret_answer, struct err *err);

#endif
