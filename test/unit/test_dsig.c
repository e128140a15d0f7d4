/* The promises of crypto/dsig.h, one test each; attacks: test_dsig_attack.c */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "crypto/dsig.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "test/lib/keys.h"
#include "test/lib/signer.h"
#include "xsd/xml_doc.h"

#define MESSAGE                                                              \
	"<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">" \
	"<s:Body><t:AckRequest xmlns:t=\"urn:types\">"                       \
	"<b:AckTargetMessage xmlns:b=\"urn:basic\" Id=\"SIGNED_BY_CALLER\""  \
	" accepted=\"true\">d0a5f6e0</b:AckTargetMessage>"                   \
	"<t:CallerInformationSystemSignature>@SIGNATURE@"                    \
	"</t:CallerInformationSystemSignature></t:AckRequest></s:Body>"      \
	"</s:Envelope>"
#define PACKET                                     \
	"<Packet xmlns=\"urn:packet\" "            \
	"Id=\"P1\"><Header><PacketId>1</PacketId>" \
	"</Header><Record><RecNo>1</RecNo></Record>@SIGNATURE@</Packet>"

struct verdict_line {
	const char *file, *wrapper;
	bool digest_ok, value_ok;
};

/* The verdicts that come with the published messages. */
static const struct verdict_line published[] = {
	{ "01-mr-AckRequest", "CallerInformationSystemSignature", 1, 1 },
	{ "02-mr-GetRequestRequestWithFilter",
	    "CallerInformationSystemSignature", 1, 1 },
	{ "03-mr-GetRequestRequestWithoutFilter",
	    "CallerInformationSystemSignature", 1, 1 },
	{ "04-mr-GetResponseRequestWithFilter",
	    "CallerInformationSystemSignature", 1, 1 },
	{ "05-mr-GetResponseRequestWithoutFilter",
	    "CallerInformationSystemSignature", 1, 1 },
	{ "06-mr-SendRequestRequestNoAttach",
	    "CallerInformationSystemSignature", 1, 1 },
	{ "07-mr-SendRequestRequestAttachFTP",
	    "CallerInformationSystemSignature", 1, 1 },
	{ "08-mr-SendRequestRequestAttachMTOM",
	    "CallerInformationSystemSignature", 1, 1 },
	{ "09-mr-SendRequestRequestPersonalSignature",
	    "CallerInformationSystemSignature", 1, 1 },
	{ "09-mr-SendRequestRequestPersonalSignature", "PersonalSignature", 1,
	    1 },
	{ "10-mr-SendResponseRequestNoAttach",
	    "CallerInformationSystemSignature", 1, 1 },
	{ "11-mr-GetRequestResponsePersonalSignature", "SMEVSignature", 1, 0 },
	{ "11-mr-GetRequestResponsePersonalSignature", "PersonalSignature", 1,
	    0 },
	{ "11-mr-GetRequestResponsePersonalSignature-unindented",
	    "SMEVSignature", 1, 1 },
	{ "11-mr-GetRequestResponsePersonalSignature-unindented",
	    "SenderInformationSystemSignature", 1, 1 },
	{ "11-mr-GetRequestResponsePersonalSignature-unindented",
	    "PersonalSignature", 1, 1 },
	{ "12-mr-SendRequestResponseOK", "SMEVSignature", 1, 0 },
	{ "12-mr-SendRequestResponseOK-unindented", "SMEVSignature", 1, 1 },
	{ "13-mr-SendResponseResponseOK", "SMEVSignature", 1, 0 },
	{ "13-mr-SendResponseResponseOK-unindented", "SMEVSignature", 1, 1 },
	{ "14-mr-GetRequestResponseAttachFTP", "SMEVSignature", 0, 0 },
	{ "14-mr-GetRequestResponseAttachFTP",
	    "SenderInformationSystemSignature", 0, 0 },
	{ "15-mr-GetRequestResponseAttachMTOM", "SMEVSignature", 0, 0 },
};

static struct trust *trust;
static struct keypair *caller;

static struct xml_doc *
parse(const char *xml, size_t bytes)
{
	struct xml_doc *doc;
	struct err err;

	if (xml_doc_parse(xml, bytes, NULL, &doc, &err) == -1)
		fail_msg("%s", err.text);
	return doc;
}

/* The element that the only reference of signature names. */
static xmlNode *
target_of(struct xml_doc *doc, xmlNode *signature)
{
	xmlChar *uri = xmlGetNoNsProp(
	    find_element(signature, "Reference"), (const xmlChar *)"URI");
	xmlNode *target = find_id(xml_doc_root(doc), (const char *)uri + 1);

	xmlFree(uri);
	return target;
}

static void
published_signatures_get_their_verdicts(void **state)
{
	(void)state;
	if (shared_path("smev/vectors/signed") == NULL) {
		print_message("no published vectors here: skipped\n");
		skip();
	}
	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
		const struct verdict_line *line = &published[i];
		struct dsig_verdict verdict;
		struct xml_doc *doc;
		xmlNode *signature;
		struct err err;
		struct buf xml;
		char name[256];

		(void)snprintf(name, sizeof(name), "smev/vectors/signed/%s.xml",
		    line->file);
		buf_init(&xml, 0);
		assert_int_equal(
		    file_read(shared_path(name), 1 << 24, &xml, &err), 0);
		doc = parse(xml.data, xml.bytes);
		signature = find_element(
		    find_element(xml_doc_root(doc), line->wrapper)->children,
		    "Signature");
		if (dsig_verify(doc, signature, target_of(doc, signature),
			trust, &verdict, &err)
		    == -1)
			fail_msg("%s: %s", name, err.text);
		if (verdict.digest_ok != line->digest_ok
		    || verdict.value_ok != line->value_ok)
			fail_msg("%s %s: digest %d value %d", line->file,
			    line->wrapper, verdict.digest_ok, verdict.value_ok);
		assert_false(verdict.trusted);
		assert_int_equal(verdict.why.kind, ERR_REFUSE);
		xml_doc_free(doc);
		buf_release(&xml);
	}
}

static int
verify_text(const struct buf *xml, const char *target, struct dsig_verdict *ret,
    struct err *err)
{
	struct xml_doc *doc = parse(xml->data, xml->bytes);
	xmlNode *root = xml_doc_root(doc);
	int rc = dsig_verify(doc, find_element(root, "Signature"),
	    find_element(root, target), trust, ret, err);

	xml_doc_free(doc);
	return rc;
}

static void
expect_good(const struct buf *xml, const char *target)
{
	struct dsig_verdict verdict;
	struct err err;

	if (verify_text(xml, target, &verdict, &err) == -1)
		fail_msg("%s", err.text);
	assert_true(verdict.digest_ok);
	assert_true(verdict.value_ok);
	if (!verdict.trusted)
		fail_msg("%s", verdict.why.text);
	assert_int_equal(verdict.why.kind, ERR_NONE);
	assert_int_equal(strlen(verdict.fingerprint), 64);
}

static void
what_we_sign_xmlsec_verifies(void **state)
{
	static const char *const names[] = { "caller", "caller512", "xcha" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct keypair *key = signer_key(names[i]);
		struct buf xml;

		buf_init(&xml, 0);
		sign_text(MESSAGE, "SIGNED_BY_CALLER", false, key, &xml);
		expect_good(&xml, "AckTargetMessage");
		buf_clear(&xml);
		sign_text(PACKET, "P1", true, key, &xml);
		expect_good(&xml, "Packet");
		buf_release(&xml);
		keypair_free(key);
	}
}

static void
signature_holds_no_text_between_elements(void **state)
{
	struct buf xml;

	(void)state;
	buf_init(&xml, 0);
	sign_text(MESSAGE, "SIGNED_BY_CALLER", false, caller, &xml);
	assert_null(strchr(xml.data, '\n'));
	assert_null(strstr(xml.data, "> <"));
	buf_release(&xml);
}

/* Change the first byte after mark to c. */
static void
change(struct buf *xml, const char *mark, char c)
{
	char *p = strstr(xml->data, mark);

	assert_non_null(p);
	p += strlen(mark);
	assert_true(*p != c);
	*p = c;
}

static void
changed_content_is_a_wrong_digest_and_a_right_value(void **state)
{
	struct dsig_verdict verdict;
	struct err err;
	struct buf xml;

	(void)state;
	buf_init(&xml, 0);
	sign_text(MESSAGE, "SIGNED_BY_CALLER", false, caller, &xml);
	change(&xml, "accepted=\"", 'x');
	assert_int_equal(
	    verify_text(&xml, "AckTargetMessage", &verdict, &err), 0);
	assert_false(verdict.digest_ok);
	assert_true(verdict.value_ok);
	assert_true(verdict.trusted);
	assert_string_equal(verdict.why.code, "DSIG_DIGEST");
	buf_release(&xml);
}

static void
changed_digest_is_wrong_in_both(void **state)
{
	struct dsig_verdict verdict;
	struct err err;
	struct buf xml;

	(void)state;
	buf_init(&xml, 0);
	sign_text(MESSAGE, "SIGNED_BY_CALLER", false, caller, &xml);
	change(&xml, "<ds:DigestValue>", '/');
	assert_int_equal(
	    verify_text(&xml, "AckTargetMessage", &verdict, &err), 0);
	assert_false(verdict.digest_ok);
	assert_false(verdict.value_ok);
	buf_release(&xml);
}

static void
changed_value_is_wrong_alone(void **state)
{
	struct dsig_verdict verdict;
	struct err err;
	struct buf xml;

	(void)state;
	buf_init(&xml, 0);
	sign_text(PACKET, "P1", true, caller, &xml);
	change(&xml, "<ds:SignatureValue>", '/');
	assert_int_equal(verify_text(&xml, "Packet", &verdict, &err), 0);
	assert_true(verdict.digest_ok);
	assert_false(verdict.value_ok);
	assert_string_equal(verdict.why.code, "DSIG_VALUE");
	buf_release(&xml);
}

static void
expect_required(const char *key_name, const char *code)
{
	struct keypair *key = signer_key(key_name);
	struct dsig_verdict verdict;
	struct xml_doc *doc;
	struct err err = { 0 };
	struct buf xml;
	int rc;

	buf_init(&xml, 0);
	sign_text(PACKET, "P1", true, key, &xml);
	doc = parse(xml.data, xml.bytes);
	rc = dsig_require(doc, find_element(xml_doc_root(doc), "Signature"),
	    xml_doc_root(doc), trust, &verdict, &err);
	assert_true(verdict.digest_ok && verdict.value_ok);
	assert_int_equal(rc, code == NULL ? 0 : -1);
	assert_string_equal(err.code, code == NULL ? "" : code);
	xml_doc_free(doc);
	buf_release(&xml);
	keypair_free(key);
}

static void
require_asks_for_trust_and_dates(void **state)
{
	(void)state;
	expect_required("caller", NULL);
	expect_required("expired", "DSIG_EXPIRED");
	expect_required("future", "DSIG_NOT_YET");
	expect_required("stranger", "DSIG_TRUST");
	clock_freeze_ms(INT64_C(3800000000000));
	expect_required("caller", "DSIG_EXPIRED");
	clock_freeze_ms(0);
	expect_required("caller", NULL);
}

static void
without_trust_nobody_is_trusted(void **state)
{
	struct dsig_verdict verdict;
	struct trust *mine = trust;
	struct err err;
	struct buf xml;

	(void)state;
	buf_init(&xml, 0);
	sign_text(PACKET, "P1", true, caller, &xml);
	trust = NULL;
	assert_int_equal(verify_text(&xml, "Packet", &verdict, &err), 0);
	trust = mine;
	assert_true(verdict.digest_ok && verdict.value_ok);
	assert_false(verdict.trusted);
	buf_release(&xml);
}

static void
same_document_is_verified_again_and_again(void **state)
{
	struct dsig_verdict verdict;
	struct xml_doc *doc;
	struct err err;
	struct buf xml;

	(void)state;
	buf_init(&xml, 0);
	sign_text(PACKET, "P1", true, caller, &xml);
	doc = parse(xml.data, xml.bytes);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    dsig_require(doc,
			find_element(xml_doc_root(doc), "Signature"),
			xml_doc_root(doc), trust, &verdict, &err),
		    0);
		assert_ptr_equal(verdict.target, xml_doc_root(doc));
	}
	xml_doc_free(doc);
	buf_release(&xml);
}

static void
element_without_id_is_not_signed(void **state)
{
	static const char *const bad[] = { "<a xmlns='u'/>",
		"<a xmlns='u' Id=''/>", "<a xmlns='u' Id='a b'/>",
		"<a xmlns='u' id='x'/>" };
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct xml_doc *doc = parse(bad[i], strlen(bad[i]));
		struct dsig_prepared prepared;
		struct err err = { 0 };

		assert_int_equal(
		    dsig_prepare(xml_doc_root(doc), GOST_STREEBOG_256, true,
			arena, &prepared, &err),
		    -1);
		assert_string_equal(err.code, "DSIG_NO_ID");
		xml_doc_free(doc);
	}
	arena_free(arena);
}

/* Not a promise but a figure; --speed prints it. */
static void
print_speed(void)
{
	struct dsig_verdict verdict;
	struct xml_doc *doc;
	struct timespec a, b;
	struct err err;
	struct buf body, xml;

	buf_init(&body, 0);
	buf_init(&xml, 0);
	buf_adds(&body, "<Packet xmlns=\"urn:packet\" Id=\"P1\">");
	while (body.bytes < 2048)
		buf_adds(&body,
		    "<Record><RecNo>1</RecNo><Name>x y</Name>"
		    "</Record>");
	buf_adds(&body, "@SIGNATURE@</Packet>");
	sign_text(body.data, "P1", true, caller, &xml);
	doc = parse(xml.data, xml.bytes);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int i = 0; i < 5000; i++)
		if (dsig_require(doc,
			find_element(xml_doc_root(doc), "Signature"),
			xml_doc_root(doc), trust, &verdict, &err)
		    == -1)
			abort();
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	(void)printf("verify, %zu bytes: %.1f us\n", xml.bytes,
	    ((double)(b.tv_sec - a.tv_sec) * 1e9
		+ (double)(b.tv_nsec - a.tv_nsec))
		/ 5000 / 1000);
	xml_doc_free(doc);
	buf_release(&xml);
	buf_release(&body);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_signatures_get_their_verdicts),
		cmocka_unit_test(what_we_sign_xmlsec_verifies),
		cmocka_unit_test(signature_holds_no_text_between_elements),
		cmocka_unit_test(
		    changed_content_is_a_wrong_digest_and_a_right_value),
		cmocka_unit_test(changed_digest_is_wrong_in_both),
		cmocka_unit_test(changed_value_is_wrong_alone),
		cmocka_unit_test(require_asks_for_trust_and_dates),
		cmocka_unit_test(without_trust_nobody_is_trusted),
		cmocka_unit_test(same_document_is_verified_again_and_again),
		cmocka_unit_test(element_without_id_is_not_signed),
	};
	int rc = 0;

	signer_setup();
	trust = signer_trust();
	caller = signer_key("caller");
	if (argc > 1 && strcmp(argv[1], "--speed") == 0)
		print_speed();
	else
		rc = cmocka_run_group_tests(tests, NULL, NULL);
	keypair_free(caller);
	trust_free(trust);
	return rc;
}
