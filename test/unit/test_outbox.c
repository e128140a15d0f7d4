/*
 * The promises of queue/outbox.h, one test each.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "queue/outbox.h"
#include "queue/queue.h"
#include "queue/queue_query.h"
#include "store/store.h"
#include "test/lib/fixture.h"

#define LEASE_MS 30000

static void
put_as(struct fixture *f, const char *kind, const char *subject,
    const char *key, const char *reply_to)
{
	struct store_tx *tx = fixture_begin(f);

	outbox_put(tx,
	    &(struct message){ .lane = "federal",
		.kind = kind,
		.subject = subject,
		.dedup_key = key,
		.reply_to = reply_to,
		.cause = "p1",
		.body = key,
		.body_bytes = strlen(key) });
	fixture_commit(f, tx);
}

static void
put(struct fixture *f, const char *subject, const char *key)
{
	put_as(f, "push", subject, key, "");
}

static int
lease_by(struct fixture *f, size_t batch, int ordered, const char *message_id,
    struct envelope *ret)
{
	struct store_tx *tx = fixture_begin(f);
	int found = outbox_lease(tx, "federal", NULL, batch, ordered,
	    message_id, LEASE_MS, f->arena, ret);

	fixture_commit(f, tx);
	return found;
}

static struct balance
balance(struct fixture *f)
{
	struct store_tx *tx = fixture_begin(f);
	struct balance b, again;

	queue_balance(tx, &b);
	queue_recount(tx, &again);
	fixture_commit(f, tx);
	assert_memory_equal(&b, &again, sizeof(b));
	assert_int_equal(b.out_difference, 0);
	return b;
}

#define IN_TX(f, call)                                  \
	do {                                            \
		struct store_tx *tx = fixture_begin(f); \
		call;                                   \
		fixture_commit(f, tx);                  \
	} while (0)

static void
same_effect_is_put_once(struct fixture *f)
{
	struct envelope e;

	put(f, "s1", "k1");
	put(f, "s1", "k1");
	assert_int_equal(balance(f).owed, 1);
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	assert_int_equal(e.message_count, 1);
	assert_string_equal(e.messages[0].dedup_key, "k1");
	assert_string_equal(e.messages[0].cause, "p1");
	assert_memory_equal(e.messages[0].body, "k1", 2);
	assert_string_equal(e.kind, "push");
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 0);
}

static void
nothing_is_owed_for_a_change_that_was_refused(struct fixture *f)
{
	struct envelope e;
	struct store_tx *tx = fixture_begin(f);
	struct err no;

	store_savepoint(tx);
	outbox_put(tx,
	    &(struct message){
		.lane = "federal", .kind = "push", .dedup_key = "k1" });
	(void)err_set(&no, ERR_REFUSE, "PKT_SCHEMA", "no");
	store_fail(tx, &no);
	assert_int_equal(store_release(tx, &f->err), -1);
	fixture_commit(f, tx);
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 0);
	assert_int_equal(balance(f).owed, 0);
}

static void
rows_of_one_kind_travel_together_in_order(struct fixture *f)
{
	struct envelope e;

	put(f, "s1", "k1");
	put(f, "s2", "k2");
	put(f, "s1", "k3");
	put_as(f, "other", "s3", "k4", "");
	put(f, "s4", "k5");
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	assert_int_equal(e.message_count, 3);
	assert_string_equal(e.messages[0].dedup_key, "k1");
	assert_string_equal(e.messages[2].dedup_key, "k3");
	assert_string_equal(e.message_id, "m1");
	assert_int_equal(e.attempt, 1);
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 1);
	assert_string_equal(e.kind, "other");
	assert_int_equal(lease_by(f, 10, 0, "m3", &e), 1);
	assert_string_equal(e.messages[0].dedup_key, "k5");
}

static void
batch_is_no_larger_than_asked(struct fixture *f)
{
	struct envelope e;

	for (int i = 0; i < 5; i++)
		put(f, "", arena_printf(f->arena, "k%d", i));
	assert_int_equal(lease_by(f, 2, 0, "m1", &e), 1);
	assert_int_equal(e.message_count, 2);
	assert_int_equal(lease_by(f, 2, 0, "m2", &e), 1);
	assert_string_equal(e.messages[1].dedup_key, "k3");
}

static void
answers_travel_alone(struct fixture *f)
{
	struct envelope e;

	put_as(f, "push", "", "k1", "<to1/>");
	put_as(f, "push", "", "k2", "<to2/>");
	put_as(f, "push", "", "k3", "");
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	assert_int_equal(e.message_count, 1);
	assert_string_equal(e.reply_to, "<to1/>");
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 1);
	assert_string_equal(e.reply_to, "<to2/>");
	assert_int_equal(lease_by(f, 10, 0, "m3", &e), 1);
	assert_string_equal(e.reply_to, "");
}

static void
ordered_lane_has_one_envelope_under_way(struct fixture *f)
{
	struct envelope e;

	put(f, "s1", "k1");
	assert_int_equal(lease_by(f, 1, 1, "m1", &e), 1);
	put(f, "s2", "k2");
	assert_int_equal(lease_by(f, 1, 1, "m2", &e), 0);
	IN_TX(f, outbox_retry(tx, e.id, FIXTURE_T0_MS + 10, "X", ""));
	assert_int_equal(lease_by(f, 1, 1, "m2", &e), 0);
	IN_TX(f, outbox_delivered(tx, e.id, FIXTURE_T0_MS + 10000));
	assert_int_equal(lease_by(f, 1, 1, "m2", &e), 1);
	assert_string_equal(e.messages[0].dedup_key, "k2");
}

static void
later_change_of_a_subject_waits_for_the_earlier_one(struct fixture *f)
{
	struct envelope e, second;

	put(f, "s1", "k1");
	assert_int_equal(lease_by(f, 1, 0, "m1", &e), 1);
	put(f, "s1", "k2");
	put(f, "s2", "k3");
	assert_int_equal(lease_by(f, 10, 0, "m2", &second), 1);
	assert_int_equal(second.message_count, 1);
	assert_string_equal(second.messages[0].dedup_key, "k3");
	assert_int_equal(lease_by(f, 10, 0, "m3", &second), 0);
	IN_TX(f, outbox_held(tx, e.id, "X", "why"));
	assert_int_equal(lease_by(f, 10, 0, "m3", &second), 0);
	IN_TX(f, assert_int_equal(outbox_cancel(tx, e.messages[0].id, ""), 1));
	assert_int_equal(lease_by(f, 10, 0, "m3", &second), 1);
	assert_string_equal(second.messages[0].dedup_key, "k2");
}

static void
row_that_is_not_due_is_not_overtaken_by_its_subject(struct fixture *f)
{
	struct envelope e;

	IN_TX(f,
	    outbox_put(tx,
		&(struct message){ .lane = "federal",
		    .kind = "push",
		    .subject = "s1",
		    .dedup_key = "k1",
		    .due_ms = FIXTURE_T0_MS + 500 }));
	put(f, "s1", "k2");
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 0);
	clock_freeze_ms(FIXTURE_T0_MS + 500);
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	assert_int_equal(e.message_count, 2);
	assert_string_equal(e.messages[0].dedup_key, "k1");
}

static void
sealed_bytes_are_sent_again_byte_for_byte(struct fixture *f)
{
	struct envelope e;

	put(f, "s1", "k1");
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	assert_null(e.sealed);
	IN_TX(f, outbox_sealed(tx, e.id, "text/xml", "<S1/>", 5));
	IN_TX(f, outbox_sealed(tx, e.id, "text/html", "<S2/>", 5));
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 0);
	clock_freeze_ms(FIXTURE_T0_MS + LEASE_MS);
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 1);
	assert_string_equal(e.message_id, "m1");
	assert_int_equal(e.sealed_bytes, 5);
	assert_memory_equal(e.sealed, "<S1/>", 5);
	assert_string_equal(e.content_type, "text/xml");
	assert_int_equal(e.attempt, 2);
	assert_int_equal(e.message_count, 1);
}

static void
retry_waits_until_it_is_due_and_says_why(struct fixture *f)
{
	struct envelope e;
	struct queue_line lines[2];

	put(f, "s1", "k1");
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	IN_TX(
	    f, outbox_retry(tx, e.id, FIXTURE_T0_MS + 700, "SMEV_DOWN", "no"));
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 0);
	IN_TX(f, assert_int_equal(queue_lines(tx, 2, f->arena, lines), 1));
	assert_string_equal(lines[0].side, "out");
	assert_string_equal(lines[0].name, "federal");
	assert_string_equal(lines[0].code, "SMEV_DOWN");
	assert_true(lines[0].due_ms == FIXTURE_T0_MS + 700);
	clock_freeze_ms(FIXTURE_T0_MS + 700);
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 1);
	assert_string_equal(e.code, "SMEV_DOWN");
}

static void
renewed_envelope_has_a_new_name_and_no_bytes(struct fixture *f)
{
	struct envelope e;

	put(f, "s1", "k1");
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	IN_TX(f, outbox_sealed(tx, e.id, "text/xml", "<S1/>", 5));
	IN_TX(f, outbox_renew(tx, e.id));
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 1);
	assert_string_equal(e.message_id, "m2");
	assert_null(e.sealed);
	assert_int_equal(e.message_count, 1);
	clock_freeze_ms(FIXTURE_T0_MS + LEASE_MS);
	assert_int_equal(lease_by(f, 10, 0, "m3", &e), 1);
	assert_string_equal(e.message_id, "m2");
}

static void
delivered_rows_are_done_and_the_answer_is_awaited(struct fixture *f)
{
	struct envelope e;
	struct queue_line lines[2];

	put(f, "s1", "k1");
	put(f, "s2", "k2");
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	IN_TX(f, outbox_delivered(tx, e.id, FIXTURE_T0_MS + 5));
	IN_TX(f, outbox_delivered(tx, e.id, FIXTURE_T0_MS + 5));
	assert_int_equal(balance(f).delivered, 2);
	assert_int_equal(balance(f).out_waiting, 0);
	IN_TX(f, assert_int_equal(queue_lines(tx, 2, f->arena, lines), 1));
	assert_string_equal(lines[0].state, ENVELOPE_AWAITING);
	assert_true(lines[0].due_ms == FIXTURE_T0_MS + 5);
	IN_TX(f, assert_int_equal(outbox_answered(tx, "mx", f->arena, &e), 0));
	IN_TX(f, assert_int_equal(outbox_answered(tx, "m1", f->arena, &e), 1));
	assert_int_equal(e.message_count, 2);
	assert_memory_equal(e.messages[1].body, "k2", 2);
	IN_TX(f, assert_int_equal(outbox_answered(tx, "m1", f->arena, &e), 0));
	IN_TX(f, assert_int_equal(queue_lines(tx, 2, f->arena, lines), 0));
	assert_int_equal(balance(f).delivered, 2);
}

static void
answer_proves_a_delivery_nobody_told_us_of(struct fixture *f)
{
	struct envelope e;

	put(f, "s1", "k1");
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	IN_TX(f, assert_int_equal(outbox_answered(tx, "m1", f->arena, &e), 1));
	assert_int_equal(balance(f).delivered, 1);
	clock_freeze_ms(FIXTURE_T0_MS + LEASE_MS);
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 0);
	IN_TX(f, outbox_delivered(tx, e.id, 0));
	IN_TX(f, outbox_retry(tx, e.id, 0, "X", ""));
	IN_TX(f, outbox_held(tx, e.id, "X", ""));
	assert_int_equal(balance(f).delivered, 1);
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 0);
}

static void
operator_holds_and_releases_whole_envelopes(struct fixture *f)
{
	struct envelope e;

	put(f, "s1", "k1");
	put(f, "s2", "k2");
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	IN_TX(f, outbox_held(tx, e.id, "SMEV_FAULT", "why"));
	assert_int_equal(balance(f).out_held, 2);
	assert_int_equal(balance(f).out_waiting, 2);
	clock_freeze_ms(FIXTURE_T0_MS + LEASE_MS);
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 0);
	IN_TX(f, assert_int_equal(outbox_release(tx, e.messages[1].id), 2));
	IN_TX(f, assert_int_equal(outbox_release(tx, e.messages[1].id), 0));
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 1);
	assert_string_equal(e.message_id, "m1");
	assert_int_equal(e.attempt, 1);
	IN_TX(
	    f, assert_int_equal(outbox_hold(tx, e.messages[0].id, "wait"), 2));
	assert_int_equal(balance(f).out_held, 2);
	IN_TX(f, outbox_delivered(tx, e.id, 0)); /* it was on its way */
	assert_int_equal(balance(f).delivered, 2);
	assert_int_equal(balance(f).out_held, 0);
}

static void
operator_holds_and_cancels_a_row_before_its_envelope(struct fixture *f)
{
	struct envelope e;
	int64_t id;

	put(f, "s1", "k1");
	id = fixture_int(f, "SELECT id FROM outbox");
	IN_TX(f, assert_int_equal(outbox_hold(tx, id, "wait"), 1));
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 0);
	IN_TX(f, assert_int_equal(outbox_release(tx, id), 1));
	IN_TX(f, assert_int_equal(outbox_cancel(tx, id, "no"), 1));
	IN_TX(f, assert_int_equal(outbox_cancel(tx, id, "no"), 0));
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 0);
	assert_int_equal(balance(f).out_cancelled, 1);
	assert_int_equal(balance(f).owed, 1);
}

static void
envelope_without_a_cancelled_row_is_another_message(struct fixture *f)
{
	struct envelope e;
	int64_t second;

	put(f, "s1", "k1");
	put(f, "s2", "k2");
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	second = e.messages[1].id;
	IN_TX(f, outbox_sealed(tx, e.id, "text/xml", "<S/>", 4));
	IN_TX(f, assert_int_equal(outbox_cancel(tx, e.messages[0].id, ""), 1));
	clock_freeze_ms(FIXTURE_T0_MS + LEASE_MS);
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 1);
	assert_string_equal(e.message_id, "m2");
	assert_null(e.sealed);
	assert_int_equal(e.message_count, 1);
	IN_TX(f, assert_int_equal(outbox_cancel(tx, second, ""), 1));
	clock_freeze_ms(FIXTURE_T0_MS + 2 * LEASE_MS);
	assert_int_equal(lease_by(f, 10, 0, "m3", &e), 0);
	IN_TX(f, outbox_delivered(tx, e.id, 0));
	assert_int_equal(balance(f).out_cancelled, 2);
	assert_int_equal(balance(f).delivered, 0);
}

static void
unlease_gives_envelopes_back(struct fixture *f)
{
	struct envelope e;

	put(f, "s1", "k1");
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 0);
	IN_TX(f, outbox_unlease(tx));
	assert_int_equal(lease_by(f, 10, 0, "m2", &e), 1);
	assert_string_equal(e.message_id, "m1");
	assert_int_equal(e.attempt, 2);
}

static void
an_answer_that_is_late_is_told_once_and_taken_all_the_same(struct fixture *f)
{
	struct envelope e, late[2];

	put(f, "s1", "k1");
	assert_int_equal(lease_by(f, 10, 0, "m1", &e), 1);
	IN_TX(f, outbox_delivered(tx, e.id, FIXTURE_T0_MS + 1000));
	IN_TX(f,
	    assert_int_equal(outbox_overdue(tx, 2, "LATE", f->arena, late), 0));
	clock_freeze_ms(FIXTURE_T0_MS + 1000);
	IN_TX(f,
	    assert_int_equal(outbox_overdue(tx, 2, "LATE", f->arena, late), 1));
	assert_string_equal(late[0].message_id, "m1");
	assert_string_equal(late[0].lane, "federal");
	assert_string_equal(late[0].kind, "push");
	IN_TX(f,
	    assert_int_equal(outbox_overdue(tx, 2, "LATE", f->arena, late), 0));
	IN_TX(f, assert_int_equal(outbox_answered(tx, "m1", f->arena, &e), 1));
	assert_string_equal(e.code, "");
	assert_int_equal(e.message_count, 1);
	IN_TX(f, assert_int_equal(outbox_answered(tx, "m1", f->arena, &e), 0));
}

static void
lost_row_shows_in_the_balance(struct fixture *f)
{
	struct envelope e;
	struct balance b;

	put(f, "s1", "k1");
	put(f, "s2", "k2");
	assert_int_equal(lease_by(f, 1, 0, "m1", &e), 1);
	IN_TX(f, outbox_delivered(tx, e.id, 0));
	IN_TX(f, store_exec(tx, "DELETE FROM outbox", NO_PARAMS));
	IN_TX(f, queue_balance(tx, &b));
	assert_int_equal(b.out_difference, 2);
	IN_TX(f, queue_recount(tx, &b));
	assert_int_equal(b.out_difference, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(same_effect_is_put_once),
		FIXTURE_BOTH(nothing_is_owed_for_a_change_that_was_refused),
		FIXTURE_BOTH(rows_of_one_kind_travel_together_in_order),
		FIXTURE_BOTH(batch_is_no_larger_than_asked),
		FIXTURE_BOTH(answers_travel_alone),
		FIXTURE_BOTH(ordered_lane_has_one_envelope_under_way),
		FIXTURE_BOTH(
		    later_change_of_a_subject_waits_for_the_earlier_one),
		FIXTURE_BOTH(
		    row_that_is_not_due_is_not_overtaken_by_its_subject),
		FIXTURE_BOTH(sealed_bytes_are_sent_again_byte_for_byte),
		FIXTURE_BOTH(retry_waits_until_it_is_due_and_says_why),
		FIXTURE_BOTH(renewed_envelope_has_a_new_name_and_no_bytes),
		FIXTURE_BOTH(delivered_rows_are_done_and_the_answer_is_awaited),
		FIXTURE_BOTH(answer_proves_a_delivery_nobody_told_us_of),
		FIXTURE_BOTH(operator_holds_and_releases_whole_envelopes),
		FIXTURE_BOTH(
		    operator_holds_and_cancels_a_row_before_its_envelope),
		FIXTURE_BOTH(
		    envelope_without_a_cancelled_row_is_another_message),
		FIXTURE_BOTH(unlease_gives_envelopes_back),
		FIXTURE_BOTH(
		    an_answer_that_is_late_is_told_once_and_taken_all_the_same),
		FIXTURE_BOTH(lost_row_shows_in_the_balance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
