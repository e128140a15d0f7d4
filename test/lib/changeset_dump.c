#include "test/lib/changeset_dump.h"

#include <stdio.h>

#include "base/buf.h"
#include "model/changeset.h"
#include "model/field.h"

static void
dump_text(struct buf *out, const char *name, const char *text)
{
	if (*text != '\0')
		buf_addf(out, "%s = %s\n", name, text);
}

static void
dump_entity(struct buf *out, const char *name, const struct entity_type *type,
    const void *entity)
{
	if (entity == NULL)
		return;
	for (size_t i = 0; i < type->field_count; i++) {
		const struct value *v = field_read(&type->fields[i], entity);

		if (v->state == VALUE_SET)
			buf_addf(out, "  %s.%s = %s\n", name,
			    type->fields[i].name, v->text);
		else if (v->state == VALUE_ABSENT)
			buf_addf(out, "  %s.%s absent\n", name,
			    type->fields[i].name);
	}
}

static void
dump_documents(struct buf *out, const char *owner,
    const struct document *documents, size_t count)
{
	char name[64];

	for (size_t i = 0; i < count; i++) {
		(void)snprintf(
		    name, sizeof(name), "%sdocument[%zu]", owner, i + 1);
		dump_entity(out, name, &document_type, &documents[i]);
	}
}

static void
dump_party(struct buf *out, const struct party *party, size_t number)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "party[%zu]", number);
	dump_entity(out, name, &representation_type, &party->role);
	dump_entity(out, name, &person_type, &party->person);
	(void)snprintf(name, sizeof(name), "party[%zu].", number);
	dump_documents(out, name, party->documents, party->document_count);
}

static void
dump_record(struct buf *out, const struct record *r)
{
	buf_addf(out, "record %ld %s %s\n", r->rec_no,
	    record_kind_name(r->kind), record_op_name(r->op));
	dump_text(out, "  external_key", r->external_key);
	dump_text(out, "  updated_at", r->updated_at);
	dump_entity(out, "act", &civil_act_type, r->act);
	dump_entity(out, "person", &person_type, r->person);
	dump_documents(out, "", r->documents, r->document_count);
	for (size_t i = 0; i < r->party_count; i++)
		dump_party(out, &r->parties[i], i + 1);
	dump_entity(out, "organisation", &organisation_type, r->organisation);
	dump_entity(out, "group", &group_type, r->group);
	dump_entity(out, "enrolment", &enrolment_type, r->enrolment);
	dump_entity(out, "movement", &movement_type, r->movement);
	if (r->answer != NULL) {
		dump_text(out, "  answer.status", r->answer->status);
		dump_text(out, "  answer.code", r->answer->code);
		dump_text(out, "  answer.text", r->answer->text);
		dump_text(
		    out, "  answer.federal_guid", r->answer->federal_guid);
	}
}

void
changeset_dump(const struct changeset *change, struct buf *out)
{
	buf_addf(out, "changeset %s %s\n", change->kind,
	    packet_mode_name(change->mode));
	dump_text(out, "packet_id", change->packet_id);
	dump_text(out, "source", change->source);
	dump_text(out, "scope", change->scope);
	if (change->seq != 0)
		buf_addf(out, "seq = %lld\n", (long long)change->seq);
	if (change->based_on != 0)
		buf_addf(out, "based_on = %lld\n", (long long)change->based_on);
	dump_text(out, "created_at", change->created_at);
	dump_text(out, "as_of", change->as_of);
	dump_text(out, "content_sha256", change->content_sha256);
	if (change->atomic)
		buf_adds(out, "atomic\n");
	dump_text(out, "their_id", change->their_id);
	dump_text(out, "reply_kind", change->reply_kind);
	for (size_t i = 0; i < change->record_count; i++)
		dump_record(out, &change->records[i]);
	for (size_t i = 0; i < change->defects.count; i++) {
		const struct defect *d = &change->defects.items[i];

		buf_addf(out, "defect %s %s record %ld line %ld\n",
		    defect_level_name(d->level), d->code, d->rec_no, d->line);
		dump_text(out, "  path", d->path);
		dump_text(out, "  value", d->value);
		dump_text(out, "  text", d->text);
	}
}
