/*
 * store/sql_cache.h - what a driver keeps for each SQL text, by its address.
 */
#ifndef STORE_SQL_CACHE_H
#define STORE_SQL_CACHE_H

#include <stddef.h>

struct sql_cache_slot {
	const char *sql;
	void *value;
};

struct sql_cache {
	struct sql_cache_slot *slots;
	size_t slot_count; /* a power of two, or 0 */
	size_t count;
};

/* What was put for sql, or NULL. */
void *sql_cache_get(const struct sql_cache *cache, const char *sql);
/* Keep value, which is not NULL, for sql, which has none yet. */
void sql_cache_put(struct sql_cache *cache, const char *sql, void *value);
/* Forget all, and give each value to free_value. */
void
sql_cache_release(struct sql_cache *cache, void (*free_value)(void *value));

#endif
