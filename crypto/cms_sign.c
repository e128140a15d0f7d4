/*
 * The signing side of crypto/cms.h: a signer sees a digest, never the file.
 */
#include "crypto/cms.h"

#include <stdlib.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "base/buf.h"
#include "crypto/keystore.h"

/* contentType, messageDigest and signingTime; OpenSSL sorts them. */
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

int
cms_sign(const struct keypair *pair, const unsigned char *digest,
    size_t digest_bytes, int64_t at_ms, struct buf *out, struct err *err)
{
	static const unsigned flags =
	    CMS_DETACHED | CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP;
	enum gost_digest which = (enum gost_digest)keypair_digest(pair);
	CMS_ContentInfo *info = CMS_sign(NULL, NULL, NULL, NULL, flags);
	CMS_SignerInfo *signer;
	unsigned char *der = NULL;
	int der_bytes = 0;

	if (info == NULL)
		abort();
	signer = digest_bytes == gost_digest_bytes(which)
	    ? CMS_add1_signer(info, keypair_cert(pair), keypair_key(pair),
		gost_md(which), flags)
	    : NULL;
	if (signer != NULL
	    && add_attributes(signer, digest, digest_bytes, at_ms)
	    && CMS_SignerInfo_sign(signer) == 1)
		der_bytes = i2d_CMS_ContentInfo(info, &der);
	CMS_ContentInfo_free(info);
	ERR_clear_error();
	if (der_bytes <= 0)
		return err_set(
		    err, ERR_RETRY, "KEY_SIGN", "the key did not sign");
	buf_add(out, der, (size_t)der_bytes);
	OPENSSL_free(der);
	return 0;
}
