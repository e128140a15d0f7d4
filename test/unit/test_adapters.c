/*
 * The promises of adapters/: the table, answers, hostile trees.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "adapters/adapter.h"
#include "adapters/refusal.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/defect.h"
#include "base/err.h"
#include "model/changeset.h"
#include "model/field.h"
#include "model/name.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_registry.h"

#define ZAGS_OIV "urn://x-artefacts-zags-fataloiv/root/112-41/4.0.0"

static struct arena *arena;
static struct xsd_registry *schemas;

/* What we write keeps its schema. */
static void
check_schema(const struct buf *xml)
{
	struct xml_doc *doc = NULL;
	struct defects defects;
	struct err err;

	defects_init(&defects, arena);
	if (xml_doc_parse(xml->data, xml->bytes, NULL, &doc, &err) == -1
	    || xsd_validate(schemas, xml_doc_root(doc), &defects, &err) == -1)
		fail_msg("%s %s", err.code, err.text);
	if (defects.total != 0)
		fail_msg("%s %s", defects.items[0].path, defects.items[0].text);
	xml_doc_free(doc);
}

static const struct adapter *
adapter_of(const xmlNode *root)
{
	return adapter_for_root(xml_ns(root), xml_name(root));
}

/* xml decoded by the adapter of its root; NULL with *err when it says no. */
static struct changeset *
decode(const char *xml, struct err *err)
{
	struct xml_doc *doc = NULL;
	struct changeset *change = NULL;
	const xmlNode *root;

	memset(err, 0, sizeof(*err));
	if (xml_doc_parse(xml, strlen(xml), NULL, &doc, err) == -1)
		fail_msg("%s %s", err->code, err->text);
	root = xml_doc_root(doc);
	assert_non_null(adapter_of(root));
	if (adapter_of(root)->decode(root, arena, &change, err) == -1)
		change = NULL;
	xml_doc_free(doc);
	return change;
}

static void
every_root_and_name_leads_to_its_adapter(void **state)
{
	const struct adapter *adapter;
	int count = 0;

	(void)state;
	for (; (adapter = adapter_at(count)) != NULL; count++) {
		assert_ptr_equal(
		    adapter_for_root(adapter->namespace_uri, adapter->root),
		    adapter);
		assert_string_equal(
		    adapter_named(adapter->name)->name, adapter->name);
		assert_ptr_equal(
		    adapter_named(adapter->name)->encode, adapter->encode);
	}
	assert_true(count >= 11);
	assert_null(adapter_for_root("urn:other", "Packet"));
	assert_null(adapter_for_root(ZAGS_OIV, "Packet"));
	assert_null(adapter_named("nobody"));
	assert_null(adapter_at(-1));
}

static void
expect_answer(const char *name, const char *status, const char *xml)
{
	struct changeset *change = changeset_new(arena);
	struct buf out;
	struct err err;

	buf_init(&out, 0);
	change->their_id = "а<1>";
	changeset_records(change, arena, 2);
	for (int i = 0; i < 2; i++)
		change->records[i].answer = answer_new(arena);
	change->records[0].answer->status = "ok";
	change->records[1].answer->status = status;
	assert_int_equal(adapter_named(name)->encode(change, &out, &err), 0);
	assert_string_equal(buf_text(&out), xml);
	check_schema(&out);
	buf_release(&out);
}

static void
zags_is_answered_in_its_own_words(void **state)
{
	struct changeset *change = changeset_new(arena);
	struct buf out;
	struct err err;

	(void)state;
	expect_answer("zags-fataloiv", "ok",
	    "<zags:FATALOIVResponse xmlns:zags=\"" ZAGS_OIV
	    "\" ИдСвед=\"а&lt;1&gt;\" КодОбр=\"01\"/>");
	/* One record that is not stored, and the message is not. */
	expect_answer("zags-fataloiv", "error",
	    "<zags:FATALOIVResponse xmlns:zags=\"" ZAGS_OIV
	    "\" ИдСвед=\"а&lt;1&gt;\" КодОбр=\"02\"/>");
	expect_answer("zags-rogdzp", "ok",
	    "<zags:ROGDZPResponse xmlns:zags=\"urn://x-artefacts-zags-rogdzp/"
	    "root/112-23/4.0.1\" ИдСвед=\"а&lt;1&gt;\" КодОбр=\"1\"/>");
	expect_answer("zags-rogdzp-4.0.0", "error",
	    "<zags:ROGDZPResponse xmlns:zags=\"urn://x-artefacts-zags-rogdzp/"
	    "root/112-23/4.0.0\" ИдСвед=\"а&lt;1&gt;\" КодОбр=\"2\"/>");
	expect_answer("zags-fatal", "ok",
	    "<zags:FATALResponse xmlns:zags=\"urn://x-artefacts-zags-fatal/"
	    "root/112-04/4.0.2\" ИдСвед=\"а&lt;1&gt;\" КодОбр=\"1\"/>");
	/* Nothing to say is not said as success. */
	buf_init(&out, 0);
	change->their_id = "x";
	changeset_records(change, arena, 1);
	assert_int_equal(
	    adapter_named("zags-fataloiv")->encode(change, &out, &err), -1);
	assert_string_equal(err.code, "ZAGS_ANSWER");
	assert_int_equal(err.kind, ERR_HOLD);
	buf_release(&out);
}

static struct changeset *
learner(void)
{
	struct changeset *change = changeset_new(arena);
	struct record *r;

	change->packet_id = "7c9a4d1e-0000-4000-8000-000000000020";
	changeset_records(change, arena, 1);
	r = &change->records[0];
	r->rec_no = 1;
	r->kind = RECORD_LEARNER;
	r->change_seq = 42;
	r->person = entity_new(&person_type, 1, arena);
	r->person->regional_number = value_of(arena, "77000000000011");
	r->person->surname = value_of(arena, "Тестов & Ко");
	r->person->patronymic = value_absent();
	r->documents = entity_new(&document_type, 1, arena);
	r->documents->number = value_of(arena, "123456");
	r->document_count = 1;
	return change;
}

#define LEARNER                                                             \
	"<f:Learner><p:Person><p:RegionalNumber>77000000000011"             \
	"</p:RegionalNumber><p:Surname>Тестов &amp; Ко</p:Surname>" \
	"<p:Patronymic xsi:nil=\"true\"/></p:Person><p:Document>"           \
	"<p:Number>123456</p:Number></p:Document></f:Learner>"
#define FEDERAL                                            \
	" xmlns:f=\"urn://x-contingent/rs-federal/1.0.0\"" \
	" xmlns:p=\"urn://x-contingent/rs/packet/1.0.0\""  \
	" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"

static void
the_federal_segment_is_told_in_the_words_of_the_packet(void **state)
{
	struct changeset *change = learner();
	struct buf out;
	struct err err;

	(void)state;
	buf_init(&out, 0);
	assert_int_equal(
	    adapter_named("federal-push")->encode(change, &out, &err), 0);
	assert_string_equal(buf_text(&out),
	    "<f:PushChangesRequest" FEDERAL
	    "<f:BatchId>7c9a4d1e-0000-4000-8000-000000000020</f:BatchId>"
	    "<f:Record><f:RecNo>1</f:RecNo><f:ChangeSeq>42</f:ChangeSeq>"
	    "<f:RegionalNumber>77000000000011</f:RegionalNumber>" LEARNER
	    "</f:Record></f:PushChangesRequest>");
	check_schema(&out);
	buf_clear(&out);
	assert_int_equal(
	    adapter_named("federal-learner")->encode(change, &out, &err), 0);
	assert_string_equal(buf_text(&out),
	    "<f:GetLearnerResponse" FEDERAL LEARNER
	    "<f:RegionalNumber>77000000000011</f:RegionalNumber>"
	    "</f:GetLearnerResponse>");
	check_schema(&out);
	/* Without a regional number nothing goes. */
	change->records[0].person->regional_number = value_absent();
	assert_int_equal(
	    adapter_named("federal-push")->encode(change, &out, &err), -1);
	assert_string_equal(err.code, "FED_ENCODE");
	assert_int_equal(
	    adapter_named("federal-learner")->encode(change, &out, &err), -1);
	buf_release(&out);
}

static void
a_header_that_says_nothing_refuses_the_packet(void **state)
{
	static const char *const packets[] = {
		"<Packet xmlns='urn://x-contingent/rs/packet/1.0.0'/>",
		"<Packet xmlns='urn://x-contingent/rs/packet/1.0.0'><Header/>"
		"</Packet>",
		"<Packet xmlns='urn://x-contingent/rs/packet/1.0.0'><Header>"
		"<PacketId>1</PacketId><SourceSystem>s</SourceSystem>"
		"<Kind>LEARNER</Kind><Mode>DELTA</Mode>"
		"<RecordCount>0</RecordCount></Header></Packet>",
		"<Packet xmlns='urn://x-contingent/rs/packet/1.0.0'><Header>"
		"<PacketId>7c9a4d1e-0000-4000-8000-000000000020</PacketId>"
		"<SourceSystem>s</SourceSystem>"
		"<Kind>LEARNER</Kind><Mode>DELTA</Mode>"
		"<Seq>99999999999999999999</Seq>"
		"<RecordCount>0</RecordCount></Header></Packet>",
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		assert_null(decode(packets[i], &err));
		assert_string_equal(err.code, "PKT_SCHEMA");
		assert_int_equal(err.kind, ERR_REFUSE);
	}
}

static void
a_message_without_an_act_is_refused_whole(void **state)
{
	struct err err;

	(void)state;
	assert_null(decode("<Request xmlns='" ZAGS_OIV "'/>", &err));
	assert_string_equal(err.code, "ZAGS_EMPTY");
	assert_null(decode("<FATALOIVRequest xmlns='" ZAGS_OIV "'/>", &err));
	assert_null(decode("<GetLearnerRequest xmlns="
			   "'urn://x-contingent/rs-federal/1.0.0'/>",
	    &err));
	assert_string_equal(err.code, "PKT_SCHEMA");
	assert_null(decode("<PushChangesResponse xmlns="
			   "'urn://x-contingent/rs-federal/1.0.0'/>",
	    &err));
}

static void
an_act_of_another_namespace_is_not_an_act(void **state)
{
	struct err err;

	(void)state;
	assert_null(decode("<FATALOIVRequest xmlns='" ZAGS_OIV
			   "' ИдСвед='1'><СведРегСмертОИВ xmlns='urn:x'/>"
			   "</FATALOIVRequest>",
	    &err));
	assert_string_equal(err.code, "ZAGS_EMPTY");
}

#define DIR                                                              \
	"urn://x-artefacts-smev-gov-ru/services/message-exchange/types/" \
	"directive/1.3"
#define ACT(record, act)                                                                                      \
	"<d:RegistryRecord><d:RecordId>" record                                                               \
	"</d:RecordId><d:Record><d:RecordContent><FATALOIVRequest "                                           \
	"ИдСвед='1'><СведРегСмертОИВ НомерЗапис='" act                                                        \
	"'><ПрдСведРег><СведУмер/></ПрдСведРег></СведРегСмертОИВ>" \
	"</FATALOIVRequest></d:RecordContent></d:Record></d:RegistryRecord>"

static void
a_marked_record_is_refused_and_costs_no_other(void **state)
{
	struct xml_doc *doc = NULL;
	struct changeset *change;
	xmlNode *record;
	struct err err;
	static const char xml[] = "<Request xmlns='" ZAGS_OIV "' xmlns:d='" DIR
				  "'><d:Registry>" ACT("1", "77")
				      ACT("2", "78") "</d:Registry></Request>";

	(void)state;
	assert_int_equal(xml_doc_parse(xml, strlen(xml), NULL, &doc, &err), 0);
	record = xml_child(xml_child(xml_doc_root(doc), NULL, "Registry"), NULL,
	    "RegistryRecord");
	assert_null(refusal_of(record));
	refusal_mark(record, "DSIG_DIGEST");
	assert_string_equal(refusal_of(record), "DSIG_DIGEST");
	assert_true(adapter_of(xml_doc_root(doc))->by_record);
	assert_int_equal(adapter_of(xml_doc_root(doc))
			     ->decode(xml_doc_root(doc), arena, &change, &err),
	    0);
	assert_int_equal(change->record_count, 2);
	assert_string_equal(change->records[0].external_key, "death/77");
	assert_int_equal(change->records[0].act->number.state, VALUE_UNSAID);
	assert_null(change->records[0].person);
	assert_string_equal(change->defects.items[0].code, "DSIG_DIGEST");
	assert_int_equal(change->defects.items[0].rec_no, 1);
	assert_int_equal(change->defects.items[0].level, DEFECT_ERROR);
	assert_int_equal(change->records[1].kind, RECORD_CIVIL_ACT);
	for (size_t i = 0; i < change->defects.count; i++)
		assert_true(change->defects.items[i].rec_no != 2
		    || change->defects.items[i].level < DEFECT_ERROR);
	xml_doc_free(doc);
}

static void
values_of_any_length_are_survived(void **state)
{
	static const char head[] =
	    "<FATALRequest xmlns='urn://x-artefacts-zags-fatal/root/112-04/"
	    "4.0.2' ИдСвед='1'><СведРегСмерт НомерЗапис='1'><ПрдСведРег>"
	    "<СведУмер><ФИОУмер Фамилия='";
	static const char tail[] =
	    "'/></СведУмер></ПрдСведРег></СведРегСмерт></FATALRequest>";
	struct changeset *change;
	struct buf xml;
	struct err err;

	(void)state;
	buf_init(&xml, 0);
	buf_adds(&xml, head);
	for (int i = 0; i < 1000000; i++)
		buf_adds(&xml, "Ъ");
	buf_adds(&xml, tail);
	change = decode(buf_text(&xml), &err);
	assert_non_null(change);
	assert_int_equal(change->record_count, 1);
	assert_int_equal(
	    change->records[0].person->surname.state, VALUE_UNSAID);
	assert_string_equal(change->defects.items[0].code, "P_TEXT_LONG");
	assert_true(strlen(change->defects.items[0].value) <= 64);
	buf_release(&xml);
}

static void
many_faulty_records_take_no_long_time(void **state)
{
	struct changeset *change;
	struct buf xml;
	struct err err;

	(void)state;
	buf_init(&xml, 0);
	buf_adds(&xml,
	    "<Packet xmlns='urn://x-contingent/rs/packet/1.0.0'><Header>"
	    "<PacketId>7c9a4d1e-0000-4000-8000-000000000020</PacketId>"
	    "<SourceSystem>s</SourceSystem><Kind>LEARNER</Kind>"
	    "<Mode>DELTA</Mode><RecordCount>30000</RecordCount></Header>");
	for (int i = 0; i < 30000; i++)
		buf_adds(&xml, "<Record><Learner/><RecNo>7</RecNo></Record>");
	buf_adds(&xml, "</Packet>");
	change = decode(buf_text(&xml), &err);
	assert_non_null(change);
	assert_int_equal(change->record_count, 30000);
	assert_int_equal(change->defects.count, DEFECTS_MAX);
	assert_true(change->defects.total > 60000);
	buf_release(&xml);
}

static int
setup(void **state)
{
	struct err err;

	(void)state;
	arena = arena_new();
	xml_doc_setup();
	name_setup();
	if (xsd_registry_load(TEST_SRCDIR "/xsd/schemas", &schemas, &err) == -1)
		fail_msg("%s %s", err.code, err.text);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	xsd_registry_free(schemas);
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_root_and_name_leads_to_its_adapter),
		cmocka_unit_test(zags_is_answered_in_its_own_words),
		cmocka_unit_test(
		    the_federal_segment_is_told_in_the_words_of_the_packet),
		cmocka_unit_test(a_header_that_says_nothing_refuses_the_packet),
		cmocka_unit_test(a_message_without_an_act_is_refused_whole),
		cmocka_unit_test(an_act_of_another_namespace_is_not_an_act),
		cmocka_unit_test(a_marked_record_is_refused_and_costs_no_other),
		cmocka_unit_test(values_of_any_length_are_survived),
		cmocka_unit_test(many_faulty_records_take_no_long_time),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
