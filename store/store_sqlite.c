/*
 * SQLite in one file: WAL, so that readers never wait, and synchronous=FULL,
 * so that a commit is on disk when it returns.
 */
#include <ctype.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/sql_cache.h"
#include "store/store_driver.h"

#define BUSY_TIMEOUT_MS 5000

struct sqlite_row {
	struct row row;
	sqlite3_stmt *stmt; /* NULL: nothing is being read */
};

struct sqlite_store {
	struct store store;
	sqlite3 *db;
	struct sql_cache cache; /* of sqlite3_stmt */
	struct sqlite_row reading;
	sqlite3_stmt *begin, *commit, *rollback, *part_begin, *part_keep,
	    *part_undo;
	bool full; /* the disk was; the log is to be emptied first */
};

static struct sqlite_store *
store_cast(struct store *store)
{
	return (struct sqlite_store *)store;
}

/* What a result code means for the packet that met it. */
static void
fail_code(struct store_tx *tx, int rc, bool committing)
{
	sqlite3 *db = store_cast(tx->store)->db;
	enum err_kind kind = ERR_RETRY;
	const char *code;

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		code = "STO_BUSY";
		break;
	case SQLITE_FULL:
		store_cast(tx->store)->full = true;
		code = "STO_FULL";
		break;
	case SQLITE_IOERR:
		/* The frames may be in the log although fsync failed. */
		code = committing ? "STO_UNKNOWN" : "STO_IO";
		break;
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		code = "STO_IO";
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		kind = ERR_FATAL;
		code = "STO_CORRUPT";
		break;
	default:
		kind = ERR_FATAL;
		code = "STO_SQL";
		break;
	}
	tx_fail(tx, kind, code, "SQLite %d: %s", sqlite3_extended_errcode(db),
	    sqlite3_errmsg(db));
}

/* "$12" becomes "?12", which SQLite numbers as written; texts and names in
 * quotes and comments stay. */
static void
rewrite(const char *sql, struct buf *buf)
{
	char quote = '\0';

	for (; *sql != '\0'; sql++) {
		if (quote != '\0') {
			if (*sql == quote)
				quote = '\0';
		} else if (*sql == '\'' || *sql == '"') {
			quote = *sql;
		} else if (*sql == '-' && sql[1] == '-') {
			quote = '\n';
		} else if (*sql == '$' && isdigit((unsigned char)sql[1])) {
			buf_addc(buf, '?');
			continue;
		}
		buf_addc(buf, *sql);
	}
}

static sqlite3_stmt *
prepare(struct store_tx *tx, const char *sql)
{
	struct sqlite_store *s = store_cast(tx->store);
	sqlite3_stmt *stmt = sql_cache_get(&s->cache, sql);
	struct buf buf;
	int rc;

	if (stmt != NULL)
		return stmt;
	buf_init(&buf, 0);
	rewrite(sql, &buf);
	rc = sqlite3_prepare_v3(
	    s->db, buf_text(&buf), -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
	buf_release(&buf);
	if (rc != SQLITE_OK) {
		fail_code(tx, rc, false);
		return NULL;
	}
	sql_cache_put(&s->cache, sql, stmt);
	return stmt;
}

/* Statements that are over at once borrow their parameters' bytes; the others
 * keep a copy. */
static sqlite3_stmt *
bind(struct store_tx *tx, const char *sql, const struct param params[],
    int count, sqlite3_destructor_type keep)
{
	sqlite3_stmt *stmt = prepare(tx, sql);

	if (stmt == NULL)
		return NULL;
	if (sqlite3_bind_parameter_count(stmt) != count) {
		tx_fail(tx, ERR_FATAL, "STO_SQL",
		    "%d parameters for a statement that has %d", count,
		    sqlite3_bind_parameter_count(stmt));
		return NULL;
	}
	for (int i = 0; i < count; i++) {
		const struct param *p = &params[i];
		int rc;

		if (p->type == P_TYPE_INT)
			rc = sqlite3_bind_int64(stmt, i + 1, p->num);
		else if (p->ptr == NULL)
			rc = sqlite3_bind_null(stmt, i + 1);
		else if (p->type == P_TYPE_TEXT)
			rc = sqlite3_bind_text(stmt, i + 1, p->ptr, -1, keep);
		else
			rc = sqlite3_bind_blob64(
			    stmt, i + 1, p->ptr, p->bytes, keep);
		if (rc != SQLITE_OK) {
			fail_code(tx, rc, false);
			return NULL;
		}
	}
	return stmt;
}

static void
exec(struct store_tx *tx, const char *sql, const struct param params[],
    int count)
{
	sqlite3_stmt *stmt = bind(tx, sql, params, count, SQLITE_STATIC);
	int rc;

	if (stmt == NULL)
		return;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		;
	if (rc != SQLITE_DONE)
		fail_code(tx, rc, false);
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
}

static int64_t
changed(struct store_tx *tx)
{
	return sqlite3_changes64(store_cast(tx->store)->db);
}

static void
query(struct store_tx *tx, const char *sql, const struct param params[],
    int count)
{
	struct sqlite_store *s = store_cast(tx->store);

	s->reading.stmt = bind(tx, sql, params, count, SQLITE_TRANSIENT);
}

static void
done(struct store_tx *tx)
{
	struct sqlite_store *s = store_cast(tx->store);

	if (s->reading.stmt == NULL)
		return;
	(void)sqlite3_reset(s->reading.stmt);
	(void)sqlite3_clear_bindings(s->reading.stmt);
	s->reading.stmt = NULL;
}

static struct row *
next(struct store_tx *tx)
{
	struct sqlite_store *s = store_cast(tx->store);
	int rc;

	if (s->reading.stmt == NULL)
		return NULL;
	rc = sqlite3_step(s->reading.stmt);
	if (rc == SQLITE_ROW)
		return &s->reading.row;
	if (rc != SQLITE_DONE)
		fail_code(tx, rc, false);
	done(tx);
	return NULL;
}

static void
script(struct store_tx *tx, const char *sql)
{
	int rc = sqlite3_exec(store_cast(tx->store)->db, sql, NULL, NULL, NULL);

	if (rc != SQLITE_OK)
		fail_code(tx, rc, false);
}

static int
step_plain(struct store *store, sqlite3_stmt **stmt, const char *sql)
{
	int rc = SQLITE_OK;

	if (*stmt == NULL)
		rc = sqlite3_prepare_v3(store_cast(store)->db, sql, -1,
		    SQLITE_PREPARE_PERSISTENT, stmt, NULL);
	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_step(*stmt);
	(void)sqlite3_reset(*stmt);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static void
plain(struct store_tx *tx, sqlite3_stmt **stmt, const char *sql)
{
	int rc = step_plain(tx->store, stmt, sql);

	if (rc != SQLITE_OK)
		fail_code(tx, rc, false);
}

/*
 * After the disk was full, what the log holds goes to its place first, and the
 * log begins anew: else it would take for itself all that somebody frees.
 */
static void
empty_log(struct sqlite_store *s)
{
	if (s->full
	    && sqlite3_wal_checkpoint_v2(
		   s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL)
		== SQLITE_OK)
		s->full = false;
}

static void
begin(struct store_tx *tx)
{
	struct sqlite_store *s = store_cast(tx->store);

	empty_log(s);
	plain(tx, &s->begin, "BEGIN IMMEDIATE");
}

static void
part_begin(struct store_tx *tx)
{
	plain(tx, &store_cast(tx->store)->part_begin, "SAVEPOINT part");
}

static void
part_keep(struct store_tx *tx)
{
	plain(tx, &store_cast(tx->store)->part_keep, "RELEASE part");
}

static void
part_undo(struct store_tx *tx)
{
	plain(tx, &store_cast(tx->store)->part_undo, "ROLLBACK TO part");
	if (tx->err.kind == ERR_NONE)
		part_keep(tx);
}

static void
commit(struct store_tx *tx)
{
	int rc =
	    step_plain(tx->store, &store_cast(tx->store)->commit, "COMMIT");

	if (rc != SQLITE_OK)
		fail_code(tx, rc, true);
}

/* Some failures have already ended the transaction. */
static void
rollback(struct store_tx *tx)
{
	struct sqlite_store *s = store_cast(tx->store);

	if (sqlite3_get_autocommit(s->db) == 0)
		(void)step_plain(tx->store, &s->rollback, "ROLLBACK");
}

static bool
null_at(struct row *row, int column)
{
	return sqlite3_column_type(((struct sqlite_row *)row)->stmt, column)
	    == SQLITE_NULL;
}

static int64_t
int_at(struct row *row, int column)
{
	return sqlite3_column_int64(((struct sqlite_row *)row)->stmt, column);
}

static const char *
text_at(struct row *row, int column)
{
	return (const char *)sqlite3_column_text(
	    ((struct sqlite_row *)row)->stmt, column);
}

static const void *
blob_at(struct row *row, int column, size_t *ret_bytes)
{
	sqlite3_stmt *stmt = ((struct sqlite_row *)row)->stmt;
	const void *p = sqlite3_column_blob(stmt, column);

	*ret_bytes = (size_t)sqlite3_column_bytes(stmt, column);
	return p;
}

static void
free_stmt(void *stmt)
{
	(void)sqlite3_finalize(stmt);
}

static void
close_store(struct store *store)
{
	struct sqlite_store *s = store_cast(store);
	sqlite3_stmt *plains[] = { s->begin, s->commit, s->rollback,
		s->part_begin, s->part_keep, s->part_undo };

	sql_cache_release(&s->cache, free_stmt);
	for (size_t i = 0; i < sizeof(plains) / sizeof(plains[0]); i++)
		(void)sqlite3_finalize(plains[i]);
	(void)sqlite3_close(s->db);
	free(s);
}

static int
no_wake_fd(struct store *store)
{
	(void)store;
	return -1;
}

static bool
no_wake(struct store *store)
{
	(void)store;
	return false;
}

static const struct store_driver driver = {
	.kind = STORE_SQLITE,
	.close = close_store,
	.wake_fd = no_wake_fd,
	.wake_read = no_wake,
	.begin = begin,
	.exec = exec,
	.changed = changed,
	.query = query,
	.next = next,
	.done = done,
	.script = script,
	.part_begin = part_begin,
	.part_keep = part_keep,
	.part_undo = part_undo,
	.commit = commit,
	.rollback = rollback,
	.row_null = null_at,
	.row_int = int_at,
	.row_text = text_at,
	.row_blob = blob_at,
};

/* page_size counts only before the first table is made.  A checkpoint each 8000
 * pages (64 MB) writes a page that many commits changed once. */
static const char sql_set_up[] = "PRAGMA page_size = 8192;"
				 "PRAGMA journal_mode = WAL;"
				 "PRAGMA synchronous = FULL;"
				 "PRAGMA foreign_keys = ON;"
				 "PRAGMA wal_autocheckpoint = 8000;"
				 "PRAGMA journal_size_limit = 134217728;"
				 "PRAGMA cache_size = -65536;"
				 "PRAGMA temp_store = MEMORY;"
				 "SELECT count(*) FROM sqlite_master;";

int
sqlite_open(const char *path, struct store **ret_store, struct err *err)
{
	struct sqlite_store *s = xcalloc(1, sizeof(*s));
	int rc;

	s->store.driver = &driver;
	s->reading.row.driver = &driver;
	rc = sqlite3_open_v2(path, &s->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
	    NULL);
	if (rc == SQLITE_OK) {
		(void)sqlite3_extended_result_codes(s->db, 1);
		(void)sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
		rc = sqlite3_exec(s->db, sql_set_up, NULL, NULL, NULL);
	}
	if (rc == SQLITE_OK) {
		*ret_store = &s->store;
		return 0;
	}
	if ((rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB)
		(void)err_set(err, ERR_FATAL, "STO_CORRUPT",
		    "the store is not a sound SQLite database: %s",
		    sqlite3_errmsg(s->db));
	else
		(void)err_set(err, ERR_RETRY, "STO_OPEN",
		    "can't open the store: %s", sqlite3_errmsg(s->db));
	close_store(&s->store);
	return -1;
}
