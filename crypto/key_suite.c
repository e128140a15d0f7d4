#include "crypto/key_suite.h"

#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include "crypto/gost.h"

static const struct key_suite suites[] = {
	{ NID_id_GostR3410_2012_256, GOST_STREEBOG_256,
	    NID_id_GostR3411_2012_256, NID_id_GostR3410_2012_256, 32, 64,
	    "gost2012-256" },
	{ NID_id_GostR3410_2012_512, GOST_STREEBOG_512,
	    NID_id_GostR3411_2012_512, NID_id_GostR3410_2012_512, 64, 128,
	    "gost2012-512" },
	{ EVP_PKEY_EC, -1, NID_sha256, NID_ecdsa_with_SHA256, 32, 0, "ecdsa" },
	{ EVP_PKEY_RSA, -1, NID_sha256, NID_rsaEncryption, 32, 0, "rsa" },
};

const struct key_suite *
key_suite_of(const EVP_PKEY *key)
{
	int nid = key == NULL ? 0 : EVP_PKEY_get_base_id(key);

	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		if (suites[i].key_nid != nid)
			continue;
		/* Its value has to fit, and the curve the digest. */
		if ((nid == EVP_PKEY_RSA
			&& EVP_PKEY_get_size(key) > KEY_VALUE_MAX)
		    || (nid == EVP_PKEY_EC && EVP_PKEY_get_bits(key) != 256))
			return NULL;
		return &suites[i];
	}
	return NULL;
}

void
key_suite_digest(const struct key_suite *suite, const void *p, size_t bytes,
    unsigned char *ret)
{
	if (suite->gost != -1)
		gost_digest((enum gost_digest)suite->gost, p, bytes, ret);
	else
		(void)SHA256(p, bytes, ret);
}

int
key_suite_verify(const struct key_suite *suite, EVP_PKEY *key,
    const unsigned char *digest, const unsigned char *value, size_t value_bytes)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	int good;

	if (ctx == NULL)
		abort();
	good = EVP_PKEY_verify_init(ctx) > 0
	    && (suite->key_nid != EVP_PKEY_RSA
		|| EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) > 0)
	    && EVP_PKEY_verify(
		   ctx, value, value_bytes, digest, suite->digest_bytes)
		== 1;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return good;
}
