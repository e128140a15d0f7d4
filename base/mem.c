#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

void *
xcalloc(size_t count, size_t bytes)
{
	return must(calloc(count == 0 ? 1 : count, bytes == 0 ? 1 : bytes));
}

void *
xrealloc(void *p, size_t bytes)
{
	return must(realloc(p, bytes));
}

char *
xstrdup(const char *s)
{
	return s == NULL ? NULL : must(strdup(s));
}
