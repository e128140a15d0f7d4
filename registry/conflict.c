#include "registry/conflict.h"

#include <inttypes.h>

#include "base/arena.h"
#include "model/field.h"
#include "registry/work.h"

#define DEADLINE_MS INT64_C(864000000) /* ten days */

static const char sql_put[] =
    "INSERT INTO conflict (dedup_key, kind, severity, entity, entity_id,"
    " field, source, against, packet_id, rec_no, evidence, candidates,"
    " opened_ms, deadline_ms, status, resolution)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
    " 'open', '') ON CONFLICT (dedup_key) DO NOTHING";

void
conflict_open(struct work *work, const struct conflict *conflict)
{
	const char *key =
	    arena_printf(work->arena, "%s|%s|%s|%s", conflict->kind,
		conflict->entity_id == NULL ? "" : conflict->entity_id,
		work->said.source, conflict->key);

	store_exec(work->tx, sql_put,
	    PARAMS(P_TEXT(key), P_TEXT(conflict->kind),
		P_TEXT(conflict->severity), P_TEXT(conflict->entity),
		P_TEXT(conflict->entity_id), P_TEXT(conflict->field),
		P_TEXT(work->said.source), P_TEXT(conflict->against),
		P_TEXT(work->said.packet_id), P_INT(work->said.rec_no),
		P_TEXT(conflict->evidence), P_TEXT(conflict->candidates),
		P_INT(work->now_ms), P_INT(work->now_ms + DEADLINE_MS)));
}

void
conflict_value(struct work *work, const struct entity_type *type,
    const char *entity_id, const char *field, const char *stronger,
    int64_t hash)
{
	struct conflict conflict = { .kind = "value",
		.severity = "medium",
		.entity = type->name,
		.entity_id = entity_id,
		.field = field,
		.against = stronger,
		.evidence = "P_DISPUTE",
		.candidates = "[]" };

	conflict.key = arena_printf(work->arena, "%s|%" PRId64, field, hash);
	conflict_open(work, &conflict);
	work_field_defect(
	    work, DEFECT_FIELD, "P_DISPUTE", type, field, NULL, NULL);
}
