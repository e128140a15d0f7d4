/*
 * Known answers: what a daemon must get right before it takes a packet.
 */
#include "crypto/gost.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/gost_vectors.h"
#include "crypto/smev_transform.h"

/* RFC 6986, message 1; and the example that 34.11-94 programs share. */
#define STREEBOG_TEXT \
	"012345678901234567890123456789012345678901234567890123456789012"
#define STREEBOG_256_ANSWER                                                \
	"\x9d\x15\x1e\xef\xd8\x59\x0b\x89\xda\xa6\xba\x6c\xb7\x4a\xf9\x27" \
	"\x5d\xd0\x51\x02\x6b\xb1\x49\xa4\x52\xfd\x84\xe5\xe5\x7b\x55\x00"
#define STREEBOG_512_ANSWER                                                \
	"\x1b\x54\xd0\x1a\x4a\xf5\xb9\xd5\xcc\x3d\x86\xd6\x8d\x28\x54\x62" \
	"\xb1\x9a\xbc\x24\x75\x22\x2f\x35\xc0\x85\x12\x2b\xe4\xba\x1f\xfa" \
	"\x00\xad\x30\xf8\x76\x7b\x3a\x82\x38\x4c\x65\x74\xf0\x24\xc3\x11" \
	"\xe2\xa4\x81\x33\x2b\x08\xef\x7f\x41\x79\x78\x91\xc1\x64\x6f\x48"
#define GOST_94_ANSWER                                                     \
	"\xbc\x60\x41\xdd\x2a\xa4\x01\xeb\xfa\x6e\x98\x86\x73\x41\x74\xfe" \
	"\xbd\xb4\x72\x9a\xa9\x72\xd6\x0f\x54\x9a\xc3\x9b\x29\x72\x1b\xa0"
/* RFC 7836, appendix B. */
#define HMAC_TEXT \
	"\x01\x26\xbd\xb8\x78\x00\xaf\x21\x43\x41\x45\x65\x63\x78\x01\x00"
#define HMAC_ANSWER                                                        \
	"\xa1\xaa\x5f\x7d\xe4\x02\xd7\xb3\xd3\x23\xf2\x99\x1c\x8d\x45\x34" \
	"\x01\x31\x37\x01\x0a\x83\x75\x4f\xd0\xaf\x6d\x7c\xd4\x92\x2e\xd9"

/* Scopes, order of attributes, white space and the escapes at once. */
#define TRANSFORM_TEXT                                                       \
	"<?xml version=\"1.0\"?><a:r xmlns:a=\"urn:a\" z=\"1\" b:y=\"&#9;\"" \
	" xmlns:b=\"urn:b\"> <!-- c --><b:x/><c xmlns=\"urn:c\">]&gt;</c>"   \
	"<c xmlns=\"urn:c\" A=\"&quot;\">&lt;0123456789&gt;&gt;</c></a:r>"
#define TRANSFORM_ANSWER                                                   \
	"<ns1:r xmlns:ns1=\"urn:a\" xmlns:ns2=\"urn:b\" ns2:y=\"&#x9;\""   \
	" z=\"1\"><ns2:x></ns2:x><ns3:c xmlns:ns3=\"urn:c\">]&gt;</ns3:c>" \
	"<ns4:c xmlns:ns4=\"urn:c\" A=\"&quot;\">&lt;0123456789>></ns4:c>" \
	"</ns1:r>"

static bool
digest_answers(enum gost_digest which, const char *text, const char *answer)
{
	unsigned char digest[GOST_DIGEST_MAX];

	gost_digest(which, text, strlen(text), digest);
	return memcmp(digest, answer, gost_digest_bytes(which)) == 0;
}

static bool
hmac_answers(void)
{
	unsigned char key[32], mac[32];

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (unsigned char)i;
	gost_hmac(key, HMAC_TEXT, sizeof(HMAC_TEXT) - 1, mac);
	return memcmp(mac, HMAC_ANSWER, sizeof(mac)) == 0;
}

struct signature_vector {
	const unsigned char *public_der, *private_der, *digest, *signature;
	size_t public_bytes, private_bytes, digest_bytes;
};

static bool
verifies(EVP_PKEY *key, const unsigned char *digest, size_t digest_bytes,
    const unsigned char *signature)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	bool good = ctx != NULL && EVP_PKEY_verify_init(ctx) > 0
	    && EVP_PKEY_verify(
		   ctx, signature, 2 * digest_bytes, digest, digest_bytes)
		== 1;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

/* A fresh signature each time, so it is judged by the public key. */
static bool
signs(EVP_PKEY *private_key, EVP_PKEY *public_key, const unsigned char *digest,
    size_t digest_bytes)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(private_key, NULL);
	unsigned char value[GOST_SIGNATURE_MAX];
	size_t value_bytes = sizeof(value);
	bool good = ctx != NULL && EVP_PKEY_sign_init(ctx) > 0
	    && EVP_PKEY_sign(ctx, value, &value_bytes, digest, digest_bytes) > 0
	    && value_bytes == 2 * digest_bytes
	    && verifies(public_key, digest, digest_bytes, value);

	EVP_PKEY_CTX_free(ctx);
	return good;
}

static bool
signature_answers(const struct signature_vector *v)
{
	const unsigned char *public_der = v->public_der;
	const unsigned char *private_der = v->private_der;
	EVP_PKEY *public_key =
	    d2i_PUBKEY(NULL, &public_der, (long)v->public_bytes);
	EVP_PKEY *private_key =
	    d2i_AutoPrivateKey(NULL, &private_der, (long)v->private_bytes);
	unsigned char forged[GOST_DIGEST_MAX];
	bool good = false;

	memcpy(forged, v->digest, v->digest_bytes);
	forged[0] ^= 1;
	if (public_key != NULL && private_key != NULL)
		good = verifies(
			   public_key, v->digest, v->digest_bytes, v->signature)
		    && !verifies(
			public_key, forged, v->digest_bytes, v->signature)
		    && signs(
			private_key, public_key, v->digest, v->digest_bytes);
	ERR_clear_error();
	EVP_PKEY_free(private_key);
	EVP_PKEY_free(public_key);
	return good;
}

static bool
transform_answers(void)
{
	struct buf out;
	struct err ignored;
	bool good;

	buf_init(&out, 0);
	good = smev_transform(
		   TRANSFORM_TEXT, sizeof(TRANSFORM_TEXT) - 1, &out, &ignored)
		== 0
	    && strcmp(buf_text(&out), TRANSFORM_ANSWER) == 0;
	buf_release(&out);
	return good;
}

static const struct signature_vector vector_256 = { public_256, private_256,
	digest_256, signature_256, sizeof(public_256), sizeof(private_256),
	sizeof(digest_256) };
static const struct signature_vector vector_512 = { public_512, private_512,
	digest_512, signature_512, sizeof(public_512), sizeof(private_512),
	sizeof(digest_512) };

int
gost_selftest(struct err *err)
{
	const char *failed = NULL;

	if (!digest_answers(
		GOST_STREEBOG_256, STREEBOG_TEXT, STREEBOG_256_ANSWER))
		failed = "GOST R 34.11-2012, 256 bits";
	else if (!digest_answers(
		     GOST_STREEBOG_512, STREEBOG_TEXT, STREEBOG_512_ANSWER))
		failed = "GOST R 34.11-2012, 512 bits";
	else if (!digest_answers(
		     GOST_34_11_94, "message digest", GOST_94_ANSWER))
		failed = "GOST R 34.11-94";
	else if (!hmac_answers())
		failed = "HMAC by GOST R 34.11-2012";
	else if (!signature_answers(&vector_256))
		failed = "GOST R 34.10-2012, 256 bits";
	else if (!signature_answers(&vector_512))
		failed = "GOST R 34.10-2012, 512 bits";
	else if (!transform_answers())
		failed = "the transform of SMEV";
	if (failed != NULL)
		return err_set(err, ERR_FATAL, "GOST_SELFTEST",
		    "self-test failed: %s", failed);
	return 0;
}
