#include "store/store.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/store_driver.h"

struct memory {
	struct memory *next;
	const struct store_memory *type;
	void *now;
	void *saved; /* as it was at store_savepoint() */
};

void
tx_fail(struct store_tx *tx, enum err_kind kind, const char *code,
    const char *fmt, ...)
{
	char text[sizeof(tx->err.text)];
	va_list ap;

	if (tx->err.kind != ERR_NONE)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)err_set(&tx->err, kind, code, "%s", text);
}

/* May tx talk to its database?  Counts the call; tests make it fail. */
static bool
reach(struct store_tx *tx)
{
	struct store *store = tx->store;

	if (tx->err.kind != ERR_NONE)
		return false;
	store->calls++;
	if (store->fail_at == 0 || store->calls != store->fail_at)
		return true;
	tx_fail(tx, ERR_RETRY, "STO_INJECTED", "call %lld was made to fail",
	    (long long)store->calls);
	return false;
}

/*
 * How many; a text that is not UTF-8 is refused here, for the same bytes would
 * go into one database and end the process with the other.
 */
static int
param_count(struct store_tx *tx, const struct param params[])
{
	int n = 0;

	for (; params[n].type != P_TYPE_END; n++)
		if (params[n].type == P_TYPE_TEXT && params[n].ptr != NULL
		    && !str_utf8(params[n].ptr, strlen(params[n].ptr)))
			tx_fail(tx, ERR_REFUSE, "STO_TEXT",
			    "parameter %d is not UTF-8", n + 1);
	return n;
}

int
store_open(const char *url, struct store **ret_store, struct err *err)
{
	if (str_begins(url, "sqlite:"))
		return sqlite_open(url + strlen("sqlite:"), ret_store, err);
	if (str_begins(url, "postgresql://") || str_begins(url, "postgres://"))
		return pgsql_open(url, ret_store, err);
	return err_set(err, ERR_FATAL, "STO_URL",
	    "the store's address begins neither with sqlite: nor with"
	    " postgresql://");
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	assert(!store->tx_open);
	arena_free(store->tx.arena);
	store->driver->close(store);
}

enum store_kind
store_kind(const struct store *store)
{
	return store->driver->kind;
}

int
store_wake_fd(struct store *store)
{
	return store->driver->wake_fd(store);
}

bool
store_wake_read(struct store *store)
{
	return store->driver->wake_read(store);
}

struct store_tx *
store_begin(struct store *store)
{
	struct store_tx *tx = &store->tx;

	assert(!store->tx_open);
	if (tx->arena == NULL)
		tx->arena = arena_new();
	else
		arena_reset(tx->arena);
	*tx = (struct store_tx){ .store = store, .arena = tx->arena };
	store->tx_open = true;
	if (reach(tx)) {
		store->driver->begin(tx);
		tx->begun = tx->err.kind == ERR_NONE;
	}
	return tx;
}

struct store *
store_of(struct store_tx *tx)
{
	return tx->store;
}

struct arena *
store_arena(struct store_tx *tx)
{
	return tx->arena;
}

void
store_exec(struct store_tx *tx, const char *sql, const struct param params[])
{
	const struct store_driver *driver = tx->store->driver;
	int count = param_count(tx, params);

	driver->done(tx);
	if (reach(tx))
		driver->exec(tx, sql, params, count);
}

int64_t
store_changed(struct store_tx *tx)
{
	if (tx->err.kind != ERR_NONE)
		return 0;
	return tx->store->driver->changed(tx);
}

void
store_query(struct store_tx *tx, const char *sql, const struct param params[])
{
	const struct store_driver *driver = tx->store->driver;
	int count = param_count(tx, params);

	driver->done(tx);
	if (reach(tx))
		driver->query(tx, sql, params, count);
}

struct row *
store_next(struct store_tx *tx)
{
	if (tx->err.kind != ERR_NONE)
		return NULL;
	return tx->store->driver->next(tx);
}

struct row *
store_one(struct store_tx *tx, const char *sql, const struct param params[])
{
	store_query(tx, sql, params);
	return store_next(tx);
}

bool
row_null(struct row *row, int column)
{
	return row->driver->row_null(row, column);
}

int64_t
row_int(struct row *row, int column)
{
	return row->driver->row_int(row, column);
}

const char *
row_text(struct row *row, int column)
{
	return row->driver->row_text(row, column);
}

const void *
row_blob(struct row *row, int column, size_t *ret_bytes)
{
	return row->driver->row_blob(row, column, ret_bytes);
}

void
store_fail(struct store_tx *tx, const struct err *err)
{
	assert(err->kind != ERR_NONE);
	if (tx->err.kind == ERR_NONE)
		tx->err = *err;
}

const struct err *
store_error(const struct store_tx *tx)
{
	return &tx->err;
}

void *
store_memory(struct store_tx *tx, const struct store_memory *type)
{
	struct memory **at = &tx->memories, *memory;

	while (*at != NULL && (*at)->type != type)
		at = &(*at)->next;
	if (*at == NULL) {
		memory = arena_alloc(tx->arena, sizeof(*memory));
		memory->type = type;
		memory->now = arena_alloc(tx->arena, type->bytes);
		memory->saved = arena_alloc(tx->arena, type->bytes);
		*at = memory;
	}
	return (*at)->now;
}

/* A memory of a part has zeroes in saved: that is what it was before. */
static void
memories_save(struct store_tx *tx)
{
	for (struct memory *m = tx->memories; m != NULL; m = m->next)
		memcpy(m->saved, m->now, m->type->bytes);
}

static void
memories_restore(struct store_tx *tx)
{
	for (struct memory *m = tx->memories; m != NULL; m = m->next)
		memcpy(m->now, m->saved, m->type->bytes);
}

void
store_savepoint(struct store_tx *tx)
{
	assert(!tx->in_part);
	tx->store->driver->done(tx);
	if (!reach(tx))
		return;
	tx->store->driver->part_begin(tx);
	tx->in_part = tx->err.kind == ERR_NONE;
	if (tx->in_part)
		memories_save(tx);
}

int
store_release(struct store_tx *tx, struct err *err)
{
	bool in_part = tx->in_part;

	tx->store->driver->done(tx);
	tx->in_part = false;
	if (in_part && reach(tx))
		tx->store->driver->part_keep(tx);
	if (tx->err.kind == ERR_NONE)
		return 0;
	*err = tx->err;
	if (!in_part || (err->kind != ERR_REFUSE && err->kind != ERR_HOLD))
		return -1;
	tx->err = (struct err){ .kind = ERR_NONE };
	memories_restore(tx);
	if (reach(tx))
		tx->store->driver->part_undo(tx);
	return -1;
}

static void
tx_end(struct store_tx *tx)
{
	tx->store->tx_open = false;
	tx->begun = false;
	tx->memories = NULL;
}

int
store_commit(struct store_tx *tx, struct err *err)
{
	const struct store_driver *driver = tx->store->driver;
	int rc = 0;

	assert(!tx->in_part);
	driver->done(tx);
	for (struct memory *m = tx->memories; m != NULL; m = m->next)
		if (m->type->write != NULL && tx->err.kind == ERR_NONE)
			m->type->write(tx, m->now);
	driver->done(tx);
	if (reach(tx))
		driver->commit(tx);
	if (tx->err.kind != ERR_NONE) {
		if (tx->begun)
			driver->rollback(tx);
		*err = tx->err;
		rc = -1;
	}
	tx_end(tx);
	return rc;
}

void
store_rollback(struct store_tx *tx)
{
	tx->store->driver->done(tx);
	tx->in_part = false;
	if (tx->begun)
		tx->store->driver->rollback(tx);
	tx_end(tx);
}

int64_t
store_fail_nth(struct store *store, int64_t nth)
{
	store->fail_at = nth == 0 ? 0 : store->calls + nth;
	return store->calls;
}
