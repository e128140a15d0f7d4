/*
 * PostgreSQL over one connection in pipeline mode.
 *
 * Statements that return nothing are sent and not waited for: their results
 * are collected when something is read, when the room for open ones is used
 * up, and at the commit, so a transaction of N changes costs one round trip and
 * not N.  After a failure the server skips what follows up to the next
 * PQpipelineSync(), and a COMMIT that was sent with it too.
 *
 * The outcome of a COMMIT is unknown (STO_UNKNOWN) when its answer is lost, or
 * when it comes with a warning: a cancelled wait for the synchronous standby is
 * reported as success with a warning, whose text depends on the server's
 * language.  Nothing is believed before the last result has been read, and
 * nothing is ever cancelled: a connection that does not answer is closed.
 */
#include "store/pgsql_pipeline.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/pgsql_value.h"

#define PARAMS_MAX    128
#define SILENCE_S_MAX 60 /* then the connection is given up */

struct prepared {
	char name[24];
	bool sent;
	bool ready; /* the server has it */
};

struct pgsql_store *
pgsql_of(struct store *store)
{
	return (struct pgsql_store *)store;
}

static void
one_line(char *dst, size_t room, const char *text)
{
	str_copy(dst, room, text == NULL ? "" : text);
	for (; *dst != '\0'; dst++)
		if ((unsigned char)*dst < ' ')
			*dst = ' ';
}

void
pgsql_disconnect(struct pgsql_store *s)
{
	PQclear(s->result);
	s->result = NULL;
	PQfinish(s->conn);
	s->conn = NULL;
	s->op_count = 0;
	sql_cache_release(&s->cache, free);
}

static void
on_notice(void *arg, const PGresult *result)
{
	struct pgsql_store *s = arg;
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *severity =
	    PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (text != NULL && strstr(text, "for synchronous replication") != NULL)
		s->doubt = true;
	if (str_equal(severity, "WARNING") && s->op_now < s->op_count
	    && s->ops[s->op_now].kind == OP_COMMIT)
		s->doubt = true;
}

/* What the server must be for us; a caller's URL overrides all of it. */
static PGconn *
connect_params(const char *url)
{
	const char *const keys[] = { "connect_timeout", "tcp_user_timeout",
		"keepalives_idle", "keepalives_interval", "keepalives_count",
		"target_session_attrs", "gssencmode", "application_name",
		"dbname", "client_encoding", NULL };
	const char *const values[] = { "2", "2000", "10", "5", "3",
		"read-write", "disable", "kontingent", url, "UTF8", NULL };

	return PQconnectdbParams(keys, values, 1);
}

/* synchronous_commit: any level that waits for our own disk is left alone. */
static const char sql_session[] =
    "SELECT set_config('client_min_messages', 'warning', false);"
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off';"
    "LISTEN kontingent";

int
pgsql_connect(struct pgsql_store *s, char *text, size_t room)
{
	PGresult *result;
	bool ok = false;

	pgsql_disconnect(s);
	s->conn = connect_params(s->url);
	if (PQstatus(s->conn) == CONNECTION_OK) {
		(void)PQsetNoticeReceiver(s->conn, on_notice, s);
		result = PQexec(s->conn, sql_session);
		ok = PQresultStatus(result) == PGRES_COMMAND_OK
		    && PQenterPipelineMode(s->conn) == 1;
		PQclear(result);
	}
	if (ok)
		return 0;
	one_line(text, room, PQerrorMessage(s->conn));
	pgsql_disconnect(s);
	return -1;
}

/* The answer to a COMMIT that is open is nobody's knowledge now. */
void
pgsql_lose(struct store_tx *tx)
{
	struct pgsql_store *s = pgsql_of(tx->store);
	bool committing =
	    s->op_count > 0 && s->ops[s->op_count - 1].kind == OP_COMMIT;
	char text[160];

	one_line(text, sizeof(text), PQerrorMessage(s->conn));
	tx_fail(tx, ERR_RETRY, committing ? "STO_UNKNOWN" : "STO_LOST",
	    "PostgreSQL: %s", *text == '\0' ? "no answer" : text);
	pgsql_disconnect(s);
}

/* SQLSTATE to kind and code.  Source: PostgreSQL, appendix A. */
static enum err_kind
classify(const char *state, const char **ret_code)
{
	static const struct {
		const char *begins;
		enum err_kind kind;
		const char *code;
	} table[] = {
		{ "08P01", ERR_FATAL, "STO_SQL" }, /* wrong parameters */
		{ "40", ERR_RETRY, "STO_BUSY" }, /* serialization, deadlock */
		{ "55P03", ERR_RETRY, "STO_BUSY" }, /* lock not available */
		{ "57014", ERR_RETRY, "STO_BUSY" }, /* query cancelled */
		{ "08", ERR_RETRY, "STO_LOST" },
		{ "57P", ERR_RETRY, "STO_LOST" }, /* shut down, starting up */
		{ "25006", ERR_RETRY, "STO_LOST" }, /* a standby now */
		{ "25P03", ERR_RETRY, "STO_LOST" }, /* idle too long */
		{ "53", ERR_RETRY, "STO_FULL" },
		{ "58", ERR_RETRY, "STO_IO" },
		{ "XX001", ERR_FATAL, "STO_CORRUPT" },
		{ "XX002", ERR_FATAL, "STO_CORRUPT" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (str_begins(state, table[i].begins)) {
			*ret_code = table[i].code;
			return table[i].kind;
		}
	}
	*ret_code = "STO_SQL";
	return ERR_FATAL;
}

static const char *
field(const PGresult *result, int code)
{
	const char *text = PQresultErrorField(result, code);

	return text == NULL ? "" : text;
}

/*
 * A message of class 22 or 23 may quote a value, which may be somebody's name:
 * table, column and constraint say enough.
 */
void
pgsql_fail(struct store_tx *tx, const PGresult *result, bool committing)
{
	const char *state = field(result, PG_DIAG_SQLSTATE), *code;
	enum err_kind kind = classify(state, &code);
	char text[160] = "";

	if (!str_begins(state, "22") && !str_begins(state, "23"))
		one_line(
		    text, sizeof(text), field(result, PG_DIAG_MESSAGE_PRIMARY));
	/* An ERROR undoes the transaction; worse ends the server process,
	 * and that may have been after the commit. */
	if (committing
	    && strcmp(field(result, PG_DIAG_SEVERITY_NONLOCALIZED), "ERROR")
		!= 0) {
		kind = ERR_RETRY;
		code = "STO_UNKNOWN";
	}
	tx_fail(tx, kind, code, "PostgreSQL %s: %s%s%s%s%s", state, text, " ",
	    field(result, PG_DIAG_TABLE_NAME), " ",
	    field(result, PG_DIAG_CONSTRAINT_NAME));
}

/* The next result, or NULL: the command has no more, or *ret_lost. */
static PGresult *
wait_result(struct pgsql_store *s, bool *ret_lost)
{
	struct pollfd poller = { .fd = PQsocket(s->conn), .events = POLLIN };
	int silence_s = 0;

	while (PQisBusy(s->conn)) {
		int n = poll(&poller, 1, 1000);

		if (n == 0 && ++silence_s < SILENCE_S_MAX)
			continue;
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0 || PQconsumeInput(s->conn) == 0) {
			*ret_lost = true;
			return NULL;
		}
		silence_s = 0;
	}
	return PQgetResult(s->conn);
}

static void
take(struct store_tx *tx, const struct op *op, PGresult *result)
{
	struct pgsql_store *s = pgsql_of(tx->store);
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_FATAL_ERROR) {
		pgsql_fail(tx, result, op->kind == OP_COMMIT);
	} else if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
		if (op->kind == OP_PREPARE)
			op->prepared->ready = true;
		if (op->kind == OP_EXEC || op->kind == OP_QUERY)
			s->changed = strtoll(PQcmdTuples(result), NULL, 10);
		if (op->kind == OP_COMMIT
		    && strcmp(PQcmdStatus(result), "COMMIT") != 0)
			tx_fail(tx, ERR_FATAL, "STO_SQL",
			    "PostgreSQL rolled back at the commit");
		if (op->kind == OP_QUERY) {
			s->result = result;
			return;
		}
	}
	PQclear(result);
}

void
pgsql_collect(struct store_tx *tx)
{
	struct pgsql_store *s = pgsql_of(tx->store);
	PGresult *result;
	bool lost = false;

	if (s->op_count == 0)
		return;
	lost = PQpipelineSync(s->conn) == 0;
	for (s->op_now = 0; s->op_now < s->op_count && !lost; s->op_now++) {
		const struct op *op = &s->ops[s->op_now];

		while ((result = wait_result(s, &lost)) != NULL)
			take(tx, op, result);
		if (op->kind == OP_PREPARE && !op->prepared->ready)
			op->prepared->sent = false;
	}
	if (!lost) {
		result = wait_result(s, &lost);
		lost = lost || PQresultStatus(result) != PGRES_PIPELINE_SYNC;
		PQclear(result);
	}
	if (lost || PQstatus(s->conn) != CONNECTION_OK)
		pgsql_lose(tx);
	s->op_count = 0;
}

/* Note that something was sent; sent is what libpq said. */
static void
op_add(
    struct store_tx *tx, enum op_kind kind, struct prepared *prepared, int sent)
{
	struct pgsql_store *s = pgsql_of(tx->store);

	if (sent == 0) {
		pgsql_lose(tx);
		return;
	}
	s->ops[s->op_count++] = (struct op){ kind, prepared };
}

void
pgsql_send_plain(struct store_tx *tx, enum op_kind kind, const char *sql)
{
	struct pgsql_store *s = pgsql_of(tx->store);

	if (s->op_count + 2 > OPS_MAX)
		pgsql_collect(tx);
	if (tx->err.kind == ERR_NONE)
		op_add(tx, kind, NULL,
		    PQsendQueryParams(
			s->conn, sql, 0, NULL, NULL, NULL, NULL, 1));
}

/* Types of texts are left to the server, so that a NULL fits any column. */
static struct prepared *
prepare(struct store_tx *tx, const char *sql, const struct param params[],
    int count)
{
	struct pgsql_store *s = pgsql_of(tx->store);
	struct prepared *prepared = sql_cache_get(&s->cache, sql);
	Oid types[PARAMS_MAX];

	if (prepared == NULL) {
		prepared = xcalloc(1, sizeof(*prepared));
		(void)snprintf(prepared->name, sizeof(prepared->name), "s%zu",
		    s->cache.count);
		sql_cache_put(&s->cache, sql, prepared);
	}
	if (prepared->sent)
		return prepared;
	for (int i = 0; i < count; i++)
		types[i] = params[i].type == P_TYPE_INT ? PGSQL_INT8
		    : params[i].type == P_TYPE_BLOB     ? PGSQL_BYTEA
							: 0;
	prepared->sent = true;
	op_add(tx, OP_PREPARE, prepared,
	    PQsendPrepare(s->conn, prepared->name, sql, count, types));
	return tx->err.kind == ERR_NONE ? prepared : NULL;
}

void
pgsql_send(struct store_tx *tx, enum op_kind kind, const char *sql,
    const struct param params[], int count)
{
	struct pgsql_store *s = pgsql_of(tx->store);
	const char *values[PARAMS_MAX];
	unsigned char ints[PARAMS_MAX][8];
	int lengths[PARAMS_MAX], formats[PARAMS_MAX];
	struct prepared *prepared;

	if (count > PARAMS_MAX) {
		tx_fail(tx, ERR_FATAL, "STO_SQL", "%d parameters", count);
		return;
	}
	if (s->op_count + 3 > OPS_MAX)
		pgsql_collect(tx);
	if (tx->err.kind != ERR_NONE)
		return;
	if ((prepared = prepare(tx, sql, params, count)) == NULL)
		return;
	for (int i = 0; i < count; i++) {
		values[i] = params[i].ptr;
		lengths[i] = (int)params[i].bytes;
		formats[i] = params[i].type != P_TYPE_TEXT;
		if (params[i].type == P_TYPE_INT) {
			pgsql_put_int(ints[i], params[i].num);
			values[i] = (const char *)ints[i];
			lengths[i] = 8;
		}
	}
	op_add(tx, kind, NULL,
	    PQsendQueryPrepared(
		s->conn, prepared->name, count, values, lengths, formats, 1));
}
