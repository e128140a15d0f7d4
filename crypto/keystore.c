#include "crypto/keystore.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rand.h"
#include "crypto/gost.h"
#include "crypto/key_backend.h"

/* Larger than any certificate with its text in front. */
#define PEM_LIMIT_BYTES (256 * 1024)
#define PIN_BYTES       256

/*
 * SMEV's order is s||r, both big-endian: what gost-engine gives, and what
 * PKCS#11 says of CKM_GOSTR3410 (v2.30 mechanisms, «GOST R 34.10-2001 without
 * hashing», by RFC 4490 3.2 and RFC 4491 2.2.2).  Some tokens have the halves
 * the other way round, or all bytes; which one is found out by verifying.
 */
enum order { ORDER_SR, ORDER_RS, ORDER_REVERSED, ORDERS };

struct keypair {
	X509 *cert;
	EVP_PKEY *public_key;
	char *cert_base64;
	const struct key_suite *suite;
	struct key_backend backend;
};

int
cert_load(const char *path, X509 **ret_cert, struct err *err)
{
	static char none[] = ""; /* the pass phrase: never ask */
	struct buf buf;
	struct err why;
	BIO *bio = NULL;
	X509 *cert;
	int rc = -1;

	buf_init(&buf, 0);
	if (file_read(path, PEM_LIMIT_BYTES, &buf, &why) == -1) {
		err_set(err, ERR_FATAL, "KEY_CERT", "%s", why.text);
		goto out;
	}
	bio = BIO_new_mem_buf(buf_text(&buf), (int)buf.bytes);
	if (bio == NULL)
		abort();
	cert = PEM_read_bio_X509(bio, NULL, NULL, none);
	if (cert == NULL) {
		err_set(err, ERR_FATAL, "KEY_CERT",
		    "%s: not a certificate in PEM", path);
		goto out;
	}
	*ret_cert = cert;
	rc = 0;
out:
	ERR_clear_error();
	BIO_free(bio);
	buf_release(&buf);
	return rc;
}

int
key_pin_read(const char *path, struct buf *out, struct err *err)
{
	struct err why;
	struct stat st;
	struct buf buf;
	size_t chars = 0;
	int rc = -1;

	buf_init(&buf, 0);
	if (stat(path, &st) == -1
	    || file_read(path, PIN_BYTES, &buf, &why) == -1)
		err_set(err, ERR_FATAL, "KEY_PIN", "%s: can't be read", path);
	else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0
	    || (st.st_uid != geteuid() && st.st_uid != 0))
		err_set(err, ERR_FATAL, "KEY_PIN",
		    "%s: others than its owner may read it, or he is another",
		    path);
	else if ((chars = strcspn(buf_text(&buf), "\r\n")) == 0)
		err_set(err, ERR_FATAL, "KEY_PIN", "%s: is empty", path);
	else
		rc = 0;
	if (rc == 0)
		buf_add(out, buf_text(&buf), chars);
	if (buf.data != NULL)
		OPENSSL_cleanse(buf.data, buf.bytes);
	buf_release(&buf);
	return rc;
}

static char *
cert_to_base64(X509 *cert)
{
	unsigned char *der = NULL;
	int der_bytes = i2d_X509(cert, &der);
	char *text;

	if (der_bytes <= 0)
		abort();
	text = xcalloc(1, (size_t)der_bytes / 3 * 4 + 8);
	EVP_EncodeBlock((unsigned char *)text, der, der_bytes);
	OPENSSL_free(der);
	return text;
}

/* Whose key it is shows when it signs; a file was compared already. */
static int
probe(const struct keypair *pair, struct err *err)
{
	unsigned char digest[GOST_DIGEST_MAX], value[KEY_VALUE_MAX];
	size_t bytes = sizeof(value);

	if (pair->backend.ours)
		return 0;
	rand_bytes(digest, sizeof(digest));
	if (keypair_sign(
		pair, digest, pair->suite->digest_bytes, value, &bytes, err)
	    == 0)
		return 0;
	if (strcmp(err->code, "KEY_VALUE") == 0)
		return err_set(err, ERR_FATAL, "KEY_MISMATCH",
		    "the key does not belong to its certificate");
	err->kind = ERR_FATAL;
	return -1;
}

int
keypair_open(
    const struct key_place *place, struct keypair **ret_pair, struct err *err)
{
	struct keypair *pair = xcalloc(1, sizeof(*pair));
	struct key_backend *backend = &pair->backend;
	int rc;

	if (cert_load(place->cert, &pair->cert, err) == -1)
		goto failed;
	pair->public_key = X509_get_pubkey(pair->cert);
	pair->suite = key_suite_of(pair->public_key);
	if (pair->suite == NULL) {
		err_set(err, ERR_FATAL, "KEY_CERT",
		    "%s: signatures of its key are not known here",
		    place->cert);
		goto failed;
	}
	if (place->module != NULL)
		rc = key_token_open(place, pair->suite, backend, err);
	else if (place->command_words != 0)
		rc = key_command_open(place, pair->suite, backend, err);
	else
		rc = key_file_open(
		    place->file, pair->suite, pair->public_key, backend, err);
	if (rc == -1 || probe(pair, err) == -1)
		goto failed;
	pair->cert_base64 = cert_to_base64(pair->cert);
	*ret_pair = pair;
	return 0;
failed:
	ERR_clear_error();
	keypair_free(pair);
	return -1;
}

int
keypair_load(const char *key_path, const char *cert_path,
    struct keypair **ret_pair, struct err *err)
{
	const struct key_place place = { .cert = cert_path, .file = key_path };

	if (keypair_open(&place, ret_pair, err) == -1)
		return -1;
	if ((*ret_pair)->suite->gost != -1)
		return 0;
	keypair_free(*ret_pair);
	*ret_pair = NULL;
	return err_set(err, ERR_FATAL, "KEY_READ",
	    "%s: not a key of GOST R 34.10-2012", key_path);
}

void
keypair_free(struct keypair *pair)
{
	if (pair == NULL)
		return;
	if (pair->backend.free != NULL)
		pair->backend.free(pair->backend.self);
	free(pair->cert_base64);
	EVP_PKEY_free(pair->public_key);
	X509_free(pair->cert);
	free(pair);
}

static void
reorder(enum order order, unsigned char *value, size_t bytes)
{
	for (size_t i = 0; i < bytes / 2; i++) {
		size_t j = order == ORDER_RS ? bytes / 2 + i : bytes - 1 - i;
		unsigned char c = value[i];

		value[i] = value[j];
		value[j] = c;
	}
}

/* Bring value into the order in which it fits. */
static int
settle(const struct keypair *pair, const unsigned char *digest,
    unsigned char *value, size_t bytes, struct err *err)
{
	const struct key_suite *suite = pair->suite;
	int orders = pair->backend.any_order && suite->gost != -1 ? ORDERS : 1;

	for (int order = ORDER_SR; order < orders; order++) {
		if (order != ORDER_SR)
			reorder((enum order)order, value, bytes);
		if (key_suite_verify(
			suite, pair->public_key, digest, value, bytes))
			return 0;
		if (order != ORDER_SR)
			reorder((enum order)order, value, bytes);
	}
	return err_set(err, ERR_RETRY, "KEY_VALUE",
	    "what was signed does not fit the certificate");
}

int
keypair_sign(const struct keypair *pair, const unsigned char *digest,
    size_t digest_bytes, unsigned char *ret, size_t *ret_bytes, struct err *err)
{
	const struct key_suite *suite = pair->suite;
	unsigned char value[KEY_VALUE_MAX];
	size_t bytes = 0;

	if (digest_bytes != suite->digest_bytes
	    || *ret_bytes < suite->value_bytes)
		return err_set(err, ERR_RETRY, "KEY_SIGN",
		    "a digest of %zu bytes is not for this key", digest_bytes);
	if (pair->backend.sign(pair->backend.self, digest, value, &bytes, err)
	    == -1)
		return -1;
	if ((suite->value_bytes != 0 && bytes != suite->value_bytes)
	    || bytes > *ret_bytes)
		return err_set(err, ERR_RETRY, "KEY_SIGN",
		    "a signature has %zu bytes", bytes);
	if (!pair->backend.ours
	    && settle(pair, digest, value, bytes, err) == -1)
		return -1;
	memcpy(ret, value, bytes);
	*ret_bytes = bytes;
	return 0;
}

int
keypair_digest(const struct keypair *pair)
{
	return pair->suite->gost;
}

const struct key_suite *
keypair_suite(const struct keypair *pair)
{
	return pair->suite;
}

const char *
keypair_cert_base64(const struct keypair *pair)
{
	return pair->cert_base64;
}

X509 *
keypair_cert(const struct keypair *pair)
{
	return pair->cert;
}
