/*
 * registry/letters.h - letters of key forms; pure functions over UTF-8.
 */
#ifndef REGISTRY_LETTERS_H
#define REGISTRY_LETTERS_H

#include <stddef.h>

struct arena;

/* The first or the last count letters of text, all of it if it is shorter. */
const char *letters_first(struct arena *arena, const char *text, size_t count);
const char *letters_last(struct arena *arena, const char *text, size_t count);
/*
 * 0 if a and b are equal, 1 if one letter is inserted, left out, replaced, or
 * exchanged with its neighbour (Damerau), 2 if they differ by more.
 */
int letters_distance(const char *a, const char *b);

#endif
