/*
 * crypto/key_backend.h - behind crypto/keystore.h: where a key can be.
 */
#ifndef CRYPTO_KEY_BACKEND_H
#define CRYPTO_KEY_BACKEND_H

#include <stdbool.h>
#include <stddef.h>

#include "crypto/key_suite.h"
#include "crypto/keystore.h"

struct key_backend {
	/*
	 * The value over digest (suite->digest_bytes) as EVP gives it; ret has
	 * KEY_VALUE_MAX bytes.
	 *
	 * Errors: ERR_RETRY KEY_SIGN; ERR_FATAL KEY_LOST: never again.
	 */
	int (*sign)(void *self, const unsigned char *digest, unsigned char *ret,
	    size_t *ret_bytes, struct err *err);
	void (*free)(void *self);
	bool ours; /* EVP with a key in our memory: nothing to be doubted */
	bool any_order; /* s||r, but not everybody keeps to it */
	void *self;
};

/* Each fills *ret for a key of suite; errors as of keypair_open(). */
int key_file_open(const char *path, const struct key_suite *suite,
    const EVP_PKEY *of_cert, struct key_backend *ret, struct err *err);
int key_token_open(const struct key_place *place, const struct key_suite *suite,
    struct key_backend *ret, struct err *err);
int key_command_open(const struct key_place *place,
    const struct key_suite *suite, struct key_backend *ret, struct err *err);

#endif
