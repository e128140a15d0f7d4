#include "registry/subject.h"

#include <string.h>

#include "model/document.h"
#include "model/field.h"
#include "registry/claim.h"
#include "registry/document.h"
#include "registry/identity_key.h"
#include "registry/person.h"
#include "registry/work.h"

static bool
proven(const struct claim *claim)
{
	if (claim->person.snils.state == VALUE_SET
	    || *claim->act_number != '\0')
		return true;
	for (size_t i = 0; i < claim->document_count; i++)
		if (document_usable(&claim->documents[i]))
			return true;
	return false;
}

struct person_row *
subject_new(
    struct work *work, const struct claim *claim, enum rule rule, int64_t roles)
{
	if (rule == RULE_M8)
		return person_new(work, "provisional", roles | ROLE_DOUBTFUL);
	return person_new(
	    work, proven(claim) ? "active" : "provisional", roles);
}

/* Index person by what is believed of him and what claim adds. */
static void
index_person(struct work *work, const struct person_row *person,
    const struct claim *claim, bool fresh)
{
	struct document *documents = claim->documents;
	size_t count = claim->document_count;
	struct claim golden;
	struct keys keys;

	if (!fresh)
		count = document_list(
		    work->tx, person->id, work->arena, &documents);
	claim_of_person(work, person, documents, count, &golden);
	golden.mother = claim->mother;
	golden.act_number = claim->act_number;
	golden.person.snils.state = VALUE_UNSAID; /* has a column */
	identity_keys(work, &golden, &keys);
	identity_key_put(work, person->id, &keys);
}

bool
subject_apply(struct work *work, struct person_row *person,
    const struct claim *claim, int64_t roles)
{
	bool fresh = person->version == 0, papers, renamed, changed;

	/* A paper proves who somebody is, as a SNILS does. */
	if (!fresh && strcmp(person->state, "provisional") == 0
	    && (person->roles & ROLE_DOUBTFUL) == 0 && proven(claim)) {
		person->state = "active";
		person->dirty = true;
	}
	changed = person_apply(work, person, &claim->person, roles, &renamed);
	papers = document_apply(
	    work, person->id, fresh, claim->documents, claim->document_count);
	if (fresh || renamed || papers)
		index_person(work, person, claim, fresh);
	return changed || papers;
}
