#include "registry/movement_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "registry/entity_row.h"
#include "registry/history.h"
#include "registry/moment.h"
#include "registry/work.h"

#define VALUES ENTITY_VALUES(movement)
#define COLUMNS                                                            \
	"id, status, person_id, enrolment_id, paired_id, act_id,"          \
	" before_state, before_group_id, person_key, enrolment_key, kind," \
	" effective_date, order_number, order_date, reason, from_org_key," \
	" to_org_key, from_group_key, to_group_key, counterpart_region"

static const char sql_put[] =
    "INSERT INTO movement (id, change_seq, status, recorded_ms, person_id,"
    " enrolment_id, paired_id, act_id, from_org_id, to_org_id, source,"
    " packet_id, rec_no, before_state, before_group_id, person_key,"
    " enrolment_key, kind, effective_date, order_number, order_date, reason,"
    " from_org_key, to_org_key, from_group_key, to_group_key,"
    " counterpart_region) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
    " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,"
    " $25, $26, $27)";
static const char sql_get[] = "SELECT " COLUMNS " FROM movement WHERE id = $1";
static const char sql_list[] =
    "SELECT " COLUMNS " FROM movement WHERE person_id = $1"
    " ORDER BY effective_date, change_seq";
static const char sql_last[] =
    "SELECT " COLUMNS " FROM movement WHERE enrolment_id = $1"
    " AND status <> 'cancelled' AND kind <> '90'"
    " AND (CAST($2 AS TEXT) IS NULL OR kind = $2)"
    " ORDER BY effective_date DESC, change_seq DESC LIMIT 1";
static const char sql_same[] =
    "SELECT " COLUMNS " FROM movement WHERE person_id = $1 AND kind = $2"
    " AND effective_date = $3 AND status <> 'cancelled' LIMIT 1";
static const char sql_cancel[] =
    "UPDATE movement SET status = 'cancelled', change_seq = $2,"
    " recorded_ms = $3 WHERE id = $1";
static const char sql_amend[] =
    "UPDATE movement SET change_seq = $2, recorded_ms = $3,"
    " order_number = $4, order_date = $5, reason = $6 WHERE id = $1";
static const char sql_pair[] =
    "UPDATE movement SET paired_id = $2, status = 'confirmed',"
    " change_seq = $3 WHERE id = $1";

static const char *
none_as_null(const char *text)
{
	return text == NULL || *text == '\0' ? NULL : text;
}

static struct movement_row *
take(struct row *row, struct arena *arena)
{
	struct movement_row *m;

	if (row == NULL)
		return NULL;
	m = arena_alloc(arena, sizeof(*m));
	m->id = column_text(row, 0, arena);
	m->status = column_text(row, 1, arena);
	m->person_id = column_text(row, 2, arena);
	m->enrolment_id = column_text(row, 3, arena);
	m->paired_id = column_text(row, 4, arena);
	m->act_id = column_text(row, 5, arena);
	m->before_state = column_text(row, 6, arena);
	m->before_group_id = column_text(row, 7, arena);
	entity_read(row, 8, &m->now, VALUES, arena);
	return m;
}

void
movement_put(
    struct work *work, struct movement_row *m, const struct movement_ends *ends)
{
	struct param params[15 + VALUES + 1] = { { 0 } };
	int64_t seq;

	m->id = work_new_id(work);
	seq = history_note(work, "movement", m->id, "upsert", 1);
	params[0] = (struct param)P_TEXT(m->id);
	params[1] = (struct param)P_INT(seq);
	params[2] = (struct param)P_TEXT(m->status);
	params[3] = (struct param)P_INT(work->now_ms);
	params[4] = (struct param)P_TEXT(m->person_id);
	params[5] = (struct param)P_TEXT(none_as_null(m->enrolment_id));
	params[6] = (struct param)P_TEXT(none_as_null(m->paired_id));
	params[7] = (struct param)P_TEXT(none_as_null(m->act_id));
	params[8] = (struct param)P_TEXT(none_as_null(ends->from_org_id));
	params[9] = (struct param)P_TEXT(none_as_null(ends->to_org_id));
	params[10] = (struct param)P_TEXT(work->said.source);
	params[11] = (struct param)P_TEXT(work->said.packet_id);
	params[12] = (struct param)P_INT(work->said.rec_no);
	params[13] = (struct param)P_TEXT(
	    m->before_state == NULL ? "" : m->before_state);
	params[14] = (struct param)P_TEXT(none_as_null(m->before_group_id));
	entity_params(&m->now, VALUES, params + 15);
	store_exec(work->tx, sql_put, params);
	work_touch(work, m->person_id, EVENT_ENROLMENT_CHANGED, seq);
}

struct movement_row *
movement_load(struct work *work, const char *id)
{
	if (id == NULL)
		return NULL;
	return take(
	    store_one(work->tx, sql_get, PARAMS(P_TEXT(id))), work->arena);
}

struct movement_row *
movement_list(struct store_tx *tx, const char *person_id, struct arena *arena)
{
	struct movement_row *first = NULL, **tail = &first;
	struct row *row;

	store_query(tx, sql_list, PARAMS(P_TEXT(person_id)));
	while ((row = store_next(tx)) != NULL) {
		*tail = take(row, arena);
		tail = &(*tail)->next;
	}
	return first;
}

struct movement_row *
movement_last(struct work *work, const char *enrolment_id, const char *kind)
{
	return take(store_one(work->tx, sql_last,
			PARAMS(P_TEXT(enrolment_id), P_TEXT(kind))),
	    work->arena);
}

struct movement_row *
movement_same(struct work *work, const char *person_id, const char *kind,
    const char *date)
{
	return take(store_one(work->tx, sql_same,
			PARAMS(P_TEXT(person_id), P_TEXT(kind), P_TEXT(date))),
	    work->arena);
}

void
movement_cancel(struct work *work, const char *id)
{
	int64_t seq = history_note(work, "movement", id, "close", 0);

	store_exec(work->tx, sql_cancel,
	    PARAMS(P_TEXT(id), P_INT(seq), P_INT(work->now_ms)));
}

void
movement_amend(struct work *work, const struct movement_row *m)
{
	int64_t seq = history_note(work, "movement", m->id, "upsert", 0);

	store_exec(work->tx, sql_amend,
	    PARAMS(P_TEXT(m->id), P_INT(seq), P_INT(work->now_ms),
		value_param(&m->now.order_number),
		value_param(&m->now.order_date), value_param(&m->now.reason)));
	work_touch(work, m->person_id, EVENT_ENROLMENT_CHANGED, seq);
}

static bool
near(const struct movement_row *a, const struct movement_row *b, int days)
{
	struct pdate first, second;

	return moment_date(&a->now.effective_date, &first)
	    && moment_date(&b->now.effective_date, &second)
	    && labs(pdate_days(&first) - pdate_days(&second)) <= days;
}

bool
movement_pair(
    struct work *work, struct movement_row *m, const char *kinds, int days)
{
	struct movement_row *other;
	int64_t seq;

	if (*kinds == '\0')
		return false;
	other = movement_list(work->tx, m->person_id, work->arena);
	for (; other != NULL; other = other->next)
		if (strcmp(other->id, m->id) != 0 && *other->paired_id == '\0'
		    && strcmp(other->status, "cancelled") != 0
		    && other->now.kind.state == VALUE_SET
		    && strstr(kinds, other->now.kind.text) != NULL
		    && near(m, other, days))
			break;
	if (other == NULL)
		return false;
	seq = history_note(work, "movement", other->id, "upsert", 0);
	store_exec(work->tx, sql_pair,
	    PARAMS(P_TEXT(other->id), P_TEXT(m->id), P_INT(seq)));
	seq = history_note(work, "movement", m->id, "upsert", 0);
	store_exec(work->tx, sql_pair,
	    PARAMS(P_TEXT(m->id), P_TEXT(other->id), P_INT(seq)));
	return true;
}
