#include "store/pgsql_value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* Big-endian, of 1 to 8 bytes, with its sign. */
static int64_t
big_endian(const char *p, int bytes)
{
	uint64_t u = (signed char)p[0] < 0 ? UINT64_MAX : 0;

	for (int i = 0; i < bytes; i++)
		u = u << 8 | (unsigned char)p[i];
	return (int64_t)u;
}

static int64_t
unsigned16(const char *p)
{
	return big_endian(p, 2) & 0xffff;
}

/* numeric: count of digits, weight of the first, sign, scale, then digits of
 * base 10000.  sum() of whole numbers has this type. */
static int64_t
numeric(const char *p)
{
	int64_t digits = unsigned16(p), weight = big_endian(p + 2, 2);
	int64_t sign = unsigned16(p + 4), n = 0;

	for (int64_t i = 0; i <= weight; i++)
		n = n * 10000 + (i < digits ? big_endian(p + 8 + 2 * i, 2) : 0);
	return sign == 0x4000 ? -n : n;
}

static int64_t
float8(const char *p)
{
	int64_t bits = big_endian(p, 8);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value > -9.2e18 && value < 9.2e18 ? (int64_t)value : 0;
}

int64_t
pgsql_int(const PGresult *result, int row, int column)
{
	const char *p = PQgetvalue(result, row, column);

	if (PQgetisnull(result, row, column))
		return 0;
	switch (PQftype(result, column)) {
	case PGSQL_BOOL:
	case PGSQL_INT2:
	case PGSQL_INT4:
	case PGSQL_INT8:
		return big_endian(p, PQgetlength(result, row, column));
	case PGSQL_NUMERIC:
		return numeric(p);
	case PGSQL_FLOAT8:
		return float8(p);
	default:
		return strtoll(p, NULL, 10);
	}
}

const char *
pgsql_text(const PGresult *result, int row, int column, struct arena *arena)
{
	if (PQgetisnull(result, row, column))
		return NULL;
	switch (PQftype(result, column)) {
	case PGSQL_BOOL:
	case PGSQL_INT2:
	case PGSQL_INT4:
	case PGSQL_INT8:
	case PGSQL_NUMERIC:
	case PGSQL_FLOAT8:
		return arena_printf(
		    arena, "%" PRId64, pgsql_int(result, row, column));
	default:
		return PQgetvalue(result, row, column);
	}
}

void
pgsql_put_int(unsigned char ret[8], int64_t value)
{
	uint64_t u = (uint64_t)value;

	for (int i = 7; i >= 0; i--, u >>= 8)
		ret[i] = (unsigned char)u;
}
