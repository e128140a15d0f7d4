/*
 * What an answer gives to verify is what SMEV signed, also when parts of it
 * travelled beside the envelope.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/dsig.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "smev/smev_codec.h"
#include "smev/smev_names.h"
#include "test/lib/keys.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define U      "urn://x-artefacts-smev-gov-ru/services/message-exchange/types"
#define ID     "5f0c4d3e-6c86-11ee-8c99-0242ac120002"
#define MARK   "<!--signature-->"
#define PKCS7  "AAECAwQF/w=="
#define INLINE "<b:SignaturePKCS7>" PKCS7 "</b:SignaturePKCS7>"
#define APART                                                     \
	"<b:SignaturePKCS7><xop:Include xmlns:xop=\"" SMEV_XOP_NS \
	"\" href=\"cid:1-2%40urn%3A%2F%2Fx\"/></b:SignaturePKCS7>"
#define TYPE                                                                  \
	"multipart/related; type=\"application/xop+xml\"; boundary=\"u:1\"; " \
	"start=\"<root>\"; start-info=\"text/xml\""

struct fixture {
	struct arena *arena;
	struct buf answer; /* signed, all in the envelope */
	struct xml_doc *doc;
	struct smev_answer read;
	struct err err;
};

static const char unsigned_answer[] =
    "<soap:Envelope xmlns:soap=\"" SMEV_SOAP_NS "\"><soap:Body>"
    "<t:GetResponseResponse xmlns:t=\"" U "/1.1\" xmlns:b=\"" U
    "/basic/1.1\"><t:ResponseMessage><t:Response Id=\"SIGNED_BY_SMEV\">"
    "<t:OriginalMessageId>" ID "</t:OriginalMessageId>"
    "<t:SenderProvidedResponseData Id=\"SIGNED_BY_CALLER\"><t:MessageID>" ID
    "</t:MessageID><t:To>1</t:To><b:MessagePrimaryContent>"
    "<q:Answer xmlns:q=\"urn://q\">ответ</q:Answer>"
    "</b:MessagePrimaryContent><b:AttachmentHeaderList>"
    "<b:AttachmentHeader><b:contentId>f</b:contentId><b:MimeType>text/plain"
    "</b:MimeType>" INLINE "</b:AttachmentHeader></b:AttachmentHeaderList>"
    "</t:SenderProvidedResponseData><t:MessageMetadata><t:MessageId>" ID
    "</t:MessageId></t:MessageMetadata></t:Response>"
    "<t:SMEVSignature>" MARK "</t:SMEVSignature></t:ResponseMessage>"
    "</t:GetResponseResponse></soap:Body></soap:Envelope>";

/* The first element called name below node, or NULL. */
static xmlNode *
find(xmlNode *node, const char *name)
{
	xmlNode *child, *found;

	if (strcmp(xml_name(node), name) == 0)
		return node;
	for (child = xml_child(node, NULL, NULL); child != NULL;
	     child = xml_next(child, NULL, NULL)) {
		if ((found = find(child, name)) != NULL)
			return found;
	}
	return NULL;
}

static void
sign_as_smev(struct fixture *f)
{
	const char *mark = strstr(unsigned_answer, MARK);
	struct dsig_prepared prepared;
	struct keypair *pair;
	struct xml_doc *doc;
	unsigned char value[128];
	size_t bytes = sizeof(value);

	assert_int_equal(keypair_load(keys_path("smev.key"),
			     keys_path("smev.pem"), &pair, &f->err),
	    0);
	assert_int_equal(xml_doc_parse(unsigned_answer, strlen(unsigned_answer),
			     NULL, &doc, &f->err),
	    0);
	assert_int_equal(
	    dsig_prepare(find(xml_doc_root(doc), "Response"),
		keypair_digest(pair), false, f->arena, &prepared, &f->err),
	    0);
	assert_int_equal(keypair_sign(pair, prepared.digest,
			     prepared.digest_bytes, value, &bytes, &f->err),
	    0);
	buf_add(&f->answer, unsigned_answer, (size_t)(mark - unsigned_answer));
	dsig_finish(
	    &prepared, value, bytes, keypair_cert_base64(pair), &f->answer);
	buf_adds(&f->answer, mark + strlen(MARK));
	xml_doc_free(doc);
	keypair_free(pair);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->arena = arena_new();
	sign_as_smev(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	xml_doc_free(f->doc);
	buf_release(&f->answer);
	arena_free(f->arena);
	free(f);
	return 0;
}

static void
read_as(struct fixture *f, const char *type, const struct buf *body)
{
	xml_doc_free(f->doc);
	f->doc = NULL;
	assert_int_equal(smev_read_answer(SMEV_GET_RESPONSE, type, body->data,
			     body->bytes, f->arena, &f->doc, &f->read, &f->err),
	    0);
}

static bool
verifies(struct fixture *f)
{
	struct dsig_verdict verdict;

	assert_int_equal(dsig_verify(f->doc, f->read.smev_signature,
			     f->read.signed_element, NULL, &verdict, &f->err),
	    0);
	return verdict.digest_ok && verdict.value_ok;
}

/* Take the PKCS#7 out of f->answer and put pkcs7 beside it instead. */
static void
into_parts(struct fixture *f, const char *pkcs7, size_t bytes, struct buf *out)
{
	const char *whole = buf_text(&f->answer);
	const char *cut = strstr(whole, INLINE);

	assert_non_null(cut);
	buf_init(out, 0);
	buf_adds(out,
	    "--u:1\r\nContent-Type: application/xop+xml; charset=UTF-8; "
	    "type=\"text/xml\"\r\nContent-ID: <root>\r\n\r\n");
	buf_add(out, whole, (size_t)(cut - whole));
	buf_adds(out, APART);
	buf_adds(out, cut + strlen(INLINE));
	buf_adds(out, "\r\n--u:1\r\nContent-ID: <1-2@urn://x>\r\n\r\n");
	buf_add(out, pkcs7, bytes);
	buf_adds(out, "\r\n--u:1--");
}

static void
answer_in_one_piece_verifies(void **state)
{
	struct fixture *f = *state;

	read_as(f, "text/xml;charset=UTF-8", &f->answer);
	assert_int_equal(f->read.kind, SMEV_ANSWER_RESPONSE);
	assert_true(verifies(f));
}

static void
answer_in_parts_verifies_when_put_together(void **state)
{
	static const char pkcs7[] = { 0, 1, 2, 3, 4, 5, (char)255 };
	struct fixture *f = *state;
	struct buf parts;

	into_parts(f, pkcs7, sizeof(pkcs7), &parts);
	read_as(f, TYPE, &parts);
	assert_string_equal(f->read.attachments->signature, PKCS7);
	assert_true(verifies(f));
	buf_release(&parts);
}

static void
changed_part_is_found_out(void **state)
{
	static const char pkcs7[] = { 0, 1, 2, 3, 4, 6, (char)255 };
	struct fixture *f = *state;
	struct buf parts;

	into_parts(f, pkcs7, sizeof(pkcs7), &parts);
	read_as(f, TYPE, &parts);
	assert_false(verifies(f));
	buf_release(&parts);
}

static void
root_without_its_parts_does_not_verify(void **state)
{
	static const char pkcs7[] = { 0, 1, 2, 3, 4, 5, (char)255 };
	struct fixture *f = *state;
	struct buf parts, root;
	const char *start, *end;

	into_parts(f, pkcs7, sizeof(pkcs7), &parts);
	start = strstr(buf_text(&parts), "<soap:Envelope");
	end = strstr(start, "\r\n--u:1");
	buf_init(&root, 0);
	buf_add(&root, start, (size_t)(end - start));
	read_as(f, "text/xml", &root); /* the root alone */
	assert_false(verifies(f));
	buf_release(&root);
	buf_release(&parts);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		T(answer_in_one_piece_verifies),
		T(answer_in_parts_verifies_when_put_together),
		T(changed_part_is_found_out),
		T(root_without_its_parts_does_not_verify),
	};
	struct err err;

	keys_setup();
	if (dsig_setup(&err) == -1)
		return 1;
	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
