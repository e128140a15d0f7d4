/*
 * The promises of store/store.h, one test each.
 */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
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

static const char sql_count[] = "SELECT count(*) FROM thing";

static void
fail_with(struct store_tx *tx, enum err_kind kind)
{
	struct err err;

	(void)err_set(&err, kind, "PKT_SCHEMA", "made to fail");
	store_fail(tx, &err);
}

static void
parameters_are_numbered_as_written(struct fixture *f)
{
	static const char sql[] =
	    "SELECT $2, '$1', $1 /* a name: */ AS \"$2\" -- $3\n";
	struct store_tx *tx = fixture_begin(f);
	struct row *row;

	row = store_one(tx, sql, PARAMS(P_INT(7), P_TEXT("two")));
	assert_non_null(row);
	assert_string_equal(row_text(row, 0), "two");
	assert_string_equal(row_text(row, 1), "$1");
	assert_int_equal(row_int(row, 2), 7);
	assert_string_equal(row_text(row, 2), "7");
	fixture_commit(f, tx);
}

static void
numbers_of_every_type_are_read(struct fixture *f)
{
	static const char sql[] = "SELECT sum(n), count(*), max(n) = 40000,"
				  " CAST(sum(n) AS BIGINT), -sum(n) FROM"
				  " (SELECT CAST($1 AS BIGINT) AS n"
				  "  UNION ALL SELECT 40000) t";
	struct store_tx *tx = fixture_begin(f);
	struct row *row = store_one(tx, sql, PARAMS(P_INT(-130000)));

	assert_non_null(row);
	assert_int_equal(row_int(row, 0), -90000);
	assert_int_equal(row_int(row, 1), 2);
	assert_int_equal(row_int(row, 2), 1);
	assert_int_equal(row_int(row, 3), -90000);
	assert_int_equal(row_int(row, 4), 90000);
	fixture_commit(f, tx);
}

static void
first_error_stays_and_nothing_happens_after_it(struct fixture *f)
{
	struct store_tx *tx;

	make_table(f);
	tx = fixture_begin(f);
	put(tx, 1);
	fail_with(tx, ERR_REFUSE);
	fail_with(tx, ERR_FATAL);
	put(tx, 2);
	assert_null(store_one(tx, sql_count, NO_PARAMS));
	assert_int_equal(store_changed(tx), 0);
	assert_int_equal(store_error(tx)->kind, ERR_REFUSE);
	assert_int_equal(store_commit(tx, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_REFUSE);
	assert_int_equal(fixture_int(f, sql_count), 0);
}

static void
wrong_sql_is_fatal_and_undoes_all(struct fixture *f)
{
	static const char wrong[] = "INSERT INTO no_such_table VALUES (1)";
	static const char fewer[] = "INSERT INTO thing (id) VALUES ($1 + $2)";
	struct store_tx *tx;

	make_table(f);
	tx = fixture_begin(f);
	put(tx, 1);
	store_exec(tx, wrong, NO_PARAMS);
	put(tx, 2);
	assert_int_equal(store_commit(tx, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_FATAL);
	assert_string_equal(f->err.code, "STO_SQL");
	tx = fixture_begin(f);
	store_exec(tx, fewer, PARAMS(P_INT(1)));
	assert_int_equal(store_commit(tx, &f->err), -1);
	assert_string_equal(f->err.code, "STO_SQL");
	assert_int_equal(fixture_int(f, sql_count), 0);
	/* The same statements work after a failure. */
	tx = fixture_begin(f);
	put(tx, 1);
	fixture_commit(f, tx);
	assert_int_equal(fixture_int(f, sql_count), 1);
}

static void
error_texts_quote_no_values(struct fixture *f)
{
	static const char sql[] = "INSERT INTO person_name (name) VALUES ($1)";
	struct store_tx *tx = fixture_begin(f);

	store_exec(
	    tx, "CREATE TABLE person_name (name TEXT PRIMARY KEY)", NO_PARAMS);
	store_exec(tx, sql, PARAMS(P_TEXT("Тестов")));
	store_exec(tx, sql, PARAMS(P_TEXT("Тестов")));
	assert_int_equal(store_commit(tx, &f->err), -1);
	assert_null(strstr(f->err.text, "Тестов"));
	assert_non_null(strstr(f->err.text, "person_name"));
}

static void
refused_part_is_undone_alone(struct fixture *f)
{
	struct store_tx *tx;

	make_table(f);
	tx = fixture_begin(f);
	put(tx, 1);
	for (int64_t id = 2; id <= 5; id++) {
		store_savepoint(tx);
		put(tx, id);
		if (id == 3)
			fail_with(tx, ERR_REFUSE);
		if (id == 4)
			fail_with(tx, ERR_HOLD);
		assert_int_equal(
		    store_release(tx, &f->err), id == 3 || id == 4 ? -1 : 0);
	}
	assert_int_equal(f->err.kind, ERR_HOLD);
	put(tx, 6);
	fixture_commit(f, tx);
	assert_int_equal(
	    fixture_int(f, "SELECT sum(id) FROM thing"), 1 + 2 + 5 + 6);
}

static void
text_that_is_not_utf8_is_refused_and_kills_nobody(struct fixture *f)
{
	struct store_tx *tx;

	make_table(f);
	tx = fixture_begin(f);
	put(tx, 1);
	store_savepoint(tx);
	store_exec(
	    tx, sql_put, PARAMS(P_INT(2), P_TEXT("\xd0"), P_BLOB("\xd0", 1)));
	assert_int_equal(store_release(tx, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_REFUSE);
	assert_string_equal(f->err.code, "STO_TEXT");
	store_exec(
	    tx, sql_put, PARAMS(P_INT(3), P_TEXT(NULL), P_BLOB("\xd0", 1)));
	fixture_commit(f, tx);
	assert_int_equal(fixture_int(f, sql_count), 2);
}

static void
other_errors_of_a_part_fail_the_transaction(struct fixture *f)
{
	static const enum err_kind kinds[] = { ERR_RETRY, ERR_FATAL };

	make_table(f);
	for (size_t i = 0; i < 2; i++) {
		struct store_tx *tx = fixture_begin(f);

		put(tx, 1);
		store_savepoint(tx);
		fail_with(tx, kinds[i]);
		assert_int_equal(store_release(tx, &f->err), -1);
		assert_int_equal(f->err.kind, kinds[i]);
		put(tx, 2);
		assert_int_equal(store_commit(tx, &f->err), -1);
		assert_int_equal(f->err.kind, kinds[i]);
	}
	assert_int_equal(fixture_int(f, sql_count), 0);
}

static void
wrong_sql_in_a_part_is_not_forgiven_by_a_refusal(struct fixture *f)
{
	struct store_tx *tx;

	make_table(f);
	tx = fixture_begin(f);
	store_savepoint(tx);
	put(tx, 1);
	put(tx, 1);
	fail_with(tx, ERR_REFUSE);
	(void)store_release(tx, &f->err);
	assert_int_equal(store_commit(tx, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_FATAL);
}

static void
error_from_before_a_part_stays(struct fixture *f)
{
	struct store_tx *tx;

	make_table(f);
	tx = fixture_begin(f);
	put(tx, 1);
	fail_with(tx, ERR_REFUSE);
	store_savepoint(tx);
	put(tx, 2);
	assert_int_equal(store_release(tx, &f->err), -1);
	assert_int_equal(store_commit(tx, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_REFUSE);
	assert_int_equal(fixture_int(f, sql_count), 0);
}

static void
rolled_back_transaction_leaves_nothing(struct fixture *f)
{
	struct store_tx *tx;

	make_table(f);
	tx = fixture_begin(f);
	put(tx, 1);
	store_savepoint(tx);
	put(tx, 2);
	store_rollback(tx);
	assert_int_equal(fixture_int(f, sql_count), 0);
}

static void
many_rows_in_one_transaction_are_kept(struct fixture *f)
{
	struct store_tx *tx;

	make_table(f);
	tx = fixture_begin(f);
	for (int64_t id = 1; id <= 3000; id++)
		put(tx, id);
	fixture_commit(f, tx);
	assert_int_equal(fixture_int(f, sql_count), 3000);
}

static const char sql_total[] =
    "UPDATE thing SET id = id + $1 WHERE name = 't'";

static void
write_total(struct store_tx *tx, void *memory)
{
	store_exec(tx, sql_total, PARAMS(P_INT(*(int64_t *)memory)));
}

static const struct store_memory total = { sizeof(int64_t), write_total };
static const struct store_memory late = { sizeof(int64_t), NULL };

static void
memory_follows_its_transaction(struct fixture *f)
{
	struct store_tx *tx;

	make_table(f);
	tx = fixture_begin(f);
	store_exec(
	    tx, "INSERT INTO thing (id, name) VALUES (100, 't')", NO_PARAMS);
	*(int64_t *)store_memory(tx, &total) += 5;
	store_savepoint(tx);
	*(int64_t *)store_memory(tx, &total) += 70;
	*(int64_t *)store_memory(tx, &late) = 9;
	fail_with(tx, ERR_REFUSE);
	assert_int_equal(store_release(tx, &f->err), -1);
	assert_int_equal(*(int64_t *)store_memory(tx, &late), 0);
	store_savepoint(tx);
	*(int64_t *)store_memory(tx, &total) += 1;
	assert_int_equal(store_release(tx, &f->err), 0);
	fixture_commit(f, tx);
	assert_int_equal(fixture_int(f, "SELECT id FROM thing"), 106);
	tx = fixture_begin(f);
	assert_int_equal(*(int64_t *)store_memory(tx, &total), 0);
	store_rollback(tx);
}

static void
nth_call_fails_and_nothing_of_it_has_happened(struct fixture *f)
{
	int64_t nth = 0;
	bool failed = true;

	make_table(f);
	while (failed) {
		struct store_tx *tx;

		assert_true(++nth < 20);
		(void)store_fail_nth(f->store, nth);
		tx = store_begin(f->store);
		put(tx, 1);
		store_savepoint(tx);
		put(tx, 2);
		(void)store_release(tx, &f->err);
		(void)store_one(tx, sql_count, NO_PARAMS);
		failed = store_commit(tx, &f->err) == -1;
		(void)store_fail_nth(f->store, 0);
		if (failed) {
			assert_string_equal(f->err.code, "STO_INJECTED");
			assert_int_equal(f->err.kind, ERR_RETRY);
		}
		assert_int_equal(fixture_int(f, sql_count), failed ? 0 : 2);
	}
	assert_int_equal(nth, 8); /* seven calls, and the eighth is no more */
}

static void
failed_undo_of_a_part_fails_the_transaction(struct fixture *f)
{
	struct store_tx *tx;

	make_table(f);
	tx = fixture_begin(f);
	put(tx, 1);
	store_savepoint(tx);
	put(tx, 2);
	fail_with(tx, ERR_REFUSE);
	(void)store_fail_nth(f->store, 1);
	assert_int_equal(store_release(tx, &f->err), -1);
	(void)store_fail_nth(f->store, 0);
	assert_int_equal(store_commit(tx, &f->err), -1);
	assert_string_equal(f->err.code, "STO_INJECTED");
	assert_int_equal(fixture_int(f, sql_count), 0);
}

static void
second_writer_sees_only_what_is_committed(struct fixture *f)
{
	struct store *other;
	struct store_tx *tx;
	struct row *row;

	make_table(f);
	tx = fixture_begin(f);
	put(tx, 1);
	fixture_commit(f, tx);
	assert_int_equal(store_open(f->url, &other, &f->err), 0);
	tx = store_begin(other);
	row = store_one(tx, sql_count, NO_PARAMS);
	assert_non_null(row);
	assert_int_equal(row_int(row, 0), 1);
	store_rollback(tx);
	store_close(other);
}

static void
unknown_address_is_fatal_and_unreachable_is_not(void **state)
{
	struct store *store = NULL;
	struct err err;

	(void)state;
	assert_int_equal(store_open("mysql://x", &store, &err), -1);
	assert_int_equal(err.kind, ERR_FATAL);
	assert_string_equal(err.code, "STO_URL");
	assert_int_equal(
	    store_open("sqlite:/no/such/folder/x", &store, &err), -1);
	assert_int_equal(err.kind, ERR_RETRY);
	assert_string_equal(err.code, "STO_OPEN");
	assert_null(store);
	store_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(what_is_put_comes_back_byte_for_byte),
		FIXTURE_BOTH(parameters_are_numbered_as_written),
		FIXTURE_BOTH(numbers_of_every_type_are_read),
		FIXTURE_BOTH(first_error_stays_and_nothing_happens_after_it),
		FIXTURE_BOTH(wrong_sql_is_fatal_and_undoes_all),
		FIXTURE_BOTH(error_texts_quote_no_values),
		FIXTURE_BOTH(refused_part_is_undone_alone),
		FIXTURE_BOTH(text_that_is_not_utf8_is_refused_and_kills_nobody),
		FIXTURE_BOTH(other_errors_of_a_part_fail_the_transaction),
		FIXTURE_BOTH(wrong_sql_in_a_part_is_not_forgiven_by_a_refusal),
		FIXTURE_BOTH(error_from_before_a_part_stays),
		FIXTURE_BOTH(rolled_back_transaction_leaves_nothing),
		FIXTURE_BOTH(many_rows_in_one_transaction_are_kept),
		FIXTURE_BOTH(memory_follows_its_transaction),
		FIXTURE_BOTH(nth_call_fails_and_nothing_of_it_has_happened),
		FIXTURE_BOTH(failed_undo_of_a_part_fails_the_transaction),
		FIXTURE_BOTH(second_writer_sees_only_what_is_committed),
		cmocka_unit_test(
		    unknown_address_is_fatal_and_unreachable_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
