/* A key in a PEM file, read once. */
#include "crypto/key_backend.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"

/* Larger than any key with its text in front. */
#define PEM_LIMIT_BYTES (256 * 1024)

struct key_file {
	EVP_PKEY *key;
	EVP_PKEY_CTX *signer; /* kept: making one costs more than a lookup */
	const struct key_suite *suite;
};

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
	struct err why;
	BIO *bio = NULL;
	int rc = -1;

	buf_init(&buf, 0);
	if (file_read(path, PEM_LIMIT_BYTES, &buf, &why) == -1) {
		err_set(err, ERR_FATAL, "KEY_READ", "%s", why.text);
		goto out;
	}
	bio = BIO_new_mem_buf(buf_text(&buf), (int)buf.bytes);
	if (bio == NULL)
		abort();
	*ret_key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (*ret_key != NULL)
		rc = 0;
	else
		err_set(err, ERR_FATAL, "KEY_READ",
		    "%s: not a private key in PEM without a pass phrase", path);
out:
	ERR_clear_error();
	BIO_free(bio);
	if (buf.data != NULL)
		OPENSSL_cleanse(buf.data, buf.bytes);
	buf_release(&buf);
	return rc;
}

static int
sign(void *self, const unsigned char *digest, unsigned char *ret,
    size_t *ret_bytes, struct err *err)
{
	struct key_file *file = self;

	*ret_bytes = KEY_VALUE_MAX;
	if (EVP_PKEY_sign(
		file->signer, ret, ret_bytes, digest, file->suite->digest_bytes)
	    > 0)
		return 0;
	ERR_clear_error();
	return err_set(err, ERR_RETRY, "KEY_SIGN", "the key did not sign");
}

static void
release(void *self)
{
	struct key_file *file = self;

	EVP_PKEY_CTX_free(file->signer);
	EVP_PKEY_free(file->key);
	free(file);
}

int
key_file_open(const char *path, const struct key_suite *suite,
    const EVP_PKEY *of_cert, struct key_backend *ret, struct err *err)
{
	struct key_file *file = xcalloc(1, sizeof(*file));

	file->suite = suite;
	if (key_load(path, &file->key, err) == -1)
		goto failed;
	if (EVP_PKEY_eq(file->key, of_cert) != 1) {
		err_set(err, ERR_FATAL, "KEY_MISMATCH",
		    "%s is not the key of its certificate", path);
		goto failed;
	}
	file->signer = EVP_PKEY_CTX_new(file->key, NULL);
	if (file->signer == NULL || EVP_PKEY_sign_init(file->signer) <= 0
	    || (suite->key_nid == EVP_PKEY_RSA
		&& EVP_PKEY_CTX_set_signature_md(file->signer, EVP_sha256())
		    <= 0)) {
		err_set(
		    err, ERR_FATAL, "KEY_READ", "%s: the key can't sign", path);
		goto failed;
	}
	*ret = (struct key_backend){
		.sign = sign, .free = release, .ours = true, .self = file
	};
	return 0;
failed:
	ERR_clear_error();
	release(file);
	return -1;
}
