#include "registry/history.h"

#include "model/field.h"
#include "registry/entity_row.h"
#include "registry/work.h"

static const char sql_change[] =
    "INSERT INTO change (change_seq, entity, entity_id, op, version, at_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6)";
/* The former version: true until the new one is, and replaced now. */
static const char sql_supersede[] =
    "UPDATE entity_version SET superseded_ms = $3, valid_to ="
    " CASE WHEN valid_from > $4 THEN valid_from ELSE $4 END"
    " WHERE entity_id = $1 AND version = $2";
static const char sql_put[] =
    "INSERT INTO entity_version (entity_id, version, entity, valid_from,"
    " recorded_ms, change_seq, source, packet_id, rec_no, fields)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

int64_t
history_note(struct work *work, const char *entity, const char *id,
    const char *op, int64_t version)
{
	int64_t seq = work_next_change(work);

	store_exec(work->tx, sql_change,
	    PARAMS(P_INT(seq), P_TEXT(entity), P_TEXT(id), P_TEXT(op),
		P_INT(version), P_INT(work->now_ms)));
	return seq;
}

int64_t
history_put(struct work *work, const struct entity_type *type,
    const char *entity_id, int64_t version, const char *op, const void *entity)
{
	const char *from = work->said.valid_from;
	int64_t seq = history_note(work, type->name, entity_id, op, version);

	if (*from == '\0')
		from = work->today;
	if (version > 1)
		store_exec(work->tx, sql_supersede,
		    PARAMS(P_TEXT(entity_id), P_INT(version - 1),
			P_INT(work->now_ms), P_TEXT(from)));
	store_exec(work->tx, sql_put,
	    PARAMS(P_TEXT(entity_id), P_INT(version), P_TEXT(type->name),
		P_TEXT(from), P_INT(work->now_ms), P_INT(seq),
		P_TEXT(work->said.source), P_TEXT(work->said.packet_id),
		P_INT(work->said.rec_no),
		P_TEXT(entity_json(type, entity, work->arena))));
	return seq;
}
