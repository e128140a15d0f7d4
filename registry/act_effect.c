#include "registry/act_effect.h"

#include <string.h>

#include "base/arena.h"
#include "model/name.h"
#include "registry/civil_act.h"
#include "registry/claim.h"
#include "registry/conflict.h"
#include "registry/death.h"
#include "registry/identity.h"
#include "registry/person.h"
#include "registry/representation.h"
#include "registry/subject.h"
#include "registry/waiting_act.h"
#include "registry/work.h"

/* One act while it takes effect. */
struct matter {
	const struct act_row *act;
	struct claim claim;
	struct identity identity;
	struct person_row *person; /* who is meant, or NULL */
	const char *matched;
};

static const char *const kinds[] = { "birth", "death", "name_change",
	"paternity" };

bool
act_kind_known(const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return false;
}

static bool
kind_is(const struct matter *c, const char *kind)
{
	return strcmp(c->act->now.kind.text, kind) == 0;
}

static bool
yes(const struct value *value)
{
	return value->state == VALUE_SET
	    && (strcmp(value->text, "1") == 0
		|| strcmp(value->text, "true") == 0);
}

static const char *
act_date(struct work *work, const struct matter *c)
{
	const char *date = value_text(&c->act->now.act_date);

	return date == NULL ? work->today : date;
}

static void
settle(struct work *work, const struct matter *c, const char *outcome,
    enum record_result result)
{
	const struct person_row *person = c->person;

	civil_act_settle(work, c->act->id, person == NULL ? NULL : person->id,
	    c->matched, outcome);
	work_outcome(work, result, c->act->id,
	    person == NULL ? NULL : person->now.regional_number.text);
}

/* In doubt about whom: a steward looks, nobody is changed. */
static void
review(struct work *work, struct matter *c)
{
	const char *code =
	    c->identity.rule == RULE_M7 ? "ID_MEDIUM" : c->identity.code;

	identity_task(work, &c->claim, &c->identity,
	    c->identity.person == NULL ? NULL : c->identity.person->id);
	work_defect(work, DEFECT_QUARANTINE, code, NULL, NULL, NULL);
	c->person = NULL;
	settle(work, c, "review", RESULT_CONFLICT);
}

/* Nobody here is meant yet; the death will be found by who comes later. */
static void
wait_for_person(struct work *work, struct matter *c)
{
	struct keys keys;

	if (kind_is(c, "death") && !yes(&c->act->now.annulled)) {
		identity_keys(work, &c->claim, &keys);
		identity_key_put(work, c->act->id, &keys);
	}
	work_defect(work, DEFECT_INFO, "A_UNMATCHED", NULL, NULL, NULL);
	settle(work, c, "unmatched", RESULT_CREATED);
}

/* Whom the act is about; who was found for an earlier version stays. */
static void
find(struct work *work, struct matter *c, const struct act_row *before)
{
	c->matched = "";
	if (before != NULL && *before->person_id != '\0') {
		c->person =
		    person_by_id(work->tx, before->person_id, work->arena);
		c->identity.rule = RULE_M3;
		c->matched = "ACT";
	}
	if (c->person != NULL)
		return;
	identity_find(work, &c->claim, true, &c->identity);
	if (c->identity.rule <= RULE_M6) {
		c->person = c->identity.person;
		c->matched = c->identity.evidence;
	}
}

static void
birth_annulled(struct work *work, struct matter *c)
{
	struct conflict conflict = { .kind = "identity",
		.severity = "high",
		.entity = "person",
		.field = "",
		.against = c->act->id,
		.evidence = "A_BIRTH_ANNULLED",
		.candidates = "[]",
		.key = c->act->id };

	if (c->person == NULL) {
		wait_for_person(work, c);
		return;
	}
	conflict.entity_id = c->person->id;
	conflict_open(work, &conflict);
	/* Nobody but the act speaks for the child: it never was. */
	if ((c->person->roles & ROLE_LEARNER) == 0) {
		person_set_state(work, c->person, "deleted");
		work_touch(work, c->person->id, EVENT_PERSON_CHANGED,
		    c->person->change_seq);
	}
	work_defect(work, DEFECT_WARN, "A_BIRTH_ANNULLED", NULL, NULL, NULL);
	settle(work, c, "done", RESULT_UPDATED);
}

/* A child is a person from the day its birth was registered. */
static void
birth(struct work *work, struct matter *c)
{
	bool created, active, changed;

	if (yes(&c->act->now.annulled)) {
		birth_annulled(work, c);
		return;
	}
	if (c->person == NULL && c->identity.rule == RULE_M9) {
		review(work, c);
		return;
	}
	if (c->person == NULL && c->identity.rule == RULE_M7)
		c->person = c->identity.person;
	created = c->person == NULL;
	active = !created && strcmp(c->person->state, "active") == 0;
	if (created)
		c->person =
		    subject_new(work, &c->claim, c->identity.rule, ROLE_CHILD);
	changed = subject_apply(work, c->person, &c->claim, ROLE_CHILD);
	identity_linked(work, c->person->id, &c->claim);
	if (c->identity.rule == RULE_M7 || c->identity.rule == RULE_M8) {
		identity_task(work, &c->claim, &c->identity, c->person->id);
		work_defect(work, DEFECT_WARN,
		    c->identity.rule == RULE_M7 ? "ID_MEDIUM"
						: c->identity.code,
		    NULL, NULL, NULL);
	}
	if (representation_apply(work, c->person, created))
		changed = true;
	if (changed)
		work_touch(work, c->person->id,
		    active ? EVENT_PERSON_CHANGED : EVENT_PERSON_CREATED,
		    c->person->change_seq);
	if (created)
		waiting_act_apply(work, c->person, c->identity.waiting);
	settle(work, c, "done",
	    created && c->identity.rule == RULE_M8 ? RESULT_PROVISIONAL
		: created                          ? RESULT_CREATED
						   : RESULT_UPDATED);
}

static void
of_known_person(struct work *work, struct matter *c)
{
	bool changed;

	if (c->person == NULL && c->identity.rule == RULE_M10) {
		wait_for_person(work, c);
		return;
	}
	if (c->person == NULL) {
		review(work, c);
		return;
	}
	identity_linked(work, c->person->id, &c->claim);
	if (kind_is(c, "death")) {
		if (yes(&c->act->now.annulled)) {
			const char *date =
			    value_text(&c->act->now.version_date);

			death_annul(work, c->person, &c->claim, c->act->id,
			    date == NULL ? act_date(work, c) : date);
		} else {
			death_apply(work, c->person, &c->claim, c->act->id,
			    act_date(work, c));
		}
		settle(work, c, "done", RESULT_UPDATED);
		return;
	}
	/* An annulled change of name or paternity is a steward's to undo. */
	if (yes(&c->act->now.annulled)) {
		c->identity.rule = RULE_M9;
		c->identity.code = c->identity.evidence = "A_ANNULLED";
		c->identity.kind = "identity";
		c->identity.person = c->person;
		review(work, c);
		return;
	}
	changed = subject_apply(work, c->person, &c->claim, 0);
	if (representation_apply(work, c->person, false))
		changed = true;
	if (changed)
		work_touch(work, c->person->id, EVENT_PERSON_CHANGED,
		    c->person->change_seq);
	settle(work, c, "done", changed ? RESULT_UPDATED : RESULT_UNCHANGED);
}

void
act_take_effect(
    struct work *work, const struct act_row *act, const struct act_row *before)
{
	const struct record *rec = work->rec;
	struct matter c = { .act = act, .matched = "" };

	if (yes(&act->now.stillborn)) {
		settle(work, &c, "done", RESULT_CREATED);
		return;
	}
	claim_of_record(work, &c.claim);
	if (rec->person == NULL
	    || person_unusable(work->arena, rec->person, rec->documents,
		rec->document_count)) {
		work_defect(
		    work, DEFECT_WARN, "ID_PLACEHOLDER", "Person", NULL, NULL);
		settle(work, &c, "unusable", RESULT_CREATED);
		return;
	}
	find(work, &c, before);
	if (kind_is(&c, "birth"))
		birth(work, &c);
	else
		of_known_person(work, &c);
}
