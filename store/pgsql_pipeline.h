/*
 * store/pgsql_pipeline.h - a PostgreSQL connection in pipeline mode: what is
 * sent, and what comes back.  Included by store/ only.
 */
#ifndef STORE_PGSQL_PIPELINE_H
#define STORE_PGSQL_PIPELINE_H

#include <libpq-fe.h>

#include "store/sql_cache.h"
#include "store/store_driver.h"

#define OPS_MAX 512 /* sent and not collected */

struct prepared;

enum op_kind { OP_PLAIN, OP_PREPARE, OP_EXEC, OP_QUERY, OP_COMMIT };

struct op {
	enum op_kind kind;
	struct prepared *prepared; /* OP_PREPARE */
};

struct pgsql_store {
	struct store store;
	PGconn *conn; /* NULL: made by the next begin */
	char *url;
	struct sql_cache cache; /* of struct prepared */
	struct op ops[OPS_MAX];
	size_t op_count;
	size_t op_now; /* whose result is being read */
	bool doubt; /* a warning came with the COMMIT */
	int64_t changed;
	PGresult *result; /* of the last query */
	int row_at;
	struct row row;
};

/* A driver's store as ours. */
struct pgsql_store *pgsql_of(struct store *store);
/*
 * Make the connection anew.  Returns 0, or -1 with one line of text why.
 */
int pgsql_connect(struct pgsql_store *s, char *text, size_t room);
void pgsql_disconnect(struct pgsql_store *s);
/* The connection is no more: fail tx, by what was open. */
void pgsql_lose(struct store_tx *tx);
/* Fail tx by the server's word. */
void pgsql_fail(struct store_tx *tx, const PGresult *result, bool committing);
/* Send and go on; what fails is known after pgsql_collect(). */
void pgsql_send_plain(struct store_tx *tx, enum op_kind kind, const char *sql);
void pgsql_send(struct store_tx *tx, enum op_kind kind, const char *sql,
    const struct param params[], int count);
/* Read the result of everything that was sent. */
void pgsql_collect(struct store_tx *tx);

#endif
