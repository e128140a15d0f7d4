/*
 * The promises of store/store.h that only a file can break, and the settings
 * that make a commit durable.
 */
#include "test/lib/unit.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "store/store.h"
#include "test/lib/fixture.h"

static const char sql_put[] = "INSERT INTO thing (id, body) VALUES ($1, $2)";
static const char sql_count[] = "SELECT count(*) FROM thing";

static void
make_table(struct fixture *f)
{
	struct store_tx *tx = fixture_begin(f);

	store_exec(tx, "CREATE TABLE thing (id BIGINT PRIMARY KEY, body BLOB)",
	    NO_PARAMS);
	fixture_commit(f, tx);
}

static void
locked_database_is_busy_for_now(struct fixture *f)
{
	struct store *other;
	struct store_tx *tx = fixture_begin(f), *second;

	assert_int_equal(store_open(f->url, &other, &f->err), 0);
	second = store_begin(other);
	assert_int_equal(store_commit(second, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_RETRY);
	assert_string_equal(f->err.code, "STO_BUSY");
	store_rollback(tx);
	store_close(other);
}

static void
full_disk_is_tried_again_later(struct fixture *f)
{
	struct store_tx *tx;

	make_table(f);
	tx = fixture_begin(f);
	store_exec(tx, "PRAGMA max_page_count = 60", NO_PARAMS);
	for (int64_t id = 1; id < 500; id++)
		store_exec(tx, sql_put,
		    PARAMS(
			P_INT(id), P_BLOB(arena_alloc(f->arena, 4000), 4000)));
	assert_int_equal(store_commit(tx, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_RETRY);
	assert_string_equal(f->err.code, "STO_FULL");
	assert_int_equal(fixture_int(f, sql_count), 0);
	tx = fixture_begin(f);
	store_exec(tx, "PRAGMA max_page_count = 100000", NO_PARAMS);
	store_exec(tx, sql_put, PARAMS(P_INT(1), P_BLOB("", 0)));
	fixture_commit(f, tx);
	assert_int_equal(fixture_int(f, sql_count), 1);
}

static void
damaged_file_is_fatal(struct fixture *f)
{
	char *path =
	    arena_printf(f->arena, "%s.damaged", f->url + strlen("sqlite:"));
	FILE *file = fopen(path, "w");
	struct store *store = NULL;

	assert_non_null(file);
	for (int i = 0; i < 20000; i++)
		(void)fputc('x', file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(store_open(arena_printf(f->arena, "sqlite:%s", path),
			     &store, &f->err),
	    -1);
	(void)remove(path);
	assert_string_equal(f->err.code, "STO_CORRUPT");
	assert_int_equal(f->err.kind, ERR_FATAL);
}

static void
commit_is_durable_by_its_settings(struct fixture *f)
{
	assert_int_equal(fixture_int(f, "PRAGMA synchronous"), 2);
	assert_int_equal(fixture_int(f, "PRAGMA page_size"), 8192);
	assert_int_equal(fixture_int(f, "PRAGMA foreign_keys"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_SQLITE(locked_database_is_busy_for_now),
		FIXTURE_SQLITE(full_disk_is_tried_again_later),
		FIXTURE_SQLITE(damaged_file_is_fatal),
		FIXTURE_SQLITE(commit_is_durable_by_its_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
