/*
 * base/map.h - a string-keyed hash map.
 *
 * Keys are copied; values belong to the caller.  The hash has a random seed a
 * map, so that a sender can't choose keys that fall together.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>

struct map;

/* An empty map; map_free() it. */
struct map *map_new(void);
/* Free map, and each value with free_value unless that is NULL. */
void map_free(struct map *map, void (*free_value)(void *));
void *map_get(const struct map *map, const char *key); /* or NULL */
/* Put value, which is not NULL, and return the one it replaces, or NULL. */
void *map_put(struct map *map, const char *key, void *value);
/* Take key out and return its value, or NULL. */
void *map_take(struct map *map, const char *key);
size_t map_count(const struct map *map);
/* Call each for every pair in no order; the map must not change meanwhile. */
void map_each(const struct map *map,
    void (*each)(const char *key, void *value, void *arg), void *arg);

#endif
