/*
 * base/mem.h - memory that is there, or the process is not.
 *
 * Out of memory ends the process: all that it owed is on disk.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Zeroed memory, freed with free(). */
void *xcalloc(size_t count, size_t bytes);
/* As realloc(3); bytes is not 0. */
void *xrealloc(void *p, size_t bytes);
/* A copy freed with free(); NULL gives NULL. */
char *xstrdup(const char *s);

#endif
