#include "base/codes.h"

#include <stdlib.h>
#include <string.h>

/* Sorted by code, as strcmp(3) sorts. */
static const struct code table[] = {
#include "base/codes_table.inc"
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

static int
compare(const void *key, const void *row)
{
	return strcmp(key, ((const struct code *)row)->code);
}

const struct code *
code_find(const char *code)
{
	return bsearch(code, table, TABLE_COUNT, sizeof(table[0]), compare);
}

const struct code *
code_at(size_t i)
{
	return i < TABLE_COUNT ? &table[i] : NULL;
}
