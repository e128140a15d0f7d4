#include "crypto/keystore.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "crypto/gost.h"

/* Larger than any key or certificate with its text in front. */
#define PEM_LIMIT_BYTES (256 * 1024)

struct keypair {
	EVP_PKEY *key;
	EVP_PKEY_CTX *signer; /* kept: making one costs more than a lookup */
	X509 *cert;
	char *cert_base64;
	int digest; /* enum gost_digest */
};

/* A PEM file as a memory BIO over *buf, which must outlive it. */
static BIO *
pem_bio(const char *path, struct buf *buf, const char *code, struct err *err)
{
	struct err why;
	BIO *bio;

	if (file_read(path, PEM_LIMIT_BYTES, buf, &why) == -1) {
		err_set(err, ERR_FATAL, code, "%s", why.text);
		return NULL;
	}
	bio = BIO_new_mem_buf(buf_text(buf), (int)buf->bytes);
	if (bio == NULL)
		abort();
	return bio;
}

/* No pass phrase: a daemon has nobody to ask. */
static int
no_passphrase(char *dst, int room, int writing, void *arg)
{
	(void)dst;
	(void)room;
	(void)writing;
	(void)arg;
	return -1;
}

static int
key_load(const char *path, EVP_PKEY **ret_key, struct err *err)
{
	struct buf buf;
	BIO *bio;
	EVP_PKEY *key = NULL;
	int rc = -1;

	buf_init(&buf, 0);
	bio = pem_bio(path, &buf, "KEY_READ", err);
	if (bio == NULL)
		goto out;
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (key == NULL) {
		err_set(err, ERR_FATAL, "KEY_READ",
		    "%s: not a private key in PEM without a pass phrase", path);
		goto out;
	}
	*ret_key = key;
	rc = 0;
out:
	ERR_clear_error();
	BIO_free(bio);
	if (buf.data != NULL)
		OPENSSL_cleanse(buf.data, buf.bytes);
	buf_release(&buf);
	return rc;
}

int
cert_load(const char *path, X509 **ret_cert, struct err *err)
{
	struct buf buf;
	BIO *bio;
	X509 *cert;
	int rc = -1;

	buf_init(&buf, 0);
	bio = pem_bio(path, &buf, "KEY_CERT", err);
	if (bio == NULL)
		goto out;
	cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
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

static int
key_digest(const EVP_PKEY *key, const char *path, int *ret, struct err *err)
{
	switch (EVP_PKEY_get_base_id(key)) {
	case NID_id_GostR3410_2012_256:
		*ret = GOST_STREEBOG_256;
		return 0;
	case NID_id_GostR3410_2012_512:
		*ret = GOST_STREEBOG_512;
		return 0;
	default:
		return err_set(err, ERR_FATAL, "KEY_READ",
		    "%s: not a key of GOST R 34.10-2012", path);
	}
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

int
keypair_load(const char *key_path, const char *cert_path,
    struct keypair **ret_pair, struct err *err)
{
	struct keypair *pair = xcalloc(1, sizeof(*pair));
	int rc = -1;

	if (key_load(key_path, &pair->key, err) == -1
	    || key_digest(pair->key, key_path, &pair->digest, err) == -1
	    || cert_load(cert_path, &pair->cert, err) == -1)
		goto out;
	if (X509_check_private_key(pair->cert, pair->key) != 1) {
		err_set(err, ERR_FATAL, "KEY_MISMATCH",
		    "%s is not the key of %s", key_path, cert_path);
		goto out;
	}
	pair->signer = EVP_PKEY_CTX_new(pair->key, NULL);
	if (pair->signer == NULL || EVP_PKEY_sign_init(pair->signer) <= 0) {
		err_set(err, ERR_FATAL, "KEY_READ", "%s: the key can't sign",
		    key_path);
		goto out;
	}
	pair->cert_base64 = cert_to_base64(pair->cert);
	*ret_pair = pair;
	pair = NULL;
	rc = 0;
out:
	ERR_clear_error();
	keypair_free(pair);
	return rc;
}

void
keypair_free(struct keypair *pair)
{
	if (pair == NULL)
		return;
	free(pair->cert_base64);
	X509_free(pair->cert);
	EVP_PKEY_CTX_free(pair->signer);
	EVP_PKEY_free(pair->key);
	free(pair);
}

int
keypair_sign(const struct keypair *pair, const unsigned char *digest,
    size_t digest_bytes, unsigned char *ret, size_t *ret_bytes, struct err *err)
{
	size_t wanted = 2 * gost_digest_bytes((enum gost_digest)pair->digest);

	if (digest_bytes * 2 != wanted || *ret_bytes < wanted)
		return err_set(err, ERR_RETRY, "KEY_SIGN",
		    "a digest of %zu bytes is not for this key", digest_bytes);
	if (EVP_PKEY_sign(pair->signer, ret, ret_bytes, digest, digest_bytes)
		<= 0
	    || *ret_bytes != wanted) {
		ERR_clear_error();
		return err_set(
		    err, ERR_RETRY, "KEY_SIGN", "the key did not sign");
	}
	return 0;
}

int
keypair_digest(const struct keypair *pair)
{
	return pair->digest;
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

EVP_PKEY *
keypair_key(const struct keypair *pair)
{
	return pair->key;
}
