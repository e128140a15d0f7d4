#include "store/sql_cache.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

static struct sql_cache_slot *
slot_of(const struct sql_cache *cache, const char *sql)
{
	size_t mask = cache->slot_count - 1;
	size_t at =
	    (size_t)(((uintptr_t)sql >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 32)
	    & mask;

	while (cache->slots[at].sql != NULL && cache->slots[at].sql != sql)
		at = (at + 1) & mask;
	return &cache->slots[at];
}

void *
sql_cache_get(const struct sql_cache *cache, const char *sql)
{
	return cache->slot_count == 0 ? NULL : slot_of(cache, sql)->value;
}

static void
grow(struct sql_cache *cache)
{
	struct sql_cache_slot *old = cache->slots;
	size_t old_count = cache->slot_count;

	cache->slot_count = old_count == 0 ? 256 : old_count * 2;
	cache->slots = xcalloc(cache->slot_count, sizeof(*cache->slots));
	for (size_t i = 0; i < old_count; i++)
		if (old[i].sql != NULL)
			*slot_of(cache, old[i].sql) = old[i];
	free(old);
}

void
sql_cache_put(struct sql_cache *cache, const char *sql, void *value)
{
	struct sql_cache_slot *slot;

	if ((cache->count + 1) * 2 > cache->slot_count)
		grow(cache);
	slot = slot_of(cache, sql);
	assert(value != NULL && slot->sql == NULL);
	*slot = (struct sql_cache_slot){ sql, value };
	cache->count++;
}

void
sql_cache_release(struct sql_cache *cache, void (*free_value)(void *value))
{
	for (size_t i = 0; i < cache->slot_count; i++)
		if (cache->slots[i].value != NULL)
			free_value(cache->slots[i].value);
	free(cache->slots);
	*cache = (struct sql_cache){ NULL, 0, 0 };
}
