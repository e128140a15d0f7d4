/*
 * crypto/cms.h - detached PKCS#7 / CMS signatures over files (RFC 2315, 5652).
 *
 * A file is digested by whoever has it; here its digest meets the signature.
 * One signer, his certificate inside, contentType and messageDigest among the
 * signed attributes, no content.  Source: smev PROTOCOL 12.5.
 */
#ifndef CRYPTO_CMS_H
#define CRYPTO_CMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/gost.h"

struct buf;
struct cms;
struct keypair;
struct trust;

/*
 * Read a signature, DER or BER (indefinite lengths too), all its bytes.
 *
 * Errors: ERR_REFUSE CMS_FORM not one, or not of the form above;
 * CMS_ALGORITHM not GOST; DSIG_CERT the certificate is not there or of no use.
 */
int
cms_read(const void *sig, size_t bytes, struct cms **ret_cms, struct err *err);
void cms_free(struct cms *cms); /* NULL is fine */
/* What the file has to be digested by. */
enum gost_digest cms_digest(const struct cms *cms);
/* The digest that was signed, of *ret_bytes; belongs to cms. */
const unsigned char *
cms_message_digest(const struct cms *cms, size_t *ret_bytes);

struct cms_verdict {
	bool digest_ok, value_ok;
	bool trusted; /* as in dsig_verdict */
	char fingerprint[65]; /* of the signer's certificate */
	struct err why; /* the first that is not true; else kind ERR_NONE */
};

/*
 * Judge the signature over a file with that digest (of cms_digest()); NULL
 * when the file is not at hand: digest_ok stays false.  trust may be NULL.
 */
void cms_check(struct cms *cms, const unsigned char *digest,
    struct trust *trust, struct cms_verdict *ret);

/*
 * All at once for a file in memory, and an error unless all is good.
 *
 * Errors: of cms_read(); ERR_REFUSE CMS_DIGEST, CMS_VALUE; of trust_check().
 */
int cms_verify_detached(const void *data, size_t data_bytes, const void *sig,
    size_t sig_bytes, struct trust *trust, struct err *err);

/*
 * Append a detached signature (DER) over a file whose digest, of
 * keypair_digest(), is digest; at_ms (UTC) is the signing time it states.
 *
 * Errors: ERR_RETRY KEY_SIGN.
 */
int cms_sign(const struct keypair *pair, const unsigned char *digest,
    size_t digest_bytes, int64_t at_ms, struct buf *out, struct err *err);

#endif
