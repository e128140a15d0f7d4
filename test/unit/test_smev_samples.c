/*
 * Published answers and faults of SMEV are read for what they are.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "smev/smev_codec.h"
#include "test/unit/smev_samples.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define MULTIPART                                             \
	"multipart/related; type=\"application/xop+xml\"; "   \
	"boundary=\"f438a15e-9b5b-491f-9b47-aba4d00b8837\"; " \
	"start=\"<root.message@cxf.apache.org>\"; start-info=\"text/xml\""

struct fixture {
	struct arena *arena;
	struct buf body;
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
	buf_release(&f->body);
	arena_free(f->arena);
	free(f);
	return 0;
}

static void
load(struct fixture *f, const char *name)
{
	name =
	    sample_path(f->arena, arena_printf(f->arena, "vectors/%s", name));
	buf_clear(&f->body);
	assert_int_equal(file_read(name, 1 << 20, &f->body, &f->err), 0);
}

static void
read_loaded(struct fixture *f, enum smev_op op, const char *type)
{
	const char *body = buf_text(&f->body);
	const char *headers_end = strstr(body, "\r\n\r\n");

	/* A capture of HTTP begins with its headers. */
	if (strncmp(body, "HTTP/", 5) == 0 && headers_end != NULL)
		body = headers_end + 4;
	xml_doc_free(f->doc);
	f->doc = NULL;
	assert_int_equal(smev_read_answer(op, type, body, strlen(body),
			     f->arena, &f->doc, &f->answer, &f->err),
	    0);
}

/* What is known of a published answer. */
struct sample {
	const char *name;
	enum smev_op op;
	enum smev_answer_kind kind;
	const char *message_id, *sender;
};

static const struct sample samples[] = {
	{ "signed/11-mr-GetRequestResponsePersonalSignature.xml",
	    SMEV_GET_REQUEST, SMEV_ANSWER_REQUEST, NULL, "OV_1" },
	{ "signed/11-mr-GetRequestResponsePersonalSignature-unindented.xml",
	    SMEV_GET_REQUEST, SMEV_ANSWER_REQUEST, NULL, "OV_1" },
	{ "signed/12-mr-SendRequestResponseOK.xml", SMEV_SEND_REQUEST,
	    SMEV_ANSWER_QUEUED, "", "OV_2" },
	{ "signed/12-mr-SendRequestResponseOK-unindented.xml",
	    SMEV_SEND_REQUEST, SMEV_ANSWER_QUEUED, "", "OV_2" },
	{ "signed/13-mr-SendResponseResponseOK.xml", SMEV_SEND_RESPONSE,
	    SMEV_ANSWER_QUEUED, "", NULL },
	{ "signed/13-mr-SendResponseResponseOK-unindented.xml",
	    SMEV_SEND_RESPONSE, SMEV_ANSWER_QUEUED, "", NULL },
	{ "signed/14-mr-GetRequestResponseAttachFTP.xml", SMEV_GET_REQUEST,
	    SMEV_ANSWER_REQUEST, "0e8cfc01-5e81-11e4-a9ff-d4c9eff07b77",
	    "OV_2" },
	{ "signed/15-mr-GetRequestResponseAttachMTOM.xml", SMEV_GET_REQUEST,
	    SMEV_ANSWER_REQUEST, "6fefa07c-5e7f-11e4-a9ff-d4c9eff07b77",
	    "OV_2" },
};

static void
published_answers_are_read(void **state)
{
	struct fixture *f = *state;
	const struct smev_answer *a = &f->answer;

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];

		load(f, s->name);
		read_loaded(f, s->op, "text/xml");
		assert_int_equal(a->kind, s->kind);
		assert_int_equal(a->version, SMEV_1_1);
		if (s->message_id != NULL)
			assert_string_equal(a->message_id, s->message_id);
		if (s->sender != NULL)
			assert_string_equal(a->sender, s->sender);
		assert_non_null(a->smev_signature);
		if (s->kind == SMEV_ANSWER_QUEUED) {
			assert_string_equal(
			    xml_name(a->signed_element), "MessageMetadata");
			continue;
		}
		assert_string_equal(xml_attr(a->signed_element, "Id", f->arena),
		    "SIGNED_BY_SMEV");
		assert_string_equal(xml_name(a->content), "BreachRequest");
		assert_non_null(a->sender_signature);
		assert_true(*a->reply_to != '\0');
		assert_string_equal(a->ack_id, a->message_id);
	}
}

static void
published_files_are_found(void **state)
{
	struct fixture *f = *state;
	const struct smev_attachment *file;

	load(f, "signed/14-mr-GetRequestResponseAttachFTP.xml");
	read_loaded(f, SMEV_GET_REQUEST, "text/xml");
	assert_int_equal(f->answer.attachment_count, 1);
	file = f->answer.attachments;
	assert_true(file->by_ftp);
	assert_string_equal(file->file_name, "/sample10M.tmp");
	assert_int_equal(strlen(file->user), 30);
	load(f, "signed/15-mr-GetRequestResponseAttachMTOM.xml");
	read_loaded(f, SMEV_GET_REQUEST, "text/xml");
	assert_int_equal(f->answer.attachment_count, 1);
	file = f->answer.attachments;
	assert_false(file->by_ftp);
	assert_string_equal(file->id, "attach5MB.jpg");
	load(f, "signed/11-mr-GetRequestResponsePersonalSignature.xml");
	read_loaded(f, SMEV_GET_REQUEST, "text/xml");
	assert_non_null(f->answer.personal_signature);
}

static void
published_multipart_without_attachments_is_an_empty_queue(void **state)
{
	struct fixture *f = *state;

	load(f, "mtom/01-GetResponseResponse-empty-1.2.mime");
	read_loaded(f, SMEV_GET_RESPONSE, MULTIPART);
	assert_int_equal(f->answer.kind, SMEV_ANSWER_EMPTY);
	assert_int_equal(f->answer.version, SMEV_1_2);
}

static void
published_faults_have_their_codes(void **state)
{
	static const struct {
		const char *name, *code;
		enum smev_version version;
	} faults[] = {
		{ "01-NoSignatureFound-1.1.xml", "SMEV_SIG_MISSING", SMEV_1_1 },
		{ "02-CertificateIsExpired-1.1.xml", "SMEV_SIG_CERT_EXPIRED",
		    SMEV_1_1 },
		{ "03-CertificateIsExpired-1.2.xml", "SMEV_SIG_CERT_EXPIRED",
		    SMEV_1_2 },
		{ "04-TargetMessageIsNotFound-1.2.xml", "SMEV_TARGET_NOT_FOUND",
		    SMEV_1_2 },
		{ "06-DestinationOverflow-1.1.xml", "SMEV_DEST_OVERFLOW",
		    SMEV_1_1 },
		{ "07-TargetMessageIsNotFound-2023-1.1.http",
		    "SMEV_TARGET_NOT_FOUND", SMEV_1_1 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		load(f, arena_printf(f->arena, "faults/%s", faults[i].name));
		read_loaded(f, SMEV_ACK, "text/xml");
		assert_int_equal(f->answer.kind, SMEV_ANSWER_FAULT);
		assert_string_equal(f->answer.fault_code, faults[i].code);
		assert_int_equal(f->answer.version, faults[i].version);
		assert_true(strlen(f->answer.fault_text) > 20);
	}
	load(f, "faults/05-AckResponse-empty-Body-1.2.xml");
	read_loaded(f, SMEV_ACK, "text/xml");
	assert_int_equal(f->answer.kind, SMEV_ANSWER_ACKED);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		T(published_answers_are_read),
		T(published_files_are_found),
		T(published_multipart_without_attachments_is_an_empty_queue),
		T(published_faults_have_their_codes),
	};

	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
