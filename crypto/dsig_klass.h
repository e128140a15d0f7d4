/*
 * crypto/dsig_klass.h - what xmlsec1 has to learn: GOST and SMEV's transform.
 *
 * Debian's xmlsec1 is built without GOST, and its own X509Data refuses GOST
 * keys.  These klasses take their place.  Only crypto/dsig_*.c includes this.
 */
#ifndef CRYPTO_DSIG_KLASS_H
#define CRYPTO_DSIG_KLASS_H

#include <xmlsec/xmlsec.h>

#include <xmlsec/keysdata.h>
#include <xmlsec/transforms.h>

#include <openssl/evp.h>

/* Register all klasses with xmlsec; once a process.  Returns 0 or -1. */
int dsig_klass_register(void);

/* The transform urn://smev-gov-ru/xmldsig/transform for xmlsec. */
xmlSecTransformId dsig_klass_smev(void);

/* Exclusive c14n of ours, in the place of xmlsec's own.  Returns 0 or -1. */
int dsig_klass_c14n_register(void);
xmlSecTransformId dsig_klass_c14n(void);
/* Of suite i of dsig_suites(). */
xmlSecTransformId dsig_klass_digest(size_t i);
xmlSecTransformId dsig_klass_signature(size_t i);
/*
 * X509Data: takes the key from the EVP_PKEY in userData of the KeyInfo
 * context, where the caller put the key of the one certificate; never another.
 */
xmlSecKeyDataId dsig_klass_x509(void);
/* A key of xmlsec for key; private when it can sign.  The caller destroys it
 * with xmlSecKeyDestroy(). */
xmlSecKeyPtr dsig_klass_key(EVP_PKEY *key, int is_private);

#endif
