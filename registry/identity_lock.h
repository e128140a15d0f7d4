/*
 * registry/identity_lock.h - one node at a time decides about one person.
 */
#ifndef REGISTRY_IDENTITY_LOCK_H
#define REGISTRY_IDENTITY_LOCK_H

struct claim;
struct keys;
struct work;

/*
 * On PostgreSQL take, until the transaction ends, a lock for each thing that
 * may name the person of claim: the source's key, the SNILS, and the block of
 * birth date and surname, in one statement and in one order.  SQLite has one
 * writer and needs none.
 */
void identity_lock(
    struct work *work, const struct claim *claim, const struct keys *keys);
/* Before the index is read: PostgreSQL shall use it, whatever it has counted
 * so far.  Until the transaction ends. */
void identity_plan(struct work *work);

#endif
