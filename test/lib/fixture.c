#include "test/lib/unit.h"

#include "test/lib/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"
#include "store/migrate.h"

static const char skip_text[] =
    "skipped: KONTINGENT_TEST_PGSQL names no PostgreSQL server"
    " (scripts/with-pgsql starts one)";

/* Run one statement on the server named by url; its text may be made up. */
static void
run_alone(const char *url, const char *sql)
{
	struct store *store = NULL;
	struct store_tx *tx;
	struct err err = { .kind = ERR_NONE };

	if (store_open(url, &store, &err) == 0) {
		tx = store_begin(store);
		store_exec(tx, sql, NO_PARAMS);
		(void)store_commit(tx, &err);
	}
	store_close(store);
	if (err.kind != ERR_NONE)
		fail_msg("%s: %s", sql, err.text);
}

/* A schema of its own on the server: much faster than a database. */
static void
pgsql_url(struct fixture *f, const char *server)
{
	static int number;
	const char *name;

	name = arena_printf(f->arena, "t%ld_%d", (long)getpid(), ++number);
	run_alone(server, arena_printf(f->arena, "CREATE SCHEMA %s", name));
	f->url = arena_printf(f->arena, "%s%coptions=-csearch_path%%3D%s",
	    server, strchr(server, '?') == NULL ? '?' : '&', name);
}

static void
sqlite_url(struct fixture *f)
{
	const char *base = getenv("TMPDIR");
	char *folder = arena_printf(f->arena, "%s/kontingent-test-XXXXXX",
	    base == NULL ? "/tmp" : base);

	if (mkdtemp(folder) == NULL)
		fail_msg("no temporary folder %s", folder);
	f->url = arena_printf(f->arena, "sqlite:%s/store.db", folder);
}

struct fixture *
fixture_new(enum store_kind kind)
{
	const char *server = getenv("KONTINGENT_TEST_PGSQL");
	struct fixture *f;

	if (kind == STORE_PGSQL && (server == NULL || *server == '\0'))
		return NULL;
	f = xcalloc(1, sizeof(*f));
	f->kind = kind;
	f->arena = arena_new();
	if (kind == STORE_PGSQL)
		pgsql_url(f, server);
	else
		sqlite_url(f);
	clock_freeze_ms(FIXTURE_T0_MS);
	if (store_open(f->url, &f->store, &f->err) == -1
	    || store_migrate(f->store, &f->err) == -1)
		fail_msg("%s: %s", f->err.code, f->err.text);
	return f;
}

static void
drop_pgsql(struct fixture *f)
{
	const char *schema = strrchr(f->url, '%') + 3;

	run_alone(getenv("KONTINGENT_TEST_PGSQL"),
	    arena_printf(f->arena, "DROP SCHEMA %s CASCADE", schema));
}

static void
drop_sqlite(struct fixture *f)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	char *path = arena_strdup(f->arena, f->url + strlen("sqlite:"));

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		(void)unlink(arena_printf(f->arena, "%s%s", path, ends[i]));
	*strrchr(path, '/') = '\0';
	(void)rmdir(path);
}

void
fixture_free(struct fixture *f)
{
	if (f == NULL)
		return;
	store_close(f->store);
	if (f->kind == STORE_PGSQL)
		drop_pgsql(f);
	else
		drop_sqlite(f);
	clock_freeze_ms(0);
	arena_free(f->arena);
	free(f);
}

int
fixture_set_up(void **state)
{
	const struct fixture_case *test = *state;
	struct fixture *f = fixture_new(test->kind);

	if (f != NULL)
		f->run = test->run;
	*state = f;
	return 0;
}

void
fixture_run(void **state)
{
	struct fixture *f = *state;

	if (f == NULL) {
		print_message("%s\n", skip_text);
		skip();
		return;
	}
	f->run(f);
}

int
fixture_tear_down(void **state)
{
	fixture_free(*state);
	return 0;
}

struct store_tx *
fixture_begin(struct fixture *f)
{
	struct store_tx *tx = store_begin(f->store);

	if (store_error(tx)->kind != ERR_NONE) {
		f->err = *store_error(tx);
		store_rollback(tx);
		fail_msg("begin: %s", f->err.text);
	}
	return tx;
}

void
fixture_commit(struct fixture *f, struct store_tx *tx)
{
	if (store_commit(tx, &f->err) == -1)
		fail_msg("%s: %s", f->err.code, f->err.text);
}

int64_t
fixture_int(struct fixture *f, const char *sql)
{
	struct store_tx *tx = fixture_begin(f);
	struct row *row = store_one(tx, sql, NO_PARAMS);
	int64_t n = row == NULL ? -1 : row_int(row, 0);

	fixture_commit(f, tx);
	return n;
}
