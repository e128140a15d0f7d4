/*
 * registry/representation.h - who speaks for a child: mother, father and other
 * adults, each a person of his own.
 *
 * Owner of the table representation.  Source: domain MODEL 2.5 and 5.5.
 */
#ifndef REGISTRY_REPRESENTATION_H
#define REGISTRY_REPRESENTATION_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct person_row;
struct representation;
struct store_tx;
struct work;

/*
 * Find or make the adults of the record at hand and tie them to child.  An
 * adult in doubt is left out with a defect and a steward's task; the child's
 * record goes on.  Returns whether a tie changed.
 */
bool representation_apply(
    struct work *work, const struct person_row *child, bool fresh);
/* The name key of child's mother, in arena; "" if none is known. */
const char *representation_mother(
    struct store_tx *tx, const char *child_id, struct arena *arena);

struct represented {
	struct represented *next;
	const char *kind, *valid_from, *valid_to; /* dates may be "" */
	struct person_row *adult;
};

/* The ties of a child that hold, in arena. */
struct represented *representation_list(
    struct store_tx *tx, const char *child_id, struct arena *arena);
/*
 * Someone has died on date: the ties in which he is child or adult end.  A
 * child who loses an adult gets a task to check who speaks for it.
 */
void
representation_end(struct work *work, const char *person_id, const char *date);
/* The death was annulled: what it ended holds again. */
void representation_reopen(struct work *work, const char *person_id);

#endif
