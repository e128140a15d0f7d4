/*
 * registry/identity_score.h - how much speaks for two records being one
 * person; a pure function.
 *
 * Source: domain MODEL 4.4, rule M8 and the guards.
 */
#ifndef REGISTRY_IDENTITY_SCORE_H
#define REGISTRY_IDENTITY_SCORE_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct claim;
struct document;
struct person_row;

/* What is known of the one who is compared with a claim. */
struct likeness {
	const struct person_row *person;
	const struct document *documents;
	size_t document_count;
	const char *mother_key; /* SURNAME|GIVEN|..., "" if not known */
};

struct score {
	bool candidate; /* enough for a steward to look at */
	bool twin; /* same day and mother, another name: never one person */
	int points; /* 0..100 */
	const char *evidence; /* codes between spaces, in arena */
};

/* Names and dates alone: is it worth to read papers and mother? */
bool score_worth(struct arena *arena, const struct claim *claim,
    const struct person_row *person);
struct score score_likeness(struct arena *arena, const struct claim *claim,
    const struct likeness *other);
/* Part i of "SURNAME|GIVEN|PATRONYMIC", in arena. */
const char *score_name(struct arena *arena, const char *key, int i);

#endif
