#include "registry/identity.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "model/field.h"
#include "registry/claim.h"
#include "registry/conflict.h"
#include "registry/document.h"
#include "registry/identity_lock.h"
#include "registry/identity_score.h"
#include "registry/moment.h"
#include "registry/person.h"
#include "registry/regional_number.h"
#include "registry/representation.h"
#include "registry/work.h"

/* How what is claimed stands to a person that a key has named. */
struct check {
	bool birth_same, birth_differs, surname_same, given_same;
	bool surname_differs, given_differs;
};

static struct check
compare(struct work *work, const struct claim *claim,
    const struct person_row *person)
{
	const char *surname = score_name(work->arena, person->name_key, 0);
	const char *given = score_name(work->arena, person->name_key, 1);
	struct check check = { false, false, false, false, false, false };
	struct pdate birth;

	if (claim->has_birth && moment_date(&person->now.birth_date, &birth)) {
		check.birth_same = pdate_same(&claim->birth, &birth);
		check.birth_differs = !pdate_may_be(&claim->birth, &birth);
	}
	check.surname_same =
	    *surname != '\0' && strcmp(surname, claim->surname) == 0;
	check.given_same = *given != '\0' && strcmp(given, claim->given) == 0;
	check.surname_differs =
	    *surname != '\0' && *claim->surname != '\0' && !check.surname_same;
	check.given_differs =
	    *given != '\0' && *claim->given != '\0' && !check.given_same;
	return check;
}

static bool
found(struct identity *ret, enum rule rule, struct person_row *person,
    const char *evidence)
{
	ret->rule = rule;
	ret->person = person;
	ret->evidence = evidence;
	return true;
}

static bool
quarantine(struct identity *ret, struct person_row *person, const char *code,
    const char *kind)
{
	ret->rule = RULE_M9;
	ret->person = person;
	ret->code = ret->evidence = code;
	ret->kind = kind;
	return true;
}

static bool
deleted(const struct person_row *person)
{
	return strcmp(person->state, "deleted") == 0;
}

/* M1, M2: an identifier of ours or the federal segment's, echoed. */
static bool
by_echo(struct work *work, const struct claim *claim, struct identity *ret)
{
	const char *number = value_text(&claim->person.regional_number);
	const char *guid = value_text(&claim->person.federal_guid);
	struct person_row *person = NULL;
	enum rule rule = RULE_M1;
	struct check check;

	if (number != NULL && !regional_number_valid(number)) {
		work_field_defect(work, DEFECT_FIELD, "ID_NUMBER_CHECK",
		    &person_type, "regional_number",
		    &claim->person.regional_number, NULL);
		number = NULL;
	}
	person = person_by_number(work->tx, number, work->arena);
	if (person == NULL && guid != NULL) {
		rule = RULE_M2;
		person = person_by_guid(work->tx, guid, work->arena);
	}
	if (person == NULL || deleted(person))
		return false;
	check = compare(work, claim, person);
	/* Nothing said beside the number contradicts nothing. */
	if (check.birth_same || check.surname_same
	    || (!claim->has_birth && *claim->surname == '\0'))
		return found(ret, rule, person,
		    rule == RULE_M1 ? "REGIONAL_NUMBER" : "FEDERAL_GUID");
	return quarantine(ret, person, "ID_ECHO_MISMATCH", "identity");
}

/* M3: a key that this source has used before, or against the echo. */
static bool
by_source_key(
    struct work *work, const struct claim *claim, struct identity *ret)
{
	struct person_row *person = person_by_key(
	    work->tx, work->said.source, claim->external_key, work->arena);
	struct check check;

	if (person == NULL || deleted(person))
		return ret->rule != 0;
	if (ret->rule != 0) { /* M1 or M2 has named somebody */
		ret->known_key = strcmp(ret->person->id, person->id) == 0;
		if (ret->known_key || ret->rule == RULE_M9)
			return true;
		return quarantine(ret, person, "ID_KEY_REUSED", "identity");
	}
	check = compare(work, claim, person);
	if (check.birth_differs && check.given_differs)
		return quarantine(ret, person, "ID_KEY_REUSED", "identity");
	ret->known_key = true;
	return found(ret, RULE_M3, person, "EXTERNAL_KEY");
}

/* M4, M5. */
static bool
by_snils(struct work *work, const struct claim *claim, struct identity *ret)
{
	struct person_row *person = person_by_snils(
	    work->tx, value_text(&claim->person.snils), work->arena);
	struct check check;

	if (person == NULL)
		return false;
	check = compare(work, claim, person);
	if (check.birth_same && (check.surname_same || check.given_same))
		return found(ret, RULE_M4, person, "SNILS");
	if (check.birth_differs
	    || (check.surname_differs && check.given_differs))
		return quarantine(ret, person, "ID_SNILS_CONFLICT", "snils");
	ret->candidates[ret->candidate_count++] =
	    (struct candidate){ person, 60, "SNILS" };
	return false;
}

/* Another record of this packet, with another key, is about person. */
static bool
twin_in_packet(struct work *work, const struct claim *claim,
    const struct person_row *person)
{
	const char *key = map_get(work->linked, person->id);

	return key != NULL && *key != '\0' && *claim->guard_key != '\0'
	    && strcmp(key, claim->guard_key) != 0 && work->rec->op != OP_LINK;
}

static void
add_candidate(struct identity *ret, const struct person_row *person, int points,
    const char *evidence)
{
	size_t at;

	for (size_t i = 0; i < ret->candidate_count; i++)
		if (strcmp(ret->candidates[i].person->id, person->id) == 0)
			return;
	for (at = 0; at < ret->candidate_count; at++)
		if (points > ret->candidates[at].points)
			break;
	if (at == CANDIDATES_MAX)
		return;
	if (ret->candidate_count < CANDIDATES_MAX)
		ret->candidate_count++;
	memmove(&ret->candidates[at + 1], &ret->candidates[at],
	    (ret->candidate_count - at - 1) * sizeof(ret->candidates[0]));
	ret->candidates[at] = (struct candidate){ person, points, evidence };
}

static bool
same_sex(const struct claim *claim, const struct person_row *person)
{
	return claim->person.sex.state != VALUE_SET
	    || person->now.sex.state != VALUE_SET
	    || value_equal(&claim->person.sex, &person->now.sex);
}

/* The only person behind hits of kind, or NULL: none, or several. */
static struct person_row *
only(const struct claim *claim, struct key_hit *hits, enum key_kind kind)
{
	struct person_row *person = NULL;

	for (struct key_hit *hit = hits; hit != NULL; hit = hit->next) {
		if (hit->kind != kind || hit->person == NULL
		    || deleted(hit->person) || !same_sex(claim, hit->person))
			continue;
		if (person != NULL && strcmp(person->id, hit->person->id) != 0)
			return NULL;
		person = hit->person;
	}
	return person;
}

/* M6, M7: a combined identifier that names one person. */
static bool
by_combined(struct work *work, const struct claim *claim, struct key_hit *hits,
    struct identity *ret)
{
	static const enum key_kind kinds[] = { KEY_CI2, KEY_CI1, KEY_CI3,
		KEY_CX, KEY_CI4, KEY_CI5 };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct person_row *person = only(claim, hits, kinds[i]);
		bool medium = kinds[i] == KEY_CI4 || kinds[i] == KEY_CI5;

		if (person == NULL)
			continue;
		if (twin_in_packet(work, claim, person)) {
			ret->code = "ID_TWIN_GUARD";
			add_candidate(ret, person, 90, key_kind_name(kinds[i]));
			return false;
		}
		if (medium && work_trust(work, "create") == 0)
			continue;
		return found(ret, medium ? RULE_M7 : RULE_M6, person,
		    key_kind_name(kinds[i]));
	}
	return false;
}

static void
consider(struct work *work, const struct claim *claim,
    const struct person_row *person, struct identity *ret)
{
	struct likeness other = { .person = person };
	struct document *documents;
	struct score score;

	if (!score_worth(work->arena, claim, person))
		return;
	other.document_count =
	    document_list(work->tx, person->id, work->arena, &documents);
	other.documents = documents;
	other.mother_key =
	    representation_mother(work->tx, person->id, work->arena);
	score = score_likeness(work->arena, claim, &other);
	if (score.twin || twin_in_packet(work, claim, person)) {
		work_defect(
		    work, DEFECT_INFO, "ID_TWIN_GUARD", NULL, NULL, NULL);
		return;
	}
	if (score.candidate)
		add_candidate(ret, person, score.points, score.evidence);
}

/* M8: who looks alike, each once. */
static void
by_likeness(struct work *work, const struct claim *claim, bool fuzzy,
    struct key_hit *hits, struct identity *ret)
{
	for (struct key_hit *hit = hits; hit != NULL; hit = hit->next) {
		bool seen = false;

		if (hit->person == NULL || deleted(hit->person)
		    || (!fuzzy && hit->kind != KEY_CI6))
			continue;
		for (struct key_hit *h = hits; h != hit && !seen; h = h->next)
			seen = h->person != NULL
			    && (fuzzy || h->kind == KEY_CI6)
			    && strcmp(h->person->id, hit->person->id) == 0;
		if (!seen)
			consider(work, claim, hit->person, ret);
	}
	if (ret->candidate_count == 0) {
		ret->rule = RULE_M10;
		return;
	}
	ret->rule = RULE_M8;
	ret->kind = "identity";
	if (ret->code == NULL)
		ret->code = "ID_CANDIDATES";
	ret->evidence = ret->code;
}

/* Acts that were about such a person before there was one. */
static struct key_hit *
acts_of(struct key_hit *hits)
{
	struct key_hit *first = NULL, **tail = &first;

	for (struct key_hit *hit = hits; hit != NULL; hit = hit->next) {
		if (hit->person != NULL)
			continue;
		if (hit->kind > KEY_CX && hit->kind != KEY_SNILS)
			continue;
		*tail = hit;
		tail = &hit->next;
	}
	*tail = NULL;
	return first;
}

/* Without likenesses the blocks by birth date need not be read. */
static void
leave_out_blocks(struct keys *keys)
{
	size_t count = 0;

	for (size_t i = 0; i < keys->count; i++)
		if (keys->items[i].kind < KEY_B1
		    || keys->items[i].kind == KEY_SNILS)
			keys->items[count++] = keys->items[i];
	keys->count = count;
}

void
identity_find(struct work *work, const struct claim *claim, bool fuzzy,
    struct identity *ret)
{
	struct keys keys;
	struct key_hit *hits;

	*ret = (struct identity){ .kind = "identity" };
	identity_search_keys(work, claim, &keys);
	identity_lock(work, claim, &keys);
	(void)by_echo(work, claim, ret);
	if (by_source_key(work, claim, ret) || by_snils(work, claim, ret))
		return;
	if (!fuzzy)
		leave_out_blocks(&keys);
	identity_plan(work);
	hits = identity_key_find(work, &keys);
	if (by_combined(work, claim, hits, ret))
		return;
	by_likeness(work, claim, fuzzy, hits, ret);
	ret->waiting = acts_of(hits);
}

void
identity_task(struct work *work, const struct claim *claim,
    const struct identity *identity, const char *person_id)
{
	struct conflict conflict = { .kind = identity->kind,
		.severity = identity->rule == RULE_M9 ? "high" : "medium",
		.entity = "person",
		.entity_id = person_id,
		.field = "",
		.against = identity->person == NULL ? "" : identity->person->id,
		.evidence = identity->evidence,
		.candidates = "",
		.key = claim->external_key };

	if (identity->rule == RULE_M7)
		conflict.kind = "medium";
	for (size_t i = 0; i < identity->candidate_count; i++)
		conflict.candidates = arena_printf(work->arena,
		    "%s%s{\"id\":\"%s\",\"score\":%d,\"evidence\":\"%s\"}",
		    conflict.candidates, i == 0 ? "" : ",",
		    identity->candidates[i].person->id,
		    identity->candidates[i].points,
		    identity->candidates[i].evidence);
	conflict.candidates =
	    arena_printf(work->arena, "[%s]", conflict.candidates);
	if (*conflict.key == '\0')
		conflict.key = arena_printf(work->arena, "%s#%ld",
		    work->said.packet_id, work->said.rec_no);
	conflict.key = arena_printf(work->arena, "%s|%s|%s", conflict.key,
	    conflict.evidence, conflict.against);
	conflict_open(work, &conflict);
}

void
identity_linked(
    struct work *work, const char *person_id, const struct claim *claim)
{
	(void)map_put(work->linked, person_id,
	    arena_strdup(work->arena, claim->guard_key));
}
