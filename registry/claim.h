/*
 * registry/claim.h - what a record says of one person, checked and ready to be
 * compared.
 *
 * Fields that must not be applied (MODEL 5.3: wrong check digits, impossible
 * dates) are gone from it, each with a defect of the level FIELD.
 */
#ifndef REGISTRY_CLAIM_H
#define REGISTRY_CLAIM_H

#include <stdbool.h>
#include <stddef.h>

#include "model/entity.h"
#include "model/pdate.h"

struct party;
struct person_row;
struct work;

struct claim {
	struct person person;
	struct document *documents; /* in normal form */
	size_t document_count;
	const char *external_key; /* of the person; "" if none */
	const char *guard_key; /* tells two people of a packet apart; "" */
	const char *act_number; /* of the birth; "" if not known */
	const struct party *mother; /* or NULL */
	const char *surname, *given, *patronymic; /* key forms; "" */
	bool has_birth; /* a date, maybe partial */
	struct pdate birth;
};

/* Check and take what a learner's or an act's record says of its person. */
void claim_of_record(struct work *work, struct claim *ret);
/* The same of an adult beside a child. */
void
claim_of_party(struct work *work, const struct party *party, struct claim *ret);
/* Without checks and defects: whom somebody asks about. */
void claim_of_query(struct work *work, struct claim *ret);
/* What the registry believes, to be indexed; documents are given. */
void claim_of_person(struct work *work, const struct person_row *person,
    struct document *documents, size_t document_count, struct claim *ret);
/* The first part of the record that is kind ("mother"), or NULL. */
const struct party *claim_party(const struct work *work, const char *kind);

#endif
