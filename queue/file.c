#include "queue/file.h"

#include "base/arena.h"
#include "base/clock.h"
#include "store/store.h"

static const char sql_put[] =
    "INSERT INTO file (inbox_id, outbox_id, ordinal, name, mime,"
    " namespace_uri, digest, bytes, signature, signer, by_ftp, ref_id, hash,"
    " stored_ms, created_ms, trusted)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
    " $15, $16) RETURNING id";

#define COLUMNS                                                     \
	"SELECT id, inbox_id, outbox_id, ordinal, name, mime,"      \
	" namespace_uri, digest, bytes, signature, signer, by_ftp," \
	" ref_id, hash, stored_ms, created_ms, trusted FROM file"

static const char sql_of_inbox[] =
    COLUMNS " WHERE inbox_id = $1 AND inbox_id <> 0 ORDER BY ordinal, id";
static const char sql_of_outbox[] =
    COLUMNS " WHERE outbox_id = $1 AND outbox_id <> 0 ORDER BY ordinal, id";
static const char sql_count_inbox[] =
    "SELECT count(*) FROM file WHERE inbox_id = $1 AND inbox_id <> 0";
static const char sql_count_outbox[] =
    "SELECT count(*) FROM file WHERE outbox_id = $1 AND outbox_id <> 0";
static const char sql_known[] = "SELECT id FROM file WHERE digest = $1 LIMIT 1";
static const char sql_refer[] =
    "UPDATE file SET by_ftp = $2, ref_id = $3, hash = $4, stored_ms = 0"
    " WHERE id = $1 AND outbox_id <> 0";
static const char sql_stored[] = "UPDATE file SET stored_ms = $2, hash = $3"
				 " WHERE id = $1 AND outbox_id <> 0";
static const char sql_restore[] =
    "UPDATE file SET ref_id = '', stored_ms = 0"
    " WHERE outbox_id = $1 AND outbox_id <> 0 AND by_ftp = 1";

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

void
file_put(struct store_tx *tx, struct file *file)
{
	struct row *row;

	file->created_ms = clock_now_ms();
	row = store_one(tx, sql_put,
	    PARAMS(P_INT(file->inbox_id), P_INT(file->outbox_id),
		P_INT(file->ordinal), P_TEXT(or_empty(file->name)),
		P_TEXT(or_empty(file->mime)),
		P_TEXT(or_empty(file->namespace_uri)),
		P_TEXT(or_empty(file->digest)), P_INT(file->bytes),
		P_TEXT(or_empty(file->signature)),
		P_TEXT(or_empty(file->signer)), P_INT(file->by_ftp),
		P_TEXT(or_empty(file->ref_id)), P_TEXT(or_empty(file->hash)),
		P_INT(file->stored_ms), P_INT(file->created_ms),
		P_INT(file->trusted)));
	file->id = row == NULL ? 0 : row_int(row, 0);
}

static const char *
text_at(struct arena *arena, struct row *row, int column)
{
	return arena_strdup(arena, or_empty(row_text(row, column)));
}

static void
read_row(struct row *row, struct arena *arena, struct file *ret)
{
	*ret = (struct file){
		.id = row_int(row, 0),
		.inbox_id = row_int(row, 1),
		.outbox_id = row_int(row, 2),
		.ordinal = row_int(row, 3),
		.name = text_at(arena, row, 4),
		.mime = text_at(arena, row, 5),
		.namespace_uri = text_at(arena, row, 6),
		.digest = text_at(arena, row, 7),
		.bytes = row_int(row, 8),
		.signature = text_at(arena, row, 9),
		.signer = text_at(arena, row, 10),
		.by_ftp = row_int(row, 11) != 0,
		.ref_id = text_at(arena, row, 12),
		.hash = text_at(arena, row, 13),
		.stored_ms = row_int(row, 14),
		.created_ms = row_int(row, 15),
		.trusted = row_int(row, 16) != 0,
	};
}

void
file_list(struct store_tx *tx, int64_t inbox_id, int64_t outbox_id,
    struct arena *arena, struct file_list *ret)
{
	int64_t owner = inbox_id != 0 ? inbox_id : outbox_id;
	size_t max;
	struct row *row;

	*ret = (struct file_list){ NULL, 0 };
	row = store_one(tx, inbox_id != 0 ? sql_count_inbox : sql_count_outbox,
	    PARAMS(P_INT(owner)));
	max = row == NULL ? 0 : (size_t)row_int(row, 0);
	if (max == 0)
		return;
	ret->files = arena_alloc(arena, max * sizeof(*ret->files));
	store_query(tx, inbox_id != 0 ? sql_of_inbox : sql_of_outbox,
	    PARAMS(P_INT(owner)));
	while ((row = store_next(tx)) != NULL)
		if (ret->count < max)
			read_row(row, arena, &ret->files[ret->count++]);
}

bool
file_known(struct store_tx *tx, const char *digest)
{
	return store_one(tx, sql_known, PARAMS(P_TEXT(digest))) != NULL;
}

void
file_refer(struct store_tx *tx, int64_t id, bool by_ftp, const char *ref_id,
    const char *hash)
{
	store_exec(tx, sql_refer,
	    PARAMS(P_INT(id), P_INT(by_ftp), P_TEXT(ref_id), P_TEXT(hash)));
}

void
file_stored(struct store_tx *tx, int64_t id, const char *hash)
{
	store_exec(tx, sql_stored,
	    PARAMS(P_INT(id), P_INT(clock_now_ms()), P_TEXT(hash)));
}

void
file_restore(struct store_tx *tx, int64_t outbox_id)
{
	store_exec(tx, sql_restore, PARAMS(P_INT(outbox_id)));
}
