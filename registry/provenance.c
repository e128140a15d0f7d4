#include "registry/provenance.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "model/name.h"
#include "model/pdate.h"
#include "registry/conflict.h"
#include "registry/entity_row.h"
#include "registry/work.h"

#define AT_ONCE    8 /* rows of one statement */
#define FIELDS_MAX 40

static const char sql_load[] =
    "SELECT field, source, value_hash, trust_rank, valid_from, asserted_ms,"
    " seq, status FROM field_provenance WHERE entity_id = $1";

/* Up to AT_ONCE fields at once; a row whose field is NULL is none. */
#define ROW(a, b, c)                                                 \
	"(CAST($" #a " AS TEXT), CAST($" #b " AS BIGINT), CAST($" #c \
	" AS BIGINT), "
static const char sql_put[] =
    "INSERT INTO field_provenance (entity_id, field, source, value_hash,"
    " packet_id, rec_no, asserted_ms, received_ms, valid_from, seq,"
    " trust_rank, status)"
    " SELECT CAST($1 AS TEXT), v.column1, CAST($2 AS TEXT), v.column2,"
    " CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT),"
    " CAST($6 AS BIGINT), CAST($7 AS TEXT), CAST($8 AS BIGINT), v.column3,"
    " v.column4 FROM (VALUES " ROW(9, 10, 11) "CAST($12 AS TEXT)), " ROW(
	13, 14, 15) "CAST($16 AS TEXT)), " ROW(17, 18,
	19) "CAST($20 AS TEXT)), " ROW(21, 22,
	23) "CAST($24 AS TEXT)), " ROW(25, 26,
	27) "CAST($28 AS TEXT)), " ROW(29, 30,
	31) "CAST($32 AS TEXT)), " ROW(33, 34,
	35) "CAST($36 AS TEXT)), " ROW(37, 38,
	39) "CAST($40 AS TEXT))"
	    ") AS v WHERE v.column1 IS NOT NULL"
	    " ON CONFLICT (entity_id, field, source) DO UPDATE SET"
	    " value_hash = excluded.value_hash, packet_id = excluded.packet_id,"
	    " rec_no = excluded.rec_no, asserted_ms = excluded.asserted_ms,"
	    " received_ms = excluded.received_ms, valid_from = "
	    "excluded.valid_from,"
	    " seq = excluded.seq, trust_rank = excluded.trust_rank,"
	    " status = excluded.status";
static const char sql_overrule[] =
    "UPDATE field_provenance SET status = 'superseded'"
    " WHERE entity_id = $1 AND field = $2 AND source <> $3"
    " AND status = 'current'";

/* What one source said of one field. */
struct word {
	const char *field, *source, *valid_from, *status;
	int64_t hash, rank, asserted_ms, seq;
};

struct words {
	struct word *items;
	size_t count;
};

/* Rows to write for the packet's source. */
struct batch {
	struct work *work;
	const char *entity_id;
	struct param params[8 + 4 * AT_ONCE + 1];
	int rows;
};

/* FNV-1a over a value and its state: to see a repeated word, not a secret. */
static int64_t
value_hash(const struct value *value)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	const char *p = value->state == VALUE_SET ? value->text : "\x01";

	for (; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	return (int64_t)(h >> 1);
}

static struct words
load(struct work *work, const char *entity_id)
{
	struct words words = { NULL, 0 };
	size_t room = 0;
	struct row *row;

	store_query(work->tx, sql_load, PARAMS(P_TEXT(entity_id)));
	while ((row = store_next(work->tx)) != NULL) {
		struct word *word;

		if (words.count == room) {
			struct word *more;

			room = room == 0 ? 32 : room * 2;
			more = arena_alloc(work->arena, room * sizeof(*more));
			if (words.count != 0)
				memcpy(more, words.items,
				    words.count * sizeof(*more));
			words.items = more;
		}
		word = &words.items[words.count++];
		word->field = column_text(row, 0, work->arena);
		word->source = column_text(row, 1, work->arena);
		word->hash = row_int(row, 2);
		word->rank = row_int(row, 3);
		word->valid_from = column_text(row, 4, work->arena);
		word->asserted_ms = row_int(row, 5);
		word->seq = row_int(row, 6);
		word->status = column_text(row, 7, work->arena);
	}
	return words;
}

static const struct word *
current(const struct words *words, const char *field)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->items[i].field, field) == 0
		    && strcmp(words->items[i].status, "current") == 0)
			return &words->items[i];
	return NULL;
}

static const struct word *
own(const struct words *words, const char *field, const char *source)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->items[i].field, field) == 0
		    && strcmp(words->items[i].source, source) == 0)
			return &words->items[i];
	return NULL;
}

static int
order64(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* Above 0 if a outranks b. */
static int
word_order(const struct word *a, const struct word *b)
{
	int order = order64(a->rank, b->rank);

	if (order == 0)
		order = strcmp(a->valid_from, b->valid_from);
	if (order == 0)
		order = order64(a->asserted_ms, b->asserted_ms);
	if (order == 0)
		order = order64(a->seq, b->seq);
	return order;
}

static void
flush(struct batch *batch)
{
	const struct said *said = &batch->work->said;
	struct param head[] = { P_TEXT(batch->entity_id), P_TEXT(said->source),
		P_TEXT(said->packet_id), P_INT(said->rec_no),
		P_INT(said->asserted_ms), P_INT(batch->work->now_ms),
		P_TEXT(said->valid_from), P_INT(said->seq) };

	if (batch->rows == 0)
		return;
	memcpy(batch->params, head, sizeof(head));
	for (int i = batch->rows; i < AT_ONCE; i++) {
		struct param none[] = { P_TEXT(NULL), P_INT(0), P_INT(0),
			P_TEXT(NULL) };

		memcpy(&batch->params[8 + 4 * i], none, sizeof(none));
	}
	batch->params[8 + 4 * AT_ONCE].type = P_TYPE_END;
	store_exec(batch->work->tx, sql_put, batch->params);
	batch->rows = 0;
}

static void
put(struct batch *batch, const struct word *word, const char *status)
{
	struct param row[] = { P_TEXT(word->field), P_INT(word->hash),
		P_INT(word->rank), P_TEXT(status) };

	memcpy(&batch->params[8 + 4 * batch->rows], row, sizeof(row));
	if (++batch->rows == AT_ONCE)
		flush(batch);
}

/* Do both mean the same, so that there is nothing to dispute? */
static bool
same_meaning(struct work *work, const char *field, const struct value *a,
    const struct value *b)
{
	struct pdate first, second;

	if (value_equal(a, b))
		return true;
	if (a->state != VALUE_SET || b->state != VALUE_SET)
		return false;
	if (strcmp(field, "surname") == 0)
		return name_same(work->arena, NAME_SURNAME, a->text, b->text);
	if (strcmp(field, "given_name") == 0)
		return name_same(work->arena, NAME_GIVEN, a->text, b->text);
	if (strcmp(field, "patronymic") == 0)
		return name_same(
		    work->arena, NAME_PATRONYMIC, a->text, b->text);
	if (strcmp(field, "birth_date") == 0
	    && pdate_parse(a->text, &first) == 0
	    && pdate_parse(b->text, &second) == 0)
		return pdate_may_be(&first, &second);
	return false;
}

/* What other sources said of the field no longer counts. */
static void
overrule(struct batch *batch, const struct word *word)
{
	store_exec(batch->work->tx, sql_overrule,
	    PARAMS(P_TEXT(batch->entity_id), P_TEXT(word->field),
		P_TEXT(word->source)));
}

/*
 * One field that somebody has said before.  Returns whether golden changes.
 */
static bool
contest(struct batch *batch, const struct entity_type *type,
    const struct word *word, const struct word *now, const struct word *mine,
    struct value *golden, const struct value *said)
{
	struct work *work = batch->work;
	int order = word_order(word, now);
	bool same = same_meaning(work, word->field, golden, said);
	bool others = strcmp(now->source, word->source) != 0;

	if (order > 0) {
		bool changes = !value_equal(golden, said);

		if (others)
			overrule(batch, word);
		put(batch, word, "current");
		*golden = *said;
		return changes;
	}
	if (!others || (mine != NULL && word->asserted_ms < mine->asserted_ms))
		return false; /* its own later word stands already */
	if (same) {
		if (mine == NULL || strcmp(mine->status, "disputed") == 0)
			put(batch, word, "superseded");
		return false;
	}
	if (word->rank == now->rank) {
		if (mine == NULL || mine->hash != word->hash)
			put(batch, word, "superseded");
		return false;
	}
	if (mine != NULL && mine->hash == word->hash
	    && strcmp(mine->status, "disputed") == 0)
		return false;
	put(batch, word, "disputed");
	conflict_value(
	    work, type, batch->entity_id, word->field, now->source, word->hash);
	return false;
}

uint64_t
provenance_merge(struct work *work, const struct entity_type *type,
    const char *entity_id, bool fresh, void *golden, const void *said)
{
	struct words words = { NULL, 0 };
	struct batch batch = { .work = work, .entity_id = entity_id };
	uint64_t changed = 0;

	assert(type->field_count <= FIELDS_MAX);
	if (!fresh)
		words = load(work, entity_id);
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		const struct value *new = field_read(field, said);
		struct value *old = field_value(field, golden);
		const struct word *now, *mine;
		struct word word = { .field = field->name,
			.source = work->said.source,
			.valid_from = work->said.valid_from,
			.asserted_ms = work->said.asserted_ms,
			.seq = work->said.seq };

		if (new->state == VALUE_UNSAID)
			continue;
		word.hash = value_hash(new);
		word.rank =
		    work_trust(work, provenance_group(type, field->name));
		now = current(&words, field->name);
		mine = own(&words, field->name, word.source);
		if (now != NULL && old->state != VALUE_UNSAID) {
			if (contest(&batch, type, &word, now, mine, old, new))
				changed |= UINT64_C(1) << i;
			continue;
		}
		/* Nobody's word, or one that a movement has taken back. */
		if (mine != NULL && word.asserted_ms < mine->asserted_ms)
			continue;
		if (now != NULL && strcmp(now->source, word.source) != 0)
			overrule(&batch, &word);
		put(&batch, &word, "current");
		if (!value_equal(old, new)) {
			*old = *new;
			changed |= UINT64_C(1) << i;
		}
	}
	flush(&batch);
	return changed;
}

uint64_t
provenance_bit(const struct entity_type *type, const char *field)
{
	for (size_t i = 0; i < type->field_count; i++)
		if (strcmp(type->fields[i].name, field) == 0)
			return UINT64_C(1) << i;
	return 0;
}

const char *
provenance_group(const struct entity_type *type, const char *field)
{
	static const struct {
		const char *field, *group;
	} groups[] = { { "snils", "snils" }, { "citizenship", "citizenship" },
		{ "regional_address", "address" }, { "death_date", "death" },
		{ "federal_guid", "federal" } };

	if (type == &organisation_type)
		return "organisation";
	if (type == &document_type)
		return "document";
	if (type != &person_type)
		return "enrolment";
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (strcmp(groups[i].field, field) == 0)
			return groups[i].group;
	return "identity";
}
