/*
 * The promises of smev/smev_mime.h and smev/smev_xop.h.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "smev/smev_codec.h"
#include "smev/smev_mime.h"
#include "smev/smev_names.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define TYPE "multipart/related; type=\"application/xop+xml\"; boundary=\"b\""
#define ROOT "Content-Type: application/xop+xml\r\nContent-ID: <root>\r\n\r\n"

struct fixture {
	struct arena *arena;
	struct mime_message mime;
	struct xml_doc *doc;
	struct smev_answer answer;
	struct err err;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->arena = arena_new();
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	xml_doc_free(f->doc);
	arena_free(f->arena);
	free(f);
	return 0;
}

static int
parse(struct fixture *f, const char *type, const char *body, size_t bytes)
{
	memset(&f->err, 0, sizeof(f->err));
	return mime_parse(type, body, bytes, f->arena, &f->mime, &f->err);
}

static void
accept_as(struct fixture *f, const char *type, const char *body, size_t count)
{
	assert_int_equal(parse(f, type, body, strlen(body)), 0);
	assert_int_equal(f->mime.count, count);
}

static void
refuse_as(struct fixture *f, const char *type, const char *body)
{
	assert_int_equal(parse(f, type, body, strlen(body)), -1);
	assert_int_equal(f->err.kind, ERR_RETRY);
	assert_string_equal(f->err.code, "SMEV_MIME");
}

static void
part_is(struct fixture *f, size_t i, const char *id, const char *data)
{
	assert_string_equal(f->mime.parts[i].content_id, id);
	assert_int_equal(f->mime.parts[i].bytes, strlen(data));
	assert_memory_equal(f->mime.parts[i].data, data, strlen(data));
}

static void
parts_end_before_the_line_end_of_the_delimiter(void **state)
{
	struct fixture *f = *state;

	accept_as(f, TYPE,
	    "--b\r\nContent-ID: <one>\r\n\r\n1\r\n\r\n--b\r\n\r\n--b\r\n"
	    "content-id:\r\n\t<three>\r\n\r\n--bb\n--b \r\n--b--",
	    3);
	part_is(f, 0, "one", "1\r\n");
	part_is(f, 1, "", "");
	part_is(f, 2, "three", "--bb\n--b ");
	accept_as(
	    f, TYPE, "--b\nContent-ID: <one>\n\n1\r\n--b  \n\n2\n--b--\n", 2);
	part_is(f, 0, "one", "1\r");
	part_is(f, 1, "", "2");
	accept_as(f, TYPE, "--b\r\nContent-ID: <bare>\r\n--b--", 1);
	part_is(f, 0, "bare", "");
}

static void
preamble_and_epilogue_are_no_parts(void **state)
{
	struct fixture *f = *state;

	accept_as(f, TYPE, "text\r\n--b\r\n\r\n1\r\n--b--\r\n--b\r\n\r\n2", 1);
	part_is(f, 0, "", "1");
}

static void
boundary_is_a_token_or_quoted_and_its_name_in_any_case(void **state)
{
	struct fixture *f = *state;

	accept_as(f, "Multipart/Related;boundary=b", "--b\r\n\r\n--b--", 1);
	accept_as(f, "multipart/related; x=\"; boundary=no\"; BOUNDARY = \"b\"",
	    "--b\r\n\r\n--b--", 1);
	accept_as(f, "multipart/related; boundary=\"a\\\"b\"",
	    "--a\"b\r\n\r\n--a\"b--", 1);
	refuse_as(f, "multipart/related", "--b\r\n\r\n--b--");
	refuse_as(f, "multipart/related; boundary=\"\"", "--\r\n\r\n----");
	assert_true(mime_is_multipart(" multipart/related; boundary=b"));
	assert_false(mime_is_multipart("text/xml"));
	assert_false(mime_is_multipart(NULL));
}

static void
root_is_what_start_names_or_the_first(void **state)
{
	struct fixture *f = *state;
	const char *body = "--b\r\nContent-ID: <one>\r\n\r\n1\r\n--b\r\n"
			   "Content-ID: <two>\r\n\r\n2\r\n--b--";

	accept_as(f, TYPE, body, 2);
	assert_int_equal(f->mime.root, 0);
	accept_as(f, TYPE "; start=\"<two>\"", body, 2);
	assert_int_equal(f->mime.root, 1);
	refuse_as(f, TYPE "; start=\"<three>\"", body);
}

static void
cut_off_or_nested_or_odd_is_refused(void **state)
{
	struct fixture *f = *state;

	refuse_as(f, TYPE, "");
	refuse_as(f, TYPE, "--b--");
	refuse_as(f, TYPE, "--b\r\n\r\n1");
	refuse_as(f, TYPE, "--b\r\n\r\n1\r\n--b");
	refuse_as(f, TYPE, "--b\r\n\r\n1\r\n--b\r\n");
	refuse_as(f, TYPE,
	    "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--b--");
	refuse_as(
	    f, TYPE, "--b\r\nContent-Transfer-Encoding: uuencode\r\n\r\n--b--");
	refuse_as(
	    f, TYPE, "--b\r\nContent-ID: <a>\r\nContent-ID: <b>\r\n\r\n--b--");
}

static void
base64_parts_are_decoded(void **state)
{
	struct fixture *f = *state;

	accept_as(f, TYPE,
	    "--b\r\nContent-Transfer-Encoding: Base64\r\n\r\nZm\r\nlsZQ==\r\n"
	    "\r\n--b--",
	    1);
	part_is(f, 0, "", "file");
	refuse_as(f, TYPE,
	    "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nZm=lsZQ=\r\n"
	    "--b--");
}

static void
no_content_id_stands_twice_however_it_is_escaped(void **state)
{
	struct fixture *f = *state;

	refuse_as(f, TYPE,
	    "--b\r\nContent-ID: <x>\r\n\r\n1\r\n--b\r\nContent-ID: x\r\n\r\n2"
	    "\r\n--b--");
	refuse_as(f, TYPE,
	    "--b\r\nContent-ID: <x:y>\r\n\r\n1\r\n--b\r\n"
	    "Content-ID: <x%3Ay>\r\n\r\n2\r\n--b--");
	accept_as(f, TYPE, "--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--", 2);
}

static void
limits_hold(void **state)
{
	struct fixture *f = *state;
	struct buf body;

	for (int parts = MIME_PARTS_MAX; parts <= MIME_PARTS_MAX + 1; parts++) {
		buf_init(&body, 0);
		for (int i = 0; i < parts; i++)
			buf_adds(&body, "--b\r\n\r\n1\r\n");
		buf_adds(&body, "--b--");
		if (parts == MIME_PARTS_MAX)
			accept_as(f, TYPE, buf_text(&body), MIME_PARTS_MAX);
		else
			refuse_as(f, TYPE, buf_text(&body));
		buf_release(&body);
	}
	/* The header lines, and the empty one after them. */
	for (int over = 0; over < 2; over++) {
		buf_init(&body, 0);
		buf_adds(&body, "--b\r\nX:");
		for (int i = 0; i < MIME_HEADER_BYTES_MAX - 6 + over; i++)
			buf_addc(&body, 'x');
		buf_adds(&body, "\r\n\r\n1\r\n--b--");
		if (over == 0)
			accept_as(f, TYPE, buf_text(&body), 1);
		else
			refuse_as(f, TYPE, buf_text(&body));
		buf_release(&body);
	}
}

static void
cid_is_found_escaped_or_not(void **state)
{
	struct fixture *f = *state;

	accept_as(f, TYPE,
	    "--b\r\nContent-ID: <1@urn%3A%2F%2Fx>\r\n\r\n1\r\n"
	    "--b\r\nContent-ID: <2@urn://x>\r\n\r\n2\r\n--b--",
	    2);
	assert_ptr_equal(
	    mime_part_by_cid(&f->mime, "cid:1@urn%3A%2F%2Fx", f->arena),
	    &f->mime.parts[0]);
	assert_ptr_equal(mime_part_by_cid(&f->mime, "cid:1@urn://x", f->arena),
	    &f->mime.parts[0]);
	assert_ptr_equal(
	    mime_part_by_cid(&f->mime, "cid:1@urn%253A%252F%252Fx", f->arena),
	    &f->mime.parts[0]);
	assert_ptr_equal(
	    mime_part_by_cid(&f->mime, "cid:2@urn%3a//x", f->arena),
	    &f->mime.parts[1]);
	assert_null(mime_part_by_cid(&f->mime, "cid:3@urn://x", f->arena));
	assert_null(mime_part_by_cid(&f->mime, "cid:", f->arena));
	assert_null(mime_part_by_cid(&f->mime, "file:///2@urn://x", f->arena));
	assert_null(mime_part_by_cid(&f->mime, NULL, f->arena));
}

#define XOP(href) \
	"<xop:Include xmlns:xop=\"" SMEV_XOP_NS "\" href=\"" href "\"/>"

/* Read a GetRequest answer whose file has that content; "bin" is a part. */
static int
read_with(struct fixture *f, const char *type, const char *signature,
    const char *content, bool multipart)
{
	const char *envelope = arena_printf(f->arena,
	    "<S:Envelope xmlns:S=\"" SMEV_SOAP_NS "\"><S:Body>"
	    "<t:GetRequestResponse xmlns:t=\"%s\" xmlns=\"%s\">"
	    "<t:RequestMessage><t:Request><t:SenderProvidedRequestData>"
	    "<AttachmentHeaderList><AttachmentHeader><contentId>f</contentId>"
	    "<MimeType>text/plain</MimeType><SignaturePKCS7>%s"
	    "</SignaturePKCS7></AttachmentHeader></AttachmentHeaderList>"
	    "</t:SenderProvidedRequestData></t:Request><AttachmentContentList>"
	    "<AttachmentContent><Id>f</Id><Content>%s</Content>"
	    "</AttachmentContent></AttachmentContentList></t:RequestMessage>"
	    "</t:GetRequestResponse></S:Body></S:Envelope>",
	    smev_ns_types(SMEV_1_1), smev_ns_basic(SMEV_1_1), signature,
	    content);
	static const char bytes[] = { 0, 1, 2, '\r', '\n', (char)255 };
	struct buf body;
	int rc;

	buf_init(&body, 0);
	if (multipart)
		buf_adds(&body, "--b\r\n" ROOT);
	buf_adds(&body, envelope);
	if (multipart) {
		buf_adds(&body, "\r\n--b\r\nContent-ID: <bin@x>\r\n\r\n");
		buf_add(&body, bytes, sizeof(bytes));
		buf_adds(&body, "\r\n--b--");
	}
	xml_doc_free(f->doc);
	f->doc = NULL;
	rc = smev_read_answer(SMEV_GET_REQUEST, type, body.data, body.bytes,
	    f->arena, &f->doc, &f->answer, &f->err);
	buf_release(&body);
	return rc;
}

static void
include_becomes_one_line_of_base64(void **state)
{
	struct fixture *f = *state;
	const struct smev_attachment *file;

	assert_int_equal(read_with(f, TYPE, "\n " XOP("cid:bin%40x") "\n",
			     XOP("cid:bin@x"), true),
	    0);
	file = f->answer.attachments;
	assert_string_equal(file->signature, "AAECDQr/");
	assert_int_equal(file->content_bytes, 6);
	assert_memory_equal(file->content, "\0\1\2\r\n\377", 6);
	/* The text is the only node: it is what will be digested. */
	assert_ptr_equal(f->answer.sender_element->doc, xml_doc_raw(f->doc));
	assert_int_equal(read_with(f, TYPE, "QUJD", "ZmlsZQ==", true), 0);
	assert_string_equal(f->answer.attachments->signature, "QUJD");
}

static void
missing_or_crowded_include_is_refused(void **state)
{
	static const char *const wrong[] = { XOP("cid:other"), XOP(""),
		XOP("http://bin@x"), "text" XOP("cid:bin@x"),
		XOP("cid:bin@x") XOP("cid:bin@x") };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(read_with(f, TYPE, wrong[i], "", true), -1);
		assert_string_equal(f->err.code, "SMEV_MIME");
	}
}

static void
include_outside_of_multipart_is_left_alone(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    read_with(f, "text/xml", XOP("cid:bin@x"), "", false), 0);
	assert_string_equal(f->answer.attachments->signature, "");
}

static void
parts_can_not_be_multiplied(void **state)
{
	struct fixture *f = *state;
	struct buf body;

	buf_init(&body, 0);
	buf_adds(&body,
	    "--b\r\n" ROOT "<S:Envelope xmlns:S=\"" SMEV_SOAP_NS
	    "\" xmlns:x=\"" SMEV_XOP_NS "\">");
	for (int i = 0; i < 100; i++)
		buf_adds(&body, "<a><x:Include href=\"cid:p\"/></a>");
	buf_adds(&body, "</S:Envelope>\r\n--b\r\nContent-ID: <p>\r\n\r\n");
	for (int i = 0; i < 100000; i++)
		buf_addc(&body, 'x');
	buf_adds(&body, "\r\n--b--");
	assert_int_equal(smev_read_answer(SMEV_ACK, TYPE, body.data, body.bytes,
			     f->arena, &f->doc, &f->answer, &f->err),
	    -1);
	assert_string_equal(f->err.code, "SMEV_MIME");
	buf_release(&body);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		T(parts_end_before_the_line_end_of_the_delimiter),
		T(preamble_and_epilogue_are_no_parts),
		T(boundary_is_a_token_or_quoted_and_its_name_in_any_case),
		T(root_is_what_start_names_or_the_first),
		T(cut_off_or_nested_or_odd_is_refused),
		T(base64_parts_are_decoded),
		T(no_content_id_stands_twice_however_it_is_escaped),
		T(limits_hold),
		T(cid_is_found_escaped_or_not),
		T(include_becomes_one_line_of_base64),
		T(missing_or_crowded_include_is_refused),
		T(include_outside_of_multipart_is_left_alone),
		T(parts_can_not_be_multiplied),
	};

	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
