/*
 * How many packets a second the store accepts, durably: group commits of N
 * packets of 2 KB, each an inbox row, its body and a journal entry.
 *
 *	bench_store [sqlite:PATH | postgresql://...] [seconds a size]
 *
 * Without an address, a fresh SQLite file in TMPDIR.  Prints a line a size.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rand.h"
#include "base/str.h"
#include "base/uuid.h"
#include "queue/inbox.h"
#include "queue/journal.h"
#include "queue/queue.h"
#include "queue/queue_query.h"
#include "store/migrate.h"
#include "store/store.h"

#define BODY_BYTES 2048

/* Not the cost of a real hash, which is crypto's own. */
static void
hash(const void *p, size_t bytes, unsigned char ret[32])
{
	uint64_t h = bytes;

	for (size_t i = 0; i + 8 <= bytes; i += 8) {
		uint64_t w;

		memcpy(&w, (const unsigned char *)p + i, 8);
		h = (h ^ w) * UINT64_C(0x9e3779b97f4a7c15);
	}
	memset(ret, 0, 32);
	memcpy(ret, &h, 8);
}

static void
die(const struct err *err)
{
	(void)fprintf(stderr, "bench_store: %s %s\n", err->code, err->text);
	exit(1);
}

static void
accept_one(struct store_tx *tx, const char *body, struct arena *arena)
{
	static const char digest[] = "0123456789abcdef0123456789abcdef"
				     "0123456789abcdef0123456789abcdef";
	char id[UUID_BYTES];
	struct inbox_packet p = { .packet_id = id,
		.source = "school",
		.channel = "http",
		.content_type = "application/xml",
		.body = body,
		.body_bytes = BODY_BYTES,
		.digest = digest,
		.receipt = body,
		.receipt_bytes = 400 };

	uuid_v4(id);
	(void)inbox_put(tx, &p, arena);
	journal_add(tx,
	    &(struct journal_entry){ .event = JOURNAL_ACCEPTED,
		.packet_id = id,
		.source = "school",
		.digest = digest });
}

static void
accept_for(struct store *store, int64_t batch, int64_t seconds)
{
	int64_t start_ms = clock_mono_ms(), now_ms, rows = 0;
	struct arena *arena = arena_new();
	clock_t cpu = clock();
	struct store_tx *tx;
	char body[BODY_BYTES];
	struct err err;

	rand_bytes(body, sizeof(body));
	do {
		tx = store_begin(store);
		for (int64_t i = 0; i < batch; i++)
			accept_one(tx, body, arena);
		if (store_commit(tx, &err) == -1)
			die(&err);
		arena_reset(arena);
		rows += batch;
		now_ms = clock_mono_ms();
	} while (now_ms - start_ms < seconds * 1000);
	cpu = clock() - cpu;
	printf("accept batch=%lld rows=%lld rows/s=%lld commits/s=%lld"
	       " cpu_us/row=%.1f\n",
	    (long long)batch, (long long)rows,
	    (long long)(rows * 1000 / (now_ms - start_ms)),
	    (long long)(rows / batch * 1000 / (now_ms - start_ms)),
	    (double)cpu / CLOCKS_PER_SEC * 1e6 / (double)rows);
	arena_free(arena);
}

/* Lease and settle a batch in one transaction, a part for each. */
static void
settle_for(struct store *store, int64_t batch, int64_t seconds)
{
	int64_t start_ms = clock_mono_ms(), now_ms, rows = 0;
	struct inbox_packet *got = calloc((size_t)batch, sizeof(*got));
	struct arena *arena = arena_new();
	clock_t cpu = clock();
	struct err err;
	size_t count;

	do {
		struct store_tx *tx = store_begin(store);

		count = inbox_lease(tx, (size_t)batch, 30000, arena, got);
		for (size_t i = 0; i < count; i++) {
			store_savepoint(tx);
			inbox_settle(tx, got[i].id, INBOX_APPLIED, "", "",
			    got[i].body, 600);
			(void)store_release(tx, &err);
		}
		if (store_commit(tx, &err) == -1)
			die(&err);
		arena_reset(arena);
		rows += (int64_t)count;
		now_ms = clock_mono_ms();
	} while (count != 0 && now_ms - start_ms < seconds * 1000);
	cpu = clock() - cpu;
	printf("lease+settle batch=%lld rows/s=%lld cpu_us/row=%.1f\n",
	    (long long)batch, (long long)(rows * 1000 / (now_ms - start_ms)),
	    (double)cpu / CLOCKS_PER_SEC * 1e6 / (double)rows);
	arena_free(arena);
	free(got);
}

static void
measure_balance(struct store *store)
{
	int64_t start_ms = clock_mono_ms(), end_ms;
	struct store_tx *tx = store_begin(store);
	struct balance b;
	struct err err;

	queue_balance(tx, &b);
	end_ms = clock_mono_ms();
	if (store_commit(tx, &err) == -1)
		die(&err);
	printf("balance accepted=%lld waiting=%lld difference=%lld ms=%lld\n",
	    (long long)b.accepted, (long long)b.waiting,
	    (long long)b.in_difference, (long long)(end_ms - start_ms));
}

static void
drop(const char *url)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char path[300];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s%s",
		    url + strlen("sqlite:"), ends[i]);
		(void)unlink(path);
	}
}

int
main(int argc, char **argv)
{
	static const int64_t batches[] = { 1, 64, 256 };
	const char *folder = getenv("TMPDIR");
	struct store *store;
	int64_t seconds = 3;
	char fresh[200];
	struct err err;

	(void)snprintf(fresh, sizeof(fresh), "sqlite:%s/bench-store-%ld.db",
	    folder == NULL ? "/tmp" : folder, (long)getpid());
	if (argc > 2 && str_int(argv[2], 1, 600, &seconds) == -1)
		return 2;
	journal_setup(hash);
	if (store_open(argc > 1 ? argv[1] : fresh, &store, &err) == -1
	    || store_migrate(store, &err) == -1)
		die(&err);
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++)
		accept_for(store, batches[i], seconds);
	settle_for(store, 64, seconds);
	measure_balance(store);
	store_close(store);
	if (argc < 2)
		drop(fresh);
	return 0;
}
