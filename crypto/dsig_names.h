/*
 * crypto/dsig_names.h - the algorithms and names that a signature may use.
 *
 * The white list: what is not here is refused.  Source: smev PROTOCOL 12.3.
 */
#ifndef CRYPTO_DSIG_NAMES_H
#define CRYPTO_DSIG_NAMES_H

#include <stddef.h>

#include "crypto/gost.h"

#define DSIG_NS        "http://www.w3.org/2000/09/xmldsig#"
#define DSIG_EXC_C14N  "http://www.w3.org/2001/10/xml-exc-c14n#"
#define DSIG_C14N      "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define DSIG_ENVELOPED "http://www.w3.org/2000/09/xmldsig#enveloped-signature"

/* A way to sign: a digest and the signature that belongs to it. */
struct dsig_suite {
	enum gost_digest digest;
	int key_nid; /* of the public key that fits */
	const char *digest_uri, *signature_uri;
};

/* The suite whose signature (or digest) has that URI, or NULL. */
const struct dsig_suite *dsig_suite_by_signature(const char *uri);
const struct dsig_suite *dsig_suite_by_digest(const char *uri);
/* How we sign with that digest; GOST_STREEBOG_256 or _512. */
const struct dsig_suite *dsig_suite_for(enum gost_digest digest);
/* All suites, count of them in *ret_count. */
const struct dsig_suite *dsig_suites(size_t *ret_count);

#endif
