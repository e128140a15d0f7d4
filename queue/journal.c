#include "queue/journal.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/wire.h"
#include "queue/queue.h"
#include "queue/tally.h"
#include "store/store.h"

#define HASH_BYTES 32
#define PAGE       1000
#define BODY_PAGE  16

/* Takes the lock of the head row, too: one node at a time makes the chain
 * longer, and only for as long as it commits. */
static const char sql_head[] =
    "INSERT INTO journal_head (id, seq, hash) VALUES (1, 0, $1)"
    " ON CONFLICT (id) DO UPDATE SET seq = journal_head.seq"
    " RETURNING seq, hash";
static const char sql_head_put[] =
    "UPDATE journal_head SET seq = $1, hash = $2 WHERE id = 1";
static const char sql_head_get[] =
    "SELECT seq, hash FROM journal_head WHERE id = 1";
static const char sql_put[] =
    "INSERT INTO journal"
    " (seq, at_ms, event, packet_id, source, digest, detail, hash)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
static const char sql_page[] =
    "SELECT seq, at_ms, event, packet_id, source, digest, detail, hash"
    " FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2";
static const char sql_bodies[] =
    "SELECT j.seq, j.digest, i.id, b.body FROM journal j"
    " JOIN inbox i ON i.source = j.source AND i.packet_id = j.packet_id"
    " JOIN inbox_body b ON b.id = i.id"
    " WHERE j.seq > $1 AND j.event = '" JOURNAL_ACCEPTED "'"
    " ORDER BY j.seq LIMIT $2";

/* Where a chain stands. */
struct link {
	int64_t seq;
	unsigned char hash[HASH_BYTES];
};

/* An entry that waits for the commit. */
struct waiting {
	struct waiting *before;
	struct journal_entry entry;
	int64_t at_ms;
};

struct pending {
	struct waiting *last;
};

static journal_hash_fn *hash_of;

void
journal_setup(journal_hash_fn *hash)
{
	hash_of = hash;
}

/* Step link over the entry: its hash covers the hash before it and each field
 * with its length. */
static void
link_step(struct link *link, int64_t at_ms, const struct journal_entry *entry)
{
	struct buf buf;

	buf_init(&buf, 0);
	link->seq++;
	wire_put_blob(&buf, link->hash, HASH_BYTES);
	wire_put_int(&buf, link->seq);
	wire_put_int(&buf, at_ms);
	wire_put_text(&buf, entry->event);
	wire_put_text(&buf, entry->packet_id);
	wire_put_text(&buf, entry->source);
	wire_put_text(&buf, entry->digest);
	wire_put_text(&buf, entry->detail);
	hash_of(buf.data, buf.bytes, link->hash);
	buf_release(&buf);
}

static void
link_read(struct row *row, struct link *ret)
{
	const void *hash;
	size_t bytes;

	*ret = (struct link){ .seq = row_int(row, 0) };
	hash = row_blob(row, 1, &bytes);
	if (bytes == HASH_BYTES)
		memcpy(ret->hash, hash, HASH_BYTES);
}

static void
append(struct store_tx *tx, struct link *link, const struct waiting *w)
{
	const struct journal_entry *e = &w->entry;

	link_step(link, w->at_ms, e);
	store_exec(tx, sql_put,
	    PARAMS(P_INT(link->seq), P_INT(w->at_ms), P_TEXT(e->event),
		P_TEXT(e->packet_id), P_TEXT(e->source), P_TEXT(e->digest),
		P_TEXT(e->detail), P_BLOB(link->hash, HASH_BYTES)));
}

/* The whole transaction's entries, oldest first. */
static void
write_down(struct store_tx *tx, void *memory)
{
	struct pending *pending = memory;
	struct waiting *first = NULL, *w, *before;
	struct link link = { .seq = 0 };
	struct row *row;

	for (w = pending->last; w != NULL; w = before) {
		before = w->before;
		w->before = first;
		first = w;
	}
	if (first == NULL)
		return;
	row = store_one(tx, sql_head, PARAMS(P_BLOB(link.hash, HASH_BYTES)));
	if (row == NULL)
		return;
	link_read(row, &link);
	for (w = first; w != NULL; w = w->before)
		append(tx, &link, w);
	store_exec(tx, sql_head_put,
	    PARAMS(P_INT(link.seq), P_BLOB(link.hash, HASH_BYTES)));
}

static const struct store_memory pending_memory = { sizeof(struct pending),
	write_down };

static const char *
keep(struct arena *arena, const char *text)
{
	return text == NULL ? "" : arena_strdup(arena, text);
}

void
journal_add(struct store_tx *tx, const struct journal_entry *entry)
{
	struct arena *arena = store_arena(tx);
	struct pending *pending;
	struct waiting *w;

	assert(hash_of != NULL);
	tally_add(tx, TALLY_ACCEPTED, 0); /* its locks come before ours */
	pending = store_memory(tx, &pending_memory);
	w = arena_alloc(arena, sizeof(*w));
	w->entry = (struct journal_entry){
		.event = keep(arena, entry->event),
		.packet_id = keep(arena, entry->packet_id),
		.source = keep(arena, entry->source),
		.digest = keep(arena, entry->digest),
		.detail = keep(arena, entry->detail),
	};
	w->at_ms = clock_now_ms();
	w->before = pending->last;
	pending->last = w;
}

/* One row against the chain; a row of another place or content is bad. */
static bool
row_fits(struct row *row, struct link *link)
{
	const struct journal_entry entry = {
		.event = row_text(row, 2),
		.packet_id = row_text(row, 3),
		.source = row_text(row, 4),
		.digest = row_text(row, 5),
		.detail = row_text(row, 6),
	};
	const void *hash;
	size_t bytes;

	if (row_int(row, 0) != link->seq + 1)
		return false;
	link_step(link, row_int(row, 1), &entry);
	hash = row_blob(row, 7, &bytes);
	return bytes == HASH_BYTES && memcmp(hash, link->hash, bytes) == 0;
}

static void
verify_chain(struct store_tx *tx, struct link *link, struct journal_check *ret)
{
	int64_t after;
	struct row *row;

	do {
		after = link->seq;
		store_query(tx, sql_page, PARAMS(P_INT(after), P_INT(PAGE)));
		while ((row = store_next(tx)) != NULL) {
			int64_t seq = link->seq + 1;

			if (!row_fits(row, link)) {
				ret->bad_seq = seq;
				return;
			}
			ret->entries++;
		}
	} while (link->seq != after);
}

/* The head remembers the last entry, so that a cut tail is seen. */
static void
verify_head(
    struct store_tx *tx, const struct link *link, struct journal_check *ret)
{
	struct row *row = store_one(tx, sql_head_get, NO_PARAMS);
	struct link head = { .seq = 0 };

	if (row != NULL)
		link_read(row, &head);
	if (ret->bad_seq == 0
	    && (head.seq != link->seq
		|| memcmp(head.hash, link->hash, HASH_BYTES) != 0))
		ret->bad_seq =
		    head.seq > link->seq ? link->seq + 1 : head.seq + 1;
}

static bool
body_fits(struct row *row)
{
	unsigned char hash[HASH_BYTES];
	char hex[2 * HASH_BYTES + 1];
	const void *body;
	size_t bytes;

	body = row_blob(row, 3, &bytes);
	hash_of(bytes == 0 ? "" : body, bytes, hash);
	str_hex(hex, hash, sizeof(hash));
	return str_equal(hex, row_text(row, 1));
}

static void
verify_bodies(struct store_tx *tx, struct journal_check *ret)
{
	int64_t after = 0, page_start;
	struct row *row;

	do {
		page_start = after;
		store_query(
		    tx, sql_bodies, PARAMS(P_INT(after), P_INT(BODY_PAGE)));
		while ((row = store_next(tx)) != NULL) {
			after = row_int(row, 0);
			if (!body_fits(row)) {
				ret->bad_body = row_int(row, 2);
				return;
			}
		}
	} while (after != page_start);
}

void
journal_verify(struct store_tx *tx, struct journal_check *ret)
{
	struct link link = { .seq = 0 };

	assert(hash_of != NULL);
	*ret = (struct journal_check){ .entries = 0 };
	verify_chain(tx, &link, ret);
	verify_head(tx, &link, ret);
	verify_bodies(tx, ret);
	str_hex(ret->head, link.hash, HASH_BYTES);
}
