#include "test/lib/unit.h"

#include "test/lib/world.h"

#include <string.h>

#include "base/arena.h"
#include "model/field.h"
#include "model/name.h"
#include "registry/registry.h"

/* Not a real HMAC: as good for a test, and needs no crypto. */
static void
keyed_hash(const unsigned char *key, const void *p, size_t bytes,
    unsigned char ret[32])
{
	const unsigned char *at = p;
	uint64_t h[4] = { 1, 2, 3, 4 };

	for (int lane = 0; lane < 4; lane++) {
		h[lane] += key[lane] + UINT64_C(0xcbf29ce484222325);
		for (size_t i = 0; i < bytes; i++)
			h[lane] = (h[lane] ^ at[i]) * UINT64_C(0x100000001b3)
			    + (uint64_t)lane;
		memcpy(ret + (size_t)lane * 8, &h[lane], 8);
	}
}

static int
trust(const char *source, const char *group)
{
	if (strcmp(source, "zags") == 0)
		return strcmp(group, "enrolment") == 0 ? 0 : 9;
	if (strcmp(source, "federal") == 0)
		return 6;
	if (strcmp(group, "death") == 0)
		return strcmp(source, "operator") == 0 ? 7 : 0;
	if (strcmp(source, "operator") == 0)
		return 7;
	return strcmp(source, "school") == 0 ? 4 : 3;
}

void
world_setup(void)
{
	static const unsigned char key[32] = "a key of thirty-two bytes......";
	static const struct registry_settings settings = { .region = "77",
		.hmac_key = key,
		.hmac = keyed_hash,
		.trust = trust };

	registry_setup(&settings);
	name_setup();
}

struct packet *
world_packet(struct fixture *f, const char *source)
{
	static int number;
	struct packet *packet = arena_alloc(f->arena, sizeof(*packet));

	packet->f = f;
	packet->change = changeset_new(f->arena);
	packet->change->packet_id =
	    arena_printf(f->arena, "packet-%d", ++number);
	packet->change->source = source;
	packet->change->kind = "MIXED";
	packet->change->created_at = "2023-11-14T10:00:00Z";
	changeset_records(packet->change, f->arena, WORLD_RECORDS);
	packet->change->record_count = 0;
	domain_events_init(&packet->events, f->arena);
	return packet;
}

/* Fill entity of type from the pairs at ap. */
static void
fill(
    struct fixture *f, const struct entity_type *type, void *entity, va_list ap)
{
	const char *name, *text;

	while ((name = va_arg(ap, const char *)) != NULL) {
		const struct field *field = field_find(type, name);

		text = va_arg(ap, const char *);
		if (field == NULL) {
			fail_msg("%s has no field %s", type->name, name);
			return;
		}
		*field_value(field, entity) = strcmp(text, "-") == 0
		    ? value_absent()
		    : value_of(f->arena, text);
	}
}

struct record *
world_record(
    struct packet *packet, enum record_kind kind, const char *external_key, ...)
{
	struct arena *arena = packet->f->arena;
	struct changeset *change = packet->change;
	struct record *rec = &change->records[change->record_count++];
	const struct entity_type *type = &person_type;
	void *entity = NULL;
	va_list ap;

	assert_true(change->record_count <= WORLD_RECORDS);
	rec->rec_no = (long)change->record_count;
	rec->kind = kind;
	rec->external_key = external_key;
	switch (kind) {
	case RECORD_ENROLMENT:
		type = &enrolment_type;
		entity = rec->enrolment = entity_new(type, 1, arena);
		break;
	case RECORD_MOVEMENT:
		type = &movement_type;
		entity = rec->movement = entity_new(type, 1, arena);
		break;
	case RECORD_ORG:
		type = &organisation_type;
		entity = rec->organisation = entity_new(type, 1, arena);
		break;
	case RECORD_GROUP:
		type = &group_type;
		entity = rec->group = entity_new(type, 1, arena);
		break;
	case RECORD_CIVIL_ACT:
		type = &civil_act_type;
		entity = rec->act = entity_new(type, 1, arena);
		break;
	case RECORD_LEARNER:
	case RECORD_QUERY:
	case RECORD_ANSWER:
	case RECORD_KIND_END:
		entity = rec->person = entity_new(type, 1, arena);
		break;
	}
	va_start(ap, external_key);
	fill(packet->f, type, entity, ap);
	va_end(ap);
	return rec;
}

void
world_person(struct packet *packet, struct record *rec, ...)
{
	va_list ap;

	rec->person = entity_new(&person_type, 1, packet->f->arena);
	va_start(ap, rec);
	fill(packet->f, &person_type, rec->person, ap);
	va_end(ap);
}

void
world_document(struct packet *packet, struct record *rec, ...)
{
	va_list ap;

	if (rec->documents == NULL)
		rec->documents =
		    entity_new(&document_type, 4, packet->f->arena);
	va_start(ap, rec);
	fill(packet->f, &document_type, &rec->documents[rec->document_count++],
	    ap);
	va_end(ap);
}

void
world_party(struct packet *packet, struct record *rec, const char *kind, ...)
{
	struct party *party;
	va_list ap;

	if (rec->parties == NULL)
		rec->parties =
		    arena_alloc(packet->f->arena, 4 * sizeof(*rec->parties));
	party = &rec->parties[rec->party_count++];
	entity_clear(&representation_type, &party->role);
	entity_clear(&person_type, &party->person);
	party->role.kind = value_of(packet->f->arena, kind);
	va_start(ap, kind);
	fill(packet->f, &person_type, &party->person, ap);
	va_end(ap);
}

void
world_apply(struct packet *packet)
{
	struct fixture *f = packet->f;
	struct store_tx *tx = fixture_begin(f);

	domain_events_init(&packet->events, f->arena);
	store_savepoint(tx);
	registry_apply(
	    tx, packet->change, f->arena, &packet->events, &packet->protocol);
	if (store_release(tx, &packet->err) == -1
	    && packet->err.kind != ERR_REFUSE) {
		store_rollback(tx); /* or the next test dies of it */
		fail_msg("%s: %s", packet->err.code, packet->err.text);
	}
	fixture_commit(f, tx);
}

enum record_result
world_result(const struct packet *packet, long rec_no)
{
	return packet->protocol.outcomes[rec_no - 1].result;
}

size_t
world_defects(const struct packet *packet, const char *code)
{
	size_t count = 0;

	for (size_t i = 0; i < packet->protocol.defects.count; i++)
		if (strcmp(packet->protocol.defects.items[i].code, code) == 0)
			count++;
	return count;
}

const struct domain_event *
world_event(const struct packet *packet, enum domain_event_type type)
{
	const struct domain_event *event = packet->events.first;

	while (event != NULL && event->type != type)
		event = event->next;
	return event;
}

int64_t
world_int(struct fixture *f, const char *sql)
{
	return fixture_int(f, sql);
}

const char *
world_text(struct fixture *f, const char *sql)
{
	struct store_tx *tx = fixture_begin(f);
	struct row *row = store_one(tx, arena_strdup(f->arena, sql), NO_PARAMS);
	const char *text = row == NULL ? NULL : row_text(row, 0);

	text = text == NULL ? "" : arena_strdup(f->arena, text);
	fixture_commit(f, tx);
	return text;
}

const char *
world_learner(struct fixture *f, const char *key)
{
	struct packet *packet = world_packet(f, "school");
	struct record *rec =
	    world_record(packet, RECORD_LEARNER, key, "surname", "Примеров",
		"given_name", "Илья", "patronymic", "Образцович", "sex", "1",
		"birth_date", "2012-05-07", "snils", "112-233-445 95", NULL);

	world_document(packet, rec, "kind", "03", "series", "I-АА", "number",
	    "123456", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	return packet->protocol.outcomes[0].regional_number;
}
