/*
 * crypto/key_suite.h - which algorithms belong to a kind of key.
 */
#ifndef CRYPTO_KEY_SUITE_H
#define CRYPTO_KEY_SUITE_H

#include <stddef.h>

#include <openssl/evp.h>

/* No signature that we make is longer (RSA of 4096 bits). */
#define KEY_VALUE_MAX 512

struct key_suite {
	int key_nid;
	int gost; /* enum gost_digest; -1 */
	int digest_nid, signature_nid; /* in CMS */
	size_t digest_bytes;
	size_t value_bytes; /* 0: not the same for all */
	const char *name; /* what a program is told */
};

/* The suite of key, or NULL. */
const struct key_suite *key_suite_of(const EVP_PKEY *key);
/* Digest bytes at p into ret, which has digest_bytes of suite. */
void key_suite_digest(const struct key_suite *suite, const void *p,
    size_t bytes, unsigned char *ret);
/* Whether value over digest fits the public key. */
int key_suite_verify(const struct key_suite *suite, EVP_PKEY *key,
    const unsigned char *digest, const unsigned char *value,
    size_t value_bytes);

#endif
