/*
 * registry/identity_key.h - the index by which persons are found: combined
 * identifiers CI1 to CI6 and blocking keys, as keyed hashes only.
 *
 * The version of an identifier is part of what is hashed, so that two
 * versions never meet.  Beside the CI of MODEL 4.3 there are
 *   CX  names, birth date and a document without the sex, for a side that
 *       does not know it;
 *   B1  birth date and the first letter of the surname,
 *   B2  birth date, the last two letters of the surname and the first of the
 *       given name,
 *   B3  birth year and the names, for dates that are partial:
 * every surname one edit away is in B1 or B2 whatever happened to the other
 * names but for two first letters wrong at once.  Owner of the table
 * identity_key.
 */
#ifndef REGISTRY_IDENTITY_KEY_H
#define REGISTRY_IDENTITY_KEY_H

#include <stddef.h>

#include "registry/work.h"

struct claim;
struct document;
struct person_row;

enum key_kind {
	KEY_CI2 = 1, /* in the order of rule M6 */
	KEY_CI1,
	KEY_CI3,
	KEY_CX,
	KEY_CI4,
	KEY_CI5,
	KEY_CI6,
	KEY_B1,
	KEY_B2,
	KEY_B3,
	KEY_SNILS, /* of a civil act only: persons have a column */
	KEY_KIND_END
};

#define KEYS_MAX 24

struct key {
	enum key_kind kind;
	unsigned char hash[HASH_BYTES];
};

struct keys {
	struct key items[KEYS_MAX];
	size_t count;
};

/* A person, or an act that waits for one, behind a key. */
struct key_hit {
	struct key_hit *next;
	enum key_kind kind;
	const char *owner;
	struct person_row *person; /* NULL: owner is an act */
};

/* The keys to index claim by. */
void
identity_keys(struct work *work, const struct claim *claim, struct keys *ret);
/* The keys to look claim up by: those, and birth dates with day and month
 * exchanged. */
void identity_search_keys(
    struct work *work, const struct claim *claim, struct keys *ret);
const char *key_kind_name(enum key_kind kind);

/* What is behind keys, merged persons resolved; NULL if nothing is. */
struct key_hit *identity_key_find(struct work *work, const struct keys *keys);
/* Index owner by keys, in addition to what it is indexed by. */
void
identity_key_put(struct work *work, const char *owner, const struct keys *keys);
/* The hash that names a document: kind, series and number. */
void identity_document_key(struct work *work, const struct document *document,
    unsigned char ret[HASH_BYTES]);

#endif
