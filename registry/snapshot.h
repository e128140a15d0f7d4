/*
 * registry/snapshot.h - a person that is at hand as a changeset.
 */
#ifndef REGISTRY_SNAPSHOT_H
#define REGISTRY_SNAPSHOT_H

struct arena;
struct changeset;
struct person_row;
struct store_tx;

/* As registry_snapshot(), of a person that has been read already. */
struct changeset *snapshot_of(
    struct store_tx *tx, const struct person_row *person, struct arena *arena);

#endif
