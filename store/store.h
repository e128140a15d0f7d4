/*
 * store/store.h - transactions over SQLite or PostgreSQL.
 *
 * A transaction remembers its first error.  Every later call on it does
 * nothing and reads find no row, so a sequence of changes is written without
 * a test after each line; store_commit() or store_release() tells the truth.
 * Between begin and commit a caller has no effect but SQL.
 *
 * SQL is one text for both databases: parameters $1 $2 ..., no function that
 * only one of them has.  Statements are prepared once a connection, keyed by
 * the address of the text, so pass static const char arrays only.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct row;
struct store;
struct store_tx;

enum param_type { P_TYPE_END, P_TYPE_INT, P_TYPE_TEXT, P_TYPE_BLOB };

struct param {
	enum param_type type;
	int64_t num;
	const void *ptr; /* NULL binds SQL NULL */
	size_t bytes;
};

#define P_INT(v)                               \
	{                                      \
		.type = P_TYPE_INT, .num = (v) \
	}
#define P_TEXT(s)                               \
	{                                       \
		.type = P_TYPE_TEXT, .ptr = (s) \
	}
#define P_BLOB(p, n)                                          \
	{                                                     \
		.type = P_TYPE_BLOB, .ptr = (p), .bytes = (n) \
	}
#define PARAMS(...) ((const struct param[]){ __VA_ARGS__, { 0 } })
#define NO_PARAMS   ((const struct param[]){ { 0 } })

/* What a caller asks of a kind of database, where the two differ. */
enum store_kind { STORE_SQLITE, STORE_PGSQL };

/*
 * Open the store named by url: "sqlite:PATH", "sqlite::memory:" or
 * "postgresql://...".  One store belongs to one process.
 *
 * Errors: ERR_FATAL STO_URL unknown scheme; ERR_RETRY STO_OPEN not reached.
 */
int store_open(const char *url, struct store **ret_store, struct err *err);
void store_close(struct store *store); /* NULL is fine */
enum store_kind store_kind(const struct store *store);
/*
 * A descriptor that is readable when another node may have put work into the
 * store (PostgreSQL LISTEN), or -1.  It may change after each transaction.
 */
int store_wake_fd(struct store *store);
/* Read what the descriptor has; true when somebody woke us. */
bool store_wake_read(struct store *store);

/* Never NULL; a failure to begin is the transaction's first error. */
struct store_tx *store_begin(struct store *store);
struct store *store_of(struct store_tx *tx);
/*
 * Run sql, and forget its rows.  Errors, known here or at the latest at the
 * commit: ERR_RETRY STO_BUSY, STO_FULL, STO_IO, STO_LOST; ERR_FATAL STO_SQL,
 * STO_CORRUPT; ERR_REFUSE STO_TEXT a text parameter is not UTF-8.
 */
void
store_exec(struct store_tx *tx, const char *sql, const struct param params[]);
/* Rows changed by the last store_exec() on tx. */
int64_t store_changed(struct store_tx *tx);

/* The first row, or NULL; valid until the next call on tx. */
struct row *
store_one(struct store_tx *tx, const char *sql, const struct param params[]);
/*
 * All rows, one after another: store_next() returns the first row, then each
 * next, then NULL.  No other call on tx in between.
 */
void
store_query(struct store_tx *tx, const char *sql, const struct param params[]);
struct row *store_next(struct store_tx *tx);

/* Columns count from 0; texts and blobs live until the next row. */
bool row_null(struct row *row, int column);
int64_t row_int(struct row *row, int column); /* NULL is 0 */
const char *row_text(struct row *row, int column); /* NULL is NULL */
const void *row_blob(struct row *row, int column, size_t *ret_bytes);

/* Make tx fail for a reason that is not SQL's, such as a refused change. */
void store_fail(struct store_tx *tx, const struct err *err);
/* The first error so far, kind ERR_NONE if there is none. */
const struct err *store_error(const struct store_tx *tx);

/*
 * What a caller remembers about tx, in step with it: bytes zeroed at first,
 * and set back when a part is undone.  write, unless NULL, puts it into the
 * database before the commit, so that many changes make one statement.
 * Pointers inside must be to store_arena(), and what they point to is not set
 * back.
 */
struct store_memory {
	size_t bytes;
	void (*write)(struct store_tx *tx, void *memory);
};

/* The memory of type in tx: zeroed bytes at the first call, the same after. */
void *store_memory(struct store_tx *tx, const struct store_memory *type);
/* Lives until tx ends. */
struct arena *store_arena(struct store_tx *tx);

/* End tx; on -1 nothing of it has happened, or (ERR_RETRY STO_UNKNOWN) nobody
 * knows, and doing it again must be harmless.  tx is gone either way. */
int store_commit(struct store_tx *tx, struct err *err);
/* End tx without effect. */
void store_rollback(struct store_tx *tx);

/*
 * A part of tx that can be refused alone.  store_release() keeps the part and
 * returns 0; or, if it failed, returns -1 with *err and undoes it.  After
 * ERR_REFUSE or ERR_HOLD tx goes on as if the part had never been; any other
 * error stays, and store_commit() reports it.  Parts do not nest.  An error
 * from before the part stays too.
 */
void store_savepoint(struct store_tx *tx);
int store_release(struct store_tx *tx, struct err *err);

/*
 * Tests: the Nth call from now (1 is the next) that reaches the database
 * fails with ERR_RETRY STO_INJECTED; 0 ends that.  Returns calls so far.
 */
int64_t store_fail_nth(struct store *store, int64_t nth);

#endif
