/*
 * The driver of PostgreSQL; store/pgsql_pipeline.c says how it talks.
 */
#include "config.h"

#include "store/store_driver.h"

#ifndef HAVE_PGSQL

int
pgsql_open(const char *url, struct store **ret_store, struct err *err)
{
	(void)url;
	(void)ret_store;
	return err_set(err, ERR_FATAL, "STO_URL",
	    "this program was built without PostgreSQL");
}

#else

#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/pgsql_pipeline.h"
#include "store/pgsql_value.h"

/* A row is found from its driver's store: it is a member of it. */
static struct pgsql_store *
store_of_row(struct row *row)
{
	return (struct pgsql_store *)(void *)((char *)row
	    - offsetof(struct pgsql_store, row));
}

/* Read what came while nobody asked, such as the server's farewell. */
static bool
alive(struct pgsql_store *s)
{
	struct pollfd poller = { .events = POLLIN };

	if (s->conn == NULL)
		return false;
	poller.fd = PQsocket(s->conn);
	while (poll(&poller, 1, 0) > 0)
		if (PQconsumeInput(s->conn) == 0)
			return false;
	(void)PQisBusy(s->conn);
	return PQstatus(s->conn) == CONNECTION_OK;
}

static void
begin(struct store_tx *tx)
{
	struct pgsql_store *s = pgsql_of(tx->store);
	char text[160];

	if (!alive(s) && pgsql_connect(s, text, sizeof(text)) == -1) {
		tx_fail(tx, ERR_RETRY, "STO_LOST", "PostgreSQL: %s", text);
		return;
	}
	s->doubt = false;
	pgsql_send_plain(tx, OP_PLAIN, "BEGIN");
}

static void
exec(struct store_tx *tx, const char *sql, const struct param params[],
    int count)
{
	pgsql_send(tx, OP_EXEC, sql, params, count);
}

static int64_t
changed(struct store_tx *tx)
{
	pgsql_collect(tx);
	return tx->err.kind == ERR_NONE ? pgsql_of(tx->store)->changed : 0;
}

static void
done(struct store_tx *tx)
{
	struct pgsql_store *s = pgsql_of(tx->store);

	PQclear(s->result);
	s->result = NULL;
}

static void
query(struct store_tx *tx, const char *sql, const struct param params[],
    int count)
{
	pgsql_send(tx, OP_QUERY, sql, params, count);
	if (tx->err.kind == ERR_NONE)
		pgsql_collect(tx);
	pgsql_of(tx->store)->row_at = -1;
}

static struct row *
next(struct store_tx *tx)
{
	struct pgsql_store *s = pgsql_of(tx->store);

	if (s->result == NULL || ++s->row_at >= PQntuples(s->result)) {
		done(tx);
		return NULL;
	}
	return &s->row;
}

/* The simple protocol takes several statements; a pipeline does not. */
static void
script(struct store_tx *tx, const char *sql)
{
	struct pgsql_store *s = pgsql_of(tx->store);
	PGresult *result;

	pgsql_collect(tx);
	if (tx->err.kind != ERR_NONE)
		return;
	if (PQexitPipelineMode(s->conn) == 0) {
		pgsql_lose(tx);
		return;
	}
	result = PQexec(s->conn, sql);
	if (PQresultStatus(result) == PGRES_FATAL_ERROR)
		pgsql_fail(tx, result, false);
	PQclear(result);
	if (PQstatus(s->conn) != CONNECTION_OK
	    || PQenterPipelineMode(s->conn) == 0)
		pgsql_lose(tx);
}

static void
part_begin(struct store_tx *tx)
{
	pgsql_send_plain(tx, OP_PLAIN, "SAVEPOINT part");
}

static void
part_keep(struct store_tx *tx)
{
	pgsql_send_plain(tx, OP_PLAIN, "RELEASE part");
}

static void
part_undo(struct store_tx *tx)
{
	pgsql_send_plain(tx, OP_PLAIN, "ROLLBACK TO part");
	pgsql_send_plain(tx, OP_PLAIN, "RELEASE part");
}

static void
commit(struct store_tx *tx)
{
	pgsql_send_plain(tx, OP_COMMIT, "COMMIT");
	if (tx->err.kind == ERR_NONE)
		pgsql_collect(tx);
	if (tx->err.kind == ERR_NONE && pgsql_of(tx->store)->doubt)
		tx_fail(tx, ERR_RETRY, "STO_UNKNOWN",
		    "PostgreSQL committed, perhaps without its standby");
}

static void
rollback(struct store_tx *tx)
{
	struct pgsql_store *s = pgsql_of(tx->store);
	struct store_tx mine = { .store = tx->store };

	if (s->conn != NULL)
		pgsql_collect(&mine);
	if (s->conn == NULL || PQtransactionStatus(s->conn) == PQTRANS_IDLE)
		return;
	mine.err.kind = ERR_NONE;
	pgsql_send_plain(&mine, OP_PLAIN, "ROLLBACK");
	if (s->conn != NULL)
		pgsql_collect(&mine);
	if (s->conn != NULL && PQtransactionStatus(s->conn) != PQTRANS_IDLE)
		pgsql_disconnect(s);
}

static bool
null_at(struct row *row, int column)
{
	struct pgsql_store *s = store_of_row(row);

	return PQgetisnull(s->result, s->row_at, column) == 1;
}

static int64_t
int_at(struct row *row, int column)
{
	struct pgsql_store *s = store_of_row(row);

	return pgsql_int(s->result, s->row_at, column);
}

static const char *
text_at(struct row *row, int column)
{
	struct pgsql_store *s = store_of_row(row);

	return pgsql_text(s->result, s->row_at, column, s->store.tx.arena);
}

static const void *
blob_at(struct row *row, int column, size_t *ret_bytes)
{
	struct pgsql_store *s = store_of_row(row);

	*ret_bytes = (size_t)PQgetlength(s->result, s->row_at, column);
	if (PQgetisnull(s->result, s->row_at, column))
		return NULL;
	return PQgetvalue(s->result, s->row_at, column);
}

static int
wake_fd(struct store *store)
{
	struct pgsql_store *s = pgsql_of(store);

	return s->conn == NULL ? -1 : PQsocket(s->conn);
}

/* A broken connection wakes too: the next transaction makes a new one. */
static bool
wake_read(struct store *store)
{
	struct pgsql_store *s = pgsql_of(store);
	PGnotify *notify;
	bool woken = false;

	if (s->conn == NULL)
		return false;
	if (!alive(s)) {
		pgsql_disconnect(s);
		return true;
	}
	while ((notify = PQnotifies(s->conn)) != NULL) {
		woken = woken || notify->be_pid != PQbackendPID(s->conn);
		PQfreemem(notify);
	}
	return woken;
}

static void
close_store(struct store *store)
{
	struct pgsql_store *s = pgsql_of(store);

	pgsql_disconnect(s);
	free(s->url);
	free(s);
}

static const struct store_driver driver = {
	.kind = STORE_PGSQL,
	.close = close_store,
	.wake_fd = wake_fd,
	.wake_read = wake_read,
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

int
pgsql_open(const char *url, struct store **ret_store, struct err *err)
{
	struct pgsql_store *s = xcalloc(1, sizeof(*s));
	char text[160];

	s->store.driver = &driver;
	s->row.driver = &driver;
	s->url = xstrdup(url);
	if (pgsql_connect(s, text, sizeof(text)) == -1) {
		close_store(&s->store);
		return err_set(err, ERR_RETRY, "STO_OPEN",
		    "can't reach the store: %s", text);
	}
	*ret_store = &s->store;
	return 0;
}

#endif
