/*
 * registry/key_mark.h - is the key that hashes the identity keys the one that
 * this database was written with?
 *
 * Owner of the table registry_key_mark.  With another key nobody would be
 * found by a combined identifier, and everyone would be created once more.
 */
#ifndef REGISTRY_KEY_MARK_H
#define REGISTRY_KEY_MARK_H

#include <stdbool.h>

struct store_tx;

/* Whether the database was written with some key already. */
bool key_mark_known(struct store_tx *tx);
/* Whether it is ours; the first key ever is, and is noted. */
bool key_mark_fits(struct store_tx *tx);

#endif
