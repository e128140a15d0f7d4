#include "registry/query.h"

#include <string.h>

#include "base/arena.h"
#include "base/uuid.h"
#include "model/name.h"
#include "model/snils.h"
#include "registry/entity_row.h"
#include "registry/person.h"
#include "store/store.h"

static const char sql_names[] =
    "SELECT " PERSON_COLUMNS " FROM person p WHERE p.name_key >= $1"
    " AND p.name_key < $2 AND p.state <> 'merged'"
    " ORDER BY p.name_key, p.birth_date, p.id LIMIT $3";
static const char sql_totals[] =
    "SELECT"
    " (SELECT COUNT(*) FROM person WHERE state IN ('active', 'provisional')),"
    " (SELECT COUNT(*) FROM person WHERE state = 'provisional'),"
    " (SELECT COUNT(*) FROM person WHERE life_status = 'dead'),"
    " (SELECT COUNT(*) FROM organisation WHERE state <> 'deleted'),"
    " (SELECT COUNT(*) FROM learning_group WHERE state <> 'deleted'),"
    " (SELECT COUNT(*) FROM enrolment WHERE state <> 'deleted'),"
    " (SELECT COUNT(*) FROM enrolment WHERE state IN ('open', 'suspended')),"
    " (SELECT COUNT(*) FROM movement WHERE status <> 'cancelled'),"
    " (SELECT COUNT(*) FROM civil_act WHERE newest = 1),"
    " (SELECT COUNT(*) FROM conflict WHERE status = 'open'),"
    " (SELECT COALESCE(MAX(change_seq), 0) FROM change)";
static const char sql_changes[] =
    "SELECT c.change_seq, c.at_ms, c.version, c.entity, c.entity_id, c.op,"
    " x.external_key, p.regional_number FROM change c"
    " JOIN xref x ON x.entity_id = c.entity_id AND x.source = $1"
    " LEFT JOIN person p ON p.id = c.entity_id"
    " WHERE c.change_seq > $2 ORDER BY c.change_seq, x.external_key LIMIT $3";

static const char *
text_or_none(const struct value *value)
{
	return value->state == VALUE_SET ? value->text : "";
}

static void
line(const struct person_row *person, struct person_line *ret)
{
	const struct person *now = &person->now;

	*ret = (struct person_line){ .id = person->id,
		.regional_number = text_or_none(&now->regional_number),
		.state = person->state,
		.life_status = person->life_status,
		.surname = text_or_none(&now->surname),
		.given_name = text_or_none(&now->given_name),
		.patronymic = text_or_none(&now->patronymic),
		.birth_date = text_or_none(&now->birth_date),
		.snils = text_or_none(&now->snils),
		.federal_guid = text_or_none(&now->federal_guid),
		.version = person->version };
}

/* The key form of "Surname Given Patronymic", as person.name_key has it. */
static const char *
name_prefix(const char *what, struct arena *arena)
{
	static const enum name_part parts[] = { NAME_SURNAME, NAME_GIVEN,
		NAME_PATRONYMIC };
	const char *key = "";

	for (int i = 0; i < 3; i++) {
		size_t bytes = strcspn(what, i < 2 ? " " : "");
		const char *word = arena_strndup(arena, what, bytes);

		key = arena_printf(arena, "%s%s%s", key, i == 0 ? "" : "|",
		    name_key(arena, parts[i], word, NULL));
		what += bytes;
		what += strspn(what, " ");
		if (*what == '\0')
			break;
	}
	return key;
}

static size_t
by_name(struct store_tx *tx, const char *what, size_t max, struct arena *arena,
    struct person_line *ret)
{
	const char *key = name_prefix(text_clean(arena, what), arena);
	struct row *row;
	size_t count = 0;

	if (*key == '\0')
		return 0;
	store_query(tx, sql_names,
	    PARAMS(P_TEXT(key),
		P_TEXT(arena_printf(arena, "%s\xf4\x8f\xbf\xbf", key)),
		P_INT((int64_t)max)));
	while (count < max && (row = store_next(tx)) != NULL)
		line(person_read(row, 0, arena), &ret[count++]);
	return count;
}

static struct person_row *
by_source_key(struct store_tx *tx, const char *what, struct arena *arena)
{
	const char *colon = strchr(what, ':');

	if (colon == NULL || colon == what)
		return NULL;
	return person_by_key(tx,
	    arena_strndup(arena, what, (size_t)(colon - what)), colon + 1,
	    arena);
}

size_t
registry_find(struct store_tx *tx, const char *what, size_t max,
    struct arena *arena, struct person_line *ret)
{
	struct person_row *person = NULL;
	char snils[SNILS_BYTES];

	if (max == 0)
		return 0;
	if (uuid_valid(what)) {
		person = person_by_id(tx, what, arena);
		if (person == NULL)
			person = person_by_guid(tx, what, arena);
	} else if (strlen(what) == 14 && strspn(what, "0123456789") == 14) {
		person = person_by_number(tx, what, arena);
	} else if (snils_parse(what, snils) != SNILS_FORMAT) {
		person = person_by_snils(tx, snils, arena);
	}
	if (person == NULL)
		person = by_source_key(tx, what, arena);
	if (person == NULL)
		return by_name(tx, what, max, arena, ret);
	line(person, &ret[0]);
	return 1;
}

void
registry_totals(struct store_tx *tx, struct registry_totals *ret)
{
	struct row *row = store_one(tx, sql_totals, NO_PARAMS);

	*ret = (struct registry_totals){ 0 };
	if (row == NULL)
		return;
	ret->persons = row_int(row, 0);
	ret->provisional = row_int(row, 1);
	ret->dead = row_int(row, 2);
	ret->organisations = row_int(row, 3);
	ret->groups = row_int(row, 4);
	ret->enrolments = row_int(row, 5);
	ret->open_enrolments = row_int(row, 6);
	ret->movements = row_int(row, 7);
	ret->acts = row_int(row, 8);
	ret->conflicts = row_int(row, 9);
	ret->change_seq = row_int(row, 10);
}

size_t
registry_changes(struct store_tx *tx, const char *source, int64_t after,
    size_t max, struct arena *arena, struct change_line *ret)
{
	struct row *row;
	size_t count = 0;

	store_query(tx, sql_changes,
	    PARAMS(P_TEXT(source), P_INT(after), P_INT((int64_t)max)));
	while (count < max && (row = store_next(tx)) != NULL) {
		struct change_line *change = &ret[count++];

		change->change_seq = row_int(row, 0);
		change->at_ms = row_int(row, 1);
		change->version = row_int(row, 2);
		change->entity = column_text(row, 3, arena);
		change->id = column_text(row, 4, arena);
		change->op = column_text(row, 5, arena);
		change->external_key = column_text(row, 6, arena);
		change->regional_number = column_text(row, 7, arena);
	}
	return count;
}
