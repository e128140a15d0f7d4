/*
 * The signing side of crypto/cms.h: a signer sees a digest, never the file.
 *
 * OpenSSL builds the structure, but does not sign: the key may be anywhere.  The
 * DER of the signed attributes is digested here, and the value that the key
 * gives is put in.  Source: RFC 5652, 5.4.
 */
#include "crypto/cms.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "base/buf.h"
#include "crypto/key_suite.h"
#include "crypto/keystore.h"

#define ATTRIBUTES_MAX 8

/* contentType, messageDigest and signingTime. */
static int
add_attributes(CMS_SignerInfo *signer, const unsigned char *digest,
    size_t digest_bytes, int64_t at_ms)
{
	ASN1_TIME *at = ASN1_TIME_set(NULL, (time_t)(at_ms / 1000));
	int good;

	if (at == NULL)
		abort();
	good = CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_contentType,
		   V_ASN1_OBJECT, OBJ_nid2obj(NID_pkcs7_data), -1)
		== 1
	    && CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_messageDigest,
		   V_ASN1_OCTET_STRING, digest, (int)digest_bytes)
		== 1
	    && CMS_signed_add1_attr_by_NID(
		   signer, NID_pkcs9_signingTime, at->type, at, -1)
		== 1;
	ASN1_TIME_free(at);
	return good;
}

struct der {
	unsigned char *p;
	int bytes;
};

/* The order of a SET OF in DER.  Source: X.690, 11.6. */
static int
der_order(const void *a, const void *b)
{
	const struct der *x = a, *y = b;
	int shorter = x->bytes < y->bytes ? x->bytes : y->bytes;
	int order = memcmp(x->p, y->p, (size_t)shorter);

	return order != 0 ? order : x->bytes - y->bytes;
}

/* Append the signed attributes as the SET OF that is digested. */
static void
attributes_der(const CMS_SignerInfo *signer, struct buf *out)
{
	struct der items[ATTRIBUTES_MAX];
	unsigned char head[8], *at = head;
	int count = CMS_signed_get_attr_count(signer), total = 0;

	if (count < 0 || count > ATTRIBUTES_MAX)
		abort();
	for (int i = 0; i < count; i++) {
		items[i].p = NULL;
		items[i].bytes = i2d_X509_ATTRIBUTE(
		    CMS_signed_get_attr(signer, i), &items[i].p);
		if (items[i].bytes <= 0)
			abort();
		total += items[i].bytes;
	}
	qsort(items, (size_t)count, sizeof(items[0]), der_order);
	ASN1_put_object(&at, 1, total, V_ASN1_SET, V_ASN1_UNIVERSAL);
	buf_add(out, head, (size_t)(at - head));
	for (int i = 0; i < count; i++) {
		buf_add(out, items[i].p, (size_t)items[i].bytes);
		OPENSSL_free(items[i].p);
	}
}

static int
sign(const struct keypair *pair, CMS_SignerInfo *signer, struct err *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE], value[KEY_VALUE_MAX];
	const struct key_suite *suite = keypair_suite(pair);
	size_t bytes = sizeof(value);
	X509_ALGOR *algorithm;
	struct buf der;

	buf_init(&der, 0);
	attributes_der(signer, &der);
	key_suite_digest(suite, der.data, der.bytes, digest);
	buf_release(&der);
	if (keypair_sign(pair, digest, suite->digest_bytes, value, &bytes, err)
	    == -1)
		return -1;
	CMS_SignerInfo_get0_algs(signer, NULL, NULL, NULL, &algorithm);
	if (X509_ALGOR_set0(algorithm, OBJ_nid2obj(suite->signature_nid),
		suite->signature_nid == NID_ecdsa_with_SHA256 ? V_ASN1_UNDEF
							      : V_ASN1_NULL,
		NULL)
		!= 1
	    || ASN1_STRING_set(
		   CMS_SignerInfo_get0_signature(signer), value, (int)bytes)
		!= 1)
		abort();
	return 0;
}

int
cms_sign(const struct keypair *pair, const unsigned char *digest,
    size_t digest_bytes, int64_t at_ms, struct buf *out, struct err *err)
{
	static const unsigned flags =
	    CMS_DETACHED | CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP;
	const struct key_suite *suite = keypair_suite(pair);
	CMS_ContentInfo *info = CMS_sign(NULL, NULL, NULL, NULL, flags);
	X509 *cert = keypair_cert(pair);
	CMS_SignerInfo *signer = NULL;
	unsigned char *der = NULL;
	int der_bytes = 0, rc = -1;

	if (info == NULL)
		abort();
	/* With the public key in the place of the private one. */
	if (digest_bytes == suite->digest_bytes)
		signer = CMS_add1_signer(info, cert, X509_get0_pubkey(cert),
		    EVP_get_digestbynid(suite->digest_nid), flags);
	if (signer == NULL
	    || !add_attributes(signer, digest, digest_bytes, at_ms))
		err_set(err, ERR_RETRY, "KEY_SIGN",
		    "a digest of %zu bytes is not for this key", digest_bytes);
	else
		rc = sign(pair, signer, err);
	if (rc == 0)
		der_bytes = i2d_CMS_ContentInfo(info, &der);
	CMS_ContentInfo_free(info);
	ERR_clear_error();
	if (rc == -1)
		return -1;
	if (der_bytes <= 0)
		abort();
	buf_add(out, der, (size_t)der_bytes);
	OPENSSL_free(der);
	return 0;
}
