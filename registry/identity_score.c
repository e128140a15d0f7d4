#include "registry/identity_score.h"

#include <string.h>

#include "base/arena.h"
#include "model/changeset.h"
#include "model/document.h"
#include "model/field.h"
#include "model/name.h"
#include "registry/claim.h"
#include "registry/letters.h"
#include "registry/moment.h"
#include "registry/person.h"

/* How two names, dates or papers stand to each other. */
struct compared {
	int surname, given, patronymic; /* edits; 2 is "no" */
	bool patronymic_known;
	enum { DATE_OTHER, DATE_SAME, DATE_SWAPPED, DATE_PARTIAL } date;
	bool sex_differs;
};

const char *
score_name(struct arena *arena, const char *key, int i)
{
	const char *end;

	for (; i > 0; i--) {
		key = strchr(key, '|');
		if (key == NULL)
			return "";
		key++;
	}
	end = strchr(key, '|');
	return end == NULL ? key
			   : arena_strndup(arena, key, (size_t)(end - key));
}

static struct compared
compare(struct arena *arena, const struct claim *claim,
    const struct person_row *person)
{
	const char *patronymic = score_name(arena, person->name_key, 2);
	struct compared c = { 0 };
	struct pdate birth;

	c.surname = letters_distance(
	    claim->surname, score_name(arena, person->name_key, 0));
	c.given = letters_distance(
	    claim->given, score_name(arena, person->name_key, 1));
	c.patronymic_known = *patronymic != '\0' && *claim->patronymic != '\0';
	if (c.patronymic_known)
		c.patronymic = letters_distance(claim->patronymic, patronymic);
	if (claim->has_birth && moment_date(&person->now.birth_date, &birth)) {
		if (pdate_same(&claim->birth, &birth))
			c.date = DATE_SAME;
		else if (pdate_full(&claim->birth) && pdate_full(&birth)
		    && claim->birth.year == birth.year
		    && claim->birth.month == birth.day
		    && claim->birth.day == birth.month)
			c.date = DATE_SWAPPED;
		else if (pdate_may_be(&claim->birth, &birth))
			c.date = DATE_PARTIAL;
	}
	c.sex_differs = claim->person.sex.state == VALUE_SET
	    && person->now.sex.state == VALUE_SET
	    && !value_equal(&claim->person.sex, &person->now.sex);
	return c;
}

static bool
worth(const struct compared *c)
{
	return c->surname < 2 && c->given < 2 && c->patronymic < 2
	    && c->date != DATE_OTHER && !c->sex_differs;
}

bool
score_worth(struct arena *arena, const struct claim *claim,
    const struct person_row *person)
{
	struct compared c = compare(arena, claim, person);

	return worth(&c);
}

static const char *
value_or_none(const struct value *value)
{
	return value->state == VALUE_SET ? value->text : "";
}

/* Same length and exactly one digit replaced. */
static bool
one_digit(const char *a, const char *b)
{
	int differ = 0;

	if (strlen(a) != strlen(b))
		return false;
	for (; *a != '\0'; a++, b++)
		differ += *a != *b;
	return differ == 1;
}

struct papers {
	bool same, near, act_same, act_differs;
};

static struct papers
compare_papers(const struct claim *claim, const struct likeness *other)
{
	struct papers papers = { false, false, false, false };

	for (size_t i = 0; i < claim->document_count; i++)
		for (size_t j = 0; j < other->document_count; j++) {
			const struct document *a = &claim->documents[i];
			const struct document *b = &other->documents[j];
			const char *act = value_or_none(&a->act_number);
			const char *act_b = value_or_none(&b->act_number);

			if (*act != '\0' && *act_b != '\0') {
				if (strcmp(act, act_b) == 0)
					papers.act_same = true;
				else
					papers.act_differs = true;
			}
			if (!value_equal(&a->kind, &b->kind)
			    || !value_equal(&a->series, &b->series))
				continue;
			if (value_equal(&a->number, &b->number))
				papers.same = true;
			else if (one_digit(value_or_none(&a->number),
				     value_or_none(&b->number)))
				papers.near = true;
		}
	return papers;
}

/* Is the claim's mother the one that other is known to have? */
static bool
same_mother(struct arena *arena, const struct claim *claim,
    const struct likeness *other)
{
	const struct person *mother;

	if (claim->mother == NULL || *other->mother_key == '\0')
		return false;
	mother = &claim->mother->person;
	return mother->surname.state == VALUE_SET
	    && mother->given_name.state == VALUE_SET
	    && strcmp(name_key(arena, NAME_SURNAME, mother->surname.text, NULL),
		   score_name(arena, other->mother_key, 0))
	    == 0
	    && strcmp(
		   name_key(arena, NAME_GIVEN, mother->given_name.text, NULL),
		   score_name(arena, other->mother_key, 1))
	    == 0;
}

struct score
score_likeness(struct arena *arena, const struct claim *claim,
    const struct likeness *other)
{
	static const int name_points[3] = { 20, 12, 0 };
	struct compared c = compare(arena, claim, other->person);
	struct papers papers = compare_papers(claim, other);
	bool mother = same_mother(arena, claim, other);
	struct score score = { 0 };

	score.evidence = "";
	if (mother && c.date == DATE_SAME && c.given != 0) {
		score.twin = true;
		return score;
	}
	/* Two acts of birth are two births. */
	if (!worth(&c) || (papers.act_differs && !papers.act_same))
		return score;
	score.candidate = true;
	score.points = name_points[c.surname] + name_points[c.given]
	    + (c.patronymic_known ? name_points[c.patronymic] / 2 : 3)
	    + (c.date == DATE_SAME           ? 20
		    : c.date == DATE_SWAPPED ? 10
					     : 6)
	    + (papers.same || papers.act_same ? 20
		    : papers.near             ? 14
					      : 0)
	    + (mother ? 10 : 0);
	score.evidence = arena_printf(arena, "%s%s%s%s%s%s%s",
	    c.surname == 0 ? "SURNAME" : "SURNAME~",
	    c.given == 0 ? " GIVEN" : " GIVEN~",
	    !c.patronymic_known     ? ""
		: c.patronymic == 0 ? " PATRONYMIC"
				    : " PATRONYMIC~",
	    c.date == DATE_SAME          ? " BIRTH"
		: c.date == DATE_SWAPPED ? " BIRTH_SWAPPED"
					 : " BIRTH_PARTIAL",
	    papers.same       ? " DOCUMENT"
		: papers.near ? " DOCUMENT~"
			      : "",
	    papers.act_same ? " ACT" : "", mother ? " MOTHER" : "");
	return score;
}
