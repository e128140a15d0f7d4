/*
 * registry/registry.h - the learner's record: who is who, what is true, since
 * when, and who said so.
 *
 * A changeset is identified (each record gets the golden entity it is about)
 * and applied in one transaction; domain events say what changed.  Nothing
 * here knows who wants to hear of it.  Source: domain MODEL 1 to 6 and 12.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct changeset;
struct domain_events;
struct protocol;
struct record;
struct store_tx;

struct registry_settings {
	const char *region; /* two digits, for regional numbers */
	const unsigned char *hmac_key; /* 32 bytes: combined identifiers */
	/* Keyed hash for the index of combined identifiers; 32 bytes out.
	 * Given by the gateway: registry/ does not know crypto/. */
	void (*hmac)(const unsigned char *key, const void *p, size_t bytes,
	    unsigned char ret[32]);
	/* 0..9: how much a source counts for a field group; higher wins.  By
	 * MODEL 5.2; source is our name of it, its role comes from settings. */
	int (*trust)(const char *source, const char *field_group);
};

/* Once a process. */
void registry_setup(const struct registry_settings *settings);

/*
 * Apply change: for every record find or make its entities (M0 to M10, twins
 * guard), let the fields survive by rank, close and open enrolments, note
 * provenance and history, and add events.  Records are taken in the order
 * organisations, groups, persons, acts, enrolments, movements, whatever their
 * order in the packet.  ret_protocol gets an outcome a record and defects;
 * arena holds what it points to.  A record's error never blocks the others
 * unless change->atomic, when the transaction fails with ERR_REFUSE.
 * Queries (RECORD_QUERY) put EVENT_ANSWER_OWED with the snapshot to send.
 */
void registry_apply(struct store_tx *tx, const struct changeset *change,
    struct arena *arena, struct domain_events *events,
    struct protocol *ret_protocol);

/* The canonical state of a person as a LEARNER record in a changeset: names,
 * documents, parties; NULL if there is none. */
struct changeset *registry_snapshot(
    struct store_tx *tx, const char *person_id, struct arena *arena);

#endif
