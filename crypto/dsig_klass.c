/*
 * xmlsec klasses: digests and signatures, one of each for a suite, and the
 * SMEV transform.  Keys are in dsig_klass_key.c.
 */
#include "crypto/dsig_klass.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include <xmlsec/buffer.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/dsig_key.h"
#include "crypto/dsig_names.h"
#include "crypto/gost.h"
#include "crypto/smev_transform.h"

#define SUITES_MAX 8

/* xmlsec allocates objSize bytes and sees only the first member. */
struct hasher {
	xmlSecTransform base;
	EVP_MD_CTX *ctx;
	EVP_PKEY *key; /* signatures only */
	unsigned char digest[GOST_DIGEST_MAX];
};

static struct _xmlSecTransformKlass digest_klass[SUITES_MAX];
static struct _xmlSecTransformKlass signature_klass[SUITES_MAX];

static struct hasher *
hasher_of(xmlSecTransformPtr transform)
{
	return (struct hasher *)(void *)transform;
}

static const struct dsig_suite *
suite_of(xmlSecTransformPtr transform)
{
	size_t count;
	const struct dsig_suite *suites = dsig_suites(&count);

	for (size_t i = 0; i < count; i++)
		if (transform->id == &digest_klass[i]
		    || transform->id == &signature_klass[i])
			return &suites[i];
	return NULL;
}

static int
hasher_start(xmlSecTransformPtr transform)
{
	struct hasher *hasher = hasher_of(transform);

	hasher->key = NULL;
	hasher->ctx = EVP_MD_CTX_new();
	return hasher->ctx == NULL ? -1 : 0;
}

static void
hasher_stop(xmlSecTransformPtr transform)
{
	struct hasher *hasher = hasher_of(transform);

	EVP_MD_CTX_free(hasher->ctx);
	EVP_PKEY_free(hasher->key);
	hasher->ctx = NULL;
	hasher->key = NULL;
}

/* What to put out at the end, when signing: the digest or its signature. */
static int
hasher_result(xmlSecTransformPtr transform, const struct dsig_suite *suite)
{
	struct hasher *hasher = hasher_of(transform);
	size_t digest_bytes = gost_digest_bytes(suite->digest);
	unsigned char value[GOST_SIGNATURE_MAX];
	size_t value_bytes = sizeof(value);
	EVP_PKEY_CTX *ctx;
	int good;

	if (transform->id->usage == xmlSecTransformUsageDigestMethod)
		return xmlSecBufferAppend(&transform->outBuf, hasher->digest,
		    (xmlSecSize)digest_bytes);
	ctx = EVP_PKEY_CTX_new(hasher->key, NULL);
	good = ctx != NULL && EVP_PKEY_sign_init(ctx) > 0
	    && EVP_PKEY_sign(
		   ctx, value, &value_bytes, hasher->digest, digest_bytes)
		> 0;
	EVP_PKEY_CTX_free(ctx);
	if (!good)
		return -1;
	return xmlSecBufferAppend(
	    &transform->outBuf, value, (xmlSecSize)value_bytes);
}

static int
hasher_execute(
    xmlSecTransformPtr transform, int last, xmlSecTransformCtxPtr ctx)
{
	struct hasher *hasher = hasher_of(transform);
	const struct dsig_suite *suite = suite_of(transform);
	xmlSecBufferPtr in = &transform->inBuf;

	(void)ctx;
	if (suite == NULL)
		return -1;
	if (transform->status == xmlSecTransformStatusNone) {
		if (EVP_DigestInit_ex(hasher->ctx, gost_md(suite->digest), NULL)
		    != 1)
			return -1;
		transform->status = xmlSecTransformStatusWorking;
	}
	if (transform->status != xmlSecTransformStatusWorking)
		return transform->status == xmlSecTransformStatusFinished ? 0
									  : -1;
	if (EVP_DigestUpdate(
		hasher->ctx, xmlSecBufferGetData(in), xmlSecBufferGetSize(in))
	    != 1)
		return -1;
	xmlSecBufferEmpty(in);
	if (!last)
		return 0;
	if (EVP_DigestFinal_ex(hasher->ctx, hasher->digest, NULL) != 1)
		return -1;
	transform->status = xmlSecTransformStatusFinished;
	return transform->operation == xmlSecTransformOperationSign
	    ? hasher_result(transform, suite)
	    : 0;
}

static int
digest_verify(xmlSecTransformPtr transform, const xmlSecByte *data,
    xmlSecSize bytes, xmlSecTransformCtxPtr ctx)
{
	const struct hasher *hasher = hasher_of(transform);
	const struct dsig_suite *suite = suite_of(transform);
	bool same;

	(void)ctx;
	if (suite == NULL || transform->status != xmlSecTransformStatusFinished)
		return -1;
	same = bytes == gost_digest_bytes(suite->digest)
	    && CRYPTO_memcmp(data, hasher->digest, bytes) == 0;
	transform->status =
	    same ? xmlSecTransformStatusOk : xmlSecTransformStatusFail;
	return 0;
}

static int
signature_key_req(xmlSecTransformPtr transform, xmlSecKeyReqPtr req)
{
	bool signs = transform->operation == xmlSecTransformOperationSign;

	req->keyId = dsig_key_klass();
	req->keyType =
	    signs ? xmlSecKeyDataTypePrivate : xmlSecKeyDataTypePublic;
	req->keyUsage = signs ? xmlSecKeyUsageSign : xmlSecKeyUsageVerify;
	return 0;
}

static int
signature_set_key(xmlSecTransformPtr transform, xmlSecKeyPtr key)
{
	struct hasher *hasher = hasher_of(transform);
	const struct dsig_suite *suite = suite_of(transform);
	EVP_PKEY *evp = dsig_key_evp(xmlSecKeyGetValue(key));

	if (suite == NULL || evp == NULL
	    || EVP_PKEY_get_base_id(evp) != suite->key_nid
	    || EVP_PKEY_up_ref(evp) != 1)
		return -1;
	EVP_PKEY_free(hasher->key);
	hasher->key = evp;
	return 0;
}

static int
signature_verify(xmlSecTransformPtr transform, const xmlSecByte *data,
    xmlSecSize bytes, xmlSecTransformCtxPtr ctx)
{
	const struct hasher *hasher = hasher_of(transform);
	const struct dsig_suite *suite = suite_of(transform);
	EVP_PKEY_CTX *verifier;
	size_t digest_bytes;
	bool good;

	(void)ctx;
	if (suite == NULL || transform->status != xmlSecTransformStatusFinished)
		return -1;
	digest_bytes = gost_digest_bytes(suite->digest);
	verifier = EVP_PKEY_CTX_new(hasher->key, NULL);
	/* The engine halves whatever length it gets: check it first. */
	good = verifier != NULL && bytes == 2 * digest_bytes
	    && EVP_PKEY_verify_init(verifier) > 0
	    && EVP_PKEY_verify(
		   verifier, data, bytes, hasher->digest, digest_bytes)
		== 1;
	EVP_PKEY_CTX_free(verifier);
	ERR_clear_error();
	transform->status =
	    good ? xmlSecTransformStatusOk : xmlSecTransformStatusFail;
	return 0;
}

/* The SMEV transform can't begin before it has all octets. */
struct collector {
	xmlSecTransform base;
	struct buf in;
};

static struct buf *
collected(xmlSecTransformPtr transform)
{
	return &((struct collector *)(void *)transform)->in;
}

static int
smev_start(xmlSecTransformPtr transform)
{
	buf_init(collected(transform), 0);
	return 0;
}

static void
smev_stop(xmlSecTransformPtr transform)
{
	buf_release(collected(transform));
}

/* Not xmlSecTransformDefaultPushBin(): for each KB of what it holds it moves
 * the rest, so that a packet of some MB would take seconds. */
static int
smev_push(xmlSecTransformPtr transform, const xmlSecByte *data,
    xmlSecSize bytes, int final, xmlSecTransformCtxPtr ctx)
{
	struct buf *in = collected(transform);
	struct err ignored;
	struct buf out;
	int rc;

	buf_add(in, data, bytes);
	if (!final)
		return 0;
	if (transform->next == NULL)
		return -1;
	buf_init(&out, 0);
	rc = smev_transform_canonical(buf_text(in), in->bytes, &out, &ignored);
	if (rc == 0)
		rc = xmlSecTransformPushBin(transform->next,
		    (const xmlSecByte *)buf_text(&out), (xmlSecSize)out.bytes,
		    1, ctx);
	buf_release(&out);
	transform->status =
	    rc < 0 ? xmlSecTransformStatusFail : xmlSecTransformStatusFinished;
	return rc;
}

static xmlSecTransformKlass smev_klass = {
	.klassSize = sizeof(xmlSecTransformKlass),
	.objSize = sizeof(struct collector),
	.name = (const xmlChar *)"smev-transform",
	.href = (const xmlChar *)SMEV_TRANSFORM_URI,
	.usage = xmlSecTransformUsageDSigTransform,
	.initialize = smev_start,
	.finalize = smev_stop,
	.getDataType = xmlSecTransformDefaultGetDataType,
	.pushBin = smev_push,
	.popBin = xmlSecTransformDefaultPopBin,
};

static xmlSecTransformKlass hasher_klass = {
	.klassSize = sizeof(xmlSecTransformKlass),
	.objSize = sizeof(struct hasher),
	.initialize = hasher_start,
	.finalize = hasher_stop,
	.getDataType = xmlSecTransformDefaultGetDataType,
	.pushBin = xmlSecTransformDefaultPushBin,
	.popBin = xmlSecTransformDefaultPopBin,
	.execute = hasher_execute,
};

xmlSecTransformId
dsig_klass_smev(void)
{
	return &smev_klass;
}

xmlSecTransformId
dsig_klass_digest(size_t i)
{
	return &digest_klass[i];
}

xmlSecTransformId
dsig_klass_signature(size_t i)
{
	return &signature_klass[i];
}

static int
register_suite(size_t i, const struct dsig_suite *suite)
{
	digest_klass[i] = hasher_klass;
	digest_klass[i].name = (const xmlChar *)suite->digest_uri;
	digest_klass[i].href = (const xmlChar *)suite->digest_uri;
	digest_klass[i].usage = xmlSecTransformUsageDigestMethod;
	digest_klass[i].verify = digest_verify;
	signature_klass[i] = hasher_klass;
	signature_klass[i].name = (const xmlChar *)suite->signature_uri;
	signature_klass[i].href = (const xmlChar *)suite->signature_uri;
	signature_klass[i].usage = xmlSecTransformUsageSignatureMethod;
	signature_klass[i].setKeyReq = signature_key_req;
	signature_klass[i].setKey = signature_set_key;
	signature_klass[i].verify = signature_verify;
	if (xmlSecTransformIdsRegister(&digest_klass[i]) < 0
	    || xmlSecTransformIdsRegister(&signature_klass[i]) < 0)
		return -1;
	return 0;
}

int
dsig_klass_register(void)
{
	size_t count;
	const struct dsig_suite *suites = dsig_suites(&count);

	if (count > SUITES_MAX || xmlSecKeyDataIdsRegister(dsig_key_klass()) < 0
	    || xmlSecTransformIdsRegister(&smev_klass) < 0
	    || dsig_klass_c14n_register() < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (register_suite(i, &suites[i]) == -1)
			return -1;
	return 0;
}
