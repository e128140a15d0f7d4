/*
 * registry/query.h - reads for the operator and for answers; never writes.
 */
#ifndef REGISTRY_QUERY_H
#define REGISTRY_QUERY_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct store_tx;

struct person_line {
	const char *id, *regional_number, *state, *life_status;
	const char *surname, *given_name, *patronymic, *birth_date;
	const char *snils, *federal_guid;
	int64_t version;
};

/* Persons by any of: regional number, id, federal guid, SNILS, external key
 * ("source:key"), or words of a name (key form).  Returns how many. */
size_t registry_find(struct store_tx *tx, const char *what, size_t max,
    struct arena *arena, struct person_line *ret);

/* All that is known of one person as a JSON object text in arena: golden
 * fields each with its source, packet and time; documents; representations;
 * enrolments; movements; acts; external keys; NULL if there is none. */
const char *registry_person_json(
    struct store_tx *tx, const char *person_id, struct arena *arena);

struct registry_totals {
	int64_t persons, provisional, dead, organisations, groups, enrolments,
	    open_enrolments, movements, acts, conflicts, change_seq;
};

/* How many of each there are, as of tx. */
void registry_totals(struct store_tx *tx, struct registry_totals *ret);

/* One line of the change feed of a source about its own objects. */
struct change_line {
	int64_t change_seq, at_ms, version;
	const char *entity, *id, *op, *external_key, *regional_number;
};

/*
 * Changes after number after, oldest first: up to max into ret, texts in
 * arena; returns how many.
 */
size_t registry_changes(struct store_tx *tx, const char *source, int64_t after,
    size_t max, struct arena *arena, struct change_line *ret);

#endif
