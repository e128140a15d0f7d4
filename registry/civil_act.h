/*
 * registry/civil_act.h - what ZAGS has registered, version by version.
 *
 * An act is known by (kind, number); of its versions the newest counts, and an
 * older one that comes later changes nothing.  What an act does to people is
 * registry/act_effect.h.  Owner of the table civil_act.  Source: domain MODEL
 * 2.3 and 5.5.
 */
#ifndef REGISTRY_CIVIL_ACT_H
#define REGISTRY_CIVIL_ACT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/entity.h"

struct arena;
struct store_tx;
struct work;

struct act_row {
	struct act_row *next;
	const char *id;
	const char *person_id; /* "" if nobody was matched */
	const char *matched; /* the rule or key; "" */
	/* done, unusable, unmatched, review, stale */
	const char *outcome;
	const char *source, *packet_id;
	long rec_no;
	int64_t version_no;
	const char *death_date; /* as the act says; "" */
	struct civil_act now;
};

/* Apply the record at hand, of the kind CIVIL_ACT. */
void civil_act_apply(struct work *work);
/* An act that waits for its person and still counts, or NULL. */
struct act_row *civil_act_waiting(struct work *work, const char *id);
/* The act has found its person. */
void civil_act_settle(struct work *work, const char *id, const char *person_id,
    const char *matched, const char *outcome);
/* The acts of a person, in arena. */
struct act_row *
civil_act_list(struct store_tx *tx, const char *person_id, struct arena *arena);

#endif
