#include "registry/civil_act.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "registry/act_effect.h"
#include "registry/entity_row.h"
#include "registry/history.h"
#include "registry/moment.h"
#include "registry/work.h"

#define VALUES ENTITY_VALUES(civil_act)
#define COLUMNS                                                       \
	"id, person_id, matched, outcome, source, packet_id, rec_no," \
	" version_no, death_date, kind, number, act_date, version,"   \
	" version_date, status, zags_code, zags_name, cert_series,"   \
	" cert_number, cert_date, annulled, stillborn"

static const char sql_versions[] =
    "SELECT " COLUMNS " FROM civil_act WHERE kind = $1"
    " AND number = $2 ORDER BY version_no DESC";
static const char sql_waiting[] =
    "SELECT " COLUMNS " FROM civil_act WHERE id = $1 AND newest = 1"
    " AND outcome = 'unmatched'";
static const char sql_list[] =
    "SELECT " COLUMNS " FROM civil_act WHERE person_id = $1"
    " ORDER BY kind, number, version_no";
static const char sql_put[] =
    "INSERT INTO civil_act (id, person_id, matched, outcome, source,"
    " packet_id, rec_no, version_no, death_date, newest, change_seq,"
    " recorded_ms, kind, number, act_date, version, version_date, status,"
    " zags_code, zags_name, cert_series, cert_number, cert_date, annulled,"
    " stillborn) VALUES ($1, NULL, '', $2, $3, $4, $5, $6, $7, $8, $9, $10,"
    " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)"
    " ON CONFLICT (kind, number, version_no) DO UPDATE SET"
    " outcome = excluded.outcome, source = excluded.source,"
    " packet_id = excluded.packet_id, rec_no = excluded.rec_no,"
    " death_date = excluded.death_date, newest = excluded.newest,"
    " change_seq = excluded.change_seq, recorded_ms = excluded.recorded_ms,"
    " act_date = excluded.act_date, version_date = excluded.version_date,"
    " status = excluded.status, annulled = excluded.annulled,"
    " stillborn = excluded.stillborn";
static const char sql_old[] =
    "UPDATE civil_act SET newest = 0 WHERE kind = $1 AND number = $2"
    " AND version_no < $3";
static const char sql_settle[] =
    "UPDATE civil_act SET person_id = $2, matched = $3, outcome = $4"
    " WHERE id = $1";

static struct act_row *
take(struct row *row, struct arena *arena)
{
	struct act_row *act;

	if (row == NULL)
		return NULL;
	act = arena_alloc(arena, sizeof(*act));
	act->id = column_text(row, 0, arena);
	act->person_id = column_text(row, 1, arena);
	act->matched = column_text(row, 2, arena);
	act->outcome = column_text(row, 3, arena);
	act->source = column_text(row, 4, arena);
	act->packet_id = column_text(row, 5, arena);
	act->rec_no = (long)row_int(row, 6);
	act->version_no = row_int(row, 7);
	act->death_date = column_text(row, 8, arena);
	entity_read(row, 9, &act->now, VALUES, arena);
	return act;
}

static struct act_row *
take_all(struct store_tx *tx, struct arena *arena)
{
	struct act_row *first = NULL, **tail = &first;
	struct row *row;

	while ((row = store_next(tx)) != NULL) {
		*tail = take(row, arena);
		tail = &(*tail)->next;
	}
	return first;
}

struct act_row *
civil_act_waiting(struct work *work, const char *id)
{
	return take(
	    store_one(work->tx, sql_waiting, PARAMS(P_TEXT(id))), work->arena);
}

struct act_row *
civil_act_list(struct store_tx *tx, const char *person_id, struct arena *arena)
{
	store_query(tx, sql_list, PARAMS(P_TEXT(person_id)));
	return take_all(tx, arena);
}

void
civil_act_settle(struct work *work, const char *id, const char *person_id,
    const char *matched, const char *outcome)
{
	store_exec(work->tx, sql_settle,
	    PARAMS(P_TEXT(id),
		P_TEXT(
		    person_id == NULL || *person_id == '\0' ? NULL : person_id),
		P_TEXT(matched), P_TEXT(outcome)));
}

static void
put(struct work *work, struct act_row *act, bool newest)
{
	struct param params[10 + VALUES + 1] = { P_TEXT(act->id) };

	params[1] = (struct param)P_TEXT(act->outcome);
	params[2] = (struct param)P_TEXT(act->source);
	params[3] = (struct param)P_TEXT(act->packet_id);
	params[4] = (struct param)P_INT(act->rec_no);
	params[5] = (struct param)P_INT(act->version_no);
	params[6] = (struct param)P_TEXT(act->death_date);
	params[7] = (struct param)P_INT(newest);
	params[8] = (struct param)P_INT(history_note(
	    work, "civil_act", act->id, "upsert", act->version_no));
	params[9] = (struct param)P_INT(work->now_ms);
	entity_params(&act->now, VALUES, params + 10);
	store_exec(work->tx, sql_put, params);
	if (newest)
		store_exec(work->tx, sql_old,
		    PARAMS(value_param(&act->now.kind),
			value_param(&act->now.number), P_INT(act->version_no)));
}

static bool
refuse(struct work *work, const char *code, const char *field)
{
	work_field_defect(
	    work, DEFECT_ERROR, code, &civil_act_type, field, NULL, NULL);
	work_outcome(work, RESULT_REJECTED, NULL, NULL);
	return false;
}

/* What the record says, and as whose word it counts. */
static bool
read_act(struct work *work, struct act_row *act)
{
	const struct record *rec = work->rec;
	const char *version;
	const char *date;

	if (rec->act == NULL || rec->act->kind.state != VALUE_SET
	    || !act_kind_known(rec->act->kind.text))
		return refuse(work, "NSI_UNKNOWN_CODE", "kind");
	if (rec->act->number.state != VALUE_SET)
		return refuse(work, "A_NO_NUMBER", "number");
	*act = (struct act_row){ .now = *rec->act,
		.id = work_new_id(work),
		.person_id = "",
		.matched = "",
		.outcome = "done",
		.source = work->said.source,
		.packet_id = work->said.packet_id,
		.rec_no = work->said.rec_no,
		.version_no = 1,
		.death_date = "" };
	version = value_text(&act->now.version);
	if (version != NULL
	    && str_int(version, 0, INT32_MAX, &act->version_no) == -1)
		return refuse(work, "A_VERSION", "version");
	if (rec->person != NULL && rec->person->death_date.state == VALUE_SET)
		act->death_date = rec->person->death_date.text;
	/* An act is true from its day; a later version of it is later said. */
	date = value_text(&act->now.act_date);
	work->said.valid_from = date == NULL ? "" : date;
	work->said.seq = act->version_no;
	date = value_text(&act->now.version_date);
	if (date != NULL)
		(void)moment_parse(date, &work->said.asserted_ms);
	return true;
}

static int
version_order(const struct act_row *a, const struct act_row *b)
{
	const char *first = value_text(&a->now.version_date);
	const char *second = value_text(&b->now.version_date);

	if (a->version_no != b->version_no)
		return a->version_no < b->version_no ? -1 : 1;
	return strcmp(first == NULL ? "" : first, second == NULL ? "" : second);
}

void
civil_act_apply(struct work *work)
{
	struct act_row act, *known, *same;

	if (!read_act(work, &act))
		return;
	store_query(work->tx, sql_versions,
	    PARAMS(value_param(&act.now.kind), value_param(&act.now.number)));
	known = take_all(work->tx, work->arena);
	for (same = known; same != NULL; same = same->next)
		if (same->version_no == act.version_no)
			break;
	if (same != NULL && version_order(&act, same) <= 0) {
		work_outcome(work, RESULT_UNCHANGED, same->id, NULL);
		return;
	}
	if (same != NULL)
		act.id = same->id;
	if (known != NULL && version_order(&act, known) < 0) {
		act.outcome = "stale";
		put(work, &act, false);
		work_defect(
		    work, DEFECT_INFO, "A_OLD_VERSION", NULL, NULL, NULL);
		work_outcome(work, RESULT_STALE, act.id, NULL);
		return;
	}
	put(work, &act, true);
	act_take_effect(work, &act, known);
}
