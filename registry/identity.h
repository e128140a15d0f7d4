/*
 * registry/identity.h - who is meant: the rules M0 to M10.
 *
 * The first rule that fires decides.  A key that a source supplies is checked
 * against names and dates and never trusted alone; a weak likeness never
 * links.  Runs inside the transaction that applies, and on PostgreSQL under
 * advisory locks on the keys of the claim, so that two nodes never make one
 * person twice.  Source: domain MODEL 4.4.
 */
#ifndef REGISTRY_IDENTITY_H
#define REGISTRY_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "registry/identity_key.h"

struct claim;
struct person_row;
struct work;

enum rule {
	RULE_M1 = 1,
	RULE_M2,
	RULE_M3,
	RULE_M4,
	RULE_M6,
	RULE_M7, /* linked, to be reviewed */
	RULE_M8, /* nobody; candidates for a steward */
	RULE_M9, /* contradiction: nothing is taken */
	RULE_M10, /* nobody */
};

struct candidate {
	const struct person_row *person;
	int points;
	const char *evidence;
};

#define CANDIDATES_MAX 10

struct identity {
	enum rule rule;
	struct person_row *person; /* M1 to M7: who; M9: the one in doubt */
	const char *code; /* M9: why; M8: ID_CANDIDATES or ID_TWIN_GUARD */
	const char *kind; /* of the steward's task: identity or snils */
	const char *evidence; /* codes between spaces */
	bool known_key; /* the source's key means this person already */
	struct candidate candidates[CANDIDATES_MAX]; /* best first */
	size_t candidate_count;
	struct key_hit *waiting; /* acts that wait for such a person */
};

/* Who is meant by claim.  fuzzy: look for likenesses too (M8). */
void identity_find(struct work *work, const struct claim *claim, bool fuzzy,
    struct identity *ret);
/* Open the steward's task that ret calls for, about person_id or nobody. */
void identity_task(struct work *work, const struct claim *claim,
    const struct identity *identity, const char *person_id);
/* The record at hand is about person_id: the guard of twins will know. */
void identity_linked(
    struct work *work, const char *person_id, const struct claim *claim);

#endif
