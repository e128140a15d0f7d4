/*
 * Fail the Nth call to the store, N = 1, 2, ... until none fails, over packets
 * that are accepted, leased, settled, answered and sent.  After each failed
 * transaction nothing of it may show; done again, all must end as if nothing
 * had failed.
 */
#include "test/lib/unit.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "queue/inbox.h"
#include "queue/journal.h"
#include "queue/outbox.h"
#include "queue/queue.h"
#include "queue/queue_query.h"
#include "store/store.h"
#include "test/lib/fixture.h"

#define LEASE_MS  30000
#define CALLS_MAX 400

struct run {
	struct fixture *f;
	int64_t number; /* names what is this run's */
	int64_t nth; /* call to fail in the next step; 0: none */
	bool failed;
	struct arena *arena;
};

static void
hash(const void *p, size_t bytes, unsigned char ret[32])
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	memset(ret, 0, 32);
	for (size_t i = 0; i < bytes; i++)
		h = (h ^ ((const unsigned char *)p)[i])
		    * UINT64_C(0x100000001b3);
	memcpy(ret, &h, 8);
}

/* All runs share one store. */
static const char *
name(struct run *run, const char *what)
{
	return arena_printf(
	    run->arena, "%s-%lld", what, (long long)run->number);
}

static void
note(struct store_tx *tx, const char *event, const char *packet_id)
{
	journal_add(tx,
	    &(struct journal_entry){ .event = event, .packet_id = packet_id });
}

static void
put_one(struct run *run, struct store_tx *tx, const char *what)
{
	struct inbox_packet p = { .packet_id = name(run, what),
		.source = "school",
		.body = "<a/>",
		.body_bytes = 4,
		.digest = "d" };

	if (inbox_put(tx, &p, run->arena) == INBOX_NEW)
		note(tx, "received", name(run, what));
}

static void
step_accept(struct run *run, struct store_tx *tx)
{
	put_one(run, tx, "a");
	put_one(run, tx, "b");
	put_one(run, tx, "c");
	put_one(run, tx, "a");
}

static int64_t
id_of(struct run *run, struct store_tx *tx, const char *what)
{
	struct inbox_packet p;

	if (inbox_find(tx, "school", name(run, what), run->arena, &p) == 0)
		return 0;
	return p.id;
}

static void
step_lease(struct run *run, struct store_tx *tx)
{
	struct inbox_packet got[8];

	(void)inbox_lease(tx, 8, LEASE_MS, run->arena, got);
}

static void
owe(struct run *run, struct store_tx *tx, const char *what)
{
	outbox_put(tx,
	    &(struct message){ .lane = "federal",
		.kind = "push",
		.subject = what,
		.dedup_key = name(run, what),
		.body = "x",
		.body_bytes = 1 });
}

/* a is applied, b is refused with its effects undone, c is held. */
static void
step_settle(struct run *run, struct store_tx *tx)
{
	struct err no, err;

	(void)err_set(&no, ERR_REFUSE, "PKT_SCHEMA", "no");
	store_savepoint(tx);
	owe(run, tx, "one");
	owe(run, tx, "two");
	inbox_settle(tx, id_of(run, tx, "a"), INBOX_APPLIED, "", "", NULL, 0);
	inbox_ack_owe(tx, id_of(run, tx, "a"), name(run, "ack"), true);
	note(tx, "applied", name(run, "a"));
	(void)store_release(tx, &err);
	store_savepoint(tx);
	owe(run, tx, "three");
	note(tx, "applied", name(run, "b"));
	store_fail(tx, &no);
	if (store_release(tx, &err) == -1)
		inbox_settle(tx, id_of(run, tx, "b"), INBOX_REFUSED, err.code,
		    "", NULL, 0);
	inbox_settle(tx, id_of(run, tx, "c"), INBOX_HELD, "X", "", NULL, 0);
}

static void
step_send(struct run *run, struct store_tx *tx)
{
	struct envelope e;

	if (outbox_lease(tx, "federal", NULL, 10, 1, name(run, "m"), LEASE_MS,
		run->arena, &e)
	    == 0)
		return;
	outbox_sealed(tx, e.id, "text/xml", "<S/>", 4);
	note(tx, "sealed", e.message_id);
	outbox_delivered(tx, e.id, FIXTURE_T0_MS + LEASE_MS);
}

static void
step_answer(struct run *run, struct store_tx *tx)
{
	struct envelope e;

	if (outbox_answered(tx, name(run, "m"), run->arena, &e) == 1)
		note(tx, "answered", name(run, "m"));
	inbox_ack_done(tx, name(run, "ack"));
}

static void
step_operator(struct run *run, struct store_tx *tx)
{
	(void)inbox_release(tx, id_of(run, tx, "b"));
	(void)inbox_cancel(tx, id_of(run, tx, "c"), "no");
	note(tx, "cancelled", name(run, "c"));
}

static struct balance
balance(struct fixture *f)
{
	struct store_tx *tx = fixture_begin(f);
	struct journal_check check;
	struct balance b, again;

	queue_balance(tx, &b);
	queue_recount(tx, &again);
	journal_verify(tx, &check);
	fixture_commit(f, tx);
	assert_memory_equal(&b, &again, sizeof(b));
	assert_int_equal(b.in_difference, 0);
	assert_int_equal(b.out_difference, 0);
	assert_int_equal(check.bad_seq, 0);
	return b;
}

/* Until it is done; a failed try leaves the balance as it was. */
static void
step(struct run *run, void (*what)(struct run *run, struct store_tx *tx))
{
	struct balance before = balance(run->f), after;
	struct store_tx *tx;
	struct err err;
	bool done = false;

	while (!done) {
		(void)store_fail_nth(run->f->store, run->nth);
		run->nth = 0;
		tx = store_begin(run->f->store);
		what(run, tx);
		done = store_commit(tx, &err) == 0;
		(void)store_fail_nth(run->f->store, 0);
		if (!done) {
			assert_string_equal(err.code, "STO_INJECTED");
			run->failed = true;
			after = balance(run->f);
			assert_memory_equal(&before, &after, sizeof(before));
		}
	}
}

/* What one run of all steps adds to the balance. */
static void
check_end(const struct balance *before, const struct balance *after)
{
	assert_int_equal(after->accepted - before->accepted, 3);
	assert_int_equal(after->applied - before->applied, 1);
	assert_int_equal(after->refused - before->refused, 0);
	assert_int_equal(after->cancelled - before->cancelled, 1);
	assert_int_equal(after->waiting - before->waiting, 1);
	assert_int_equal(after->held - before->held, 0);
	assert_int_equal(after->owed - before->owed, 2);
	assert_int_equal(after->delivered - before->delivered, 2);
	assert_int_equal(after->out_waiting, 0);
}

static void (*const steps[])(struct run *, struct store_tx *) = { step_accept,
	step_lease, step_settle, step_send, step_answer, step_operator };

#define STEP_COUNT (sizeof(steps) / sizeof(steps[0]))

/* All steps, the nth call of step at failing.  Returns whether one did. */
static bool
run_all(struct fixture *f, int64_t number, size_t at, int64_t nth)
{
	struct run run = { .f = f, .number = number, .arena = arena_new() };
	struct balance before = balance(f), after;

	for (size_t i = 0; i < STEP_COUNT; i++) {
		run.nth = i == at ? nth : 0;
		step(&run, steps[i]);
	}
	after = balance(f);
	check_end(&before, &after);
	arena_free(run.arena);
	return run.failed;
}

static void
whatever_call_fails_nothing_is_lost_and_nothing_is_twice(struct fixture *f)
{
	int64_t number = 0, nth;

	for (size_t at = 0; at < STEP_COUNT; at++) {
		for (nth = 1; run_all(f, ++number, at, nth); nth++)
			assert_true(nth < CALLS_MAX);
		assert_true(nth > 2); /* its begin and its commit at least */
	}
	print_message("%lld runs\n", (long long)number);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(
		    whatever_call_fails_nothing_is_lost_and_nothing_is_twice),
	};

	journal_setup(hash);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
