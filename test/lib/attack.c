#include "test/lib/unit.h"

#include "test/lib/attack.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "crypto/dsig.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "test/lib/signer.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

static struct trust *trust;
struct keypair *attack_caller;
/* The ds:Signature over SMEV_TARGET, and over the good packet. */
struct buf smev_signature, packet_signature;

/* The signature, or the element, at the place where the daemon looks. */
static xmlNode *
fixed_target(xmlNode *root)
{
	xmlNode *body = xml_child(root, NULL, "Body");

	if (body == NULL)
		return root;
	return xml_child(
	    xml_child(body, NULL, "AckRequest"), NULL, "AckTargetMessage");
}

static xmlNode *
fixed_signature(xmlNode *root)
{
	xmlNode *body = xml_child(root, NULL, "Body"), *last = NULL;

	if (body != NULL)
		return xml_child(xml_child(xml_child(body, NULL, "AckRequest"),
				     NULL, "CallerInformationSystemSignature"),
		    NULL, "Signature");
	for (xmlNode *n = xml_child(root, NULL, "Signature"); n != NULL;
	     n = xml_next(n, NULL, "Signature"))
		last = n;
	return last;
}

/* What the daemon would say: 0 or the code in err. */
static int
judge(const char *xml, struct err *err)
{
	struct dsig_verdict verdict = { 0 };
	struct xml_doc *doc;
	int rc;

	*err = (struct err){ 0 };
	if (xml_doc_parse(xml, strlen(xml), NULL, &doc, err) == -1)
		return -1;
	assert_non_null(fixed_target(xml_doc_root(doc)));
	assert_non_null(fixed_signature(xml_doc_root(doc)));
	rc = dsig_require(doc, fixed_signature(xml_doc_root(doc)),
	    fixed_target(xml_doc_root(doc)), trust, &verdict, err);
	xml_doc_free(doc);
	return rc;
}

void
expect_good(const char *xml)
{
	struct err err;

	if (judge(xml, &err) == -1)
		fail_msg("%s %s:\n%s", err.code, err.text, xml);
}

void
expect_refused(const char *xml, const char *code)
{
	struct err err;

	if (judge(xml, &err) != -1)
		fail_msg("taken for good:\n%s", xml);
	if (code == NULL && strncmp(err.code, "DSIG_", 5) != 0)
		fail_msg("%s is not about the signature:\n%s", err.code, xml);
	if (code != NULL && strcmp(err.code, code) != 0)
		fail_msg(
		    "%s and not %s: %s:\n%s", err.code, code, err.text, xml);
}

/* text with the first from replaced by to; freed by the caller. */
char *
swap(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	struct buf out;

	if (at == NULL)
		fail_msg("no %s in\n%s", from, text);
	buf_init(&out, 0);
	buf_add(&out, text, (size_t)(at - text));
	buf_adds(&out, to);
	buf_adds(&out, at + strlen(from));
	return out.data;
}

/* All pieces in a row, up to NULL; freed by the caller. */
char *
join(const char *first, ...)
{
	struct buf out;
	va_list ap;

	buf_init(&out, 0);
	va_start(ap, first);
	for (const char *s = first; s != NULL; s = va_arg(ap, const char *))
		buf_adds(&out, s);
	va_end(ap);
	return out.data;
}

void
refuse_and_free(char *xml, const char *code)
{
	expect_refused(xml, code);
	free(xml);
}

char *
smev_message(const char *head, const char *target, const char *signature,
    const char *tail)
{
	return join(SMEV_HEAD, head, SMEV_BODY, target,
	    "<t:CallerInformationSystemSignature>", signature,
	    "</t:CallerInformationSystemSignature>" SMEV_BODY_END, tail,
	    SMEV_TAIL, NULL);
}

char *
good_message(void)
{
	return smev_message("", SMEV_TARGET, smev_signature.data, "");
}

/* A packet with that Id attribute, content, and signature at its end. */
char *
packet(const char *id, const char *content, const char *signature)
{
	return join(
	    PACKET_HEAD, id, ">", content, signature, PACKET_TAIL, NULL);
}

char *
good_packet(void)
{
	return packet(" Id=\"P1\"", PACKET_GOOD, packet_signature.data);
}

/* Signature with extra put in front of its end tag (or of another). */
char *
stuffed(const char *signature, const char *before, const char *extra)
{
	char *with = join(extra, before, NULL);
	char *out = swap(signature, before, with);

	free(with);
	return out;
}

/* The ds:Signature that sign_text() puts into xml. */
static void
make_signature(const char *xml, const char *id, bool enveloped, struct buf *ret)
{
	struct buf whole;
	const char *begin, *end;

	buf_init(&whole, 0);
	buf_init(ret, 0);
	sign_text(xml, id, enveloped, attack_caller, &whole);
	begin = strstr(whole.data, "<ds:Signature ");
	end = strstr(whole.data, "</ds:Signature>") + strlen("</ds:Signature>");
	buf_add(ret, begin, (size_t)(end - begin));
	buf_release(&whole);
}

void
attack_setup(void)
{
	signer_setup();
	trust = signer_trust();
	attack_caller = signer_key("caller");
	make_signature(SMEV_HEAD SMEV_BODY SMEV_TARGET SMEV_WRAP("@SIGNATURE@")
			   SMEV_BODY_END SMEV_TAIL,
	    "SIGNED_BY_CALLER", false, &smev_signature);
	make_signature(PACKET_HEAD " Id=\"P1\">" PACKET_GOOD
				   "@SIGNATURE@" PACKET_TAIL,
	    "P1", true, &packet_signature);
}

void
attack_teardown(void)
{
	buf_release(&smev_signature);
	buf_release(&packet_signature);
	keypair_free(attack_caller);
	trust_free(trust);
}
