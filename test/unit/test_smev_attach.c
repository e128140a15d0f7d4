/*
 * The promises of smev/smev_attach.h: files of a message, there and back.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "smev/smev_attach.h"
#include "smev/smev_base64.h"
#include "smev/smev_codec.h"
#include "smev/smev_mime.h"
#include "smev/smev_multipart.h"
#include "smev/smev_names.h"
#include "smev/smev_xop.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define U  "urn://x-artefacts-smev-gov-ru/services/message-exchange/types"
#define ID "5f0c4d3e-6c86-11ee-8c99-0242ac120002"

struct fixture {
	struct arena *arena;
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

/* Read a request with header lists, what follows metadata, and contents. */
static int
read_request(struct fixture *f, const char *headers, const char *access,
    const char *contents)
{
	const char *body = arena_printf(f->arena,
	    "<S:Envelope xmlns:S=\"" SMEV_SOAP_NS "\"><S:Body>"
	    "<t:GetRequestResponse xmlns:t=\"" U "/1.3\" xmlns:b=\"" U
	    "/basic/1.3\"><t:RequestMessage><t:Request>"
	    "<t:SenderProvidedRequestData><t:MessageID>" ID "</t:MessageID>%s"
	    "</t:SenderProvidedRequestData><t:MessageMetadata/>%s</t:Request>"
	    "%s</t:RequestMessage></t:GetRequestResponse></S:Body>"
	    "</S:Envelope>",
	    headers, access, contents);

	xml_doc_free(f->doc);
	f->doc = NULL;
	return smev_read_answer(SMEV_GET_REQUEST, "text/xml", body,
	    strlen(body), f->arena, &f->doc, &f->answer, &f->err);
}

#define HEADER(id, more)                                             \
	"<b:AttachmentHeader><b:contentId>" id "</b:contentId>" more \
	"<b:MimeType>text/plain</b:MimeType></b:AttachmentHeader>"
#define CONTENT(id, text)                                          \
	"<b:AttachmentContent><b:Id>" id "</b:Id><b:Content>" text \
	"</b:Content></b:AttachmentContent>"
#define LIST(name, inner) "<b:" name ">" inner "</b:" name ">"

static void
header_finds_its_content_in_any_order(void **state)
{
	struct fixture *f = *state;
	const struct smev_attachment *file;

	assert_int_equal(
	    read_request(f,
		LIST("AttachmentHeaderList",
		    HEADER("one", "<b:NamespaceUri>urn://n</b:NamespaceUri>")
			HEADER("two", "") HEADER("three", "")),
		"",
		LIST("AttachmentContentList",
		    CONTENT("two", "ZmlsZQ==")
			CONTENT("one", "\n AA\r\n\tEC \n"))),
	    0);
	assert_int_equal(f->answer.attachment_count, 3);
	file = f->answer.attachments;
	assert_string_equal(file[0].id, "one");
	assert_string_equal(file[0].mime_type, "text/plain");
	assert_string_equal(file[0].namespace_uri, "urn://n");
	assert_int_equal(file[0].content_bytes, 3);
	assert_memory_equal(file[0].content, "\0\1\2", 3);
	assert_int_equal(file[1].content_bytes, 4);
	assert_memory_equal(file[1].content, "file", 4);
	assert_null(file[2].content);
	assert_string_equal(file[2].signature, "");
}

static void
file_of_the_store_has_access_when_delivered(void **state)
{
#define REF                                                                  \
	LIST("RefAttachmentHeaderList",                                      \
	    "<b:RefAttachmentHeader><b:uuid>" ID "</b:uuid><b:Hash>aGFzaA==" \
	    "</b:Hash><b:MimeType>text/xml</b:MimeType><b:SignaturePKCS7>"   \
	    "TUlJ</b:SignaturePKCS7></b:RefAttachmentHeader>")
	struct fixture *f = *state;
	const struct smev_attachment *file;

	assert_int_equal(
	    read_request(f, REF,
		LIST("FSAttachmentsList",
		    "<b:FSAttachment><b:uuid>other</b:uuid><b:UserName>x"
		    "</b:UserName></b:FSAttachment><b:FSAttachment><b:uuid>" ID
		    "</b:uuid><b:UserName>u</b:UserName><b:Password>p"
		    "</b:Password><b:FileName>/f.xml</b:FileName>"
		    "</b:FSAttachment>"),
		""),
	    0);
	assert_int_equal(f->answer.attachment_count, 1);
	file = f->answer.attachments;
	assert_true(file->by_ftp);
	assert_string_equal(file->id, ID);
	assert_string_equal(file->hash, "aGFzaA==");
	assert_string_equal(file->signature, "TUlJ");
	assert_string_equal(file->user, "u");
	assert_string_equal(file->password, "p");
	assert_string_equal(file->file_name, "/f.xml");
	assert_int_equal(read_request(f, REF, "<b:FSAttachmentsList/>", ""), 0);
	assert_string_equal(f->answer.attachments->user, "");
	assert_int_equal(read_request(f, "", "<b:FSAttachmentsList/>", ""), 0);
	assert_int_equal(f->answer.attachment_count, 0);
}

static void
more_files_than_the_limit_are_refused(void **state)
{
	struct fixture *f = *state;

	for (int over = 0; over < 2; over++) {
		struct buf list;

		buf_init(&list, 0);
		buf_adds(&list, "<b:AttachmentHeaderList>");
		for (int i = 0; i < SMEV_ATTACHMENTS_MAX + over; i++)
			buf_adds(&list, HEADER("f", ""));
		buf_adds(&list, "</b:AttachmentHeaderList>");
		assert_int_equal(
		    read_request(f, buf_text(&list), "", ""), -over);
		buf_release(&list);
	}
	assert_string_equal(f->err.code, "SMEV_FORM");
}

static void
damaged_base64_is_no_content(void **state)
{
	static const char *const damaged[] = { "A", "AA", "AAA", "AA=A",
		"====", "A===", "AA*A", "AAAA=" };
	struct fixture *f = *state;
	size_t bytes;

	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		assert_null(smev_unbase64(
		    damaged[i], strlen(damaged[i]), f->arena, &bytes));
	}
	assert_null(smev_unbase64("AA\0A", 4, f->arena, &bytes));
	assert_non_null(smev_unbase64(" \n", 2, f->arena, &bytes));
	assert_int_equal(bytes, 0);
}

static void
base64_goes_there_and_back_in_one_line(void **state)
{
	struct fixture *f = *state;
	unsigned char raw[300];

	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (unsigned char)(i * 7);
	for (size_t length = 0; length <= sizeof(raw); length++) {
		size_t text_bytes, back_bytes;
		char *text = smev_base64(raw, length, f->arena, &text_bytes);
		void *back;

		assert_int_equal(strlen(text), text_bytes);
		assert_null(strpbrk(text, " \r\n"));
		back = smev_unbase64(text, text_bytes, f->arena, &back_bytes);
		assert_non_null(back);
		assert_int_equal(back_bytes, length);
		assert_memory_equal(back, raw, length);
	}
}

static const char raw[] = { 0, '\r', '\n', '-', '-', (char)200 };
static const struct smev_attachment out_files[] = {
	{ .id = "scan_1.pdf",
	    .mime_type = "application/pdf",
	    .content = raw,
	    .content_bytes = sizeof(raw) },
	{ .by_ftp = true, .id = ID, .mime_type = "text/plain", .hash = "AAAA" },
	{ .id = "_2",
	    .mime_type = "text/plain",
	    .content = "",
	    .content_bytes = 0 },
};

static void
write_mtom(struct fixture *f, struct smev_send *send, struct buf *envelope)
{
	*send = (struct smev_send){ .version = SMEV_1_2,
		.op = SMEV_SEND_REQUEST,
		.message_id = ID,
		.content = "<q xmlns=\"urn://q\"/>",
		.content_bytes = strlen("<q xmlns=\"urn://q\"/>"),
		.attachments = out_files,
		.attachment_count = 3,
		.mtom = true };
	buf_init(envelope, 0);
	assert_int_equal(smev_write_send(send, envelope, &f->err), 0);
}

static void
files_beside_the_envelope_come_back_the_same(void **state)
{
	struct fixture *f = *state;
	struct buf envelope, body, type;
	struct mime_message mime;
	struct smev_send send;
	const xmlNode *list;

	buf_init(&body, 0);
	buf_init(&type, 0);
	write_mtom(f, &send, &envelope);
	assert_int_equal(smev_write_multipart(&send, envelope.data,
			     envelope.bytes, "b-1", &body, &type, &f->err),
	    0);
	assert_int_equal(mime_parse(buf_text(&type), body.data, body.bytes,
			     f->arena, &mime, &f->err),
	    0);
	assert_int_equal(mime.count, 3);
	assert_int_equal(mime.parts[0].bytes, envelope.bytes);
	assert_memory_equal(mime.parts[0].data, envelope.data, envelope.bytes);
	assert_memory_equal(mime.parts[1].data, raw, sizeof(raw));
	assert_int_equal(mime.parts[1].bytes, sizeof(raw));
	assert_int_equal(xml_doc_parse(mime.parts[0].data, mime.parts[0].bytes,
			     NULL, &f->doc, &f->err),
	    0);
	assert_int_equal(
	    smev_xop_inline(&mime, xml_doc_root(f->doc), f->arena, &f->err), 0);
	list =
	    xml_child(xml_child(xml_only_child(xml_child(xml_doc_root(f->doc),
				    SMEV_SOAP_NS, "Body")),
			  NULL, "AttachmentContentList"),
		NULL, "AttachmentContent");
	assert_string_equal(
	    xml_child_text(list, NULL, "Content", f->arena), "AA0KLS3I");
	buf_release(&envelope);
	buf_release(&body);
	buf_release(&type);
}

static void
boundary_that_stands_in_a_part_is_refused(void **state)
{
	struct fixture *f = *state;
	struct buf envelope, body, type;
	struct smev_send send;

	buf_init(&body, 0);
	buf_init(&type, 0);
	write_mtom(f, &send, &envelope);
	assert_int_equal(
	    smev_write_multipart(&send, envelope.data, envelope.bytes,
		"MessageID", &body, &type, &f->err),
	    -1);
	assert_string_equal(f->err.code, "SMEV_UNSENDABLE");
	buf_release(&envelope);
	buf_release(&body);
	buf_release(&type);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		T(header_finds_its_content_in_any_order),
		T(file_of_the_store_has_access_when_delivered),
		T(more_files_than_the_limit_are_refused),
		T(damaged_base64_is_no_content),
		T(base64_goes_there_and_back_in_one_line),
		T(files_beside_the_envelope_come_back_the_same),
		T(boundary_that_stands_in_a_part_is_refused),
	};

	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
