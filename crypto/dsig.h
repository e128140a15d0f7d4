/*
 * crypto/dsig.h - XMLDSig as SMEV wants it: what is signed, and by whom.
 *
 * Signing is two steps, because the key is in another process: dsig_prepare()
 * gives the digest of SignedInfo, dsig_finish() takes the signature value and
 * gives the ds:Signature element.  Verifying goes through xmlsec1 with our GOST
 * klasses.  Source: smev PROTOCOL 12.
 */
#ifndef CRYPTO_DSIG_H
#define CRYPTO_DSIG_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>
#include <openssl/x509.h>

#include "base/err.h"

struct arena;
struct buf;
struct trust;
struct xml_doc;

/* Start xmlsec1 and register GOST and the SMEV transform; once a process. */
int dsig_setup(struct err *err);

struct dsig_prepared {
	char *signed_info; /* canonical, in the caller's arena */
	size_t signed_info_bytes;
	unsigned char digest[64]; /* of signed_info: what is to be signed */
	size_t digest_bytes;
	int algorithm; /* enum gost_digest */
};

/*
 * Digest the subtree at element, whose Id attribute is the reference, by
 * exc-c14n and the SMEV transform.  enveloped: the signature will be a child
 * of element, so the transform enveloped-signature comes first.
 *
 * Errors: ERR_REFUSE DSIG_NO_ID, DSIG_TRANSFORM element in no namespace.
 */
int dsig_prepare(xmlNode *element, int algorithm, bool enveloped,
    struct arena *arena, struct dsig_prepared *ret, struct err *err);
/* Append <ds:Signature> with value (s||r) and certificate to *out. */
void
dsig_finish(const struct dsig_prepared *prepared, const unsigned char *value,
    size_t value_bytes, const char *cert_base64, struct buf *out);

/* What a verified signature is known to cover. */
struct dsig_verdict {
	bool digest_ok, value_ok;
	bool trusted; /* chain, dates, CRL; or pinned */
	char fingerprint[65]; /* Streebog-256 of the DER, hex */
	const xmlNode *target; /* the subtree that was hashed */
	struct err why; /* the first that is not true; else kind ERR_NONE */
};

/*
 * Verify the ds:Signature at signature, which must cover exactly target (its
 * Id named by the one Reference, or two equal References).  Algorithms and
 * transforms by white list, one SignedInfo, Ids unique in the document.  Keys
 * come from the certificate in KeyInfo only to be looked up in trust; trust
 * NULL leaves *ret.trusted false.
 *
 * Returns 0 with *ret (digest and value may be bad: look), or -1 for a
 * signature that can't be one: ERR_REFUSE DSIG_FORM, DSIG_ALGORITHM,
 * DSIG_TARGET, DSIG_DUP_ID, DSIG_CERT.
 */
int dsig_verify(struct xml_doc *doc, xmlNode *signature, const xmlNode *target,
    struct trust *trust, struct dsig_verdict *ret, struct err *err);
/*
 * The Ids of a document, looked at once for many signatures in it; the tree may
 * not change meanwhile.
 *
 * Errors: ERR_REFUSE DSIG_DUP_ID an Id stands twice.
 */
struct dsig_ids;
int dsig_ids_new(struct xml_doc *doc, struct dsig_ids **ret, struct err *err);
void dsig_ids_free(struct dsig_ids *ids); /* NULL is fine */
/* As dsig_verify(), with the Ids at hand; NULL: look at them. */
int dsig_verify_among(struct xml_doc *doc, const struct dsig_ids *ids,
    xmlNode *signature, const xmlNode *target, struct trust *trust,
    struct dsig_verdict *ret, struct err *err);
/* As dsig_verify(), and an error unless all of digest, value and trust are
 * good: ERR_REFUSE DSIG_DIGEST, DSIG_VALUE, DSIG_TRUST, DSIG_EXPIRED. */
int dsig_require(struct xml_doc *doc, xmlNode *signature, const xmlNode *target,
    struct trust *trust, struct dsig_verdict *ret, struct err *err);

#endif
