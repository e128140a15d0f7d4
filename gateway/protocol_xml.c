#include "gateway/protocol_xml.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/codes.h"
#include "base/defect.h"
#include "model/protocol.h"
#include "xsd/xml_write.h"

#define NAMESPACE "urn://x-contingent/rs/packet/1.0.0"

static void
begin(struct xml_writer *w, struct buf *out, const char *root)
{
	static const char head[] =
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

	xml_write_init(w, out);
	buf_add(out, head, sizeof(head) - 1);
	xml_write_open(w, root);
	xml_write_ns(w, "", NAMESPACE);
}

static void
leaf_int(struct xml_writer *w, const char *name, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	xml_write_leaf(w, name, text);
}

/* xs:dateTime in UTC with milliseconds. */
static void
leaf_time(struct xml_writer *w, const char *name, int64_t at_ms)
{
	time_t seconds = (time_t)(at_ms / 1000);
	char text[40];
	size_t bytes;
	struct tm tm;

	if (gmtime_r(&seconds, &tm) == NULL)
		return;
	bytes = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(
	    text + bytes, sizeof(text) - bytes, ".%03dZ", (int)(at_ms % 1000));
	xml_write_leaf(w, name, text);
}

/* An element that may be left out: NULL leaves it out. */
static const char *
or_none(const char *text)
{
	return text == NULL || *text == '\0' ? NULL : text;
}

void
receipt_xml(const struct receipt *receipt, struct buf *out)
{
	struct xml_writer w;

	begin(&w, out, "Receipt");
	xml_write_leaf(&w, "PacketId", or_none(receipt->packet_id));
	xml_write_leaf(&w, "ReceiptId", receipt->receipt_id);
	leaf_time(&w, "ReceivedAt", receipt->received_ms);
	xml_write_leaf(&w, "Status", receipt->status);
	if (receipt->retry_after_s > 0)
		leaf_int(&w, "RetryAfter", receipt->retry_after_s);
	xml_write_close(&w);
}

static void
write_message(struct xml_writer *w, const struct defect *defect)
{
	const struct code *code = code_find(defect->code);
	struct buf text;

	buf_init(&text, 0);
	if (code != NULL)
		buf_adds(&text, code->title);
	if (defect->text[0] != '\0') {
		if (text.bytes > 0)
			buf_adds(&text, ": ");
		buf_adds(&text, defect->text);
	}
	xml_write_open(w, "Message");
	xml_write_leaf(w, "Level", defect_level_name(defect->level));
	xml_write_leaf(w, "Code", defect->code);
	if (defect->line > 0)
		leaf_int(w, "Line", defect->line);
	xml_write_leaf(w, "Path", or_none(defect->path));
	xml_write_leaf(w, "Value", or_none(defect->value));
	xml_write_leaf(w, "Text", buf_text(&text));
	xml_write_leaf(w, "Hint", code != NULL ? or_none(code->next) : NULL);
	xml_write_close(w);
	buf_release(&text);
}

static void
write_messages(struct xml_writer *w, const struct defects *defects, long rec_no)
{
	for (size_t i = 0; i < defects->count; i++)
		if (defects->items[i].rec_no == rec_no)
			write_message(w, &defects->items[i]);
}

/* Defects that were counted but not kept: the sender has to know. */
static void
write_more(struct xml_writer *w, const struct defects *defects)
{
	char text[80];
	struct defect more = { .level = DEFECT_INFO,
		.code = "PKT_MORE",
		.path = "",
		.value = "",
		.text = text };

	if (defects->total <= defects->count)
		return;
	(void)snprintf(
	    text, sizeof(text), "ещё %zu", defects->total - defects->count);
	write_message(w, &more);
}

static void
write_statistics(struct xml_writer *w, const struct protocol *protocol)
{
	static const struct {
		enum record_result result;
		const char *name;
	} rows[] = { { RESULT_CREATED, "Created" },
		{ RESULT_UPDATED, "Updated" },
		{ RESULT_UNCHANGED, "Unchanged" }, { RESULT_LINKED, "Linked" },
		{ RESULT_PROVISIONAL, "Provisional" },
		{ RESULT_CONFLICT, "Conflict" },
		{ RESULT_REJECTED, "Rejected" }, { RESULT_STALE, "Stale" },
		{ RESULT_FOUND, "Found" } };
	int64_t counts[RESULT_END] = { 0 };

	if (or_none(protocol->kind) == NULL)
		return;
	for (size_t i = 0; i < protocol->outcome_count; i++)
		counts[protocol->outcomes[i].result]++;
	xml_write_open(w, "Statistics");
	xml_write_leaf(w, "Kind", protocol->kind);
	leaf_int(w, "Received", (int64_t)protocol->outcome_count);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		leaf_int(w, rows[i].name, counts[rows[i].result]);
	xml_write_close(w);
}

static void
write_record(struct xml_writer *w, const struct protocol *protocol,
    const struct record_outcome *outcome)
{
	xml_write_open(w, "Record");
	leaf_int(w, "RecNo", outcome->rec_no);
	xml_write_leaf(w, "ExternalKey", or_none(outcome->external_key));
	xml_write_leaf(w, "Result", record_result_name(outcome->result));
	xml_write_leaf(w, "RegionalNumber", or_none(outcome->regional_number));
	write_messages(w, &protocol->defects, outcome->rec_no);
	xml_write_close(w);
}

static bool
has_outcome(const struct protocol *protocol, long rec_no)
{
	for (size_t i = 0; i < protocol->outcome_count; i++)
		if (protocol->outcomes[i].rec_no == rec_no)
			return true;
	return false;
}

/*
 * Records that have defects and no outcome: the packet was refused before the
 * registry saw it.  Each stands once, where its first defect does.
 */
static void
write_unseen(struct xml_writer *w, const struct protocol *protocol)
{
	const struct defects *defects = &protocol->defects;

	for (size_t i = 0; i < defects->count; i++) {
		struct record_outcome outcome = {
			.rec_no = defects->items[i].rec_no,
			.result = RESULT_REJECTED,
		};
		bool first = outcome.rec_no > 0;

		for (size_t j = 0; j < i && first; j++)
			first = defects->items[j].rec_no != outcome.rec_no;
		if (first && !has_outcome(protocol, outcome.rec_no))
			write_record(w, protocol, &outcome);
	}
}

void
protocol_xml(const struct protocol *protocol, struct buf *out)
{
	struct xml_writer w;

	begin(&w, out, "Protocol");
	xml_write_leaf(&w, "PacketId", or_none(protocol->packet_id));
	xml_write_leaf(&w, "Status", protocol->status);
	leaf_time(&w, "StartedAt", protocol->started_ms);
	leaf_time(&w, "FinishedAt", protocol->finished_ms);
	write_statistics(&w, protocol);
	write_messages(&w, &protocol->defects, 0);
	write_more(&w, &protocol->defects);
	for (size_t i = 0; i < protocol->outcome_count; i++)
		write_record(&w, protocol, &protocol->outcomes[i]);
	write_unseen(&w, protocol);
	xml_write_close(&w);
}

void
protocol_xml_refusal(const char *packet_id, const char *code, const char *text,
    int64_t now_ms, struct buf *out)
{
	struct defect defect = { .level = DEFECT_FATAL,
		.code = code,
		.path = "",
		.value = "",
		.text = text };
	struct protocol protocol = { .packet_id = packet_id,
		.status = "REFUSED",
		.kind = "",
		.started_ms = now_ms,
		.finished_ms = now_ms,
		.defects = { .items = &defect, .count = 1, .total = 1 } };

	protocol_xml(&protocol, out);
}
