/*
 * registry/provenance.h - who said each golden field, and which of several
 * sayings is the one that counts.
 *
 * A row is the last word of one source about one field.  The word that counts
 * has the highest (trust, valid from, asserted at, sequence); at a tie the
 * present value stays.  Owner of the table field_provenance.  Source: domain
 * MODEL 5.1 to 5.3.
 */
#ifndef REGISTRY_PROVENANCE_H
#define REGISTRY_PROVENANCE_H

#include <stdbool.h>
#include <stdint.h>

struct entity_type;
struct work;

/*
 * Let what the packet's source says about an entity survive into golden, both
 * structs of type.  fresh: the entity is new and nobody has said anything of
 * it.  What is not said is left alone.  A weaker source that contradicts a
 * stronger one changes nothing and opens a dispute, once.
 *
 * Returns the fields that golden has changed in, a bit for each by its place
 * in the table of type.
 */
uint64_t provenance_merge(struct work *work, const struct entity_type *type,
    const char *entity_id, bool fresh, void *golden, const void *said);
/* The bit of a field in such a mask. */
uint64_t provenance_bit(const struct entity_type *type, const char *field);
/* The group of MODEL 5.2 that field of type belongs to, for trust. */
const char *provenance_group(const struct entity_type *type, const char *field);

#endif
