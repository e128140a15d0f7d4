/*
 * smev/smev_codec.h - SMEV 3 calls as bytes and back.  A codec without I/O.
 *
 * An outgoing call is made unsigned, with an empty wrapper for the caller's
 * signature; the sealer has its digest signed and puts the ds:Signature in the
 * wrapper.  Writing is exact: the call is valid against the schema of its
 * version.  Reading is lenient.  Source: smev PROTOCOL 4 to 8 and 15.
 */
#ifndef SMEV_SMEV_CODEC_H
#define SMEV_SMEV_CODEC_H

#include "smev/smev.h"

struct arena;
struct buf;
struct err;
struct xml_doc;

/*
 * Append the envelope of SendRequest or SendResponse to *out.  Attachments that
 * are not by_ftp go into it as base64, or with mtom beside it: smev_multipart.h.
 *
 * Errors: ERR_HOLD SMEV_UNSENDABLE what send says can't be said in its version,
 * or does not fit into out.
 */
int
smev_write_send(const struct smev_send *send, struct buf *out, struct err *err);
/*
 * GetRequest, GetResponse, GetStatus, GetIncomingQueueStatistics (which 1.3 has
 * not).  namespace_uri and root may be NULL: no selector; node_id may be NULL.
 * timestamp is xs:dateTime with zone.
 */
void smev_write_get(enum smev_version version, enum smev_op op,
    const char *namespace_uri, const char *root, const char *node_id,
    const char *timestamp, struct buf *out);
void smev_write_ack(enum smev_version version, const char *message_id,
    bool accepted, struct buf *out);

/*
 * Sign the unsigned call (bytes as smev_write_* made them, which must live
 * until finish) in two steps: prepare gives the digest to be signed, finish
 * appends the signed call to *out.  algorithm is an enum gost_digest.  The
 * result lives in arena.
 *
 * Errors: ERR_HOLD SMEV_UNSENDABLE not such a call, or the content uses the Id
 * of the envelope; PKT_XML_* the content is not well-formed; DSIG_*.
 */
struct smev_unsigned;
int smev_sign_prepare(const char *call, size_t bytes, int algorithm,
    struct arena *arena, struct smev_unsigned **ret,
    const unsigned char **ret_digest, size_t *ret_digest_bytes,
    struct err *err);
void
smev_sign_finish(const struct smev_unsigned *call, const unsigned char *value,
    size_t value_bytes, const char *cert_base64, struct buf *out);
/*
 * The same for RoutingSignature of a call with routing: one round for it and
 * one for the caller, in any order, each on what the other made.  Its finish is
 * smev_sign_finish().
 */
int smev_routing_prepare(const char *call, size_t bytes, int algorithm,
    struct arena *arena, struct smev_unsigned **ret,
    const unsigned char **ret_digest, size_t *ret_digest_bytes,
    struct err *err);
/*
 * The official's signature (ЭП-СП) over the root of content, which has an Id
 * and is the content of a message to come; finish appends the ds:Signature that
 * goes into personal_signature of struct smev_send.
 */
int smev_personal_prepare(const char *content, size_t bytes, int algorithm,
    struct arena *arena, struct smev_unsigned **ret,
    const unsigned char **ret_digest, size_t *ret_digest_bytes,
    struct err *err);
void smev_personal_finish(const struct smev_unsigned *content,
    const unsigned char *value, size_t value_bytes, const char *cert_base64,
    struct buf *out);

/* "urn:SendRequest" ... */
const char *smev_soap_action(enum smev_op op);

/*
 * Read the HTTP answer to op: text/xml or multipart/related (with or without
 * attachments; xop:Include put back as one line of base64).  *ret_doc owns the
 * tree that ret_answer, strings included, points into, beside arena.
 *
 * Errors: ERR_RETRY SMEV_FORM the answer is no SOAP (a proxy's page, cut off)
 * or not the answer to op, SMEV_MIME.  A SOAP fault is not an error: kind
 * SMEV_ANSWER_FAULT.
 */
int smev_read_answer(enum smev_op op, const char *content_type,
    const void *body, size_t bytes, struct arena *arena,
    struct xml_doc **ret_doc, struct smev_answer *ret_answer, struct err *err);

#endif
