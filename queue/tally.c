#include "queue/tally.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "queue/queue.h"
#include "store/store.h"

static const char sql_add[] =
    "UPDATE queue_counter SET n = n + $2 WHERE name = $1";
static const char sql_read[] = "SELECT name, n FROM queue_counter";

/* In the order of enum tally, which is the order of their row locks too. */
static const char *const names[TALLY_COUNT] = { "in_accepted", "in_applied",
	"in_refused", "in_cancelled", "out_owed", "out_delivered",
	"out_cancelled" };

struct tallies {
	int64_t n[TALLY_COUNT]; /* not yet written */
};

static void
write_down(struct store_tx *tx, void *memory)
{
	struct tallies *tallies = memory;

	for (size_t i = 0; i < TALLY_COUNT; i++)
		if (tallies->n[i] != 0)
			store_exec(tx, sql_add,
			    PARAMS(P_TEXT(names[i]), P_INT(tallies->n[i])));
}

static const struct store_memory tallies_memory = { sizeof(struct tallies),
	write_down };

void
tally_add(struct store_tx *tx, enum tally tally, int64_t n)
{
	struct tallies *tallies = store_memory(tx, &tallies_memory);

	tallies->n[tally] += n;
}

void
tally_add_state(struct store_tx *tx, const char *state, int64_t n)
{
	if (str_equal(state, INBOX_APPLIED))
		tally_add(tx, TALLY_APPLIED, n);
	else if (str_equal(state, INBOX_REFUSED))
		tally_add(tx, TALLY_REFUSED, n);
	else if (str_equal(state, INBOX_CANCELLED))
		tally_add(tx, TALLY_CANCELLED, n);
}

void
tally_read(struct store_tx *tx, int64_t ret[TALLY_COUNT])
{
	const struct tallies *tallies = store_memory(tx, &tallies_memory);
	struct row *row;

	memcpy(ret, tallies->n, sizeof(tallies->n));
	store_query(tx, sql_read, NO_PARAMS);
	while ((row = store_next(tx)) != NULL)
		for (size_t i = 0; i < TALLY_COUNT; i++)
			if (str_equal(row_text(row, 0), names[i]))
				ret[i] += row_int(row, 1);
}
