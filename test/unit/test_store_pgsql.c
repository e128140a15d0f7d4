/*
 * The promises of store/store.h that only a server can break: a lost
 * connection, a commit of which nobody knows, and wake-ups.
 */
#include "test/lib/unit.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/store.h"
#include "test/lib/fixture.h"

static const char sql_count[] = "SELECT count(*) FROM thing";
static const char sql_put[] = "INSERT INTO thing (id) VALUES ($1)";

static void
make_table(struct fixture *f)
{
	struct store_tx *tx = fixture_begin(f);

	store_exec(tx, "CREATE TABLE thing (id BIGINT PRIMARY KEY)", NO_PARAMS);
	fixture_commit(f, tx);
}

/* A second connection that is not a store: the administrator's. */
static PGconn *
admin_open(struct fixture *f)
{
	PGconn *admin = PQconnectdb(f->url);

	assert_int_equal(PQstatus(admin), CONNECTION_OK);
	return admin;
}

static int
admin_int(PGconn *admin, const char *sql)
{
	PGresult *result = PQexec(admin, sql);
	int n;

	if (PQresultStatus(result) == PGRES_FATAL_ERROR)
		fail_msg("%s: %s", sql, PQresultErrorMessage(result));
	n = PQntuples(result) == 0
	    ? 0
	    : (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return n;
}

static void
pause_ms(long ms)
{
	(void)nanosleep(
	    &(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static int
backend_of(struct fixture *f)
{
	return (int)fixture_int(f, "SELECT pg_backend_pid()");
}

static void
kill_backend(struct fixture *f, int pid)
{
	PGconn *admin = admin_open(f);
	char sql[80];

	(void)snprintf(
	    sql, sizeof(sql), "SELECT pg_terminate_backend(%d, 5000)", pid);
	(void)admin_int(admin, sql);
	PQfinish(admin);
}

static void
lost_connection_is_made_again_by_the_next_begin(struct fixture *f)
{
	make_table(f);
	kill_backend(f, backend_of(f));
	assert_int_equal(fixture_int(f, sql_count), 0);
}

static void
connection_lost_inside_fails_for_now_and_leaves_nothing(struct fixture *f)
{
	struct store_tx *tx;
	int pid;

	make_table(f);
	pid = backend_of(f);
	tx = fixture_begin(f);
	store_exec(tx, sql_put, PARAMS(P_INT(1)));
	assert_int_equal(store_changed(tx), 1);
	kill_backend(f, pid);
	store_exec(tx, sql_put, PARAMS(P_INT(2)));
	assert_null(store_one(tx, sql_count, NO_PARAMS));
	assert_int_equal(store_commit(tx, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_RETRY);
	assert_string_equal(f->err.code, "STO_LOST");
	assert_int_equal(fixture_int(f, sql_count), 0);
	tx = fixture_begin(f);
	store_exec(tx, sql_put, PARAMS(P_INT(2)));
	fixture_commit(f, tx);
}

static void
deadlock_is_tried_again_later(struct fixture *f)
{
	static const char lock[] = "UPDATE thing SET id = id WHERE id = $1";
	PGconn *admin = admin_open(f);
	struct store_tx *tx;

	make_table(f);
	tx = fixture_begin(f);
	store_exec(tx, "INSERT INTO thing (id) VALUES (1), (2)", NO_PARAMS);
	fixture_commit(f, tx);
	(void)admin_int(admin, "SET deadlock_timeout = '60s'");
	(void)admin_int(admin, "BEGIN");
	(void)admin_int(admin, "UPDATE thing SET id = id WHERE id = 1");
	tx = fixture_begin(f);
	store_exec(tx, lock, PARAMS(P_INT(2)));
	assert_int_equal(store_changed(tx), 1);
	assert_int_equal(
	    PQsendQuery(admin, "UPDATE thing SET id = id WHERE id = 2"), 1);
	pause_ms(200);
	store_exec(tx, lock, PARAMS(P_INT(1)));
	assert_int_equal(store_commit(tx, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_RETRY);
	assert_string_equal(f->err.code, "STO_BUSY");
	PQfinish(admin);
}

/* Other tests may use the server at the same time, and their commits wait for
 * the standby, too. */
#define DOUBTFUL "doubtful-commit"

/* In a child, for the commit hangs: put a row, exit 10 if that is unknown, 11
 * for another error, 0 if it is done. */
static pid_t
commit_in_child(struct fixture *f, int64_t id)
{
	struct store *store;
	struct store_tx *tx;
	struct err err;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (store_open(
		arena_printf(f->arena, "%s&application_name=" DOUBTFUL, f->url),
		&store, &err)
	    == -1)
		_exit(12);
	tx = store_begin(store);
	store_exec(tx, sql_put, PARAMS(P_INT(id)));
	if (store_commit(tx, &err) == 0)
		_exit(0);
	_exit(strcmp(err.code, "STO_UNKNOWN") == 0 && err.kind == ERR_RETRY
		? 10
		: 11);
}

/* Wait until a commit waits for the standby, then do to it what sql says. */
static int
disturb_commit(struct fixture *f, PGconn *admin, int64_t id, const char *what)
{
	static const char waiting[] = "SELECT count(*) FROM pg_stat_activity "
				      "WHERE wait_event = 'SyncRep'"
				      " AND application_name = '" DOUBTFUL "'";
	pid_t child = commit_in_child(f, id);
	int status = 0, tries = 0;
	char sql[240];

	while (admin_int(admin, waiting) == 0 && ++tries < 100)
		pause_ms(50);
	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(%s(pid)) FROM pg_stat_activity"
	    " WHERE wait_event = 'SyncRep'"
	    " AND application_name = '" DOUBTFUL "'",
	    what);
	/* No assertion before the server commits again as it should. */
	if (admin_int(admin, sql) != 1)
		(void)kill(child, SIGKILL);
	(void)waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A standby that never comes: each commit waits for it. */
static void
want_standby(PGconn *admin, bool wanted)
{
	(void)admin_int(admin,
	    wanted ? "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
		   : "ALTER SYSTEM RESET synchronous_standby_names");
	(void)admin_int(admin, "SELECT pg_reload_conf()");
	pause_ms(300);
}

static void
commit_without_its_standby_is_unknown(struct fixture *f)
{
	PGconn *admin = admin_open(f);
	int cancelled, terminated;

	make_table(f);
	want_standby(admin, true);
	cancelled = disturb_commit(f, admin, 1, "pg_cancel_backend");
	terminated = disturb_commit(f, admin, 2, "pg_terminate_backend");
	want_standby(admin, false);
	PQfinish(admin);
	assert_int_equal(cancelled, 10);
	assert_int_equal(terminated, 10);
	/* Which is why: both are there. */
	assert_int_equal(fixture_int(f, sql_count), 2);
}

static void
others_are_woken_and_we_are_not_woken_by_ourselves(struct fixture *f)
{
	PGconn *admin = admin_open(f);
	struct store_tx *tx;

	assert_true(store_wake_fd(f->store) >= 0);
	tx = fixture_begin(f);
	(void)store_one(tx, "SELECT pg_notify('kontingent', '')", NO_PARAMS);
	fixture_commit(f, tx);
	pause_ms(100);
	assert_false(store_wake_read(f->store));
	(void)admin_int(admin, "NOTIFY kontingent");
	pause_ms(100);
	assert_true(store_wake_read(f->store));
	assert_false(store_wake_read(f->store));
	PQfinish(admin);
}

static void
asynchronous_commit_of_the_server_is_not_ours(struct fixture *f)
{
	struct store *store;
	struct store_tx *tx;
	struct row *row;

	assert_int_equal(
	    store_open(arena_printf(f->arena,
			   "%s%%20-csynchronous_commit%%3Doff", f->url),
		&store, &f->err),
	    0);
	tx = store_begin(store);
	row = store_one(tx, "SHOW synchronous_commit", NO_PARAMS);
	assert_non_null(row);
	assert_string_equal(row_text(row, 0), "on");
	store_rollback(tx);
	store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_PGSQL(lost_connection_is_made_again_by_the_next_begin),
		FIXTURE_PGSQL(
		    connection_lost_inside_fails_for_now_and_leaves_nothing),
		FIXTURE_PGSQL(deadlock_is_tried_again_later),
		FIXTURE_PGSQL(commit_without_its_standby_is_unknown),
		FIXTURE_PGSQL(
		    others_are_woken_and_we_are_not_woken_by_ourselves),
		FIXTURE_PGSQL(asynchronous_commit_of_the_server_is_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
