/*
 * The bytes: "KCS" and the version; the head; the records; the defects.  An
 * entity is one integer with two bits a field (its value_state) and then the
 * texts of the fields that are set, in the order of the field table.
 */
#include "model/changeset_codec.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/wire.h"
#include "model/changeset.h"
#include "model/field.h"

static const unsigned char magic[4] = { 'K', 'C', 'S', 1 };

/* The least bytes of one of each, to bound a count before memory is taken. */
#define INT_BYTES    8
#define TEXT_BYTES   4
#define RECORD_BYTES (7 * INT_BYTES + 2 * TEXT_BYTES)
#define PARTY_BYTES  (3 * INT_BYTES)
#define DEFECT_BYTES (3 * INT_BYTES + 4 * TEXT_BYTES)

/* What a record has; the bits of its mask. */
enum has {
	HAS_PERSON = 1,
	HAS_ORGANISATION = 2,
	HAS_GROUP = 4,
	HAS_ENROLMENT = 8,
	HAS_MOVEMENT = 16,
	HAS_ACT = 32,
	HAS_ANSWER = 64,
	HAS_ALL = 127
};

static void
put_entity(struct buf *buf, const struct entity_type *type, const void *entity)
{
	uint64_t states = 0;

	assert(type->field_count <= 31);
	for (size_t i = 0; i < type->field_count; i++) {
		const struct value *v = field_read(&type->fields[i], entity);

		if (v->state == VALUE_ABSENT
		    || (v->state == VALUE_SET && *v->text != '\0'))
			states |= (uint64_t)v->state << (2 * i);
	}
	wire_put_int(buf, (int64_t)states);
	for (size_t i = 0; i < type->field_count; i++)
		if ((states >> (2 * i) & 3) == VALUE_SET)
			wire_put_text(
			    buf, field_read(&type->fields[i], entity)->text);
}

static void
get_entity(struct wire *wire, const struct entity_type *type, void *entity,
    struct arena *arena)
{
	uint64_t states = (uint64_t)wire_int(wire);

	entity_clear(type, entity);
	if (states >> (2 * type->field_count) != 0)
		wire->bad = true;
	for (size_t i = 0; i < type->field_count && !wire->bad; i++) {
		struct value *v = field_value(&type->fields[i], entity);
		unsigned state = states >> (2 * i) & 3;

		if (state > VALUE_SET) {
			wire->bad = true;
			return;
		}
		if (state == VALUE_SET) {
			v->text = wire_text(wire, arena);
			if (*v->text == '\0')
				wire->bad = true;
		}
		v->state = (enum value_state)state;
	}
}

/* An entity that is there if bit is in mask; NULL otherwise. */
static void *
get_optional(struct wire *wire, const struct entity_type *type, unsigned mask,
    enum has bit, struct arena *arena)
{
	void *entity;

	if ((mask & bit) == 0 || wire->bad)
		return NULL;
	entity = arena_alloc(arena, type->bytes);
	get_entity(wire, type, entity, arena);
	return entity;
}

/* A count whose items of least bytes can still be there. */
static size_t
get_count(struct wire *wire, size_t least)
{
	return (size_t)wire_range(wire, 0, (int64_t)(wire->left / least));
}

static void
put_documents(struct buf *buf, const struct document *documents, size_t count)
{
	wire_put_int(buf, (int64_t)count);
	for (size_t i = 0; i < count; i++)
		put_entity(buf, &document_type, &documents[i]);
}

static struct document *
get_documents(struct wire *wire, size_t *ret_count, struct arena *arena)
{
	size_t count = get_count(wire, INT_BYTES);
	struct document *documents = NULL;

	if (count != 0)
		documents = arena_alloc(arena, count * sizeof(*documents));
	for (size_t i = 0; i < count; i++)
		get_entity(wire, &document_type, &documents[i], arena);
	*ret_count = count;
	return documents;
}

static void
put_parties(struct buf *buf, const struct record *record)
{
	wire_put_int(buf, (int64_t)record->party_count);
	for (size_t i = 0; i < record->party_count; i++) {
		const struct party *party = &record->parties[i];

		put_entity(buf, &representation_type, &party->role);
		put_entity(buf, &person_type, &party->person);
		put_documents(buf, party->documents, party->document_count);
	}
}

static void
get_parties(struct wire *wire, struct record *record, struct arena *arena)
{
	size_t count = get_count(wire, PARTY_BYTES);

	if (count == 0)
		return;
	record->parties = arena_alloc(arena, count * sizeof(*record->parties));
	record->party_count = count;
	for (size_t i = 0; i < count; i++) {
		struct party *party = &record->parties[i];

		get_entity(wire, &representation_type, &party->role, arena);
		get_entity(wire, &person_type, &party->person, arena);
		party->documents =
		    get_documents(wire, &party->document_count, arena);
	}
}

static void
put_record(struct buf *buf, const struct record *record)
{
	const struct {
		const struct entity_type *type;
		const void *entity;
		enum has bit;
	} parts[] = {
		{ &person_type, record->person, HAS_PERSON },
		{ &organisation_type, record->organisation, HAS_ORGANISATION },
		{ &group_type, record->group, HAS_GROUP },
		{ &enrolment_type, record->enrolment, HAS_ENROLMENT },
		{ &movement_type, record->movement, HAS_MOVEMENT },
		{ &civil_act_type, record->act, HAS_ACT },
	};
	const size_t count = sizeof(parts) / sizeof(parts[0]);
	int64_t mask = record->answer != NULL ? HAS_ANSWER : 0;

	for (size_t i = 0; i < count; i++)
		if (parts[i].entity != NULL)
			mask |= parts[i].bit;
	wire_put_int(buf, record->rec_no);
	wire_put_int(buf, record->kind);
	wire_put_int(buf, record->op);
	wire_put_int(buf, record->change_seq);
	wire_put_int(buf, mask);
	wire_put_text(buf, record->external_key);
	wire_put_text(buf, record->updated_at);
	for (size_t i = 0; i < count; i++)
		if (parts[i].entity != NULL)
			put_entity(buf, parts[i].type, parts[i].entity);
	if (record->answer != NULL) {
		wire_put_text(buf, record->answer->status);
		wire_put_text(buf, record->answer->code);
		wire_put_text(buf, record->answer->text);
		wire_put_text(buf, record->answer->federal_guid);
	}
	put_documents(buf, record->documents, record->document_count);
	put_parties(buf, record);
}

static struct answer *
get_answer(struct wire *wire, unsigned mask, struct arena *arena)
{
	struct answer *answer;

	if ((mask & HAS_ANSWER) == 0 || wire->bad)
		return NULL;
	answer = answer_new(arena);
	answer->status = wire_text(wire, arena);
	answer->code = wire_text(wire, arena);
	answer->text = wire_text(wire, arena);
	answer->federal_guid = wire_text(wire, arena);
	return answer;
}

static void
get_record(struct wire *wire, struct record *r, struct arena *arena)
{
	unsigned mask;

	r->rec_no = (long)wire_range(wire, 0, LONG_MAX);
	r->kind = (enum record_kind)wire_range(
	    wire, RECORD_LEARNER, RECORD_KIND_END - 1);
	r->op = (enum record_op)wire_range(wire, OP_UPSERT, OP_UNLINK);
	r->change_seq = wire_range(wire, 0, INT64_MAX);
	mask = (unsigned)wire_range(wire, 0, HAS_ALL);
	r->external_key = wire_text(wire, arena);
	r->updated_at = wire_text(wire, arena);
	r->person = get_optional(wire, &person_type, mask, HAS_PERSON, arena);
	r->organisation = get_optional(
	    wire, &organisation_type, mask, HAS_ORGANISATION, arena);
	r->group = get_optional(wire, &group_type, mask, HAS_GROUP, arena);
	r->enrolment =
	    get_optional(wire, &enrolment_type, mask, HAS_ENROLMENT, arena);
	r->movement =
	    get_optional(wire, &movement_type, mask, HAS_MOVEMENT, arena);
	r->act = get_optional(wire, &civil_act_type, mask, HAS_ACT, arena);
	r->answer = get_answer(wire, mask, arena);
	r->documents = get_documents(wire, &r->document_count, arena);
	get_parties(wire, r, arena);
}

static void
put_defects(struct buf *buf, const struct defects *defects)
{
	wire_put_int(buf, (int64_t)defects->total);
	wire_put_int(buf, defects->worst);
	wire_put_int(buf, (int64_t)defects->count);
	for (size_t i = 0; i < defects->count; i++) {
		const struct defect *d = &defects->items[i];

		wire_put_int(buf, d->level);
		wire_put_int(buf, d->rec_no);
		wire_put_int(buf, d->line);
		wire_put_text(buf, d->code);
		wire_put_text(buf, d->path);
		wire_put_text(buf, d->value);
		wire_put_text(buf, d->text);
	}
}

static void
get_defects(struct wire *wire, struct defects *defects, struct arena *arena)
{
	int64_t total = wire_range(wire, 0, INT32_MAX);
	int64_t worst = wire_range(wire, DEFECT_INFO, DEFECT_FATAL);
	size_t count = get_count(wire, DEFECT_BYTES);

	if (count > DEFECTS_MAX || (int64_t)count > total) {
		wire->bad = true;
		return;
	}
	for (size_t i = 0; i < count && !wire->bad; i++) {
		struct defect d = { 0 };

		d.level = (enum defect_level)wire_range(
		    wire, DEFECT_INFO, DEFECT_FATAL);
		d.rec_no = (long)wire_range(wire, 0, LONG_MAX);
		d.line = (long)wire_range(wire, 0, LONG_MAX);
		d.code = wire_text(wire, arena);
		d.path = wire_text(wire, arena);
		d.value = wire_text(wire, arena);
		d.text = wire_text(wire, arena);
		if (d.level > worst)
			wire->bad = true;
		defects_add(defects, &d);
	}
	defects->total = (size_t)total;
	defects->worst = (enum defect_level)worst;
}

void
changeset_encode(const struct changeset *change, struct buf *buf)
{
	buf_add(buf, magic, sizeof(magic));
	wire_put_text(buf, change->packet_id);
	wire_put_text(buf, change->source);
	wire_put_text(buf, change->scope);
	wire_put_text(buf, change->kind);
	wire_put_int(buf, change->mode);
	wire_put_int(buf, change->seq);
	wire_put_int(buf, change->based_on);
	wire_put_text(buf, change->created_at);
	wire_put_text(buf, change->as_of);
	wire_put_int(buf, change->atomic);
	wire_put_text(buf, change->content_sha256);
	wire_put_text(buf, change->their_id);
	wire_put_text(buf, change->reply_kind);
	wire_put_int(buf, (int64_t)change->record_count);
	for (size_t i = 0; i < change->record_count; i++)
		put_record(buf, &change->records[i]);
	put_defects(buf, &change->defects);
}

static void
get_head(struct wire *wire, struct changeset *change, struct arena *arena)
{
	change->packet_id = wire_text(wire, arena);
	change->source = wire_text(wire, arena);
	change->scope = wire_text(wire, arena);
	change->kind = wire_text(wire, arena);
	change->mode =
	    (enum packet_mode)wire_range(wire, MODE_DELTA, MODE_ANSWER);
	change->seq = wire_range(wire, 0, INT64_MAX);
	change->based_on = wire_range(wire, 0, INT64_MAX);
	change->created_at = wire_text(wire, arena);
	change->as_of = wire_text(wire, arena);
	change->atomic = wire_range(wire, 0, 1) != 0;
	change->content_sha256 = wire_text(wire, arena);
	change->their_id = wire_text(wire, arena);
	change->reply_kind = wire_text(wire, arena);
}

int
changeset_decode(const void *p, size_t bytes, struct arena *arena,
    struct changeset **ret_change, struct err *err)
{
	struct changeset *change = changeset_new(arena);
	struct wire wire;
	size_t count;

	if (bytes < sizeof(magic) || memcmp(p, magic, sizeof(magic)) != 0)
		return err_set(err, ERR_HOLD, "CHG_FORMAT",
		    "not a changeset of version %d", magic[3]);
	wire_open(
	    &wire, (const char *)p + sizeof(magic), bytes - sizeof(magic));
	get_head(&wire, change, arena);
	count = get_count(&wire, RECORD_BYTES);
	if (!wire.bad)
		changeset_records(change, arena, count);
	for (size_t i = 0; i < change->record_count && !wire.bad; i++)
		get_record(&wire, &change->records[i], arena);
	get_defects(&wire, &change->defects, arena);
	if (!wire_ok(&wire))
		return err_set(err, ERR_HOLD, "CHG_FORMAT",
		    "a changeset of %zu bytes has a field that does not fit",
		    bytes);
	*ret_change = change;
	return 0;
}
