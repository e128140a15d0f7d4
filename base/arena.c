#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CHUNK_BYTES ((size_t)16 * 1024)

struct chunk {
	struct chunk *next;
	size_t used;
	size_t bytes;
	max_align_t data[];
};

struct arena {
	struct chunk *chunks; /* the newest first */
};

static struct chunk *
chunk_new(size_t bytes)
{
	struct chunk *chunk = xcalloc(1, sizeof(*chunk) + bytes);

	chunk->bytes = bytes;
	return chunk;
}

struct arena *
arena_new(void)
{
	struct arena *arena = xcalloc(1, sizeof(*arena));

	arena->chunks = chunk_new(CHUNK_BYTES);
	return arena;
}

void
arena_free(struct arena *arena)
{
	struct chunk *chunk;

	if (arena == NULL)
		return;
	while ((chunk = arena->chunks) != NULL) {
		arena->chunks = chunk->next;
		free(chunk);
	}
	free(arena);
}

void
arena_reset(struct arena *arena)
{
	struct chunk *chunk;

	while ((chunk = arena->chunks)->next != NULL) {
		arena->chunks = chunk->next;
		free(chunk);
	}
	memset(chunk->data, 0, chunk->used);
	chunk->used = 0;
}

void *
arena_alloc(struct arena *arena, size_t bytes)
{
	struct chunk *chunk = arena->chunks;
	size_t need;
	void *p;

	if (bytes > SIZE_MAX / 2)
		abort();
	need = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t)
	    * sizeof(max_align_t);
	if (need > chunk->bytes - chunk->used) {
		chunk = chunk_new(need > CHUNK_BYTES ? need : CHUNK_BYTES);
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	p = (char *)chunk->data + chunk->used;
	chunk->used += need;
	return p;
}

void *
arena_memdup(struct arena *arena, const void *p, size_t bytes)
{
	void *copy = arena_alloc(arena, bytes == 0 ? 1 : bytes);

	return bytes == 0 ? copy : memcpy(copy, p, bytes);
}

char *
arena_strndup(struct arena *arena, const char *s, size_t bytes)
{
	char *copy = arena_alloc(arena, bytes + 1);

	if (bytes != 0)
		memcpy(copy, s, bytes);
	return copy;
}

char *
arena_strdup(struct arena *arena, const char *s)
{
	return s == NULL ? NULL : arena_strndup(arena, s, strlen(s));
}

char *
arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap, again;
	char *text;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	text = arena_alloc(arena, (size_t)n + 1);
	(void)vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}
