#include "base/map.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"

struct entry {
	struct entry *next;
	void *value;
	char key[];
};

struct map {
	struct entry **slots;
	size_t slot_count; /* a power of two */
	size_t count;
	uint64_t seed;
};

/* FNV-1a over a random start, with a final mix. */
static uint64_t
hash(const struct map *map, const char *key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ map->seed;

	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	return h * UINT64_C(0x9e3779b97f4a7c15) >> 16;
}

static struct entry **
find(const struct map *map, const char *key)
{
	struct entry **at = &map->slots[hash(map, key) & (map->slot_count - 1)];

	while (*at != NULL && strcmp((*at)->key, key) != 0)
		at = &(*at)->next;
	return at;
}

struct map *
map_new(void)
{
	struct map *map = xcalloc(1, sizeof(*map));

	map->slot_count = 16;
	map->slots = xcalloc(map->slot_count, sizeof(struct entry *));
	map->seed = rand_u64();
	return map;
}

void
map_free(struct map *map, void (*free_value)(void *))
{
	struct entry *entry, *next;

	if (map == NULL)
		return;
	for (size_t i = 0; i < map->slot_count; i++) {
		for (entry = map->slots[i]; entry != NULL; entry = next) {
			next = entry->next;
			if (free_value != NULL)
				free_value(entry->value);
			free(entry);
		}
	}
	free(map->slots);
	free(map);
}

static void
grow(struct map *map)
{
	struct entry **old = map->slots, *entry, *next, **at;
	size_t old_count = map->slot_count;

	map->slot_count *= 2;
	map->slots = xcalloc(map->slot_count, sizeof(struct entry *));
	for (size_t i = 0; i < old_count; i++) {
		for (entry = old[i]; entry != NULL; entry = next) {
			next = entry->next;
			at = &map->slots[hash(map, entry->key)
			    & (map->slot_count - 1)];
			entry->next = *at;
			*at = entry;
		}
	}
	free(old);
}

void *
map_get(const struct map *map, const char *key)
{
	struct entry *entry = *find(map, key);

	return entry == NULL ? NULL : entry->value;
}

void *
map_put(struct map *map, const char *key, void *value)
{
	struct entry **at = find(map, key), *entry;
	size_t key_bytes = strlen(key) + 1;
	void *old = NULL;

	assert(value != NULL);
	if (*at != NULL) {
		old = (*at)->value;
		(*at)->value = value;
		return old;
	}
	entry = xcalloc(1, sizeof(*entry) + key_bytes);
	memcpy(entry->key, key, key_bytes);
	entry->value = value;
	*at = entry;
	if (++map->count > map->slot_count)
		grow(map);
	return old;
}

void *
map_take(struct map *map, const char *key)
{
	struct entry **at = find(map, key), *entry = *at;
	void *value;

	if (entry == NULL)
		return NULL;
	value = entry->value;
	*at = entry->next;
	free(entry);
	map->count--;
	return value;
}

size_t
map_count(const struct map *map)
{
	return map->count;
}

void
map_each(const struct map *map,
    void (*each)(const char *key, void *value, void *arg), void *arg)
{
	for (size_t i = 0; i < map->slot_count; i++)
		for (struct entry *e = map->slots[i]; e != NULL; e = e->next)
			each(e->key, e->value, arg);
}
