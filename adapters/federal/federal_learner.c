/*
 * federal-learner: whom the segment asks about, and what the region knows.
 */
#include <string.h>

#include "adapters/canonical.h"
#include "adapters/decoder.h"
#include "adapters/federal/federal.h"
#include "adapters/packet.h"
#include "base/arena.h"
#include "base/err.h"
#include "model/changeset.h"
#include "model/field.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

static bool
says_anything(const struct record *record)
{
	for (size_t i = 0; i < person_type.field_count; i++)
		if (value_text(
			field_read(&person_type.fields[i], record->person))
		    != NULL)
			return true;
	return record->document_count != 0;
}

int
federal_learner_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err)
{
	struct changeset *change = changeset_new(arena);
	struct decoder d = { arena, change, 1 };
	struct place at = { .node = root };
	const xmlNode *combined = xml_child(root, NULL, "Combined");
	struct record *record;

	change->kind = record_kind_name(RECORD_QUERY);
	change->mode = MODE_QUERY;
	change->reply_kind = "federal-learner";
	changeset_records(change, arena, 1);
	record = &change->records[0];
	record->rec_no = 1;
	record->kind = RECORD_QUERY;
	record->person = entity_new(&person_type, 1, arena);
	/* FederalGuid or Snils stand by themselves, the rest in Combined. */
	canonical_read(&d, root, &person_type, record->person);
	if (combined != NULL) {
		canonical_read(&d, combined, &person_type, record->person);
		record->documents = canonical_read_documents(
		    &d, combined, &record->document_count);
	}
	if (!says_anything(record) && change->defects.total == 0)
		return err_set(
		    err, ERR_REFUSE, "PKT_SCHEMA", "a question about nobody");
	/* Left out, a bad field would only widen the question. */
	if (change->defects.total != 0 && change->defects.worst >= DEFECT_FIELD)
		decoder_fault(&d, &at, DEFECT_ERROR, "FED_QUERY", NULL, NULL);
	*ret_change = change;
	return 0;
}

int
federal_learner_encode(
    const struct changeset *change, struct buf *out, struct err *err)
{
	const struct record *record = change->records;
	const char *number = NULL;
	struct xml_writer w;

	if (change->record_count != 0 && record->person != NULL)
		number = value_text(&record->person->regional_number);
	if (number == NULL)
		return err_set(err, ERR_HOLD, "FED_ENCODE",
		    "an answer without a learner with a regional number");
	xml_write_init(&w, out);
	xml_write_open(&w, "f:GetLearnerResponse");
	xml_write_ns(&w, "f", FEDERAL_NS);
	xml_write_ns(&w, "p", PACKET_NS);
	xml_write_ns(&w, "xsi", "http://www.w3.org/2001/XMLSchema-instance");
	if (*change->root_id != '\0')
		xml_write_attr(&w, "Id", change->root_id);
	xml_write_open(&w, "f:Learner");
	canonical_write_learner(&w, "p:", record);
	xml_write_close(&w);
	xml_write_leaf(&w, "f:RegionalNumber", number);
	xml_write_leaf(
	    &w, "f:FederalGuid", value_text(&record->person->federal_guid));
	xml_write_close(&w);
	return 0;
}
