/*
 * crypto/keystore.h - a private key and the certificate that belongs to it.
 *
 * Where the key is does not matter above: in a PEM file, on a token (PKCS#11),
 * or in the hands of another program.  What a token or a program gives is
 * verified with the certificate before it is given out, so it is right or an
 * error, never wrong.
 */
#ifndef CRYPTO_KEYSTORE_H
#define CRYPTO_KEYSTORE_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

struct buf;
struct err;
struct key_suite;
struct keypair;

/* Where a key is: file, or module, or command; the rest is NULL or 0. */
struct key_place {
	const char *cert; /* PEM file */
	const char *file; /* PEM file */
	const char *module; /* shared object with PKCS#11's functions */
	const char *token; /* label of the token */
	const char *object, *object_id; /* CKA_LABEL; CKA_ID, hex; or both */
	const char *pin;
	const char *const *command; /* program and arguments */
	size_t command_words;
	int64_t timeout_ms; /* for each answer of command */
	const char *use; /* a word that command is told */
};

/*
 * Load PEM files and check that they belong together and that the key is GOST
 * R 34.10-2012 (2001 is for verifying only).
 *
 * Errors: ERR_FATAL KEY_READ, KEY_CERT, KEY_MISMATCH.
 */
int keypair_load(const char *key_path, const char *cert_path,
    struct keypair **ret_pair, struct err *err);
/*
 * Open the key at place: log in to its token, start its program, and have it
 * sign something to see whose it is.  ECDSA on P-256 and RSA are taken, too;
 * keypair_digest() tells.  A module's library and a program's process stay as
 * long as the pair; SIGPIPE has to be ignored.
 *
 * Errors: ERR_FATAL as above; KEY_TOKEN, KEY_PIN, KEY_COMMAND; KEY_LOST no
 * answer in time.
 */
int keypair_open(
    const struct key_place *place, struct keypair **ret_pair, struct err *err);
void keypair_free(struct keypair *pair); /* NULL is fine */
/*
 * Sign a digest (32 or 64 bytes, as the key wants) to s||r; *ret_bytes is the
 * room of ret (128 is enough for GOST) before and the length after.
 *
 * Errors: ERR_RETRY KEY_SIGN, KEY_VALUE what came does not fit the certificate;
 * ERR_FATAL KEY_LOST: open it anew.
 */
int keypair_sign(const struct keypair *pair, const unsigned char *digest,
    size_t digest_bytes, unsigned char *ret, size_t *ret_bytes,
    struct err *err);
/* The digest the key signs: GOST_STREEBOG_256 or _512; -1: it is not GOST. */
int keypair_digest(const struct keypair *pair);
/* The algorithms of the key, see crypto/key_suite.h. */
const struct key_suite *keypair_suite(const struct keypair *pair);
/* The certificate as one line of base64 DER; lives as long as pair. */
const char *keypair_cert_base64(const struct keypair *pair);
/* The certificate itself; it belongs to pair. */
X509 *keypair_cert(const struct keypair *pair);

/*
 * Read the first certificate of a PEM file; the caller frees it.
 *
 * Errors: ERR_FATAL KEY_CERT.
 */
int cert_load(const char *path, X509 **ret_cert, struct err *err);
/*
 * Append the PIN that a file holds, its first line.  Nobody but the file's
 * owner may read it, and he has to be us or root.
 *
 * Errors: ERR_FATAL KEY_PIN.
 */
int key_pin_read(const char *path, struct buf *out, struct err *err);

#endif
