/*
 * The signing side of crypto/dsig.h, without xmlsec and without a second tree.
 *
 * SignedInfo is written canonical at once: one prefix, no white space, end tags
 * for empty elements, attributes in order.  Source: smev PROTOCOL 12.3, 12.4.
 */
#include "crypto/dsig.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/dsig_names.h"
#include "crypto/gost.h"
#include "crypto/smev_transform.h"

static void
put_base64(struct buf *out, const unsigned char *p, size_t bytes)
{
	char text[(GOST_SIGNATURE_MAX + 2) / 3 * 4 + 1];

	assert(bytes <= GOST_SIGNATURE_MAX);
	EVP_EncodeBlock((unsigned char *)text, p, (int)bytes);
	buf_adds(out, text);
}

/* <ds:name Algorithm="uri"></ds:name> */
static void
put_method(struct buf *out, const char *name, const char *uri)
{
	buf_adds(out, "<ds:");
	buf_adds(out, name);
	buf_adds(out, " Algorithm=\"");
	buf_adds(out, uri);
	buf_adds(out, "\"></ds:");
	buf_adds(out, name);
	buf_addc(out, '>');
}

/* An Id as the value of an attribute in canonical XML. */
static void
put_id(struct buf *out, const char *id)
{
	for (; *id != '\0'; id++) {
		if (*id == '&')
			buf_adds(out, "&amp;");
		else if (*id == '<')
			buf_adds(out, "&lt;");
		else if (*id == '"')
			buf_adds(out, "&quot;");
		else
			buf_addc(out, *id);
	}
}

static void
put_signed_info(struct buf *out, const char *id, const struct dsig_suite *suite,
    bool enveloped, const unsigned char *digest)
{
	buf_adds(out, "<ds:SignedInfo xmlns:ds=\"" DSIG_NS "\">");
	put_method(out, "CanonicalizationMethod", DSIG_EXC_C14N);
	put_method(out, "SignatureMethod", suite->signature_uri);
	buf_adds(out, "<ds:Reference URI=\"#");
	put_id(out, id);
	buf_adds(out, "\"><ds:Transforms>");
	if (enveloped)
		put_method(out, "Transform", DSIG_ENVELOPED);
	put_method(out, "Transform", DSIG_EXC_C14N);
	put_method(out, "Transform", SMEV_TRANSFORM_URI);
	buf_adds(out, "</ds:Transforms>");
	put_method(out, "DigestMethod", suite->digest_uri);
	buf_adds(out, "<ds:DigestValue>");
	put_base64(out, digest, gost_digest_bytes(suite->digest));
	buf_adds(out, "</ds:DigestValue></ds:Reference></ds:SignedInfo>");
}

/* The element's Id in arena, or NULL; white space can't be referred to. */
static const char *
element_id(const xmlNode *element, struct arena *arena)
{
	xmlChar *value = xmlGetNoNsProp(element, (const xmlChar *)"Id");
	const char *id = NULL;

	if (value != NULL && value[0] != '\0'
	    && strpbrk((const char *)value, " \t\r\n#") == NULL)
		id = arena_strdup(arena, (const char *)value);
	xmlFree(value);
	return id;
}

int
dsig_prepare(xmlNode *element, int algorithm, bool enveloped,
    struct arena *arena, struct dsig_prepared *ret, struct err *err)
{
	const struct dsig_suite *suite =
	    dsig_suite_for((enum gost_digest)algorithm);
	unsigned char digest[GOST_DIGEST_MAX];
	struct buf octets;
	const char *id;
	int rc = -1;

	assert(
	    algorithm == GOST_STREEBOG_256 || algorithm == GOST_STREEBOG_512);
	buf_init(&octets, 0);
	id = element_id(element, arena);
	if (id == NULL) {
		err_set(err, ERR_REFUSE, "DSIG_NO_ID",
		    "the element to be signed has no Id");
		goto out;
	}
	if (smev_transform_tree(element, NULL, &octets, err) == -1)
		goto out;
	gost_digest(suite->digest, buf_text(&octets), octets.bytes, digest);
	buf_clear(&octets);
	put_signed_info(&octets, id, suite, enveloped, digest);
	*ret = (struct dsig_prepared){ .signed_info = arena_strndup(arena,
					   buf_text(&octets), octets.bytes),
		.signed_info_bytes = octets.bytes,
		.digest_bytes = gost_digest_bytes(suite->digest),
		.algorithm = algorithm };
	gost_digest(suite->digest, ret->signed_info, ret->signed_info_bytes,
	    ret->digest);
	rc = 0;
out:
	buf_release(&octets);
	return rc;
}

void
dsig_finish(const struct dsig_prepared *prepared, const unsigned char *value,
    size_t value_bytes, const char *cert_base64, struct buf *out)
{
	buf_adds(out, "<ds:Signature xmlns:ds=\"" DSIG_NS "\">");
	buf_add(out, prepared->signed_info, prepared->signed_info_bytes);
	buf_adds(out, "<ds:SignatureValue>");
	put_base64(out, value, value_bytes);
	buf_adds(out,
	    "</ds:SignatureValue><ds:KeyInfo><ds:X509Data>"
	    "<ds:X509Certificate>");
	buf_adds(out, cert_base64);
	buf_adds(out,
	    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
	    "</ds:Signature>");
}
