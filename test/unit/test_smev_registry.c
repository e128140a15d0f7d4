/*
 * The promises of smev/smev_registry.h: every record is found, and what it is
 * signed by; a published message's record is good although its envelope was
 * changed on the way.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "crypto/dsig.h"
#include "smev/smev_codec.h"
#include "smev/smev_names.h"
#include "smev/smev_registry.h"
#include "test/lib/keys.h"
#include "test/unit/smev_samples.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define DIR SMEV_NS_BEGIN "directive/1.3"
#define SIG "<ds:Signature xmlns:ds=\"" SMEV_DS_NS "\"/>"

struct fixture {
	struct arena *arena;
	struct xml_doc *doc;
	struct smev_record *records;
	size_t count;
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
read_in(struct fixture *f, const char *inner)
{
	const char *xml = arena_printf(f->arena,
	    "<q:Q xmlns:q=\"urn:q\" xmlns:d=\"" DIR
	    "\" xmlns:b=\"" SMEV_NS_BEGIN "basic/1.3\">%s</q:Q>",
	    inner);

	xml_doc_free(f->doc);
	f->doc = NULL;
	assert_int_equal(
	    xml_doc_parse(xml, strlen(xml), NULL, &f->doc, &f->err), 0);
	return smev_registry_read(
	    xml_doc_root(f->doc), f->arena, &f->records, &f->count, &f->err);
}

#define CONTENT "<d:RecordContent Id=\"C\"><q:A/></d:RecordContent>"
#define RECORD(id, inner, after)                                     \
	"<d:RegistryRecord><d:RecordId>" id                          \
	"</d:RecordId><d:Record Id=\"R\">" inner "</d:Record>" after \
	"</d:RegistryRecord>"
#define SIGNED "<d:RecordSignature>" SIG "</d:RecordSignature>"

static void
records_are_found_wherever_they_stand(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_in(f, "<q:A/>"), 0);
	assert_int_equal(f->count, 0);
	assert_int_equal(
	    read_in(f,
		"<d:Registry>" RECORD("7", CONTENT, SIGNED) RECORD("8", CONTENT,
		    "") "</d:Registry><q:Deep><q:Registry>" RECORD("9", CONTENT,
		    "") "</q:Registry></q:Deep>"),
	    0);
	assert_int_equal(f->count, 3);
	assert_int_equal(f->records[0].record_id, 7);
	assert_string_equal(
	    xml_attr(f->records[0].record, "Id", f->arena), "R");
	assert_string_equal(
	    xml_attr(f->records[0].content, "Id", f->arena), "C");
	assert_non_null(f->records[0].signature);
	assert_null(f->records[1].signature);
	assert_int_equal(f->records[2].record_id, 9);
}

static void
signatures_of_officials_are_counted(void **state)
{
	struct fixture *f = *state;
	const char *one = "<d:PersonalSignature>" SIG "</d:PersonalSignature>";
	const char *all = "";

	for (size_t i = 1; i <= SMEV_RECORD_PERSONAL_MAX + 1; i++) {
		all = arena_printf(f->arena, "%s%s", all, one);
		assert_int_equal(read_in(f,
				     arena_printf(f->arena,
					 RECORD("1", CONTENT "%s", ""), all)),
		    0);
		assert_int_equal(f->records[0].personal_count, i);
		assert_false(f->records[0].signed_badly);
	}
}

static void
what_stands_twice_or_is_no_signature_is_told(void **state)
{
	static const char *const badly[] = {
		RECORD("1", CONTENT, SIGNED SIGNED),
		RECORD("1", CONTENT, "<d:RecordSignature/>"),
		RECORD("1", CONTENT,
		    "<d:RecordSignature><q:Signature/></d:RecordSignature>"),
		RECORD("1", CONTENT "<d:PersonalSignature/>", ""),
	};
	static const char *const shapeless[] = {
		RECORD("1", CONTENT CONTENT, ""),
		RECORD("1", "", ""),
		RECORD("1", CONTENT, "<d:Record/>"),
		"<d:RegistryRecord/>",
		"<d:RegistryRecord><q:Record>" CONTENT
		"</q:Record></d:RegistryRecord>",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(badly) / sizeof(badly[0]); i++) {
		assert_int_equal(read_in(f, badly[i]), 0);
		assert_true(f->records[0].signed_badly);
	}
	for (size_t i = 0; i < sizeof(shapeless) / sizeof(shapeless[0]); i++) {
		assert_int_equal(read_in(f, shapeless[i]), 0);
		assert_int_equal(f->count, 1);
		assert_null(f->records[0].content);
	}
}

static void
more_records_than_may_be_are_refused(void **state)
{
	struct fixture *f = *state;
	struct buf many;

	buf_init(&many, 0);
	for (int i = 0; i < SMEV_RECORDS_MAX; i++)
		buf_adds(&many, RECORD("1", CONTENT, ""));
	assert_int_equal(read_in(f, buf_text(&many)), 0);
	buf_adds(&many, RECORD("1", CONTENT, ""));
	assert_int_equal(read_in(f, buf_text(&many)), -1);
	assert_string_equal(f->err.code, "SMEV_RECORD");
	assert_int_equal(f->err.kind, ERR_REFUSE);
	buf_release(&many);
}

static void
files_of_records_are_listed_with_the_record(void **state)
{
	static const char xml[] =
	    "<S:Envelope xmlns:S=\"" SMEV_SOAP_NS "\"><S:Body>"
	    "<t:GetRequestResponse xmlns:t=\"" SMEV_NS_BEGIN
	    "1.3\" xmlns:b=\"" SMEV_NS_BEGIN "basic/1.3\" xmlns:d=\"" DIR
	    "\" xmlns:q=\"urn:q\">"
	    "<t:RequestMessage><t:Request Id=\"R\">"
	    "<t:SenderProvidedRequestData><t:MessageID>m</t:MessageID>"
	    "<b:MessagePrimaryContent><q:Q><d:Registry>" RECORD("41",
		CONTENT "<b:AttachmentHeaderList><b:AttachmentHeader>"
			"<b:contentId>one</b:contentId><b:MimeType>text/plain"
			"</b:MimeType></b:AttachmentHeader>"
			"</b:AttachmentHeaderList>",
		"") RECORD("42",
		CONTENT "<b:RefAttachmentHeaderList><b:RefAttachmentHeader>"
			"<b:uuid>u</b:uuid><b:Hash>h</b:Hash><b:MimeType>a/b"
			"</b:MimeType></b:RefAttachmentHeader>"
			"</b:RefAttachmentHeaderList>",
		"") "</d:Registry></q:Q></b:MessagePrimaryContent>"
		    "<b:AttachmentHeaderList><b:AttachmentHeader><b:contentId>"
		    "all"
		    "</b:contentId><b:MimeType>text/plain</b:MimeType>"
		    "</b:AttachmentHeader></b:AttachmentHeaderList>"
		    "</t:SenderProvidedRequestData><t:MessageMetadata/>"
		    "<b:FSAttachmentsList><b:FSAttachment><b:uuid>u</b:uuid>"
		    "<b:UserName>who</b:UserName><b:Password>pw</b:Password>"
		    "<b:FileName>/f.zip</b:FileName></b:FSAttachment>"
		    "</b:FSAttachmentsList></"
		    "t:Request><b:AttachmentContentList>"
		    "<b:AttachmentContent><b:Id>one</b:Id><b:Content>MQ==</"
		    "b:Content>"
		    "</b:AttachmentContent></b:AttachmentContentList>"
		    "</t:RequestMessage></t:GetRequestResponse></S:Body></"
		    "S:Envelope>";
	struct fixture *f = *state;
	struct smev_answer a;

	assert_int_equal(smev_read_answer(SMEV_GET_REQUEST, "text/xml", xml,
			     strlen(xml), f->arena, &f->doc, &a, &f->err),
	    0);
	assert_int_equal(a.attachment_count, 3);
	assert_string_equal(a.attachments[0].id, "all");
	assert_int_equal(a.attachments[0].record_id, 0);
	assert_string_equal(a.attachments[1].id, "one");
	assert_int_equal(a.attachments[1].record_id, 41);
	assert_int_equal(a.attachments[1].content_bytes, 1);
	assert_true(a.attachments[2].by_ftp);
	assert_int_equal(a.attachments[2].record_id, 42);
	assert_string_equal(a.attachments[2].file_name, "/f.zip");
}

/* The record of a published message, as the owner of the data signed it. */
static void
published_record_is_good_in_a_converted_envelope(void **state)
{
	static const char name[] = "../domain/realdata/zags-fataloiv-4.0.0/"
				   "GetRequestResponse-soap-smev1.1-sample.xml";
	struct fixture *f = *state;
	const char *path = sample_path(f->arena, name);
	struct dsig_ids *ids = NULL;
	struct dsig_verdict verdict;
	struct smev_answer a;
	struct buf xml;

	buf_init(&xml, 0);
	assert_int_equal(file_read(path, 1 << 20, &xml, &f->err), 0);
	assert_int_equal(
	    smev_read_answer(SMEV_GET_REQUEST, "text/xml", xml.data, xml.bytes,
		f->arena, &f->doc, &a, &f->err),
	    0);
	assert_int_equal(smev_registry_read(a.content, f->arena, &f->records,
			     &f->count, &f->err),
	    0);
	assert_int_equal(f->count, 1);
	assert_int_equal(dsig_verify(f->doc, f->records[0].signature,
			     f->records[0].record, NULL, &verdict, &f->err),
	    0);
	assert_true(verdict.digest_ok && verdict.value_ok);
	assert_int_equal(dsig_ids_new(f->doc, &ids, &f->err), 0);
	assert_int_equal(dsig_verify_among(f->doc, ids, f->records[0].signature,
			     f->records[0].record, NULL, &verdict, &f->err),
	    0);
	assert_true(verdict.digest_ok && verdict.value_ok);
	dsig_ids_free(ids);
	buf_release(&xml);
}

static void
ids_of_a_document_are_known_only_when_each_stands_once(void **state)
{
	struct fixture *f = *state;
	struct dsig_ids *ids = NULL;

	assert_int_equal(read_in(f, RECORD("1", CONTENT, "")), 0);
	assert_int_equal(dsig_ids_new(f->doc, &ids, &f->err), 0);
	dsig_ids_free(ids);
	dsig_ids_free(NULL);
	assert_int_equal(
	    read_in(f, RECORD("1", CONTENT, "") RECORD("2", CONTENT, "")), 0);
	assert_int_equal(dsig_ids_new(f->doc, &ids, &f->err), -1);
	assert_string_equal(f->err.code, "DSIG_DUP_ID");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(records_are_found_wherever_they_stand),
		T(signatures_of_officials_are_counted),
		T(what_stands_twice_or_is_no_signature_is_told),
		T(more_records_than_may_be_are_refused),
		T(files_of_records_are_listed_with_the_record),
		T(published_record_is_good_in_a_converted_envelope),
		T(ids_of_a_document_are_known_only_when_each_stands_once),
	};
	struct err err;

	keys_setup();
	if (dsig_setup(&err) == -1)
		return 1;
	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
