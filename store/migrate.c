#include "store/migrate.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/store_driver.h"

/* Taken for each file, so that nodes that start together don't both apply. */
static const char sql_lock[] = "SELECT pg_advisory_xact_lock(7201700)";
static const char sql_table[] =
    "CREATE TABLE IF NOT EXISTS schema_version (number BIGINT PRIMARY KEY,"
    " name TEXT NOT NULL, checksum TEXT NOT NULL, applied_ms BIGINT NOT NULL)";
static const char sql_get[] =
    "SELECT checksum FROM schema_version WHERE number = $1";
static const char sql_newest[] =
    "SELECT number, name FROM schema_version ORDER BY number DESC LIMIT 1";
static const char sql_put[] =
    "INSERT INTO schema_version (number, name, checksum, applied_ms)"
    " VALUES ($1, $2, $3, $4)";

/* name is "0001-queue"; rows stand in order for each database. */
struct schema_file {
	enum store_kind kind;
	const char *name;
	const char *sql;
};

static const struct schema_file files[] = {
#include "store/schema_sql.inc"
};

#define FILE_COUNT (sizeof(files) / sizeof(files[0]))

/* FNV-1a, 64 bits: against accidents, not against attackers. */
static void
checksum(const char *sql, char ret_text[17])
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *sql != '\0'; sql++)
		h = (h ^ (unsigned char)*sql) * UINT64_C(0x100000001b3);
	(void)snprintf(ret_text, 17, "%016" PRIx64, h);
}

static int64_t
number_of(const char *name)
{
	return strtol(name, NULL, 10);
}

static void
prepare(struct store_tx *tx)
{
	if (store_kind(store_of(tx)) == STORE_PGSQL)
		(void)store_one(tx, sql_lock, NO_PARAMS);
	store_exec(tx, sql_table, NO_PARAMS);
}

/* Nothing may be applied by a program that doesn't know the newest table. */
static void
check_newest(struct store_tx *tx)
{
	int64_t known = 0, there;
	struct row *row = store_one(tx, sql_newest, NO_PARAMS);

	if (row == NULL)
		return;
	for (size_t i = 0; i < FILE_COUNT; i++)
		if (files[i].kind == store_kind(store_of(tx))
		    && number_of(files[i].name) > known)
			known = number_of(files[i].name);
	there = row_int(row, 0);
	if (there > known)
		tx_fail(tx, ERR_FATAL, "STO_NEWER",
		    "the database has schema %s, this program knows up to"
		    " %" PRId64,
		    row_text(row, 1), known);
}

static void
apply(struct store_tx *tx, const struct schema_file *file)
{
	int64_t number = number_of(file->name);
	struct row *row;
	char sum[17];

	checksum(file->sql, sum);
	prepare(tx);
	row = store_one(tx, sql_get, PARAMS(P_INT(number)));
	if (row != NULL) {
		if (strcmp(row_text(row, 0), sum) != 0)
			tx_fail(tx, ERR_FATAL, "STO_SCHEMA",
			    "schema %s was applied with other text",
			    file->name);
		return;
	}
	if (store_error(tx)->kind != ERR_NONE)
		return;
	store_of(tx)->driver->done(tx);
	store_of(tx)->driver->script(tx, file->sql);
	store_exec(tx, sql_put,
	    PARAMS(P_INT(number), P_TEXT(file->name), P_TEXT(sum),
		P_INT(clock_now_ms())));
}

int
store_migrate(struct store *store, struct err *err)
{
	struct store_tx *tx = store_begin(store);

	prepare(tx);
	check_newest(tx);
	if (store_commit(tx, err) == -1)
		return -1;
	for (size_t i = 0; i < FILE_COUNT; i++) {
		if (files[i].kind != store_kind(store))
			continue;
		tx = store_begin(store);
		apply(tx, &files[i]);
		if (store_commit(tx, err) == -1)
			return -1;
	}
	return 0;
}
