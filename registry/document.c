#include "registry/document.h"

#include <string.h>

#include "base/arena.h"
#include "model/field.h"
#include "registry/entity_row.h"
#include "registry/history.h"
#include "registry/identity_key.h"
#include "registry/work.h"

#define VALUES ENTITY_VALUES(document)

static const char sql_list[] =
    "SELECT doc_key, trust_rank, kind, series, number, issue_date, issuer,"
    " act_number, act_date FROM document WHERE person_id = $1"
    " ORDER BY kind, number, doc_key";
static const char sql_put[] =
    "INSERT INTO document (person_id, doc_key, status, source, packet_id,"
    " rec_no, recorded_ms, change_seq, trust_rank, kind, series, number,"
    " issue_date, issuer, act_number, act_date) VALUES ($1, $2, 'valid', $3,"
    " $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    " ON CONFLICT (person_id, doc_key) DO UPDATE SET source = excluded.source,"
    " packet_id = excluded.packet_id, rec_no = excluded.rec_no,"
    " recorded_ms = excluded.recorded_ms, change_seq = excluded.change_seq,"
    " trust_rank = excluded.trust_rank, issue_date = excluded.issue_date,"
    " issuer = excluded.issuer, act_number = excluded.act_number,"
    " act_date = excluded.act_date";

struct kept {
	struct kept *next;
	unsigned char key[HASH_BYTES];
	int64_t rank;
	struct document now;
};

static struct kept *
load(struct store_tx *tx, const char *person_id, struct arena *arena)
{
	struct kept *first = NULL, **tail = &first;
	struct row *row;

	store_query(tx, sql_list, PARAMS(P_TEXT(person_id)));
	while ((row = store_next(tx)) != NULL) {
		struct kept *kept = arena_alloc(arena, sizeof(*kept));
		size_t bytes;
		const void *key = row_blob(row, 0, &bytes);

		if (bytes == HASH_BYTES)
			memcpy(kept->key, key, HASH_BYTES);
		kept->rank = row_int(row, 1);
		entity_read(row, 2, &kept->now, VALUES, arena);
		*tail = kept;
		tail = &kept->next;
	}
	return first;
}

size_t
document_list(struct store_tx *tx, const char *person_id, struct arena *arena,
    struct document **ret_documents)
{
	struct kept *first = load(tx, person_id, arena);
	size_t count = 0;

	for (struct kept *kept = first; kept != NULL; kept = kept->next)
		count++;
	*ret_documents =
	    arena_alloc(arena, (count + 1) * sizeof(**ret_documents));
	count = 0;
	for (struct kept *kept = first; kept != NULL; kept = kept->next)
		(*ret_documents)[count++] = kept->now;
	return count;
}

/* What said adds to now: a field not known yet, or one a source that counts
 * as much or more says otherwise. */
static bool
merge(struct document *now, const struct document *said, bool stronger)
{
	bool changed = false;

	for (size_t i = 0; i < document_type.field_count; i++) {
		const struct field *field = &document_type.fields[i];
		const struct value *new = field_read(field, said);
		struct value *old = field_value(field, now);

		/* The series may be written otherwise and be the same. */
		if (new->state == VALUE_UNSAID || value_equal(new, old)
		    || strcmp(field->name, "series") == 0)
			continue;
		if (old->state == VALUE_SET && !stronger)
			continue;
		*old = *new;
		changed = true;
	}
	return changed;
}

static void
put(struct work *work, const char *person_id, const unsigned char *key,
    const struct document *document, int rank)
{
	struct param params[8 + VALUES + 1] = { P_TEXT(person_id),
		P_BLOB(key, HASH_BYTES), P_TEXT(work->said.source),
		P_TEXT(work->said.packet_id), P_INT(work->said.rec_no),
		P_INT(work->now_ms), P_INT(0), P_INT(rank) };

	params[6] = (struct param)P_INT(
	    history_note(work, "document", person_id, "upsert", 0));
	entity_params(document, VALUES, params + 8);
	store_exec(work->tx, sql_put, params);
}

bool
document_apply(struct work *work, const char *person_id, bool fresh,
    const struct document *documents, size_t count)
{
	struct kept *known;
	int rank = work_trust(work, "document");
	bool changed = false;

	if (count == 0)
		return false;
	known = fresh ? NULL : load(work->tx, person_id, work->arena);
	for (size_t i = 0; i < count; i++) {
		struct document document = documents[i];
		unsigned char key[HASH_BYTES];
		struct kept *kept = known;

		identity_document_key(work, &document, key);
		while (kept != NULL && memcmp(kept->key, key, HASH_BYTES) != 0)
			kept = kept->next;
		if (kept != NULL) {
			if (!merge(&kept->now, &document, rank >= kept->rank))
				continue;
			document = kept->now;
			if (kept->rank > rank)
				rank = (int)kept->rank;
		}
		put(work, person_id, key, &document, rank);
		changed = true;
	}
	return changed;
}
