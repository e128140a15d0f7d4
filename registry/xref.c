#include "registry/xref.h"

#include "base/arena.h"
#include "registry/work.h"

static const char sql_get[] =
    "SELECT entity_id FROM xref WHERE source = $1 AND entity = $2"
    " AND external_key = $3";
static const char sql_put[] =
    "INSERT INTO xref (source, entity, external_key, entity_id, status,"
    " first_seen_ms, last_seen_ms) VALUES ($1, $2, $3, $4, 'active', $5, $5)"
    " ON CONFLICT (source, entity, external_key) DO UPDATE SET"
    " entity_id = excluded.entity_id, status = 'active',"
    " last_seen_ms = excluded.last_seen_ms";
static const char sql_close[] =
    "UPDATE xref SET status = 'closed', last_seen_ms = $4"
    " WHERE source = $1 AND entity = $2 AND external_key = $3";

const char *
xref_get(struct work *work, const char *entity, const char *key)
{
	struct row *row;

	if (*key == '\0')
		return NULL;
	row = store_one(work->tx, sql_get,
	    PARAMS(P_TEXT(work->said.source), P_TEXT(entity), P_TEXT(key)));
	return row == NULL ? NULL : arena_strdup(work->arena, row_text(row, 0));
}

void
xref_put(struct work *work, const char *entity, const char *key,
    const char *entity_id)
{
	if (*key == '\0')
		return;
	store_exec(work->tx, sql_put,
	    PARAMS(P_TEXT(work->said.source), P_TEXT(entity), P_TEXT(key),
		P_TEXT(entity_id), P_INT(work->now_ms)));
}

void
xref_close(struct work *work, const char *entity, const char *key)
{
	store_exec(work->tx, sql_close,
	    PARAMS(P_TEXT(work->said.source), P_TEXT(entity), P_TEXT(key),
		P_INT(work->now_ms)));
}
