/*
 * The promises of store/migrate.h, and that both databases have the same tables.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "store/migrate.h"
#include "store/store.h"
#include "test/lib/fixture.h"

static const char sql_sqlite[] =
    "SELECT m.name, c.name, lower(c.type), c.\"notnull\" = 1 OR c.pk > 0"
    " FROM sqlite_master m JOIN pragma_table_info(m.name) c"
    " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'"
    " ORDER BY m.name, c.name";
static const char sql_pgsql[] =
    "SELECT table_name::text, column_name::text, data_type::text,"
    " is_nullable = 'NO' FROM information_schema.columns"
    " WHERE table_schema = current_schema()"
    " ORDER BY table_name COLLATE \"C\", column_name COLLATE \"C\"";
static const char sql_sqlite_index[] =
    "SELECT name, '', '', 0 FROM sqlite_master WHERE type IN ('index',"
    " 'trigger') AND name NOT LIKE 'sqlite%' ORDER BY name";
static const char sql_pgsql_index[] =
    "SELECT name::text, '', '', 0 FROM"
    " (SELECT indexname AS name FROM pg_indexes"
    "  WHERE schemaname = current_schema()"
    "  AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    " UNION SELECT trigger_name FROM information_schema.triggers"
    "  WHERE trigger_schema = current_schema()) t"
    " ORDER BY name COLLATE \"C\"";

/* One word a kind of column, whatever the database calls it. */
static const char *
word(const char *type)
{
	if (strcmp(type, "integer") == 0)
		return "bigint";
	return strcmp(type, "bytea") == 0 ? "blob" : type;
}

static void
describe(struct fixture *f, const char *sql, struct buf *buf)
{
	struct store_tx *tx = fixture_begin(f);
	struct row *row;

	store_query(tx, sql, NO_PARAMS);
	while ((row = store_next(tx)) != NULL)
		buf_addf(buf, "%s.%s %s%s\n", row_text(row, 0),
		    row_text(row, 1), word(row_text(row, 2)),
		    row_int(row, 3) ? " not null" : "");
	fixture_commit(f, tx);
}

static void
compare(struct fixture *f, const char *sqlite, const char *pgsql)
{
	struct fixture *other = fixture_new(STORE_SQLITE);
	struct buf here, there;

	buf_init(&here, 0);
	buf_init(&there, 0);
	describe(other, sqlite, &there);
	describe(f, pgsql, &here);
	assert_true(here.bytes > 0);
	assert_string_equal(buf_text(&here), buf_text(&there));
	buf_release(&here);
	buf_release(&there);
	fixture_free(other);
}

static void
both_databases_have_the_same_columns(struct fixture *f)
{
	compare(f, sql_sqlite, sql_pgsql);
}

static void
both_databases_have_the_same_indexes_and_triggers(struct fixture *f)
{
	compare(f, sql_sqlite_index, sql_pgsql_index);
}

static void
migrating_again_changes_nothing(struct fixture *f)
{
	int64_t before = fixture_int(f, "SELECT count(*) FROM schema_version");

	assert_true(before >= 1);
	assert_int_equal(store_migrate(f->store, &f->err), 0);
	assert_int_equal(
	    fixture_int(f, "SELECT count(*) FROM schema_version"), before);
}

static void
changed_or_newer_schema_is_fatal(struct fixture *f)
{
	struct store_tx *tx = fixture_begin(f);

	store_exec(tx,
	    "INSERT INTO schema_version (number, name, checksum, applied_ms)"
	    " VALUES (99999, 'future', '0', 0)",
	    NO_PARAMS);
	fixture_commit(f, tx);
	assert_int_equal(store_migrate(f->store, &f->err), -1);
	assert_string_equal(f->err.code, "STO_NEWER");
	assert_int_equal(f->err.kind, ERR_FATAL);
	tx = fixture_begin(f);
	store_exec(
	    tx, "DELETE FROM schema_version WHERE number = 99999", NO_PARAMS);
	store_exec(tx,
	    "UPDATE schema_version SET checksum = 'x' WHERE number = 1",
	    NO_PARAMS);
	fixture_commit(f, tx);
	assert_int_equal(store_migrate(f->store, &f->err), -1);
	assert_string_equal(f->err.code, "STO_SCHEMA");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(migrating_again_changes_nothing),
		FIXTURE_BOTH(changed_or_newer_schema_is_fatal),
		FIXTURE_PGSQL(both_databases_have_the_same_columns),
		FIXTURE_PGSQL(
		    both_databases_have_the_same_indexes_and_triggers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
