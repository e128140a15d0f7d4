#include "registry/representation.h"

#include <string.h>

#include "base/arena.h"
#include "model/name.h"
#include "registry/claim.h"
#include "registry/conflict.h"
#include "registry/entity_row.h"
#include "registry/history.h"
#include "registry/identity.h"
#include "registry/identity_score.h"
#include "registry/moment.h"
#include "registry/person.h"
#include "registry/subject.h"
#include "registry/work.h"

#define ADULT_MONTHS (14 * 12) /* less is no parent: WARN */

static const char sql_list[] =
    "SELECT r.kind, r.valid_from, r.valid_to, " PERSON_COLUMNS
    " FROM representation r JOIN person p ON p.id = r.adult_id"
    " WHERE r.child_id = $1 AND r.state = 'active' ORDER BY r.kind, p.id";
static const char sql_put[] =
    "INSERT INTO representation (child_id, adult_id, kind, valid_from,"
    " valid_to, state, end_reason, source, packet_id, rec_no, recorded_ms,"
    " change_seq) VALUES ($1, $2, $3, $4, $5, 'active', '', $6, $7, $8, $9,"
    " $10) ON CONFLICT (child_id, adult_id, kind) DO UPDATE SET"
    " valid_from = excluded.valid_from, valid_to = excluded.valid_to,"
    " state = 'active', end_reason = '', source = excluded.source,"
    " packet_id = excluded.packet_id, rec_no = excluded.rec_no,"
    " recorded_ms = excluded.recorded_ms, change_seq = excluded.change_seq";
static const char sql_of_adult[] = "SELECT child_id FROM representation"
				   " WHERE adult_id = $1 AND state = 'active'";
static const char sql_end[] =
    "UPDATE representation SET valid_to = $2, state = 'ended',"
    " end_reason = 'death', recorded_ms = $3, change_seq = $4"
    " WHERE (adult_id = $1 OR child_id = $1) AND state = 'active'";
static const char sql_any[] =
    "SELECT 1 FROM representation WHERE (adult_id = $1 OR child_id = $1)"
    " AND state = $2 AND end_reason = $3 LIMIT 1";
static const char sql_reopen[] =
    "UPDATE representation SET valid_to = NULL, state = 'active',"
    " end_reason = '', recorded_ms = $2, change_seq = $3"
    " WHERE (adult_id = $1 OR child_id = $1) AND end_reason = 'death'";

struct represented *
representation_list(
    struct store_tx *tx, const char *child_id, struct arena *arena)
{
	struct represented *first = NULL, **tail = &first;
	struct row *row;

	store_query(tx, sql_list, PARAMS(P_TEXT(child_id)));
	while ((row = store_next(tx)) != NULL) {
		struct represented *r = arena_alloc(arena, sizeof(*r));

		r->kind = column_text(row, 0, arena);
		r->valid_from = column_text(row, 1, arena);
		r->valid_to = column_text(row, 2, arena);
		r->adult = person_read(row, 3, arena);
		*tail = r;
		tail = &r->next;
	}
	return first;
}

const char *
representation_mother(
    struct store_tx *tx, const char *child_id, struct arena *arena)
{
	struct represented *r = representation_list(tx, child_id, arena);

	for (; r != NULL; r = r->next)
		if (strcmp(r->kind, "mother") == 0)
			return r->adult->name_key;
	return "";
}

/* The adult that this child has as kind already, by names and birth. */
static struct represented *
known(struct work *work, struct represented *list, const char *kind,
    const struct claim *claim)
{
	for (struct represented *r = list; r != NULL; r = r->next) {
		const char *key = r->adult->name_key;
		struct pdate birth;

		if (strcmp(r->kind, kind) != 0
		    || strcmp(score_name(work->arena, key, 0), claim->surname)
			!= 0
		    || strcmp(score_name(work->arena, key, 1), claim->given)
			!= 0)
			continue;
		if (claim->has_birth
		    && moment_date(&r->adult->now.birth_date, &birth)
		    && !pdate_may_be(&claim->birth, &birth))
			continue;
		if (claim->person.snils.state == VALUE_SET
		    && r->adult->now.snils.state == VALUE_SET
		    && !value_equal(&claim->person.snils, &r->adult->now.snils))
			continue;
		return r;
	}
	return NULL;
}

/* Find or make the adult; NULL if he is in doubt. */
static struct person_row *
adult_of(struct work *work, const struct claim *claim)
{
	struct identity identity;
	struct person_row *adult;

	identity_find(work, claim, false, &identity);
	if (identity.rule == RULE_M9) {
		identity_task(work, claim, &identity, identity.person->id);
		work_defect(work, DEFECT_FIELD, identity.code, "Representative",
		    NULL, NULL);
		return NULL;
	}
	if (identity.rule <= RULE_M7)
		return identity.person;
	adult = subject_new(work, claim, identity.rule, ROLE_REPRESENTATIVE);
	if (identity.rule == RULE_M8) {
		identity_task(work, claim, &identity, adult->id);
		work_defect(work, DEFECT_WARN, "ID_CANDIDATES",
		    "Representative", NULL, NULL);
	}
	return adult;
}

static void
check_age(struct work *work, const struct person_row *child,
    const struct person_row *adult)
{
	struct conflict conflict = { .kind = "sibling_as_parent",
		.severity = "low",
		.entity = "person",
		.entity_id = child->id,
		.field = "",
		.against = adult->id,
		.evidence = "P_PARENT_AGE",
		.candidates = "[]",
		.key = adult->id };
	struct pdate born, parent;

	if (!moment_date(&child->now.birth_date, &born)
	    || !moment_date(&adult->now.birth_date, &parent)
	    || moment_months(&parent, &born) >= ADULT_MONTHS)
		return;
	work_defect(
	    work, DEFECT_WARN, "P_PARENT_AGE", "Representative", NULL, NULL);
	conflict_open(work, &conflict);
}

static bool
tie(struct work *work, const struct person_row *child,
    const struct person_row *adult, const char *kind,
    const struct representation *role, const struct represented *was)
{
	const char *from = value_text(&role->valid_from);
	const char *to = value_text(&role->valid_to);
	int64_t seq;

	if (was != NULL && (from == NULL || strcmp(from, was->valid_from) == 0)
	    && (to == NULL || strcmp(to, was->valid_to) == 0))
		return false;
	if (from == NULL && was != NULL && *was->valid_from != '\0')
		from = was->valid_from;
	if (from == NULL && *work->said.valid_from != '\0')
		from = work->said.valid_from;
	seq = history_note(work, "representation", child->id, "upsert", 0);
	store_exec(work->tx, sql_put,
	    PARAMS(P_TEXT(child->id), P_TEXT(adult->id), P_TEXT(kind),
		P_TEXT(from), P_TEXT(to), P_TEXT(work->said.source),
		P_TEXT(work->said.packet_id), P_INT(work->said.rec_no),
		P_INT(work->now_ms), P_INT(seq)));
	if (was == NULL)
		check_age(work, child, adult);
	return true;
}

static bool
apply_party(struct work *work, const struct person_row *child,
    const struct party *party, struct represented *list)
{
	const char *kind = value_text(&party->role.kind);
	struct represented *was;
	struct person_row *adult;
	struct claim claim;

	if (kind == NULL)
		kind = "other";
	claim_of_party(work, party, &claim);
	if (person_unusable(work->arena, &party->person, party->documents,
		party->document_count))
		return false; /* an act that knows no father is no fault */
	was = known(work, list, kind, &claim);
	adult = was != NULL ? was->adult : adult_of(work, &claim);
	if (adult == NULL || strcmp(adult->id, child->id) == 0)
		return false;
	if (subject_apply(work, adult, &claim, ROLE_REPRESENTATIVE)
	    && (adult->roles & ROLE_LEARNER) != 0)
		work_touch(
		    work, adult->id, EVENT_PERSON_CHANGED, adult->change_seq);
	for (struct represented *r = list; was == NULL && r != NULL;
	     r = r->next)
		if (strcmp(r->kind, kind) == 0
		    && strcmp(r->adult->id, adult->id) == 0)
			was = r;
	return tie(work, child, adult, kind, &party->role, was);
}

bool
representation_apply(
    struct work *work, const struct person_row *child, bool fresh)
{
	const struct record *rec = work->rec;
	struct represented *list = NULL;
	bool changed = false;

	if (rec->party_count == 0)
		return false;
	if (!fresh)
		list = representation_list(work->tx, child->id, work->arena);
	for (size_t i = 0; i < rec->party_count; i++)
		if (apply_party(work, child, &rec->parties[i], list))
			changed = true;
	return changed;
}

static bool
any(struct work *work, const char *person_id, const char *state,
    const char *reason)
{
	return store_one(work->tx, sql_any,
		   PARAMS(P_TEXT(person_id), P_TEXT(state), P_TEXT(reason)))
	    != NULL;
}

/* A child whose adult has died. */
struct orphan {
	struct orphan *next;
	const char *id;
};

void
representation_end(struct work *work, const char *person_id, const char *date)
{
	struct orphan *first = NULL;
	struct row *row;
	int64_t seq;

	if (!any(work, person_id, "active", ""))
		return;
	store_query(work->tx, sql_of_adult, PARAMS(P_TEXT(person_id)));
	while ((row = store_next(work->tx)) != NULL) {
		struct orphan *orphan =
		    arena_alloc(work->arena, sizeof(*orphan));

		orphan->id = column_text(row, 0, work->arena);
		orphan->next = first;
		first = orphan;
	}
	seq = history_note(work, "representation", person_id, "close", 0);
	store_exec(work->tx, sql_end,
	    PARAMS(P_TEXT(person_id), P_TEXT(date), P_INT(work->now_ms),
		P_INT(seq)));
	for (; first != NULL; first = first->next) {
		struct conflict conflict = { .kind = "guardianship",
			.severity = "high",
			.entity = "person",
			.entity_id = first->id,
			.field = "",
			.against = person_id,
			.evidence = "P_REPRESENTATIVE_DEAD",
			.candidates = "[]",
			.key = person_id };

		conflict_open(work, &conflict);
	}
}

void
representation_reopen(struct work *work, const char *person_id)
{
	int64_t seq;

	if (!any(work, person_id, "ended", "death"))
		return;
	seq = history_note(work, "representation", person_id, "upsert", 0);
	store_exec(work->tx, sql_reopen,
	    PARAMS(P_TEXT(person_id), P_INT(work->now_ms), P_INT(seq)));
}
