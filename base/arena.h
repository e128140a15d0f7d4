/*
 * base/arena.h - memory that lives exactly as long as one packet.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* An empty one; arena_free() frees all that came from it. */
struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is fine */

/* Give back all that was taken, and keep the first chunk for the next user. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any object; never NULL. */
void *arena_alloc(struct arena *arena, size_t bytes);
char *arena_strdup(struct arena *arena, const char *s); /* NULL gives NULL */
/* The first bytes of s, which has as many, and a NUL after them. */
char *arena_strndup(struct arena *arena, const char *s, size_t bytes);
void *arena_memdup(struct arena *arena, const void *p, size_t bytes);
char *arena_printf(struct arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
