/*
 * The promises of store/store.h and store/migrate.h, one test each.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/migrate.h"
#include "store/store.h"
#include "test/lib/fixture.h"

static const char sql_put[] =
    "INSERT INTO thing (id, name, body) VALUES ($1, $2, $3)";
static const char sql_all[] = "SELECT id, name, body FROM thing ORDER BY id";

/* A table of the test's own. */
static void
make_table(struct fixture *f)
{
	struct store_tx *tx = fixture_begin(f);

	store_exec(tx,
	    f->kind == STORE_PGSQL
		? "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT,"
		  " body BYTEA)"
		: "CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT,"
		  " body BLOB)",
	    NO_PARAMS);
	fixture_commit(f, tx);
}

static void
put(struct store_tx *tx, int64_t id)
{
	store_exec(
	    tx, sql_put, PARAMS(P_INT(id), P_TEXT("вещь"), P_BLOB("a\0b", 3)));
}

static void
what_is_put_comes_back_byte_for_byte(struct fixture *f)
{
	struct store_tx *tx;
	struct row *row;
	const void *body;
	size_t bytes;

	make_table(f);
	tx = fixture_begin(f);
	put(tx, INT64_C(-9007199254740993));
	store_exec(
	    tx, sql_put, PARAMS(P_INT(2), P_TEXT(NULL), P_BLOB(NULL, 0)));
	assert_int_equal(store_changed(tx), 1);
	store_exec(tx, sql_put, PARAMS(P_INT(3), P_TEXT(""), P_BLOB("", 0)));
	store_query(tx, sql_all, NO_PARAMS);
	row = store_next(tx);
	assert_true(row_int(row, 0) == INT64_C(-9007199254740993));
	assert_string_equal(row_text(row, 1), "вещь");
	body = row_blob(row, 2, &bytes);
	assert_int_equal(bytes, 3);
	assert_memory_equal(body, "a\0b", 3);
	row = store_next(tx);
	assert_true(row_null(row, 1) && row_null(row, 2));
	assert_null(row_text(row, 1));
	assert_int_equal(row_int(row, 2), 0);
	row = store_next(tx);
	assert_false(row_null(row, 1));
	assert_string_equal(row_text(row, 1), "");
	assert_false(row_null(row, 2));
	(void)row_blob(row, 2, &bytes);
	assert_int_equal(bytes, 0);
	assert_null(store_next(tx));
	assert_null(store_next(tx));
	fixture_commit(f, tx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(what_is_put_comes_back_byte_for_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
