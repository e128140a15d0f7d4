#include "registry/learner.h"

#include <string.h>

#include "base/arena.h"
#include "model/name.h"
#include "registry/claim.h"
#include "registry/conflict.h"
#include "registry/identity.h"
#include "registry/person.h"
#include "registry/representation.h"
#include "registry/subject.h"
#include "registry/waiting_act.h"
#include "registry/work.h"
#include "registry/xref.h"

static const char *
number_of(const struct person_row *person)
{
	return person->now.regional_number.text;
}

/* The source no longer uses its key; the person stays. */
static void
unlink_key(struct work *work, const struct claim *claim)
{
	struct person_row *person = person_by_key(
	    work->tx, work->said.source, claim->external_key, work->arena);

	if (person == NULL) {
		work_defect(work, DEFECT_ERROR, "ID_UNKNOWN_KEY", "ExternalKey",
		    claim->external_key, NULL);
		work_outcome(work, RESULT_REJECTED, NULL, NULL);
		return;
	}
	xref_close(work, "person", claim->external_key);
	work_outcome(work, RESULT_UPDATED, person->id, number_of(person));
}

/* Only identifiers are said: the key means that person, nothing else. */
static void
link_key(struct work *work, const struct claim *claim,
    const struct identity *identity)
{
	if (identity->rule > RULE_M7) {
		work_defect(work, DEFECT_ERROR, "ID_UNKNOWN_KEY", NULL, NULL,
		    "Нет лица, с которым связать ключ");
		work_outcome(work, RESULT_REJECTED, NULL, NULL);
		return;
	}
	xref_put(work, "person", claim->external_key, identity->person->id);
	work_outcome(work, RESULT_LINKED, identity->person->id,
	    number_of(identity->person));
}

static void
quarantine(struct work *work, const struct claim *claim,
    const struct identity *identity)
{
	identity_task(work, claim, identity, identity->person->id);
	work_defect(work, DEFECT_QUARANTINE, identity->code, NULL, NULL, NULL);
	work_outcome(work, RESULT_CONFLICT, identity->person->id, NULL);
}

static enum record_result
result_of(const struct identity *identity, const struct person_row *person,
    bool created, bool changed, bool linked)
{
	if (identity->rule == RULE_M8
	    || (created && strcmp(person->state, "provisional") == 0))
		return RESULT_PROVISIONAL;
	if (created)
		return RESULT_CREATED;
	if (linked)
		return RESULT_LINKED;
	return changed ? RESULT_UPDATED : RESULT_UNCHANGED;
}

/* Whom the record is about is decided: person, who may be new. */
static void
apply_to(struct work *work, const struct claim *claim,
    const struct identity *identity, struct person_row *person)
{
	bool created = person->version == 0;
	bool was_active = !created && strcmp(person->state, "active") == 0;
	bool linked =
	    !created && !identity->known_key && *claim->external_key != '\0';
	bool changed = subject_apply(work, person, claim, ROLE_LEARNER);

	if (!identity->known_key)
		xref_put(work, "person", claim->external_key, person->id);
	identity_linked(work, person->id, claim);
	if (created && identity->rule == RULE_M8) {
		identity_task(work, claim, identity, person->id);
		work_defect(
		    work, DEFECT_WARN, identity->code, NULL, NULL, NULL);
	} else if (identity->rule == RULE_M7) {
		identity_task(work, claim, identity, person->id);
		work_defect(work, DEFECT_WARN, "ID_MEDIUM", NULL, NULL, NULL);
	}
	if (representation_apply(work, person, created))
		changed = true;
	if (created || changed)
		work_touch(work, person->id,
		    was_active ? EVENT_PERSON_CHANGED : EVENT_PERSON_CREATED,
		    person->change_seq);
	if (created)
		waiting_act_apply(work, person, identity->waiting);
	work_outcome(work,
	    result_of(identity, person, created, changed, linked), person->id,
	    number_of(person));
}

void
learner_apply(struct work *work)
{
	const struct record *rec = work->rec;
	struct identity identity;
	struct person_row *person;
	struct claim claim;

	claim_of_record(work, &claim);
	if (rec->op == OP_CLOSE || rec->op == OP_DELETE
	    || rec->op == OP_UNLINK) {
		unlink_key(work, &claim);
		return;
	}
	if (rec->op != OP_LINK
	    && (rec->person == NULL
		|| person_unusable(work->arena, rec->person, rec->documents,
		    rec->document_count))) {
		work_defect(
		    work, DEFECT_ERROR, "ID_PLACEHOLDER", "Person", NULL, NULL);
		work_outcome(work, RESULT_REJECTED, NULL, NULL);
		return;
	}
	identity_find(work, &claim, true, &identity);
	if (identity.rule == RULE_M9) {
		quarantine(work, &claim, &identity);
		return;
	}
	if (rec->op == OP_LINK) {
		link_key(work, &claim, &identity);
		return;
	}
	person = identity.rule <= RULE_M7
	    ? identity.person
	    : subject_new(work, &claim, identity.rule, ROLE_LEARNER);
	apply_to(work, &claim, &identity, person);
}
