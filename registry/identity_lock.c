#include "registry/identity_lock.h"

#include <string.h>

#include "registry/claim.h"
#include "registry/identity_key.h"
#include "registry/work.h"

/* A database may hold several regions, each in a schema, that know the same
 * people: a lock is that of this region's table. */
#define OURS " # 'person'::regclass::oid::bigint)"

static const char sql_lock[] =
    "SELECT pg_advisory_xact_lock($1" OURS ", pg_advisory_xact_lock($2" OURS
    ", pg_advisory_xact_lock($3" OURS;

/*
 * A server that has not counted its tables yet takes them for small and reads
 * them whole; everything here is found by an index.  For this transaction.
 */
static const char sql_plan[] =
    "SELECT set_config('enable_seqscan', 'off', true),"
    " set_config('enable_hashjoin', 'off', true),"
    " set_config('enable_mergejoin', 'off', true)";

/* Said once a transaction. */
struct plan {
	bool said;
};

void
identity_plan(struct work *work)
{
	static const struct store_memory type = { sizeof(struct plan), NULL };
	struct plan *plan;

	if (store_kind(store_of(work->tx)) != STORE_PGSQL)
		return;
	plan = store_memory(work->tx, &type);
	if (!plan->said)
		(void)store_one(work->tx, sql_plan, NO_PARAMS);
	plan->said = true;
}

/* A number of our own space for advisory locks: two texts, hashed. */
static int64_t
lock_number(const char *a, const char *b)
{
	const char *const parts[] = { a, "\x1f", b };
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (int i = 0; i < 3; i++)
		for (const char *p = parts[i]; *p != '\0'; p++)
			h = (h ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	return (int64_t)(h >> 1);
}

static void
order(int64_t *a, int64_t *b)
{
	int64_t small = *a < *b ? *a : *b;

	*b = *a < *b ? *b : *a;
	*a = small;
}

void
identity_lock(
    struct work *work, const struct claim *claim, const struct keys *keys)
{
	int64_t numbers[3] = { 0, 0, 0 };

	if (store_kind(store_of(work->tx)) != STORE_PGSQL)
		return;
	if (*claim->external_key != '\0')
		numbers[0] =
		    lock_number(work->said.source, claim->external_key);
	if (claim->person.snils.state == VALUE_SET)
		numbers[1] = lock_number("snils", claim->person.snils.text);
	for (size_t i = 0; i < keys->count; i++)
		if (keys->items[i].kind == KEY_B1) {
			uint64_t n;

			memcpy(&n, keys->items[i].hash, sizeof(n));
			numbers[2] = (int64_t)(n >> 1);
			break;
		}
	for (int i = 0; i < 3; i++)
		if (numbers[i] == 0)
			numbers[i] = numbers[(i + 1) % 3] != 0
			    ? numbers[(i + 1) % 3]
			    : numbers[(i + 2) % 3];
	if (numbers[0] == 0)
		return;
	order(&numbers[0], &numbers[1]);
	order(&numbers[1], &numbers[2]);
	order(&numbers[0], &numbers[1]);
	(void)store_one(work->tx, sql_lock,
	    PARAMS(P_INT(numbers[0]), P_INT(numbers[1]), P_INT(numbers[2])));
}
