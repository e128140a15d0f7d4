/*
 * federal-push: what the region reports, and what the segment says of it.
 */
#include <stdio.h>
#include <string.h>

#include "adapters/canonical.h"
#include "adapters/decoder.h"
#include "adapters/federal/federal.h"
#include "adapters/form.h"
#include "adapters/packet.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "model/changeset.h"
#include "model/field.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

#define NUMBER_BYTES 24

static const char *const statuses[] = { "ok", "error", "duplicate" };

static bool
sendable(const struct record *record)
{
	return record->kind == RECORD_LEARNER && record->person != NULL
	    && value_text(&record->person->regional_number) != NULL;
}

static void
write_number(struct xml_writer *w, const char *name, int64_t number)
{
	char text[NUMBER_BYTES];

	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	xml_write_leaf(w, name, text);
}

static void
write_record(struct xml_writer *w, const struct record *record, long rec_no)
{
	const struct person *person = record->person;

	xml_write_open(w, "f:Record");
	write_number(w, "f:RecNo", rec_no);
	write_number(w, "f:ChangeSeq", record->change_seq);
	xml_write_leaf(
	    w, "f:RegionalNumber", value_text(&person->regional_number));
	xml_write_leaf(w, "f:FederalGuid", value_text(&person->federal_guid));
	xml_write_open(w, "f:Learner");
	canonical_write_learner(w, "p:", record);
	xml_write_close(w);
	xml_write_close(w);
}

int
federal_push_encode(
    const struct changeset *change, struct buf *out, struct err *err)
{
	struct xml_writer w;

	for (size_t i = 0; i < change->record_count; i++)
		if (!sendable(&change->records[i]))
			return err_set(err, ERR_HOLD, "FED_ENCODE",
			    "record %zu is no learner with a regional number",
			    i + 1);
	if (change->record_count == 0 || *change->packet_id == '\0')
		return err_set(err, ERR_HOLD, "FED_ENCODE",
		    "a batch without records or without an id");
	xml_write_init(&w, out);
	xml_write_open(&w, "f:PushChangesRequest");
	xml_write_ns(&w, "f", FEDERAL_NS);
	xml_write_ns(&w, "p", PACKET_NS);
	xml_write_ns(&w, "xsi", "http://www.w3.org/2001/XMLSchema-instance");
	if (*change->root_id != '\0')
		xml_write_attr(&w, "Id", change->root_id);
	xml_write_leaf(&w, "f:BatchId", change->packet_id);
	for (size_t i = 0; i < change->record_count; i++) {
		const struct record *record = &change->records[i];

		write_record(&w, record,
		    record->rec_no > 0 ? record->rec_no : (long)i + 1);
	}
	xml_write_close(&w);
	return 0;
}

/* A text of node in the arena, cleaned; "" if there is none. */
static const char *
read_text(
    struct decoder *d, const xmlNode *node, const char *name, enum form form)
{
	struct place at = { .node = xml_child(node, NULL, name) };

	if (at.node == NULL)
		return "";
	return form_read(d, &at, form, xml_text(at.node, d->arena)).text;
}

/* One record of the answer; false with a defect if it says nothing usable. */
static bool
read_answer(struct decoder *d, const xmlNode *node, struct record *record)
{
	const char *number = xml_child_text(node, NULL, "RecNo", d->arena);
	const char *status = xml_child_text(node, NULL, "Status", d->arena);
	struct place at = { .node = node };
	const char *known = NULL;
	int64_t rec_no = 0;

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (str_equal(status, statuses[i]))
			known = statuses[i];
	if (number == NULL || str_int(number, 1, INT32_MAX, &rec_no) == -1
	    || known == NULL) {
		decoder_fault(d, &at, DEFECT_ERROR, "FED_ANSWER", status, NULL);
		return false;
	}
	d->rec_no = record->rec_no = (long)rec_no;
	record->kind = RECORD_ANSWER;
	record->answer = answer_new(d->arena);
	record->answer->status = known;
	record->answer->federal_guid =
	    read_text(d, node, "FederalGuid", FORM_UUID);
	record->answer->code = read_text(d, node, "Code", FORM_CODE);
	record->answer->text = read_text(d, node, "Text", FORM_TEXT);
	return true;
}

int
federal_push_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err)
{
	struct changeset *change = changeset_new(arena);
	struct decoder d = { arena, change, 0 };
	const char *batch = read_text(&d, root, "BatchId", FORM_UUID);
	size_t count = 0, kept = 0;

	if (*batch == '\0')
		return err_set(err, ERR_REFUSE, "PKT_SCHEMA",
		    "an answer to a batch without BatchId");
	change->packet_id = change->their_id = batch;
	change->kind = record_kind_name(RECORD_ANSWER);
	change->mode = MODE_ANSWER;
	for (const xmlNode *node = xml_child(root, NULL, "Record");
	     node != NULL; node = xml_next(node, NULL, "Record"))
		count++;
	changeset_records(change, arena, count);
	for (const xmlNode *node = xml_child(root, NULL, "Record");
	     node != NULL; node = xml_next(node, NULL, "Record")) {
		d.rec_no = 0;
		kept += read_answer(&d, node, &change->records[kept]);
	}
	change->record_count = kept;
	*ret_change = change;
	return 0;
}
