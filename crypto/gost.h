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

#define GOST_DIGEST_MAX    64
#define GOST_SIGNATURE_MAX 128

/*
 * Once a process, before any other call of OpenSSL; again is a success that
 * changes nothing.  conf_path NULL or "" means $KONTINGENT_OPENSSL_CONF, else
 * etc/openssl-gost.cnf beside the program (a build tree), else the one
 * installed with it.
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

/* A digest in pieces, for what is too large or comes bit by bit. */
struct gost_stream {
	EVP_MD_CTX *ctx;
	enum gost_digest which;
};

/* A digest taken piece by piece; gost_stream_release() it. */
void gost_stream_init(struct gost_stream *stream, enum gost_digest which);
void gost_stream_add(struct gost_stream *stream, const void *p, size_t bytes);
/* The digest into ret; the stream starts anew. */
void gost_stream_end(struct gost_stream *stream, unsigned char *ret);
void gost_stream_release(struct gost_stream *stream);

/*
 * HMAC by Streebog-256 under a key of 32 bytes, into 32 bytes.
 * Source: RFC 7836, 4.1.1.
 */
void gost_hmac(const unsigned char key[32], const void *p, size_t bytes,
    unsigned char ret[32]);

/*
 * Known answers: Streebog 256/512, 34.11-94, HMAC, signature 256/512, SMEV
 * transform.
 *
 * Errors: ERR_FATAL GOST_SELFTEST names the first that failed.
 */
int gost_selftest(struct err *err);

#endif
