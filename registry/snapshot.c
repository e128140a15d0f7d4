/*
 * The canonical state of a person, as a changeset that can be told.
 */
#include "registry/snapshot.h"

#include <string.h>

#include "base/arena.h"
#include "model/changeset.h"
#include "model/field.h"
#include "registry/document.h"
#include "registry/person.h"
#include "registry/registry.h"
#include "registry/representation.h"

static void
add_parties(struct store_tx *tx, struct record *rec,
    const struct represented *first, struct arena *arena)
{
	size_t count = 0;

	for (const struct represented *r = first; r != NULL; r = r->next)
		count++;
	rec->parties = arena_alloc(arena, (count + 1) * sizeof(*rec->parties));
	for (const struct represented *r = first; r != NULL; r = r->next) {
		struct party *party = &rec->parties[rec->party_count++];

		party->role.kind = value_of(arena, r->kind);
		party->role.valid_from = value_of(arena, r->valid_from);
		party->role.valid_to = value_of(arena, r->valid_to);
		party->person = r->adult->now;
		party->document_count =
		    document_list(tx, r->adult->id, arena, &party->documents);
	}
}

struct changeset *
registry_snapshot(
    struct store_tx *tx, const char *person_id, struct arena *arena)
{
	struct person_row *person = person_by_id(tx, person_id, arena);

	return person == NULL ? NULL : snapshot_of(tx, person, arena);
}

struct changeset *
snapshot_of(
    struct store_tx *tx, const struct person_row *person, struct arena *arena)
{
	struct changeset *change = changeset_new(arena);
	struct record *rec;

	change->source = "registry";
	change->kind = "LEARNER";
	changeset_records(change, arena, 1);
	rec = &change->records[0];
	rec->rec_no = 1;
	rec->kind = RECORD_LEARNER;
	rec->op = OP_UPSERT;
	rec->change_seq = person->change_seq;
	rec->external_key = person->now.regional_number.text;
	rec->person = arena_memdup(arena, &person->now, sizeof(person->now));
	rec->document_count =
	    document_list(tx, person->id, arena, &rec->documents);
	add_parties(tx, rec, representation_list(tx, person->id, arena), arena);
	return change;
}
