/*
 * store/pgsql_value.h - values of a PostgreSQL result in binary form.
 */
#ifndef STORE_PGSQL_VALUE_H
#define STORE_PGSQL_VALUE_H

#include <libpq-fe.h>
#include <stdint.h>

struct arena;

/* Types as the server numbers them (pg_type.oid never changes). */
#define PGSQL_BOOL    16
#define PGSQL_BYTEA   17
#define PGSQL_INT8    20
#define PGSQL_INT2    21
#define PGSQL_INT4    23
#define PGSQL_FLOAT8  701
#define PGSQL_NUMERIC 1700

/* A whole number; a fraction is cut; NULL is 0. */
int64_t pgsql_int(const PGresult *result, int row, int column);
/* A text, or a whole number as one, in arena; NULL is NULL. */
const char *
pgsql_text(const PGresult *result, int row, int column, struct arena *arena);
/* value as the server reads an int8. */
void pgsql_put_int(unsigned char ret[8], int64_t value);

#endif
