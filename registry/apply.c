/*
 * A changeset to rows and events: records in the order of what they depend on,
 * each alone, and one event a person at the end.
 */
#include "registry/registry.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "registry/ask.h"
#include "registry/civil_act.h"
#include "registry/enrolment.h"
#include "registry/group.h"
#include "registry/learner.h"
#include "registry/moment.h"
#include "registry/movement.h"
#include "registry/organisation.h"
#include "registry/person.h"
#include "registry/snapshot.h"
#include "registry/work.h"

/* Kinds in the order in which they depend on each other. */
static const struct {
	enum record_kind kind;
	void (*apply)(struct work *work);
} passes[] = {
	{ RECORD_ORG, organisation_apply },
	{ RECORD_GROUP, group_apply },
	{ RECORD_LEARNER, learner_apply },
	{ RECORD_CIVIL_ACT, civil_act_apply },
	{ RECORD_ENROLMENT, enrolment_apply },
	{ RECORD_MOVEMENT, movement_apply },
	{ RECORD_ANSWER, answer_apply },
	{ RECORD_QUERY, ask_apply },
};

static void
start(struct work *work)
{
	const struct changeset *change = work->change;
	struct protocol *protocol = work->protocol;

	work->now_ms = clock_now_ms();
	moment_day(work->now_ms, work->today);
	work->touched_tail = &work->touched;
	work->touched_by_id = map_new();
	work->linked = map_new();
	*protocol = (struct protocol){ .packet_id = change->packet_id,
		.kind = change->kind,
		.started_ms = work->now_ms };
	defects_init(&protocol->defects, work->arena);
	for (size_t i = 0; i < change->defects.count; i++)
		defects_add(&protocol->defects, &change->defects.items[i]);
	protocol->outcome_count = change->record_count;
	protocol->outcomes = arena_alloc(work->arena,
	    (change->record_count + 1) * sizeof(*protocol->outcomes));
}

/* When the source has said it: as it tells itself, or with the packet. */
static int64_t
asserted_ms(const struct work *work)
{
	int64_t ms;

	if (moment_parse(work->rec->updated_at, &ms) == 0
	    || moment_parse(work->change->as_of, &ms) == 0
	    || moment_parse(work->change->created_at, &ms) == 0)
		return ms;
	return work->now_ms;
}

/*
 * An earlier stage has found the record not fit to be applied.  When all that is
 * kept refuses something and there was more, what comes after the last record
 * that it speaks of may be refused too, and nobody knows.
 */
static bool
refused_before(const struct changeset *change, long rec_no)
{
	bool lost = change->defects.total > change->defects.count;
	long last = 0;

	for (size_t i = 0; i < change->defects.count; i++) {
		const struct defect *d = &change->defects.items[i];

		if (d->level < DEFECT_QUARANTINE) {
			lost = false;
			continue;
		}
		if (d->rec_no == rec_no)
			return true;
		if (d->rec_no > last)
			last = d->rec_no;
	}
	return lost && rec_no > last;
}

static void
apply_one(struct work *work, size_t at, void (*apply)(struct work *work))
{
	const struct record *rec = &work->change->records[at];
	struct record_outcome *outcome = &work->protocol->outcomes[at];

	*outcome = (struct record_outcome){ .rec_no = rec->rec_no,
		.external_key = rec->external_key,
		.result = RESULT_REJECTED,
		.regional_number = "",
		.entity_id = "" };
	work->rec = rec;
	work->outcome = outcome;
	work->said = (struct said){ .source = work->change->source,
		.packet_id = work->change->packet_id,
		.rec_no = rec->rec_no,
		.seq = work->change->seq,
		.valid_from = "" };
	work->said.asserted_ms = asserted_ms(work);
	if (apply == NULL) {
		work_defect(work, DEFECT_ERROR, "PKT_KIND", NULL, NULL, NULL);
		return;
	}
	if (!refused_before(work->change, rec->rec_no))
		apply(work);
}

/*
 * Learners and children born here are told of, parents are not; nobody is
 * told of while it is not sure that he is a person of his own.
 */
static bool
told(const struct person_row *person)
{
	return (person->roles & (ROLE_LEARNER | ROLE_CHILD)) != 0
	    && strcmp(person->state, "provisional") != 0;
}

static void
tell(struct work *work)
{
	for (struct touched *t = work->touched; t != NULL; t = t->next) {
		struct domain_event event = { .type = t->type,
			.subject = t->person_id,
			.change_seq = t->change_seq };
		struct person_row *person =
		    person_by_id(work->tx, t->person_id, work->arena);

		if (person == NULL || !told(person))
			continue;
		event.snapshot = snapshot_of(work->tx, person, work->arena);
		domain_events_add(work->events, &event);
	}
}

static bool
good(enum record_result result)
{
	return result != RESULT_REJECTED && result != RESULT_CONFLICT
	    && result != RESULT_STALE && result != RESULT_END;
}

static void
finish(struct work *work)
{
	struct protocol *protocol = work->protocol;
	size_t well = 0, bad = 0;

	for (size_t i = 0; i < protocol->outcome_count; i++) {
		if (good(protocol->outcomes[i].result))
			well++;
		else if (protocol->outcomes[i].result != RESULT_STALE)
			bad++;
	}
	protocol->status = bad == 0 ? "ACCEPTED"
	    : well == 0             ? "REFUSED"
				    : "PARTIAL";
	if (bad != 0 && work->change->atomic) {
		struct err err;

		(void)err_set(&err, ERR_REFUSE, "PKT_ATOMIC",
		    "%zu records of an atomic packet are not applied", bad);
		protocol->status = "REFUSED";
		store_fail(work->tx, &err);
	} else {
		tell(work);
	}
	protocol->finished_ms = clock_now_ms();
	map_free(work->touched_by_id, NULL);
	map_free(work->linked, NULL);
}

void
registry_apply(struct store_tx *tx, const struct changeset *change,
    struct arena *arena, struct domain_events *events,
    struct protocol *ret_protocol)
{
	struct work work = { .tx = tx,
		.arena = arena,
		.change = change,
		.events = events,
		.protocol = ret_protocol };

	start(&work);
	for (size_t p = 0; p < sizeof(passes) / sizeof(passes[0]); p++)
		for (size_t i = 0; i < change->record_count; i++)
			if (change->records[i].kind == passes[p].kind)
				apply_one(&work, i, passes[p].apply);
	for (size_t i = 0; i < change->record_count; i++)
		if (change->records[i].kind < RECORD_LEARNER
		    || change->records[i].kind >= RECORD_KIND_END)
			apply_one(&work, i, NULL);
	finish(&work);
}
