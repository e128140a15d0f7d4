/*
 * crypto/keystore.h - a private key and the certificate that belongs to it.
 */
#ifndef CRYPTO_KEYSTORE_H
#define CRYPTO_KEYSTORE_H

#include <stddef.h>

#include <openssl/x509.h>

struct err;
struct keypair;

/*
 * Load PEM files and check that they belong together and that the key is GOST
 * R 34.10-2012 (2001 is for verifying only).
 *
 * Errors: ERR_FATAL KEY_READ, KEY_CERT, KEY_MISMATCH.
 */
int keypair_load(const char *key_path, const char *cert_path,
    struct keypair **ret_pair, struct err *err);
void keypair_free(struct keypair *pair); /* NULL is fine */
/*
 * Sign a digest (32 or 64 bytes, as the key wants) to s||r; *ret_bytes is the
 * room of ret (128 is enough) before and the length after.
 *
 * Errors: ERR_RETRY KEY_SIGN.
 */
int keypair_sign(const struct keypair *pair, const unsigned char *digest,
    size_t digest_bytes, unsigned char *ret, size_t *ret_bytes,
    struct err *err);
/* The digest the key signs: GOST_STREEBOG_256 or _512. */
int keypair_digest(const struct keypair *pair);
/* The certificate as one line of base64 DER; lives as long as pair. */
const char *keypair_cert_base64(const struct keypair *pair);
/* The certificate itself and the key, for CMS; they belong to pair. */
X509 *keypair_cert(const struct keypair *pair);
EVP_PKEY *keypair_key(const struct keypair *pair);

/*
 * Read the first certificate of a PEM file; the caller frees it.
 *
 * Errors: ERR_FATAL KEY_CERT.
 */
int cert_load(const char *path, X509 **ret_cert, struct err *err);

#endif
