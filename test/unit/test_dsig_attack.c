/*
 * Attacks on signatures by what stands in them: each is refused, and for its
 * form wherever it has one.  Wrapping: test_dsig_wrap.c
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "test/lib/attack.h"
#include "test/lib/signer.h"

static void
second_element_with_the_id_is_refused(void **state)
{
	static const char *const others[] = {
		"<x xmlns=\"urn:x\" Id=\"SIGNED_BY_CALLER\"/>",
		"<x xmlns=\"urn:x\" xml:id=\"SIGNED_BY_CALLER\"/>",
		"<x xmlns=\"urn:x\" ID=\"SIGNED_BY_CALLER\"/>",
		"<x xmlns=\"urn:x\" id=\"SIGNED_BY_CALLER\"/>",
		("<x xmlns=\"urn:x\" xmlns:w=\"urn:wsu\""
		 " w:Id=\"SIGNED_BY_CALLER\"/>"),
		"<x xmlns=\"urn:x\"><y Id=\"A\"/><y Id=\"A\"/></x>"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		refuse_and_free(smev_message(others[i], SMEV_TARGET,
				    smev_signature.data, ""),
		    "DSIG_DUP_ID");
		refuse_and_free(smev_message("", SMEV_TARGET,
				    smev_signature.data, others[i]),
		    "DSIG_DUP_ID");
	}
}

struct change {
	const char *from, *to, *code;
};

/* Every change in both kinds of signature. */
static void
expect_changes_refused(const struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *message = good_message(), *whole = good_packet();

		refuse_and_free(swap(message, changes[i].from, changes[i].to),
		    changes[i].code);
		refuse_and_free(swap(whole, changes[i].from, changes[i].to),
		    changes[i].code);
		free(message);
		free(whole);
	}
}

#define SIGN_256                                      \
	"urn:ietf:params:xml:ns:cpxmlsec:algorithms:" \
	"gostr34102012-gostr34112012-256"
#define DIGEST_256 \
	"urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-256"
#define SMEV_URI "urn://smev-gov-ru/xmldsig/transform"
#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define SIGN_END SIGN_256 "\"></ds:SignatureMethod>"

static void
other_algorithms_are_refused(void **state)
{
	static const struct change changes[] = {
		{ SIGN_256, "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
		    "DSIG_ALGORITHM" },
		{ SIGN_256,
		    "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
		    "DSIG_ALGORITHM" },
		{ SIGN_256, "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
		    "DSIG_ALGORITHM" },
		{ SIGN_256, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
		    "DSIG_ALGORITHM" },
		{ SIGN_256,
		    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
		    "DSIG_ALGORITHM" },
		{ SIGN_256, "none", "DSIG_ALGORITHM" },
		{ SIGN_256, "", "DSIG_ALGORITHM" },
		/* Older GOST: the digest does not fit it, nor does the key. */
		{ SIGN_256,
		    "http://www.w3.org/2001/04/xmldsig-more#"
		    "gostr34102001-gostr3411",
		    "DSIG_ALGORITHM" },
		{ DIGEST_256,
		    "http://www.w3.org/2001/04/xmldsig-more#gostr3411",
		    "DSIG_ALGORITHM" },
		{ DIGEST_256, "http://www.w3.org/2000/09/xmldsig#sha1",
		    "DSIG_ALGORITHM" },
		{ DIGEST_256, "http://www.w3.org/2001/04/xmlenc#sha256",
		    "DSIG_ALGORITHM" },
		{ SIGN_END,
		    SIGN_256 "\"><ds:HMACOutputLength>1</ds:HMACOutputLength>"
			     "</ds:SignatureMethod>",
		    "DSIG_ALGORITHM" },
		{ EXC_C14N, EXC_C14N "WithComments", "DSIG_ALGORITHM" },
		{ EXC_C14N, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
		    "DSIG_ALGORITHM" },
	};

	(void)state;
	expect_changes_refused(changes, sizeof(changes) / sizeof(changes[0]));
}

#define TRANSFORM(uri) "<ds:Transform Algorithm=\"" uri "\"></ds:Transform>"

static void
other_transforms_are_refused(void **state)
{
	static const struct change changes[] = {
		{ SMEV_URI, "http://www.w3.org/TR/1999/REC-xslt-19991116",
		    "DSIG_ALGORITHM" },
		{ SMEV_URI, "http://www.w3.org/TR/1999/REC-xpath-19991116",
		    "DSIG_ALGORITHM" },
		{ SMEV_URI, "http://www.w3.org/2002/06/xmldsig-filter2",
		    "DSIG_ALGORITHM" },
		{ SMEV_URI, "http://www.w3.org/2000/09/xmldsig#base64",
		    "DSIG_ALGORITHM" },
		{ TRANSFORM(SMEV_URI), "", "DSIG_ALGORITHM" },
		{ TRANSFORM(SMEV_URI), TRANSFORM(SMEV_URI) TRANSFORM(SMEV_URI),
		    "DSIG_ALGORITHM" },
		{ TRANSFORM(SMEV_URI),
		    "<ds:Transform Algorithm=\"" SMEV_URI
		    "\"><ds:XPath>1</ds:XPath></ds:Transform>",
		    "DSIG_ALGORITHM" },
		{ "<ds:Transforms>",
		    "<ds:Transforms>" TRANSFORM(
			"http://www.w3.org/2000/09/xmldsig#base64"),
		    "DSIG_ALGORITHM" },
		{ TRANSFORM(SMEV_URI) "</ds:Transforms>",
		    TRANSFORM(SMEV_URI) TRANSFORM(EXC_C14N) "</ds:Transforms>",
		    "DSIG_ALGORITHM" },
		{ TRANSFORM(SMEV_URI),
		    "<ds:Transform Algorithm=\"" SMEV_URI
		    "\"><i:InclusiveNamespaces xmlns:i=\"" EXC_C14N
		    "\" PrefixList=\"p\"/></ds:Transform>",
		    "DSIG_FORM" },
	};

	(void)state;
	expect_changes_refused(changes, sizeof(changes) / sizeof(changes[0]));
}

static void
references_elsewhere_are_refused(void **state)
{
	static const char *const uris[] = { "URI=\"\"",
		"URI=\"http://127.0.0.1/x#SIGNED_BY_CALLER\"",
		"URI=\"file:///etc/passwd\"", "URI=\"cid:part\"",
		"URI=\"SIGNED_BY_CALLER\"", "URI=\"#\"", "URI=\"#xpointer(/)\"",
		"URI=\"#xpointer(id('SIGNED_BY_CALLER'))\"", "Type=\"x\"",
		"URI=\"#OTHER\"", "URI=\"#signed_by_caller\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		char *message = good_message(), *whole = good_packet();

		refuse_and_free(
		    swap(message, "URI=\"#SIGNED_BY_CALLER\"", uris[i]),
		    "DSIG_TARGET");
		refuse_and_free(
		    swap(whole, "URI=\"#P1\"", uris[i]), "DSIG_TARGET");
		free(message);
		free(whole);
	}
}

static void
anything_extra_in_a_signature_is_refused(void **state)
{
	static const struct change changes[] = {
		{ "<ds:DigestValue>", "<ds:DigestValue><!-- x -->",
		    "DSIG_FORM" },
		{ "</ds:DigestValue>", "<!---->AAAA</ds:DigestValue>",
		    "DSIG_FORM" },
		{ "<ds:DigestValue>", "<ds:DigestValue><![CDATA[AA]]>", NULL },
		{ "<ds:DigestValue>", "<ds:DigestValue><?x y?>", "DSIG_FORM" },
		{ "<ds:DigestValue>", "<ds:DigestValue>*", "DSIG_FORM" },
		{ "</ds:DigestValue>", "AAAA</ds:DigestValue>", NULL },
		{ "<ds:SignatureValue>", "<ds:SignatureValue><!-- x -->",
		    "DSIG_FORM" },
		{ "</ds:SignedInfo>", "<ds:Object/></ds:SignedInfo>",
		    "DSIG_FORM" },
		{ "</ds:SignedInfo>", "text</ds:SignedInfo>", "DSIG_FORM" },
		{ "</ds:KeyInfo>", "</ds:KeyInfo><ds:Object/>", "DSIG_FORM" },
		{ "</ds:KeyInfo>",
		    "</ds:KeyInfo><ds:Object><ds:Manifest/></ds:Object>",
		    "DSIG_FORM" },
		{ "<ds:KeyInfo>",
		    "<ds:KeyInfo><ds:RetrievalMethod URI=\"http://x/\"/>",
		    "DSIG_FORM" },
		{ "<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>k</ds:KeyName>",
		    "DSIG_FORM" },
		{ "<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyValue/>", "DSIG_FORM" },
		{ "<ds:X509Data>", "<ds:X509Data><x xmlns=\"urn:x\"/>",
		    "DSIG_FORM" },
		{ "<ds:X509Data>",
		    "<ds:X509Data><ds:X509Certificate>AAAA"
		    "</ds:X509Certificate>",
		    "DSIG_FORM" },
		{ "<ds:X509Certificate>", "<ds:X509Certificate>AAAA",
		    "DSIG_CERT" },
		{ "<ds:SignatureValue>", "<ds:SignatureValue x=\"1\">",
		    "DSIG_FORM" },
		{ "</ds:Reference>",
		    "</ds:Reference><ds:Reference URI=\"#X\"></ds:Reference>",
		    "DSIG_FORM" },
	};

	(void)state;
	expect_changes_refused(changes, sizeof(changes) / sizeof(changes[0]));
}

/* message with its Reference so many times. */
static char *
references(const char *message, int count)
{
	const char *begin = strstr(message, "<ds:Reference");
	const char *end =
	    strstr(message, "</ds:Reference>") + strlen("</ds:Reference>");
	struct buf out;

	buf_init(&out, 0);
	buf_add(&out, message, (size_t)(begin - message));
	for (int i = 0; i < count; i++)
		buf_add(&out, begin, (size_t)(end - begin));
	buf_adds(&out, end);
	return out.data;
}

static void
many_references_are_refused(void **state)
{
	char *message = good_message();

	(void)state;
	refuse_and_free(references(message, 5), "DSIG_FORM");
	refuse_and_free(references(message, 3), "DSIG_FORM");
	refuse_and_free(references(message, 0), "DSIG_FORM");
	/* Two that say the same are allowed: it is the value that is wrong. */
	refuse_and_free(references(message, 2), "DSIG_VALUE");
	free(message);
}

static void
key_of_a_stranger_is_refused(void **state)
{
	struct keypair *stranger = signer_key("stranger");
	struct buf forged;
	char *message = good_message();

	(void)state;
	/* His certificate over our value; and a whole signature of his. */
	refuse_and_free(swap(message, keypair_cert_base64(attack_caller),
			    keypair_cert_base64(stranger)),
	    "DSIG_VALUE");
	buf_init(&forged, 0);
	sign_text(SMEV_HEAD SMEV_BODY SMEV_TARGET SMEV_WRAP("@SIGNATURE@")
		      SMEV_BODY_END SMEV_TAIL,
	    "SIGNED_BY_CALLER", false, stranger, &forged);
	expect_refused(forged.data, "DSIG_TRUST");
	buf_release(&forged);
	free(message);
	keypair_free(stranger);
}

static void
empty_signature_is_refused(void **state)
{
	static const char *const empty[] = {
		"<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/"
		"xmldsig#\"/>",
		"<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/"
		"xmldsig#\"><ds:SignedInfo/></ds:Signature>",
		"<Signature xmlns=\"urn:x\"/>"
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		refuse_and_free(
		    smev_message("", SMEV_TARGET, empty[i], ""), "DSIG_FORM");
		refuse_and_free(
		    packet(" Id=\"P1\"", PACKET_GOOD, empty[i]), "DSIG_FORM");
	}
}

static void
short_and_null_values_are_refused(void **state)
{
	static const size_t lengths[] = { 3, 32, 63, 64, 65, 128 };
	char *message = good_message();
	char *begin = strstr(message, "<ds:SignatureValue>")
	    + strlen("<ds:SignatureValue>");
	char *value = strndup(begin, (size_t)(strstr(begin, "</") - begin));

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		unsigned char zero[128] = { 0 };
		char text[256];

		EVP_EncodeBlock((unsigned char *)text, zero, (int)lengths[i]);
		refuse_and_free(swap(message, value, text), "DSIG_VALUE");
	}
	free(value);
	free(message);
}

/* The signature lies in what it covers, but does not leave itself out. */
static void
enveloped_without_its_transform_is_refused(void **state)
{
	char *whole = good_packet();

	(void)state;
	refuse_and_free(
	    swap(whole,
		TRANSFORM(
		    "http://www.w3.org/2000/09/xmldsig#enveloped-signature"),
		""),
	    "DSIG_TARGET");
	free(whole);
}

static void
second_signature_in_a_packet_changes_the_digest(void **state)
{
	char *twice = join(packet_signature.data, packet_signature.data, NULL);

	(void)state;
	refuse_and_free(
	    packet(" Id=\"P1\"", PACKET_GOOD, twice), "DSIG_DIGEST");
	free(twice);
}

static void
flood_of_namespaces_is_refused(void **state)
{
	struct buf flood;

	(void)state;
	buf_init(&flood, 0);
	for (int depth = 0; depth < 10; depth++) {
		buf_adds(&flood, "<x xmlns=\"urn:x\"");
		for (int i = 0; i < 200; i++)
			buf_addf(
			    &flood, " xmlns:n%d=\"urn:%d:%d\"", i, depth, i);
		buf_adds(&flood, ">");
	}
	for (int depth = 0; depth < 10; depth++)
		buf_adds(&flood, "</x>");
	refuse_and_free(
	    smev_message(flood.data, SMEV_TARGET, smev_signature.data, ""),
	    "PKT_XML_LIMIT");
	buf_release(&flood);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(second_element_with_the_id_is_refused),
		cmocka_unit_test(other_algorithms_are_refused),
		cmocka_unit_test(other_transforms_are_refused),
		cmocka_unit_test(references_elsewhere_are_refused),
		cmocka_unit_test(anything_extra_in_a_signature_is_refused),
		cmocka_unit_test(many_references_are_refused),
		cmocka_unit_test(key_of_a_stranger_is_refused),
		cmocka_unit_test(empty_signature_is_refused),
		cmocka_unit_test(short_and_null_values_are_refused),
		cmocka_unit_test(enveloped_without_its_transform_is_refused),
		cmocka_unit_test(
		    second_signature_in_a_packet_changes_the_digest),
		cmocka_unit_test(flood_of_namespaces_is_refused),
	};
	int rc;

	attack_setup();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	attack_teardown();
	return rc;
}
