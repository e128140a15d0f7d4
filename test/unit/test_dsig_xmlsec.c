/*
 * What xmlsec1 signs with our klasses, we verify: every chain of transforms
 * and every algorithm that may sign, with one reference and with two equal.
 */
#include "test/lib/unit.h"

#include <stdio.h>
#include <string.h>

#include <openssl/pem.h>
#include <xmlsec/xmlsec.h>

#include <xmlsec/templates.h>
#include <xmlsec/xmldsig.h>

#include "base/err.h"
#include "crypto/dsig.h"
#include "crypto/dsig_klass.h"
#include "crypto/dsig_names.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "test/lib/keys.h"
#include "test/lib/signer.h"
#include "xsd/xml_doc.h"

#define DETACHED                                                         \
	"<m xmlns=\"urn:m\"><a Id=\"A1\"><b xmlns=\"urn:b\" c=\"1\"> x " \
	"</b></a><w/></m>"
#define ENVELOPED \
	"<m xmlns=\"urn:m\" xmlns:u=\"urn:unused\" Id=\"A1\"><b/>text</m>"

static struct trust *trust;

static void
add_reference(xmlNode *signature, size_t suite, int enveloped, int inclusive)
{
	xmlNode *ref = xmlSecTmplSignatureAddReference(signature,
	    dsig_klass_digest(suite), NULL, (const xmlChar *)"#A1", NULL);

	assert_non_null(ref);
	if (enveloped)
		xmlSecTmplReferenceAddTransform(
		    ref, xmlSecTransformEnvelopedId);
	xmlSecTmplReferenceAddTransform(
	    ref, inclusive ? xmlSecTransformInclC14NId : dsig_klass_c14n());
	xmlSecTmplReferenceAddTransform(ref, dsig_klass_smev());
}

/* A keypair keeps its private key to itself. */
static EVP_PKEY *
private_key(const char *name)
{
	char file[64];
	EVP_PKEY *key;
	BIO *bio;

	(void)snprintf(file, sizeof(file), "%s.key", name);
	bio = BIO_new_file(keys_path(file), "r");
	assert_non_null(bio);
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	assert_non_null(key);
	BIO_free(bio);
	return key;
}

/* Put a signature by xmlsec at the end of holder, and return it. */
static xmlNode *
sign_by_xmlsec(xmlNode *holder, const struct keypair *key, const char *name,
    size_t suite, int references, int enveloped, int inclusive)
{
	xmlNode *signature = xmlSecTmplSignatureCreate(
	    holder->doc, dsig_klass_c14n(), dsig_klass_signature(suite), NULL);
	xmlSecDSigCtxPtr ctx = xmlSecDSigCtxCreate(NULL);
	xmlNode *data, *cert,
	    *target = find_id(xmlDocGetRootElement(holder->doc), "A1");
	xmlAttr *id = xmlHasProp(target, (const xmlChar *)"Id");
	EVP_PKEY *secret = private_key(name);

	xmlAddChild(holder, signature);
	for (int i = 0; i < references; i++)
		add_reference(signature, suite, enveloped, inclusive);
	data = xmlSecTmplKeyInfoAddX509Data(
	    xmlSecTmplSignatureEnsureKeyInfo(signature, NULL));
	cert = xmlSecTmplX509DataAddCertificate(data);
	xmlNodeSetContent(cert, (const xmlChar *)keypair_cert_base64(key));
	ctx->flags |= XMLSEC_DSIG_FLAGS_USE_VISA3D_HACK;
	ctx->signKey = dsig_klass_key(secret, 1);
	xmlSecPtrListAdd(&ctx->keyInfoWriteCtx.enabledKeyData,
	    (xmlSecPtr)(uintptr_t)dsig_klass_x509());
	assert_non_null(xmlAddID(NULL, holder->doc, (const xmlChar *)"A1", id));
	assert_int_equal(xmlSecDSigCtxSign(ctx, signature), 0);
	xmlRemoveID(holder->doc, id);
	xmlSecDSigCtxDestroy(ctx);
	EVP_PKEY_free(secret);
	return signature;
}

static void
check(const char *xml, const char *holder, const char *key_name, size_t suite,
    int references, int enveloped, int inclusive)
{
	struct keypair *key = signer_key(key_name);
	struct dsig_verdict verdict;
	struct xml_doc *doc;
	xmlNode *root, *signature;
	struct err err;

	assert_int_equal(xml_doc_parse(xml, strlen(xml), NULL, &doc, &err), 0);
	root = xml_doc_root(doc);
	signature = sign_by_xmlsec(find_element(root, holder), key, key_name,
	    suite, references, enveloped, inclusive);
	if (dsig_require(
		doc, signature, find_id(root, "A1"), trust, &verdict, &err)
	    == -1)
		fail_msg("%s %s, references %d, enveloped %d, inclusive %d",
		    err.code, err.text, references, enveloped, inclusive);
	xml_doc_free(doc);
	keypair_free(key);
}

static void
every_chain_and_algorithm_verifies(void **state)
{
	(void)state;
	for (size_t suite = 0; suite < 2; suite++) {
		const char *key = suite == 0 ? "caller" : "caller512";

		for (int references = 1; references <= 2; references++) {
			check(DETACHED, "w", key, suite, references, 0, 0);
			check(DETACHED, "w", key, suite, references, 1, 0);
			check(DETACHED, "w", key, suite, references, 1, 1);
			check(ENVELOPED, "m", key, suite, references, 1, 0);
			check(ENVELOPED, "m", key, suite, references, 1, 1);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_chain_and_algorithm_verifies),
	};
	int rc;

	signer_setup();
	trust = signer_trust();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	trust_free(trust);
	return rc;
}
