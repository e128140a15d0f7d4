/*
 * Calls of ours are valid against our schemas and those that the operator
 * published.
 */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlschemas.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/defect.h"
#include "base/err.h"
#include "smev/smev_codec.h"
#include "smev/smev_names.h"
#include "smev/smev_sign.h"
#include "test/unit/smev_samples.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_registry.h"

#define CONTENT                                                      \
	"<q:Query xmlns:q=\"urn://test/query/1.0\" Id=\"PERSONAL\">" \
	"тест</q:Query>"
#define SIGNATURE "<ds:Signature xmlns:ds=\"" SMEV_DS_NS "\"/>"
#define ID        "5f0c4d3e-6c86-11ee-8c99-0242ac120002"
#define WHEN      "2026-11-22T10:00:00.000+03:00"

/* A version may be valid in several; types NULL: our own schemas. */
static const struct dialect {
	enum smev_version version;
	const char *types;
} dialects[] = {
	{ SMEV_1_1, NULL },
	{ SMEV_1_2, NULL },
	{ SMEV_1_3, NULL },
	{ SMEV_1_1_2014,
	    "xsd/1.1-2014-client1.11/smev-message-exchange-types-1.1.xsd" },
	{ SMEV_1_1, "xsd/1.1/smev-message-exchange-types-1.1.xsd" },
	{ SMEV_1_1, "xsd/1.1-mimic/smev-message-exchange-types-1.1.xsd" },
	{ SMEV_1_2, "xsd/1.2/smev-message-exchange-types-1.2.xsd" },
	{ SMEV_1_3, "xsd/1.3/smev-message-exchange-types-1.3.xsd" },
	{ SMEV_1_3, "xsd/1.3-mimic/smev-message-exchange-types-1.3.xsd" },
};
#define DIALECTS (sizeof(dialects) / sizeof(dialects[0]))

/* xml_doc_setup() forbids files to the parser; schemas are files. */
static xmlExternalEntityLoader from_files;

struct fixture {
	struct arena *arena;
	struct buf out;
	xmlSchema *schemas[DIALECTS];
	struct xsd_registry *ours;
};

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < DIALECTS; i++)
		xmlSchemaFree(f->schemas[i]);
	xsd_registry_free(f->ours);
	buf_release(&f->out);
	arena_free(f->arena);
	free(f);
	return 0;
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err err = { 0 };

	f->arena = arena_new();
	*state = f;
	if (xsd_registry_load(TOP_SRCDIR "/xsd/schemas", &f->ours, &err) == 0)
		return 0;
	print_message("%s\n", err.text);
	return -1;
}

static xmlSchema *
schema_of(struct fixture *f, size_t i)
{
	xmlExternalEntityLoader no_files = xmlGetExternalEntityLoader();
	xmlSchemaParserCtxt *ctxt;

	if (f->schemas[i] == NULL) {
		xmlSetExternalEntityLoader(from_files);
		ctxt = xmlSchemaNewParserCtxt(
		    sample_path(f->arena, dialects[i].types));
		f->schemas[i] = xmlSchemaParse(ctxt);
		xmlSchemaFreeParserCtxt(ctxt);
		xmlSetExternalEntityLoader(no_files);
	}
	assert_non_null(f->schemas[i]);
	return f->schemas[i];
}

/* Something in the wrapper that opens so, as finish makes it. */
static void
put_signature(struct fixture *f, const char *open)
{
	char *whole = arena_strdup(f->arena, buf_text(&f->out));
	char *wrapper = strstr(whole, open);

	if (wrapper == NULL)
		return; /* without routing */
	wrapper += strlen(open);
	buf_clear(&f->out);
	buf_add(&f->out, whole, (size_t)(wrapper - whole));
	buf_adds(&f->out, SIGNATURE);
	buf_adds(&f->out, wrapper);
}

/* Whether root, an envelope, is valid by our schemas. */
static bool
valid_by_ours(struct fixture *f, xmlNode *root)
{
	struct defects defects;
	struct err err = { 0 };
	int rc;

	defects_init(&defects, f->arena);
	rc = xsd_validate_tree(f->ours, root, &defects, &err);
	if (rc == 1)
		print_message(
		    "%s: %s\n", defects.items[0].path, defects.items[0].text);
	return rc == 0;
}

static bool
valid_by_published(struct fixture *f, size_t i, xmlNode *call)
{
	xmlSchemaValidCtxt *ctxt;
	bool valid;

	if (!sample_there(f->arena, dialects[i].types))
		return true; /* the last test says so */
	ctxt = xmlSchemaNewValidCtxt(schema_of(f, i));
	valid = xmlSchemaValidateOneElement(ctxt, call) == 0;
	xmlSchemaFreeValidCtxt(ctxt);
	return valid;
}

/* Whether f->out, a signed call, is valid in dialect i; it is used up. */
static bool
valid(struct fixture *f, size_t i)
{
	struct err err = { 0 };
	struct xml_doc *doc;
	bool rc;

	put_signature(f, SMEV_WRAPPER_OPEN);
	put_signature(f, SMEV_ROUTING_OPEN);
	assert_int_equal(
	    xml_doc_parse(f->out.data, f->out.bytes, NULL, &doc, &err), 0);
	if (dialects[i].types == NULL)
		rc = valid_by_ours(f, xml_doc_root(doc));
	else
		rc = valid_by_published(f, i,
		    xml_only_child(
			xml_child(xml_doc_root(doc), SMEV_SOAP_NS, "Body")));
	if (!rc)
		print_message("dialect %zu:\n%s\n", i, f->out.data);
	xml_doc_free(doc);
	buf_clear(&f->out);
	return rc;
}

static void
published_schemas_are_there(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < DIALECTS; i++) {
		if (dialects[i].types != NULL)
			(void)sample_path(f->arena, dialects[i].types);
	}
}

static void
check_send(struct fixture *f, struct smev_send *send)
{
	struct err err = { 0 };

	for (size_t i = 0; i < DIALECTS; i++) {
		send->version = dialects[i].version;
		if (send->status_text != NULL && send->version == SMEV_1_1_2014)
			continue; /* has no RequestStatus */
		assert_int_equal(smev_write_send(send, &f->out, &err), 0);
		assert_true(valid(f, i));
	}
}

static const struct smev_attachment files[] = {
	{ .id = "scan_1",
	    .mime_type = "application/pdf",
	    .signature = "MIIB",
	    .namespace_uri = "urn://test/scan",
	    .content = "file",
	    .content_bytes = 4 },
	{ .by_ftp = true,
	    .id = ID,
	    .mime_type = "application/zip",
	    .signature = "MIIB",
	    .namespace_uri = "urn://test/archive",
	    .file_name = "архив.zip",
	    .hash = "VpT3sc999CJI8TVYX35ZZfXpc/dCWO5e1MgoUg8YiJA=" },
	{ .id = "scan_2",
	    .mime_type = "text/plain",
	    .content = "",
	    .content_bytes = 0 },
};

static void
requests_are_valid_bare_and_full(void **state)
{
	struct fixture *f = *state;
	struct smev_send send = { .op = SMEV_SEND_REQUEST,
		.message_id = ID,
		.content = CONTENT,
		.content_bytes = strlen(CONTENT) };

	check_send(f, &send);
	send.reference_message_id = ID;
	send.transaction_code = "ignore";
	send.node_id = "node-1";
	send.eol = WHEN;
	send.test_message = true;
	send.personal_signature = SIGNATURE;
	send.attachments = files;
	send.attachment_count = 3;
	check_send(f, &send);
	send.mtom = true;
	for (size_t i = 0; i < DIALECTS; i++) { /* Include is no base64 */
		struct err err = { 0 };

		send.version = dialects[i].version;
		assert_int_equal(smev_write_send(&send, &f->out, &err), 0);
		assert_non_null(strstr(buf_text(&f->out), "cid:scan_1"));
		buf_clear(&f->out);
	}
}

static void
routing_is_valid_in_1_3_and_refused_before(void **state)
{
	static const char *const values[] = { "45000000", "<код & ещё>" };
	static const struct smev_record_routing records[] = {
		{ .record_id = 1, .use_general = true },
		{ .record_id = 2, .identifiers = { values, 1 } },
	};
	static const struct smev_routing routing = {
		.dynamic = { values, 2 },
		.identifiers = { values, 1 },
		.records = records,
		.record_count = 2,
	};
	struct fixture *f = *state;
	struct smev_send send = { .op = SMEV_SEND_REQUEST,
		.message_id = ID,
		.content = CONTENT,
		.content_bytes = strlen(CONTENT),
		.routing = &routing };
	struct err err = { 0 };

	for (size_t i = 0; i < DIALECTS; i++) {
		int rc;

		send.version = dialects[i].version;
		rc = smev_write_send(&send, &f->out, &err);
		assert_int_equal(rc, send.version == SMEV_1_3 ? 0 : -1);
		if (rc == -1)
			assert_string_equal(err.code, "SMEV_UNSENDABLE");
		else
			assert_true(valid(f, i));
	}
}

static void
business_process_goes_before_the_test_mark(void **state)
{
	struct fixture *f = *state;
	struct smev_send send = { .op = SMEV_SEND_REQUEST,
		.message_id = ID,
		.content = CONTENT,
		.content_bytes = strlen(CONTENT),
		.test_message = true,
		.business_process =
		    "<m:frgu xmlns:m=\"urn://x-artefacts-smev-gov-ru/services/"
		    "message-exchange/business-process-metadata/1.0\">1</"
		    "m:frgu>" };
	struct err err = { 0 };

	for (size_t i = 0; i < DIALECTS; i++) {
		send.version = dialects[i].version;
		if (send.version == SMEV_1_1_2014)
			continue; /* wants the schema of what is within */
		assert_int_equal(smev_write_send(&send, &f->out, &err), 0);
		assert_true(valid(f, i));
	}
}

static void
responses_are_valid_with_content_rejection_or_status(void **state)
{
	static const char *const codes[] = { "ACCESS_DENIED", "NO_DATA",
		"UNKNOWN_REQUEST_DESCRIPTION", "FAILURE" };
	struct fixture *f = *state;
	struct smev_send send = { .op = SMEV_SEND_RESPONSE,
		.message_id = ID,
		.to = "eyJzaWQiOjEsIm1pZCI6IjEifQ==",
		.content = CONTENT,
		.content_bytes = strlen(CONTENT),
		.personal_signature = SIGNATURE,
		.attachments = files,
		.attachment_count = 3 };

	check_send(f, &send);
	send.content = NULL;
	send.content_bytes = 0;
	send.attachment_count = 0;
	send.personal_signature = NULL;
	for (size_t i = 0; i < 4; i++) {
		send.reject_code = codes[i];
		send.reject_text = i == 0 ? NULL : "Нет <сведений> & прав";
		check_send(f, &send);
	}
	send.reject_code = NULL;
	send.status_code = -7;
	send.status_text = "Принято к исполнению";
	check_send(f, &send);
}

static void
long_descriptions_are_cut_to_the_schema(void **state)
{
	struct fixture *f = *state;
	struct smev_send send = { .op = SMEV_SEND_RESPONSE,
		.message_id = ID,
		.to = "1",
		.reject_code = "NO_DATA" };
	char *text = arena_alloc(f->arena, 10001);

	for (size_t i = 0; i < 10000; i += 2)
		memcpy(text + i, "я", 2);
	send.reject_text = text;
	check_send(f, &send);
}

static void
polls_and_acks_are_valid(void **state)
{
	static const enum smev_op ops[] = { SMEV_GET_REQUEST, SMEV_GET_RESPONSE,
		SMEV_GET_STATUS, SMEV_QUEUE_STATISTICS };
	struct fixture *f = *state;

	for (size_t i = 0; i < DIALECTS; i++) {
		enum smev_version v = dialects[i].version;

		for (size_t o = 0; o < 4; o++) {
			if (v == SMEV_1_3 && ops[o] == SMEV_QUEUE_STATISTICS)
				continue;
			smev_write_get(
			    v, ops[o], NULL, NULL, NULL, WHEN, &f->out);
			assert_true(valid(f, i));
			smev_write_get(v, ops[o], "urn://test/query/1.0",
			    "Query", "node-1", WHEN, &f->out);
			assert_true(valid(f, i));
		}
		smev_write_ack(v, ID, true, &f->out);
		assert_true(valid(f, i));
		smev_write_ack(v, ID, false, &f->out);
		assert_true(valid(f, i));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_valid_bare_and_full),
		cmocka_unit_test(routing_is_valid_in_1_3_and_refused_before),
		cmocka_unit_test(business_process_goes_before_the_test_mark),
		cmocka_unit_test(
		    responses_are_valid_with_content_rejection_or_status),
		cmocka_unit_test(long_descriptions_are_cut_to_the_schema),
		cmocka_unit_test(polls_and_acks_are_valid),
		cmocka_unit_test(published_schemas_are_there),
	};

	from_files = xmlGetExternalEntityLoader();
	xml_doc_setup();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
