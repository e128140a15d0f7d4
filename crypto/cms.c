#include "crypto/cms.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "base/clock.h"
#include "base/mem.h"
#include "crypto/trust.h"

struct cms {
	CMS_ContentInfo *info;
	CMS_SignerInfo *signer; /* belongs to info */
	X509 *cert;
	enum gost_digest digest;
	const unsigned char *message_digest; /* belongs to info */
	size_t message_digest_bytes;
};

static int
bad_form(struct err *err, const char *why)
{
	return err_set(err, ERR_REFUSE, "CMS_FORM", "PKCS#7: %s", why);
}

/* A digest and the names that a signature with it may go by. */
static const struct {
	int digest_nid;
	enum gost_digest digest;
	int key_nid, signature_nid;
} suites[] = {
	{ NID_id_GostR3411_2012_256, GOST_STREEBOG_256,
	    NID_id_GostR3410_2012_256,
	    NID_id_tc26_signwithdigest_gost3410_2012_256 },
	{ NID_id_GostR3411_2012_512, GOST_STREEBOG_512,
	    NID_id_GostR3410_2012_512,
	    NID_id_tc26_signwithdigest_gost3410_2012_512 },
	{ NID_id_GostR3411_94, GOST_34_11_94, NID_id_GostR3410_2001,
	    NID_id_GostR3411_94_with_GostR3410_2001 },
};

static int
nid_of(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *object;

	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	return OBJ_obj2nid(object);
}

/* The digest, the signature algorithm and the key have to fit together. */
static int
read_algorithms(struct cms *cms, struct err *err)
{
	X509_ALGOR *digest, *signature;
	const EVP_PKEY *key = X509_get0_pubkey(cms->cert);
	int digest_nid, signature_nid;

	CMS_SignerInfo_get0_algs(cms->signer, NULL, NULL, &digest, &signature);
	digest_nid = nid_of(digest);
	signature_nid = nid_of(signature);
	if (key == NULL)
		return err_set(err, ERR_REFUSE, "DSIG_CERT",
		    "PKCS#7: the certificate has no GOST key");
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		if (suites[i].digest_nid != digest_nid
		    || (signature_nid != suites[i].key_nid
			&& signature_nid != suites[i].signature_nid)
		    || EVP_PKEY_get_base_id(key) != suites[i].key_nid)
			continue;
		cms->digest = suites[i].digest;
		return 0;
	}
	return err_set(err, ERR_REFUSE, "CMS_ALGORITHM",
	    "PKCS#7: the algorithms are not GOST, or not of one kind");
}

/* The certificate of the signer, out of those that the signature brings. */
static int
find_cert(struct cms *cms, struct err *err)
{
	STACK_OF(X509) *certs = CMS_get1_certs(cms->info);

	for (int i = 0; cms->cert == NULL && i < sk_X509_num(certs); i++) {
		X509 *cert = sk_X509_value(certs, i);

		if (CMS_SignerInfo_cert_cmp(cms->signer, cert) != 0)
			continue;
		if (X509_up_ref(cert) != 1)
			abort();
		cms->cert = cert;
	}
	sk_X509_pop_free(certs, X509_free);
	if (cms->cert == NULL)
		return err_set(err, ERR_REFUSE, "DSIG_CERT",
		    "PKCS#7: the signer's certificate is not in it");
	CMS_SignerInfo_set1_signer_cert(cms->signer, cms->cert);
	return 0;
}

/* The only value of the only attribute nid, or NULL; -3 asks for just that. */
static const void *
only_attribute(const struct cms *cms, int nid, int type)
{
	return CMS_signed_get0_data_by_OBJ(
	    cms->signer, OBJ_nid2obj(nid), -3, type);
}

static int
read_attributes(struct cms *cms, struct err *err)
{
	const ASN1_OBJECT *content_type =
	    only_attribute(cms, NID_pkcs9_contentType, V_ASN1_OBJECT);
	const ASN1_OCTET_STRING *digest =
	    only_attribute(cms, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);

	if (content_type == NULL || OBJ_obj2nid(content_type) != NID_pkcs7_data)
		return bad_form(err, "no signed attribute contentType");
	if (digest == NULL)
		return bad_form(err, "no signed attribute messageDigest");
	cms->message_digest = ASN1_STRING_get0_data(digest);
	cms->message_digest_bytes = (size_t)ASN1_STRING_length(digest);
	if (cms->message_digest_bytes != gost_digest_bytes(cms->digest))
		return bad_form(err, "messageDigest has a wrong length");
	return 0;
}

static int
read_all(struct cms *cms, const void *sig, size_t bytes, struct err *err)
{
	const unsigned char *p = sig;
	STACK_OF(CMS_SignerInfo) * signers;

	cms->info =
	    bytes > INT_MAX ? NULL : d2i_CMS_ContentInfo(NULL, &p, (long)bytes);
	if (cms->info == NULL || p != (const unsigned char *)sig + bytes)
		return bad_form(err, "not a signature in DER");
	if (OBJ_obj2nid(CMS_get0_type(cms->info)) != NID_pkcs7_signed)
		return bad_form(err, "not SignedData");
	if (CMS_is_detached(cms->info) != 1
	    || OBJ_obj2nid(CMS_get0_eContentType(cms->info)) != NID_pkcs7_data)
		return bad_form(err, "the content is not outside of it");
	signers = CMS_get0_SignerInfos(cms->info);
	if (sk_CMS_SignerInfo_num(signers) != 1)
		return bad_form(err, "not exactly one signer");
	cms->signer = sk_CMS_SignerInfo_value(signers, 0);
	if (find_cert(cms, err) == -1 || read_algorithms(cms, err) == -1)
		return -1;
	return read_attributes(cms, err);
}

int
cms_read(const void *sig, size_t bytes, struct cms **ret_cms, struct err *err)
{
	struct cms *cms = xcalloc(1, sizeof(*cms));
	int rc = read_all(cms, sig, bytes, err);

	ERR_clear_error();
	if (rc == -1)
		cms_free(cms);
	else
		*ret_cms = cms;
	return rc;
}

void
cms_free(struct cms *cms)
{
	if (cms == NULL)
		return;
	X509_free(cms->cert);
	CMS_ContentInfo_free(cms->info);
	free(cms);
}

enum gost_digest
cms_digest(const struct cms *cms)
{
	return cms->digest;
}

const unsigned char *
cms_message_digest(const struct cms *cms, size_t *ret_bytes)
{
	*ret_bytes = cms->message_digest_bytes;
	return cms->message_digest;
}

void
cms_check(struct cms *cms, const unsigned char *digest, struct trust *trust,
    struct cms_verdict *ret)
{
	struct cms_verdict verdict = { 0 };

	verdict.digest_ok = digest != NULL
	    && CRYPTO_memcmp(
		   digest, cms->message_digest, cms->message_digest_bytes)
		== 0;
	verdict.value_ok = CMS_SignerInfo_verify(cms->signer) == 1;
	ERR_clear_error();
	trust_fingerprint(cms->cert, verdict.fingerprint);
	if (trust != NULL)
		verdict.trusted =
		    trust_check_known(trust, cms->cert, verdict.fingerprint,
			clock_now_ms(), &verdict.why)
		    == 0;
	else
		err_set(&verdict.why, ERR_REFUSE, "DSIG_TRUST",
		    "nobody is trusted");
	if (!verdict.value_ok)
		err_set(&verdict.why, ERR_REFUSE, "CMS_VALUE",
		    "the value of the signature is wrong");
	if (!verdict.digest_ok)
		err_set(&verdict.why, ERR_REFUSE, "CMS_DIGEST",
		    "the file is not what was signed");
	*ret = verdict;
}

int
cms_verify_detached(const void *data, size_t data_bytes, const void *sig,
    size_t sig_bytes, struct trust *trust, struct err *err)
{
	unsigned char digest[GOST_DIGEST_MAX];
	struct cms_verdict verdict;
	struct cms *cms;

	if (cms_read(sig, sig_bytes, &cms, err) == -1)
		return -1;
	gost_digest(cms->digest, data, data_bytes, digest);
	cms_check(cms, digest, trust, &verdict);
	cms_free(cms);
	if (verdict.why.kind == ERR_NONE)
		return 0;
	*err = verdict.why;
	return -1;
}
