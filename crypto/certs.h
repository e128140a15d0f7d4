/*
 * crypto/certs.h - certificates out of messages, each taken apart once.
 *
 * Decoding a certificate, its key and its fingerprint costs as much as half a
 * verification, and the same few senders come again and again.  That one is
 * here says nothing about trust.  One cache a process, bounded.
 */
#ifndef CRYPTO_CERTS_H
#define CRYPTO_CERTS_H

#include <stddef.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

struct err;

/* When so many are kept, all are forgotten. */
#define CERTS_KEPT 512

struct cert {
	X509 *x509;
	EVP_PKEY *key;
	EVP_PKEY_CTX *verifier; /* ready for EVP_PKEY_verify() */
	int key_nid; /* NID_id_GostR3410_... */
	char fingerprint[65]; /* Streebog-256 of the DER, hex */
};

/*
 * The certificate whose DER is der; valid until the next call.
 *
 * Errors: ERR_REFUSE DSIG_CERT: not a certificate, not a GOST key.
 */
int certs_get(const unsigned char *der, size_t bytes,
    const struct cert **ret_cert, struct err *err);

#endif
