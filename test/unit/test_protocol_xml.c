/* The promises of gateway/protocol_xml.h, one test each. */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/defect.h"
#include "base/err.h"
#include "gateway/protocol_xml.h"
#include "model/protocol.h"
#include "xsd/xml_doc.h"
#include "xsd/xsd_registry.h"

static struct xsd_registry *schemas;

static int
set_up(void **state)
{
	struct err err = { 0 };

	(void)state;
	xml_doc_setup();
	if (xsd_registry_load(TEST_SOURCE "/xsd/schemas", &schemas, &err) == -1)
		fail_msg("%s", err.text);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	xsd_registry_free(schemas);
	return 0;
}

/* Every document has to be valid by the schema senders are given. */
static void
valid(const struct buf *xml)
{
	struct arena *arena = arena_new();
	struct xml_doc *doc = NULL;
	struct err err = { 0 };
	struct defects defects;

	defects_init(&defects, arena);
	if (xml_doc_parse(xml->data, xml->bytes, NULL, &doc, &err) == -1)
		fail_msg("%s in %s", err.text, xml->data);
	if (xsd_validate(schemas, xml_doc_root(doc), &defects, &err) != 0)
		fail_msg("%s: %s in %s",
		    defects.count > 0 ? defects.items[0].path : err.text,
		    defects.count > 0 ? defects.items[0].text : "", xml->data);
	xml_doc_free(doc);
	arena_free(arena);
}

static void
holds(const struct buf *xml, const char *part)
{
	if (strstr(xml->data, part) == NULL)
		fail_msg("no %s in %s", part, xml->data);
}

static void
receipt_says_what_was_taken_and_when(void **state)
{
	struct receipt receipt = { .packet_id = "p-1",
		.receipt_id = "r-1",
		.received_ms = 1000000000123,
		.status = "QUEUED",
		.retry_after_s = 5 };
	struct buf xml, again;

	(void)state;
	buf_init(&xml, 0);
	buf_init(&again, 0);
	receipt_xml(&receipt, &xml);
	receipt_xml(&receipt, &again);
	assert_string_equal(xml.data, again.data);
	valid(&xml);
	holds(&xml, "<PacketId>p-1</PacketId><ReceiptId>r-1</ReceiptId>");
	holds(&xml, "<ReceivedAt>2001-09-09T01:46:40.123Z</ReceivedAt>");
	holds(&xml, "<Status>QUEUED</Status><RetryAfter>5</RetryAfter>");
	buf_clear(&xml);
	receipt.retry_after_s = 0;
	receipt_xml(&receipt, &xml);
	valid(&xml);
	assert_null(strstr(xml.data, "RetryAfter"));
	buf_release(&xml);
	buf_release(&again);
}

static void
protocol_lists_records_with_their_messages(void **state)
{
	struct arena *arena = arena_new();
	struct record_outcome outcomes[] = {
		{ 1, "k&1", RESULT_CREATED, "550000000011", "7" },
		{ 2, "k2", RESULT_REJECTED, "", "" },
		{ 3, "", RESULT_CREATED, "", "" },
	};
	struct protocol protocol = { .packet_id = "p-1",
		.status = "PARTIAL",
		.kind = "LEARNER",
		.started_ms = 1,
		.finished_ms = 2,
		.outcomes = outcomes,
		.outcome_count = 3 };
	struct buf xml;

	(void)state;
	buf_init(&xml, 0);
	defects_init(&protocol.defects, arena);
	defects_add(&protocol.defects,
	    &(struct defect){ .level = DEFECT_ERROR,
		.code = "FILE_LARGE",
		.rec_no = 2,
		.line = 41,
		.path = "Packet/Record[2]/BirthDate",
		.value = "****01",
		.text = "подробность <1>" });
	defects_add(&protocol.defects,
	    &(struct defect){ .level = DEFECT_WARN, .code = "PKT_MORE" });
	protocol_xml(&protocol, &xml);
	valid(&xml);
	holds(&xml,
	    "<Kind>LEARNER</Kind><Received>3</Received>"
	    "<Created>2</Created>");
	holds(&xml, "<Rejected>1</Rejected>");
	holds(&xml,
	    "<RecNo>1</RecNo><ExternalKey>k&amp;1</ExternalKey>"
	    "<Result>CREATED</Result>"
	    "<RegionalNumber>550000000011</RegionalNumber></Record>");
	holds(&xml,
	    "<Result>REJECTED</Result><Message><Level>ERROR</Level>"
	    "<Code>FILE_LARGE</Code><Line>41</Line>"
	    "<Path>Packet/Record[2]/BirthDate</Path>"
	    "<Value>****01</Value><Text>Файл слишком велик: "
	    "подробность &lt;1&gt;</Text><Hint>");
	buf_release(&xml);
	arena_free(arena);
}

static void
refused_packet_lists_every_record_that_has_a_defect_once(void **state)
{
	struct arena *arena = arena_new();
	struct protocol protocol = {
		.packet_id = "", .status = "REFUSED", .kind = ""
	};
	const char *at;
	struct buf xml;
	int records = 0;

	(void)state;
	buf_init(&xml, 0);
	defects_init(&protocol.defects, arena);
	for (long i = 0; i < DEFECTS_MAX + 9; i++)
		defects_add(&protocol.defects,
		    &(struct defect){ .level = DEFECT_FATAL,
			.code = "FILE_LARGE",
			.rec_no = i % 3 });
	protocol_xml(&protocol, &xml);
	valid(&xml);
	for (at = xml.data; (at = strstr(at, "<Record>")) != NULL; at++)
		records++;
	assert_int_equal(records, 2);
	holds(&xml, "<Code>PKT_MORE</Code>");
	holds(&xml, ": ещё 9</Text>");
	assert_null(strstr(xml.data, "<PacketId>"));
	assert_null(strstr(xml.data, "Statistics"));
	buf_release(&xml);
	arena_free(arena);
}

static void
refusal_has_code_title_and_what_to_do(void **state)
{
	struct buf xml;

	(void)state;
	buf_init(&xml, 0);
	protocol_xml_refusal("", "HTTP_TYPE", "", 1000000000123, &xml);
	valid(&xml);
	holds(&xml, "<Status>REFUSED</Status>");
	holds(&xml, "<Level>FATAL</Level><Code>HTTP_TYPE</Code><Text>");
	holds(&xml, "<Hint>");
	buf_release(&xml);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receipt_says_what_was_taken_and_when),
		cmocka_unit_test(protocol_lists_records_with_their_messages),
		cmocka_unit_test(
		    refused_packet_lists_every_record_that_has_a_defect_once),
		cmocka_unit_test(refusal_has_code_title_and_what_to_do),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
