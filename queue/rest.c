#include "queue/rest.h"

#include "base/arena.h"
#include "base/clock.h"
#include "store/store.h"

#define COLUMNS "realm, name, failures, rests, until_ms, pace, code, why"

static const char sql_put[] =
    "INSERT INTO rest (" COLUMNS ", changed_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT (realm, name) DO UPDATE SET failures = $3, rests = $4,"
    " until_ms = $5, pace = $6, code = $7, why = $8, changed_ms = $9";
static const char sql_end[] = "DELETE FROM rest WHERE realm = $1 AND name = $2";
static const char sql_of[] = "SELECT " COLUMNS ", changed_ms FROM rest"
			     " WHERE realm = $2 ORDER BY name LIMIT $1";
static const char sql_all[] = "SELECT " COLUMNS ", changed_ms FROM rest"
			      " ORDER BY realm, name LIMIT $1";

void
rest_put(struct store_tx *tx, const struct rest *rest)
{
	store_exec(tx, sql_put,
	    PARAMS(P_TEXT(rest->realm), P_TEXT(rest->name),
		P_INT(rest->failures), P_INT(rest->rests),
		P_INT(rest->until_ms), P_INT(rest->pace), P_TEXT(rest->code),
		P_TEXT(rest->why), P_INT(clock_now_ms())));
}

void
rest_end(struct store_tx *tx, const char *realm, const char *name)
{
	store_exec(tx, sql_end, PARAMS(P_TEXT(realm), P_TEXT(name)));
}

size_t
rest_list(struct store_tx *tx, const char *realm, size_t max,
    struct arena *arena, struct rest ret[])
{
	size_t count = 0;
	struct row *row;

	if (realm == NULL)
		store_query(tx, sql_all, PARAMS(P_INT((int64_t)max)));
	else
		store_query(
		    tx, sql_of, PARAMS(P_INT((int64_t)max), P_TEXT(realm)));
	for (; count < max && (row = store_next(tx)) != NULL; count++)
		ret[count] = (struct rest){
			.realm = arena_strdup(arena, row_text(row, 0)),
			.name = arena_strdup(arena, row_text(row, 1)),
			.failures = row_int(row, 2),
			.rests = row_int(row, 3),
			.until_ms = row_int(row, 4),
			.pace = row_int(row, 5),
			.code = arena_strdup(arena, row_text(row, 6)),
			.why = arena_strdup(arena, row_text(row, 7)),
			.changed_ms = row_int(row, 8),
		};
	return count;
}
