/*
 * store/store_driver.h - what a database has to do; included by store/ only.
 *
 * store.c keeps the rule of the first error: it calls a driver only while the
 * transaction is well, and a driver reports a failure by tx_fail().  Exec may
 * be deferred: a driver reports its failure at the latest when the part or
 * the transaction ends, or when something is read.
 */
#ifndef STORE_STORE_DRIVER_H
#define STORE_STORE_DRIVER_H

#include "store/store.h"

struct store_driver {
	enum store_kind kind;
	void (*close)(struct store *store);
	int (*wake_fd)(struct store *store);
	bool (*wake_read)(struct store *store);
	void (*begin)(struct store_tx *tx);
	void (*exec)(struct store_tx *tx, const char *sql,
	    const struct param params[], int count);
	int64_t (*changed)(struct store_tx *tx);
	/* Start reading; next gives the rows, done ends it early. */
	void (*query)(struct store_tx *tx, const char *sql,
	    const struct param params[], int count);
	struct row *(*next)(struct store_tx *tx);
	void (*done)(struct store_tx *tx);
	/* Statements without parameters, one after another. */
	void (*script)(struct store_tx *tx, const char *sql);
	void (*part_begin)(struct store_tx *tx);
	void (*part_keep)(struct store_tx *tx);
	void (*part_undo)(struct store_tx *tx);
	void (*commit)(struct store_tx *tx);
	void (*rollback)(struct store_tx *tx);
	bool (*row_null)(struct row *row, int column);
	int64_t (*row_int)(struct row *row, int column);
	const char *(*row_text)(struct row *row, int column);
	const void *(*row_blob)(struct row *row, int column, size_t *ret_bytes);
};

/* The first member of a driver's row. */
struct row {
	const struct store_driver *driver;
};

struct memory;

struct store_tx {
	struct store *store;
	struct err err; /* the first one, or ERR_NONE */
	bool begun; /* the database knows of tx */
	bool in_part;
	struct memory *memories;
	struct arena *arena;
};

/* The first member of a driver's store. */
struct store {
	const struct store_driver *driver;
	struct store_tx tx; /* one at a time */
	bool tx_open;
	int64_t calls, fail_at;
};

/* Note what went wrong, unless something did before. */
void tx_fail(struct store_tx *tx, enum err_kind kind, const char *code,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/*
 * Open with nothing migrated; store_close() it.
 *
 * Errors: ERR_RETRY STO_OPEN and what a first statement may say.
 */
int sqlite_open(const char *path, struct store **ret_store, struct err *err);
int pgsql_open(const char *url, struct store **ret_store, struct err *err);

#endif
