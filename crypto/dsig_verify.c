/*
 * The verifying side of crypto/dsig.h.
 *
 * First the form of the signature and what it covers (dsig_form, dsig_target),
 * which is where attacks fail; then the certificate; then xmlsec1 computes
 * digests and value with our klasses and nothing else enabled; at last trust.
 */
#include "crypto/dsig.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/valid.h>
#include <libxml/xmlerror.h>
#include <openssl/err.h>
#include <xmlsec/xmlsec.h>

#include <xmlsec/base64.h>
#include <xmlsec/errors.h>
#include <xmlsec/keysmngr.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "crypto/certs.h"
#include "crypto/dsig_form.h"
#include "crypto/dsig_klass.h"
#include "crypto/dsig_names.h"
#include "crypto/exc_c14n.h"
#include "crypto/gost.h"
#include "crypto/trust.h"
#include "xsd/xml_doc.h"

/* Holds nothing: its only task is to have KeyInfo read by our klass. */
static xmlSecKeysMngrPtr manager;

/* xmlsec says on standard error what a verdict says better. */
static void
say_nothing(const char *file, int line, const char *func, const char *object,
    const char *subject, int reason, const char *text)
{
	(void)file;
	(void)line;
	(void)func;
	(void)object;
	(void)subject;
	(void)reason;
	(void)text;
}

/* Nor libxml2's canonicalisation, which has no other way to say why. */
static void
print_nothing(void *arg, const char *format, ...)
{
	(void)arg;
	(void)format;
}

int
dsig_setup(struct err *err)
{
	if (manager != NULL)
		return 0;
	xmlInitParser();
	/* Not xmlSecCryptoAppInit(): it reads the system's openssl.cnf. */
	if (xmlSecInit() < 0 || xmlSecCheckVersion() != 1
	    || xmlSecOpenSSLInit() < 0 || dsig_klass_register() == -1)
		return err_set(
		    err, ERR_FATAL, "DSIG_SETUP", "xmlsec1 does not start");
	xmlSecErrorsSetCallback(say_nothing);
	xmlSetGenericErrorFunc(NULL, print_nothing);
	/* SMEV forbids text between the elements of a signature. */
	xmlSecSetDefaultLineFeed((const xmlChar *)"");
	xmlSecBase64SetDefaultLineSize(0);
	manager = xmlSecKeysMngrCreate();
	if (manager == NULL)
		return err_set(
		    err, ERR_FATAL, "DSIG_SETUP", "xmlsec1 does not start");
	manager->getKey = xmlSecKeysMngrGetKey;
	/* xmlSecInit() has put its own loader of entities in place of ours. */
	xml_doc_setup();
	return 0;
}

/* A context in which nothing works but what dsig_form has let through. */
static xmlSecDSigCtxPtr
context_new(EVP_PKEY *key)
{
	xmlSecDSigCtxPtr ctx = xmlSecDSigCtxCreate(manager);
	size_t count;
	int bad = 0;

	if (ctx == NULL)
		abort();
	(void)dsig_suites(&count);
	ctx->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
	/* Look ids up in the table of ids, not by XPointer. */
	ctx->flags |= XMLSEC_DSIG_FLAGS_USE_VISA3D_HACK;
	ctx->keyInfoReadCtx.userData = key;
	bad |= xmlSecPtrListAdd(&ctx->keyInfoReadCtx.enabledKeyData,
	    (xmlSecPtr)(uintptr_t)dsig_klass_x509());
	bad |= xmlSecDSigCtxEnableSignatureTransform(ctx, dsig_klass_c14n());
	bad |= xmlSecDSigCtxEnableReferenceTransform(ctx, dsig_klass_c14n());
	bad |= xmlSecDSigCtxEnableReferenceTransform(
	    ctx, xmlSecTransformInclC14NId);
	bad |= xmlSecDSigCtxEnableReferenceTransform(
	    ctx, xmlSecTransformEnvelopedId);
	bad |= xmlSecDSigCtxEnableReferenceTransform(ctx, dsig_klass_smev());
	for (size_t i = 0; i < count; i++) {
		bad |= xmlSecDSigCtxEnableSignatureTransform(
		    ctx, dsig_klass_signature(i));
		bad |= xmlSecDSigCtxEnableReferenceTransform(
		    ctx, dsig_klass_digest(i));
	}
	if (bad != 0)
		abort();
	return ctx;
}

/* Every reference was computed and fits. */
static bool
digests_fit(xmlSecDSigCtxPtr ctx)
{
	xmlSecSize count = xmlSecPtrListGetSize(&ctx->signedInfoReferences);

	for (xmlSecSize i = 0; i < count; i++) {
		const xmlSecDSigReferenceCtx *ref =
		    xmlSecPtrListGetItem(&ctx->signedInfoReferences, i);

		if (ref == NULL || ref->status != xmlSecDSigStatusSucceeded)
			return false;
	}
	return count > 0;
}

/* The value alone: xmlsec does not look at it after a wrong digest. */
static bool
value_fits(const struct dsig_form *form, const struct cert *cert)
{
	unsigned char digest[GOST_DIGEST_MAX];
	size_t digest_bytes = gost_digest_bytes(form->suite->digest);
	struct err ignored;
	struct buf octets;
	bool good = false;

	buf_init(&octets, 0);
	if (form->value_bytes == 2 * digest_bytes
	    && exc_c14n(form->signed_info, NULL, &octets, &ignored) == 0) {
		gost_digest(form->suite->digest, buf_text(&octets),
		    octets.bytes, digest);
		good = EVP_PKEY_verify(cert->verifier, form->value,
			   form->value_bytes, digest, digest_bytes)
		    == 1;
		ERR_clear_error();
	}
	buf_release(&octets);
	return good;
}

static xmlAttr *
id_attr(const xmlNode *target)
{
	for (xmlAttr *a = target->properties; a != NULL; a = a->next)
		if (a->ns == NULL && strcmp((const char *)a->name, "Id") == 0)
			return a;
	return NULL;
}

/*
 * Let xmlsec compute.  The one Id that is looked up is known to libxml2 only
 * meanwhile.
 */
static int
compute(const struct dsig_form *form, xmlNode *signature, const xmlNode *target,
    const struct cert *cert, struct dsig_verdict *verdict, struct err *err)
{
	xmlDoc *doc = signature->doc;
	const xmlChar *id = (const xmlChar *)form->id;
	xmlAttr *attr = id_attr(target);
	xmlSecDSigCtxPtr ctx;
	int rc;

	if (xmlGetID(doc, id) != NULL)
		return err_set(err, ERR_REFUSE, "DSIG_DUP_ID",
		    "signature: its Id is a document's ID already");
	if (attr == NULL || xmlAddID(NULL, doc, id, attr) == NULL)
		abort();
	ctx = context_new(cert->key);
	rc = xmlSecDSigCtxVerify(ctx, signature);
	verdict->digest_ok = digests_fit(ctx);
	if (rc == 0 && verdict->digest_ok)
		verdict->value_ok = ctx->status == xmlSecDSigStatusSucceeded;
	else
		verdict->value_ok = value_fits(form, cert);
	xmlSecDSigCtxDestroy(ctx);
	xmlRemoveID(doc, attr);
	ERR_clear_error();
	return 0;
}

/* Why the verdict is not good, when it is not. */
static void
judge(
    struct trust *trust, const struct cert *cert, struct dsig_verdict *verdict)
{
	if (trust != NULL)
		verdict->trusted =
		    trust_check_known(trust, cert->x509, cert->fingerprint,
			clock_now_ms(), &verdict->why)
		    == 0;
	else
		err_set(&verdict->why, ERR_REFUSE, "DSIG_TRUST",
		    "nobody is trusted");
	if (!verdict->value_ok)
		err_set(&verdict->why, ERR_REFUSE, "DSIG_VALUE",
		    "the value of the signature is wrong");
	if (!verdict->digest_ok)
		err_set(&verdict->why, ERR_REFUSE, "DSIG_DIGEST",
		    "the content is not what was signed");
}

static int
verify_form(const struct dsig_form *form, const struct dsig_ids *ids,
    xmlNode *signature, const xmlNode *target, struct trust *trust,
    struct dsig_verdict *ret, struct err *err)
{
	struct dsig_verdict verdict = { .target = target };
	const struct cert *cert;

	if (dsig_form_unique(form, ids, target, err) == -1
	    || certs_get(form->cert_der, form->cert_bytes, &cert, err) == -1)
		return -1;
	if (cert->key_nid != form->suite->key_nid)
		return err_set(err, ERR_REFUSE, "DSIG_CERT",
		    "signature: the key is not for its algorithm");
	if (compute(form, signature, target, cert, &verdict, err) == -1)
		return -1;
	memcpy(verdict.fingerprint, cert->fingerprint,
	    sizeof(verdict.fingerprint));
	judge(trust, cert, &verdict);
	*ret = verdict;
	return 0;
}

int
dsig_verify_among(struct xml_doc *doc, const struct dsig_ids *ids,
    xmlNode *signature, const xmlNode *target, struct trust *trust,
    struct dsig_verdict *ret, struct err *err)
{
	struct dsig_ids *own = NULL;
	struct dsig_form form;
	int rc;

	assert(manager != NULL); /* dsig_setup() comes first */
	assert(signature->doc == xml_doc_raw(doc));
	if (dsig_form_read(signature, &form, err) == -1)
		return -1;
	rc = dsig_form_target(&form, signature, target, err);
	if (rc == 0 && ids == NULL)
		rc = dsig_ids_new(doc, &own, err);
	if (rc == 0)
		rc = verify_form(&form, ids == NULL ? own : ids, signature,
		    target, trust, ret, err);
	dsig_ids_free(own);
	dsig_form_release(&form);
	return rc;
}

int
dsig_verify(struct xml_doc *doc, xmlNode *signature, const xmlNode *target,
    struct trust *trust, struct dsig_verdict *ret, struct err *err)
{
	return dsig_verify_among(doc, NULL, signature, target, trust, ret, err);
}

int
dsig_require(struct xml_doc *doc, xmlNode *signature, const xmlNode *target,
    struct trust *trust, struct dsig_verdict *ret, struct err *err)
{
	if (dsig_verify(doc, signature, target, trust, ret, err) == -1)
		return -1;
	if (!ret->digest_ok || !ret->value_ok || !ret->trusted) {
		*err = ret->why;
		return -1;
	}
	return 0;
}
