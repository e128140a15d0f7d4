/*
 * test/lib/fixture.h - a temporary store for a test, on each database.
 *
 * A test is a function of (struct fixture *); FIXTURE_BOTH(test) in the list
 * of cmocka runs it over SQLite, and over PostgreSQL when KONTINGENT_TEST_PGSQL
 * names a server (else that one is skipped and says so).  The store has all
 * tables and the clock stands still at FIXTURE_T0_MS.
 */
#ifndef TEST_LIB_FIXTURE_H
#define TEST_LIB_FIXTURE_H

#include <stdint.h>

#include "base/err.h"
#include "store/store.h"

#define FIXTURE_T0_MS INT64_C(1700000000000)

struct arena;

struct fixture {
	struct store *store;
	struct arena *arena; /* lives as long as the test */
	struct err err;
	const char *url; /* of store; for a second connection */
	void (*run)(struct fixture *f);
	enum store_kind kind;
	void *mine; /* the test program's own */
};

/* For cmocka: they take a struct fixture_case * as the initial state. */
struct fixture_case {
	void (*run)(struct fixture *f);
	enum store_kind kind;
};

int fixture_set_up(void **state);
void fixture_run(void **state);
int fixture_tear_down(void **state);

/* Each a row, or two, of a struct CMUnitTest []. */
#define FIXTURE_ON(test, database, on)                            \
	{                                                         \
		.name = #test database, .test_func = fixture_run, \
		.setup_func = fixture_set_up,                     \
		.teardown_func = fixture_tear_down,               \
		.initial_state = &(struct fixture_case)           \
		{                                                 \
			test, on                                  \
		}                                                 \
	}
#define FIXTURE_SQLITE(test) FIXTURE_ON(test, " (SQLite)", STORE_SQLITE)
#define FIXTURE_PGSQL(test)  FIXTURE_ON(test, " (PostgreSQL)", STORE_PGSQL)
#define FIXTURE_BOTH(test)   FIXTURE_SQLITE(test), FIXTURE_PGSQL(test)

/*
 * Without cmocka's list, for programs with a loop of their own: open a store
 * of kind with all tables, NULL if there is no server for it; and drop it.
 */
struct fixture *fixture_new(enum store_kind kind);
void fixture_free(struct fixture *f); /* NULL is fine */
/* Begin, and commit or fail the test. */
struct store_tx *fixture_begin(struct fixture *f);
void fixture_commit(struct fixture *f, struct store_tx *tx);
/* The first column of the first row, or -1: no row. */
int64_t fixture_int(struct fixture *f, const char *sql);

#endif
