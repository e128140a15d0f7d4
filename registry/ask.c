#include "registry/ask.h"

#include <string.h>

#include "base/arena.h"
#include "base/uuid.h"
#include "model/name.h"
#include "registry/claim.h"
#include "registry/conflict.h"
#include "registry/identity.h"
#include "registry/person.h"
#include "registry/registry.h"
#include "registry/work.h"

/* Distinct persons so far: none, one, or more than one. */
struct found {
	struct person_row *person;
	bool several;
};

static void
add(struct found *found, struct person_row *person)
{
	if (person == NULL || strcmp(person->state, "deleted") == 0)
		return;
	if (found->person == NULL)
		found->person = person;
	else if (strcmp(found->person->id, person->id) != 0)
		found->several = true;
}

/*
 * The strongest combined identifier that the question allows decides, and
 * versions are not mixed: with a document in it names alone answer nothing.
 */
static void
by_combined(struct work *work, const struct claim *claim, struct found *found)
{
	static const enum key_kind kinds[] = { KEY_CI2, KEY_CI1, KEY_CI3,
		KEY_CX, KEY_CI4, KEY_CI5, KEY_CI6 };
	struct keys keys;
	struct key_hit *hits;

	identity_keys(work, claim, &keys);
	hits = identity_key_find(work, &keys);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		bool asked = false;

		for (size_t k = 0; k < keys.count; k++)
			asked = asked || keys.items[k].kind == kinds[i];
		if (!asked)
			continue;
		for (struct key_hit *hit = hits; hit != NULL; hit = hit->next)
			if (hit->kind == kinds[i])
				add(found, hit->person);
		/* Without the sex CX stands for the one that has it. */
		if (found->person != NULL || kinds[i] >= KEY_CX)
			return;
	}
}

static void
find(struct work *work, const struct claim *claim, struct found *found)
{
	const struct person *person = &claim->person;
	const char *guid = value_text(&person->federal_guid);
	const char *number = value_text(&person->regional_number);
	const char *snils = value_text(&person->snils);

	if (guid != NULL || number != NULL) {
		add(found, person_by_guid(work->tx, guid, work->arena));
		add(found, person_by_number(work->tx, number, work->arena));
		return;
	}
	if (snils != NULL) {
		add(found, person_by_snils(work->tx, snils, work->arena));
		return;
	}
	if (work->rec->person == NULL
	    || person_unusable(work->arena, work->rec->person,
		work->rec->documents, work->rec->document_count))
		return;
	by_combined(work, claim, found);
}

static struct changeset *
empty_answer(struct work *work)
{
	struct changeset *change = changeset_new(work->arena);

	change->source = "registry";
	change->kind = "LEARNER";
	changeset_records(change, work->arena, 1);
	change->records[0].rec_no = 1;
	change->records[0].kind = RECORD_LEARNER;
	return change;
}

void
ask_apply(struct work *work)
{
	struct domain_event event = { .type = EVENT_ANSWER_OWED };
	struct changeset *reply = NULL;
	struct found found = { NULL, false };
	struct answer *answer;
	struct claim claim;

	claim_of_query(work, &claim);
	find(work, &claim, &found);
	if (found.person != NULL && !found.several)
		reply =
		    registry_snapshot(work->tx, found.person->id, work->arena);
	if (reply == NULL)
		reply = empty_answer(work);
	answer = arena_alloc(work->arena, sizeof(*answer));
	*answer = (struct answer){ .status = found.several ? "ambiguous"
		    : found.person == NULL                 ? "no_data"
							   : "ok",
		.code = "",
		.text = "",
		.federal_guid = "" };
	reply->mode = MODE_ANSWER;
	reply->records[0].answer = answer;
	reply->packet_id = work->change->packet_id;
	reply->their_id = work->change->their_id;
	reply->reply_kind = work->change->reply_kind;
	event.subject =
	    found.person == NULL || found.several ? "" : found.person->id;
	event.snapshot = reply;
	domain_events_add(work->events, &event);
	work_outcome(work,
	    found.person != NULL && !found.several ? RESULT_FOUND
						   : RESULT_REJECTED,
	    event.subject, NULL);
}

static void
federal_task(
    struct work *work, const struct person_row *person, const char *evidence)
{
	struct conflict conflict = { .kind = "identity",
		.severity = "high",
		.entity = "person",
		.entity_id = person->id,
		.field = "federal_guid",
		.against = "",
		.evidence = evidence,
		.candidates = "[]" };

	conflict.key = evidence;
	conflict_open(work, &conflict);
	work_defect(work, DEFECT_QUARANTINE, "F_ANSWER", NULL, NULL, NULL);
	work_outcome(work, RESULT_CONFLICT, person->id,
	    person->now.regional_number.text);
}

static struct person_row *
answered_person(struct work *work)
{
	const struct record *rec = work->rec;
	struct person_row *person = NULL;

	if (rec->person != NULL)
		person = person_by_number(work->tx,
		    value_text(&rec->person->regional_number), work->arena);
	if (person == NULL && *rec->external_key != '\0') {
		person =
		    person_by_number(work->tx, rec->external_key, work->arena);
		if (person == NULL)
			person = person_by_id(
			    work->tx, rec->external_key, work->arena);
	}
	return person;
}

void
answer_apply(struct work *work)
{
	const struct answer *answer = work->rec->answer;
	struct person_row *person = answered_person(work);
	int64_t before;

	if (person == NULL || answer == NULL) {
		work_defect(
		    work, DEFECT_ERROR, "F_UNKNOWN_PERSON", NULL, NULL, NULL);
		work_outcome(work, RESULT_REJECTED, NULL, NULL);
		return;
	}
	if (strcmp(answer->status, "ok") != 0) {
		federal_task(work, person,
		    strcmp(answer->status, "duplicate") == 0 ? "F_DUPLICATE"
							     : "F_ERROR");
		return;
	}
	before = person->version;
	if (*answer->federal_guid != '\0') {
		if (!uuid_valid(answer->federal_guid)) {
			federal_task(work, person, "F_GUID");
			return;
		}
		if (person->now.federal_guid.state == VALUE_SET
		    && strcmp(
			   person->now.federal_guid.text, answer->federal_guid)
			!= 0) {
			federal_task(work, person, "F_GUID_CHANGED");
			return;
		}
		work->said.source = "federal";
		if (!person_set_guid(work, person, answer->federal_guid)) {
			federal_task(work, person, "F_GUID_TAKEN");
			return;
		}
	}
	work_outcome(work,
	    person->version != before ? RESULT_UPDATED : RESULT_UNCHANGED,
	    person->id, person->now.regional_number.text);
}
