#include "registry/identity_key.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/uuid.h"
#include "model/document.h"
#include "model/name.h"
#include "registry/claim.h"
#include "registry/letters.h"
#include "registry/person.h"
#include "registry/work.h"

#define PARTS   8 /* of an identifier, at most */
#define AT_ONCE 5 /* rows of one statement */

static const char sql_find[] =
    "SELECT k.kind, k.owner, " PERSON_COLUMNS
    " FROM identity_key k LEFT JOIN person p ON p.id = k.owner"
    " WHERE k.hash IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
    " $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) LIMIT 500";
static const char sql_put[] =
    "INSERT INTO identity_key (hash, owner, kind) VALUES ($1, $2, $3)"
    " ON CONFLICT (hash, owner) DO NOTHING";
static const char sql_put_many[] =
    "INSERT INTO identity_key (hash, owner, kind) VALUES"
    " ($2, $1, $3), ($4, $1, $5), ($6, $1, $7), ($8, $1, $9), ($10, $1, $11)"
    " ON CONFLICT (hash, owner) DO NOTHING";

static const char *const names[KEY_KIND_END] = { "", "CI2", "CI1", "CI3", "CX",
	"CI4", "CI5", "CI6", "B1", "B2", "B3", "SN" };

const char *
key_kind_name(enum key_kind kind)
{
	return names[kind];
}

static enum key_kind
kind_parse(const char *name)
{
	for (int i = 1; i < KEY_KIND_END; i++)
		if (strcmp(names[i], name) == 0)
			return (enum key_kind)i;
	return KEY_B3;
}

static void
hash_parts(
    const char *const parts[], size_t count, unsigned char ret[HASH_BYTES])
{
	const struct registry_settings *settings = work_settings();
	unsigned char full[32];
	struct buf buf;

	buf_init(&buf, 0);
	for (size_t i = 0; i < count; i++) {
		buf_adds(&buf, parts[i]);
		buf_addc(&buf, '\x1f');
	}
	settings->hmac(settings->hmac_key, buf.data, buf.bytes, full);
	memcpy(ret, full, HASH_BYTES);
	buf_release(&buf);
}

/* Hash the kind and its parts, of which the unused are "". */
static void
add(struct keys *keys, enum key_kind kind, const char *const parts[PARTS])
{
	const char *all[PARTS + 1] = { names[kind] };

	if (keys->count == KEYS_MAX)
		return;
	for (int i = 0; i < PARTS; i++)
		all[i + 1] = parts[i] == NULL ? "" : parts[i];
	keys->items[keys->count].kind = kind;
	hash_parts(all, PARTS + 1, keys->items[keys->count].hash);
	keys->count++;
}

#define ADD(keys, kind, ...) \
	add(keys, kind, (const char *const[PARTS]){ __VA_ARGS__ })

static const char *
text_or_none(const struct value *value)
{
	return value->state == VALUE_SET ? value->text : "";
}

static bool
kind_is(const struct document *document, const char *kind)
{
	return strcmp(text_or_none(&document->kind), kind) == 0;
}

/* Names, full birth date: what every combined identifier begins with. */
struct base {
	const char *surname, *given, *patronymic, *birth, *sex;
};

static void
document_keys(
    struct keys *keys, const struct base *base, const struct document *document)
{
	const char *series = text_or_none(&document->series);
	const char *number = text_or_none(&document->number);
	const char *kind = text_or_none(&document->kind);
	bool birth =
	    kind_is(document, DOCUMENT_BIRTH) || kind_is(document, "23");

	if (!document_usable(document))
		return;
	ADD(keys, KEY_CX, base->surname, base->given, base->patronymic,
	    base->birth, kind, series, number);
	if (*base->sex == '\0')
		return;
	if (birth)
		ADD(keys, KEY_CI1, base->surname, base->given, base->patronymic,
		    base->birth, base->sex, series, number);
	else
		ADD(keys, KEY_CI3, base->surname, base->given, base->patronymic,
		    base->birth, base->sex, kind, series, number);
}

static void
act_key(struct keys *keys, const struct base *base, const char *act_number)
{
	if (*act_number != '\0' && *base->sex != '\0')
		ADD(keys, KEY_CI2, base->surname, base->given, base->patronymic,
		    base->birth, base->sex, act_number);
}

static void
mother_keys(struct work *work, struct keys *keys, const struct base *base,
    const struct party *mother)
{
	const struct person *person = &mother->person;
	const char *birth = text_or_none(&person->birth_date);
	const char *surname, *given;

	if (*base->sex == '\0')
		return;
	if (person->snils.state == VALUE_SET)
		ADD(keys, KEY_CI4, base->surname, base->given, base->patronymic,
		    base->birth, base->sex, "snils", person->snils.text);
	if (person->surname.state != VALUE_SET
	    || person->given_name.state != VALUE_SET || strlen(birth) != 10)
		return;
	surname =
	    name_key(work->arena, NAME_SURNAME, person->surname.text, NULL);
	given =
	    name_key(work->arena, NAME_GIVEN, person->given_name.text, NULL);
	ADD(keys, KEY_CI4, base->surname, base->given, base->patronymic,
	    base->birth, base->sex, birth,
	    arena_printf(work->arena, "%s|%s", surname, given));
}

/* An address that begins with the GUID of a house, then the apartment. */
static void
address_key(struct work *work, struct keys *keys, const struct base *base,
    const struct value *address)
{
	char house[UUID_BYTES];
	const char *rest;

	if (address->state != VALUE_SET || strlen(address->text) < 36
	    || *base->sex == '\0')
		return;
	str_copy(house, sizeof(house), address->text);
	if (!uuid_valid(house))
		return;
	rest = address->text + 36;
	rest += strspn(rest, " ,;");
	ADD(keys, KEY_CI5, base->surname, base->given, base->patronymic,
	    base->birth, base->sex, text_key(work->arena, house),
	    text_key(work->arena, rest));
}

static void
block_keys(struct work *work, struct keys *keys, const struct claim *claim,
    const char *birth)
{
	ADD(keys, KEY_B1, birth, letters_first(work->arena, claim->surname, 1));
	ADD(keys, KEY_B2, birth, letters_last(work->arena, claim->surname, 2),
	    letters_first(work->arena, claim->given, 1));
}

void
identity_keys(struct work *work, const struct claim *claim, struct keys *ret)
{
	struct base base = { claim->surname, claim->given, claim->patronymic,
		text_or_none(&claim->person.birth_date),
		text_or_none(&claim->person.sex) };
	char year[8];

	ret->count = 0;
	if (claim->person.snils.state == VALUE_SET)
		ADD(ret, KEY_SNILS, claim->person.snils.text);
	if (!claim->has_birth || *claim->surname == '\0'
	    || *claim->given == '\0')
		return;
	(void)snprintf(year, sizeof(year), "%d", claim->birth.year % 10000);
	ADD(ret, KEY_B3, year, claim->surname, claim->given);
	if (!pdate_full(&claim->birth))
		return;
	block_keys(work, ret, claim, base.birth);
	if (*base.sex != '\0')
		ADD(ret, KEY_CI6, base.surname, base.given, base.patronymic,
		    base.birth, base.sex);
	address_key(work, ret, &base, &claim->person.regional_address);
	if (claim->mother != NULL)
		mother_keys(work, ret, &base, claim->mother);
	act_key(ret, &base, claim->act_number);
	for (size_t i = 0; i < claim->document_count; i++) {
		document_keys(ret, &base, &claim->documents[i]);
		if (claim->documents[i].act_number.state == VALUE_SET)
			act_key(
			    ret, &base, claim->documents[i].act_number.text);
	}
}

void
identity_search_keys(
    struct work *work, const struct claim *claim, struct keys *ret)
{
	struct pdate swapped;
	char text[PDATE_BYTES];

	identity_keys(work, claim, ret);
	if (!claim->has_birth || !pdate_full(&claim->birth)
	    || *claim->surname == '\0' || *claim->given == '\0'
	    || claim->birth.day > 12 || claim->birth.day == claim->birth.month)
		return;
	if (pdate_make(claim->birth.year, claim->birth.day, claim->birth.month,
		&swapped)
	    == -1)
		return;
	pdate_format(&swapped, text);
	block_keys(work, ret, claim, text);
}

struct key_hit *
identity_key_find(struct work *work, const struct keys *keys)
{
	struct param params[KEYS_MAX + 1];
	struct key_hit *first = NULL, **tail = &first;
	struct row *row;

	if (keys->count == 0)
		return NULL;
	for (size_t i = 0; i < KEYS_MAX; i++)
		params[i] = (struct param)P_BLOB(
		    i < keys->count ? keys->items[i].hash : NULL, HASH_BYTES);
	params[KEYS_MAX] = (struct param){ 0 };
	store_query(work->tx, sql_find, params);
	while ((row = store_next(work->tx)) != NULL) {
		struct key_hit *hit = arena_alloc(work->arena, sizeof(*hit));

		hit->kind = kind_parse(row_text(row, 0));
		hit->owner = arena_strdup(work->arena, row_text(row, 1));
		if (!row_null(row, 2))
			hit->person = person_read(row, 2, work->arena);
		*tail = hit;
		tail = &hit->next;
	}
	for (struct key_hit *hit = first; hit != NULL; hit = hit->next)
		if (hit->person != NULL)
			hit->person =
			    person_resolve(work->tx, hit->person, work->arena);
	return first;
}

void
identity_key_put(struct work *work, const char *owner, const struct keys *keys)
{
	size_t at = 0;

	while (keys->count - at >= AT_ONCE) {
		struct param params[12] = { P_TEXT(owner) };

		for (size_t i = 0; i < AT_ONCE; i++) {
			const struct key *key = &keys->items[at + i];

			params[1 + 2 * i] =
			    (struct param)P_BLOB(key->hash, HASH_BYTES);
			params[2 + 2 * i] =
			    (struct param)P_TEXT(names[key->kind]);
		}
		store_exec(work->tx, sql_put_many, params);
		at += AT_ONCE;
	}
	for (; at < keys->count; at++)
		store_exec(work->tx, sql_put,
		    PARAMS(P_BLOB(keys->items[at].hash, HASH_BYTES),
			P_TEXT(owner), P_TEXT(names[keys->items[at].kind])));
}

void
identity_document_key(struct work *work, const struct document *document,
    unsigned char ret[HASH_BYTES])
{
	const char *parts[] = { "DOC", text_or_none(&document->kind),
		text_key(work->arena, text_or_none(&document->series)),
		text_or_none(&document->number) };

	hash_parts(parts, 4, ret);
}
