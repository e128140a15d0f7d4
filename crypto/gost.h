/*
 * crypto/gost.h - GOST through EVP, from a configuration of our own.
 *
 * Loads the engine (or provider) named in the OpenSSL configuration file at
 * conf_path before anything else of OpenSSL, and nothing of the system's.
 */
#ifndef CRYPTO_GOST_H
#define CRYPTO_GOST_H

#include <stddef.h>

#include <openssl/evp.h>

struct err;

enum gost_digest { GOST_STREEBOG_256, GOST_STREEBOG_512, GOST_34_11_94 };

#define GOST_DIGEST_MAX 64

/*
 * Once a process, before any other call of OpenSSL; conf_path NULL means the
 * one installed with the program, or $KONTINGENT_OPENSSL_CONF.
 *
 * Errors: ERR_FATAL GOST_LOAD.
 */
int gost_setup(const char *conf_path, struct err *err);
/* The algorithm as EVP sees it; never NULL after gost_setup(). */
const EVP_MD *gost_md(enum gost_digest which);
/* 32, 64 or 32. */
size_t gost_digest_bytes(enum gost_digest which);
/* Digest of bytes at p into ret, which has gost_digest_bytes() bytes. */
void gost_digest(
    enum gost_digest which, const void *p, size_t bytes, unsigned char *ret);
/*
 * Known answers: Streebog 256/512, 34.11-94, signature 256/512, SMEV transform.
 *
 * Errors: ERR_FATAL GOST_SELFTEST names the first that failed.
 */
int gost_selftest(struct err *err);

#endif
