/*
 * The promises of queue/verdict.h, one test each.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "queue/outbox.h"
#include "queue/queue.h"
#include "queue/queue_query.h"
#include "queue/verdict.h"
#include "store/store.h"
#include "test/lib/fixture.h"

#define LEASE_MS 30000
#define DUE_MS   (FIXTURE_T0_MS + 5000) /* of an answer */

#define IN_TX(f, call)                                  \
	do {                                            \
		struct store_tx *tx = fixture_begin(f); \
		call;                                   \
		fixture_commit(f, tx);                  \
	} while (0)

static void
put(struct fixture *f, const char *subject, const char *key)
{
	IN_TX(f,
	    outbox_put(tx,
		&(struct message){ .lane = "federal",
		    .kind = "push",
		    .subject = subject,
		    .dedup_key = key,
		    .body = key,
		    .body_bytes = strlen(key) }));
}

static int
lease(struct fixture *f, const char *message_id, struct envelope *ret)
{
	int found = 0;

	IN_TX(f,
	    found = outbox_lease(tx, "federal", "federal", 1, 0, message_id,
		LEASE_MS, f->arena, ret));
	return found;
}

/* Put and deliver as message_id, with an answer awaited. */
static struct envelope
send(struct fixture *f, const char *subject, const char *key,
    const char *message_id)
{
	struct envelope e;

	put(f, subject, key);
	assert_int_equal(lease(f, message_id, &e), 1);
	IN_TX(f, outbox_sealed(tx, e.id, "", "<S/>", 4));
	IN_TX(f, outbox_delivered(tx, e.id, DUE_MS));
	return e;
}

static struct balance
balance(struct fixture *f)
{
	struct balance b, again;

	IN_TX(f, queue_balance(tx, &b); queue_recount(tx, &again));
	assert_memory_equal(&b, &again, sizeof(b));
	assert_int_equal(b.out_difference, 0);
	return b;
}

static struct envelope
find(struct fixture *f, const char *message_id, int found, bool former)
{
	struct envelope e = { .state = "" };
	bool was = false;

	IN_TX(f,
	    assert_int_equal(
		verdict_find(tx, message_id, f->arena, &e, &was), found));
	assert_int_equal(was, former);
	return e;
}

static int
give_back(struct fixture *f, int64_t id, int64_t due_ms, const char *code)
{
	int rc = 0;

	IN_TX(f, rc = verdict_return(tx, id, due_ms, code, "why"));
	return rc;
}

static void
note_is_shown_and_the_answer_is_awaited_on(struct fixture *f)
{
	struct envelope e = send(f, "s1", "k1", "m1");
	struct queue_line line;

	IN_TX(f, verdict_note(tx, e.id, 1, "SMEV_STATUS", "5"));
	IN_TX(f, verdict_note(tx, e.id, 1, "SMEV_STATUS", "6"));
	e = find(f, "m1", 1, false);
	assert_string_equal(e.state, ENVELOPE_AWAITING);
	assert_string_equal(e.code, "SMEV_STATUS");
	assert_string_equal(e.why, "6");
	IN_TX(f, assert_int_equal(queue_lines(tx, 1, f->arena, &line), 1));
	assert_string_equal(line.code, "SMEV_STATUS");
	assert_true(line.due_ms == DUE_MS);
}

static void
note_proves_a_delivery_nobody_told_us_of(struct fixture *f)
{
	struct envelope e;

	put(f, "s1", "k1");
	assert_int_equal(lease(f, "m1", &e), 1);
	IN_TX(f, verdict_note(tx, e.id, DUE_MS, "SMEV_STATUS", "5"));
	assert_int_equal(balance(f).delivered, 1);
	assert_string_equal(find(f, "m1", 1, false).state, ENVELOPE_AWAITING);
}

static void
note_does_not_hide_that_the_answer_is_late(struct fixture *f)
{
	struct envelope e = send(f, "s1", "k1", "m1"), late;

	clock_freeze_ms(DUE_MS);
	IN_TX(f,
	    assert_int_equal(
		outbox_overdue(tx, 1, "LATE", f->arena, &late), 1));
	IN_TX(f, verdict_note(tx, e.id, 1, "SMEV_STATUS", "5"));
	assert_string_equal(find(f, "m1", 1, false).code, "LATE");
	IN_TX(f,
	    assert_int_equal(
		outbox_overdue(tx, 1, "LATE", f->arena, &late), 0));
}

static void
note_changes_nothing_after_the_answer(struct fixture *f)
{
	struct envelope e = send(f, "s1", "k1", "m1");

	IN_TX(f, assert_int_equal(outbox_answered(tx, "m1", f->arena, &e), 1));
	IN_TX(f, verdict_note(tx, e.id, DUE_MS, "SMEV_STATUS", "5"));
	assert_string_equal(find(f, "m1", 1, false).state, ENVELOPE_ANSWERED);
	assert_string_equal(find(f, "m1", 1, false).code, "");
}

static void
what_came_to_nothing_is_held_and_goes_as_another_message(struct fixture *f)
{
	struct envelope e = send(f, "s1", "k1", "m1"), again;

	assert_int_equal(give_back(f, e.id, 0, "SMEV_403"), 1);
	assert_int_equal(balance(f).delivered, 0);
	assert_int_equal(balance(f).out_held, 1);
	assert_string_equal(find(f, "m1", 1, false).code, "SMEV_403");
	clock_freeze_ms(FIXTURE_T0_MS + LEASE_MS);
	assert_int_equal(lease(f, "m2", &again), 0);
	IN_TX(f, assert_int_equal(outbox_release(tx, e.messages[0].id), 1));
	assert_int_equal(lease(f, "m2", &again), 1);
	assert_string_equal(again.message_id, "m2");
	assert_int_equal(again.id, e.id);
	assert_null(again.sealed);
	assert_memory_equal(again.messages[0].body, "k1", 2);
	IN_TX(f, outbox_delivered(tx, e.id, 0));
	assert_int_equal(balance(f).delivered, 1);
}

static void
what_may_be_tried_again_waits_for_its_time(struct fixture *f)
{
	struct envelope e = send(f, "s1", "k1", "m1"), again;

	assert_int_equal(
	    give_back(f, e.id, FIXTURE_T0_MS + 700, "SMEV_600"), 1);
	assert_int_equal(balance(f).out_waiting, 1);
	assert_int_equal(balance(f).out_held, 0);
	assert_int_equal(lease(f, "m2", &again), 0);
	clock_freeze_ms(FIXTURE_T0_MS + 700);
	assert_int_equal(lease(f, "m2", &again), 1);
	assert_string_equal(again.message_id, "m2");
}

static void
older_change_does_not_undo_a_later_one_by_itself(struct fixture *f)
{
	struct envelope first = send(f, "s1", "k1", "m1"), again;

	(void)send(f, "s1", "k2", "m2");
	assert_int_equal(
	    give_back(f, first.id, FIXTURE_T0_MS + 700, "SMEV_600"), 1);
	assert_int_equal(balance(f).out_held, 1);
	clock_freeze_ms(FIXTURE_T0_MS + 700);
	assert_int_equal(lease(f, "m3", &again), 0);
}

static void
nothing_comes_back_once_it_was_answered_or_cancelled(struct fixture *f)
{
	struct envelope e = send(f, "s1", "k1", "m1"), other;

	IN_TX(f, assert_int_equal(outbox_answered(tx, "m1", f->arena, &e), 1));
	assert_int_equal(give_back(f, e.id, 0, "X"), 0);
	assert_int_equal(balance(f).delivered, 1);
	put(f, "s2", "k2");
	assert_int_equal(lease(f, "m2", &other), 1);
	IN_TX(f,
	    assert_int_equal(outbox_cancel(tx, other.messages[0].id, "no"), 1));
	assert_int_equal(give_back(f, other.id, 0, "X"), 0);
	assert_int_equal(balance(f).out_cancelled, 1);
}

static void
former_name_of_a_message_is_known(struct fixture *f)
{
	struct envelope e;

	put(f, "s1", "k1");
	assert_int_equal(lease(f, "m1", &e), 1);
	IN_TX(f, outbox_renew(tx, e.id));
	(void)find(f, "m1", 1, false);
	assert_int_equal(lease(f, "m2", &e), 1);
	assert_int_equal(find(f, "m1", 1, true).id, e.id);
	assert_string_equal(find(f, "m1", 1, true).message_id, "m2");
	assert_int_equal(find(f, "m2", 1, false).id, e.id);
	(void)find(f, "m3", 0, false);
}

static void
answer_is_remembered(struct fixture *f)
{
	struct envelope e = send(f, "s1", "k1", "m1");

	assert_string_equal(find(f, "m1", 1, false).answer_id, "");
	IN_TX(f, verdict_answer(tx, e.id, "a1"));
	assert_string_equal(find(f, "m1", 1, false).answer_id, "a1");
}

static void
test_message_is_remembered_until_it_is_another_message(struct fixture *f)
{
	struct envelope e = send(f, "s1", "k1", "m1");

	assert_false(find(f, "m1", 1, false).test);
	IN_TX(f, verdict_test(tx, e.id));
	assert_true(find(f, "m1", 1, false).test);
	assert_int_equal(give_back(f, e.id, FIXTURE_T0_MS, "X"), 1);
	assert_int_equal(lease(f, "m2", &e), 1);
	assert_false(e.test);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(note_is_shown_and_the_answer_is_awaited_on),
		FIXTURE_BOTH(note_proves_a_delivery_nobody_told_us_of),
		FIXTURE_BOTH(note_does_not_hide_that_the_answer_is_late),
		FIXTURE_BOTH(note_changes_nothing_after_the_answer),
		FIXTURE_BOTH(
		    what_came_to_nothing_is_held_and_goes_as_another_message),
		FIXTURE_BOTH(what_may_be_tried_again_waits_for_its_time),
		FIXTURE_BOTH(older_change_does_not_undo_a_later_one_by_itself),
		FIXTURE_BOTH(
		    nothing_comes_back_once_it_was_answered_or_cancelled),
		FIXTURE_BOTH(former_name_of_a_message_is_known),
		FIXTURE_BOTH(answer_is_remembered),
		FIXTURE_BOTH(
		    test_message_is_remembered_until_it_is_another_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
