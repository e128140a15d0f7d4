/*
 * The promises of queue/inbox.h, one test each.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "queue/inbox.h"
#include "queue/queue.h"
#include "queue/queue_query.h"
#include "store/store.h"
#include "test/lib/fixture.h"

#define LEASE_MS 30000

static enum inbox_put
put_in(struct fixture *f, struct store_tx *tx, const char *packet_id,
    const char *body, int64_t *ret_id)
{
	struct inbox_packet packet = { .packet_id = packet_id,
		.source = "school",
		.channel = "http",
		.content_type = "application/xml",
		.body = body,
		.body_bytes = strlen(body),
		.digest = body, /* as good as any */
		.meta = "{}",
		.receipt = "<Receipt/>",
		.receipt_bytes = 10 };
	enum inbox_put put = inbox_put(tx, &packet, f->arena);

	if (ret_id != NULL)
		*ret_id = packet.id;
	return put;
}

static int64_t
put(struct fixture *f, const char *packet_id)
{
	struct store_tx *tx = fixture_begin(f);
	int64_t id;

	assert_int_equal(put_in(f, tx, packet_id, "<a/>", &id), INBOX_NEW);
	fixture_commit(f, tx);
	return id;
}

static size_t
lease(struct fixture *f, size_t max, struct inbox_packet ret[])
{
	struct store_tx *tx = fixture_begin(f);
	size_t count = inbox_lease(tx, max, LEASE_MS, f->arena, ret);

	fixture_commit(f, tx);
	return count;
}

static void
settle(struct fixture *f, int64_t id, const char *state)
{
	struct store_tx *tx = fixture_begin(f);

	inbox_settle(tx, id, state, "", "", "<P/>", 4);
	fixture_commit(f, tx);
}

static void
get(struct fixture *f, int64_t id, struct inbox_packet *ret)
{
	struct store_tx *tx = fixture_begin(f);

	assert_int_equal(inbox_get(tx, id, true, f->arena, ret), 1);
	fixture_commit(f, tx);
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
	assert_int_equal(b.in_difference, 0);
	assert_int_equal(b.out_difference, 0);
	return b;
}

static void
packet_is_kept_as_it_was_received(struct fixture *f)
{
	struct inbox_packet p;
	struct store_tx *tx;

	get(f, put(f, "p1"), &p);
	assert_string_equal(p.packet_id, "p1");
	assert_string_equal(p.source, "school");
	assert_string_equal(p.state, INBOX_WAITING);
	assert_string_equal(p.meta, "{}");
	assert_int_equal(p.body_bytes, 4);
	assert_memory_equal(p.body, "<a/>", 4);
	assert_memory_equal(p.receipt, "<Receipt/>", 10);
	assert_null(p.protocol);
	assert_true(p.received_ms == FIXTURE_T0_MS);
	tx = fixture_begin(f);
	assert_int_equal(inbox_find(tx, "school", "p1", f->arena, &p), 1);
	assert_null(p.body);
	assert_int_equal(inbox_find(tx, "other", "p1", f->arena, &p), 0);
	assert_int_equal(inbox_get(tx, 99, false, f->arena, &p), 0);
	fixture_commit(f, tx);
}

static void
same_content_gets_the_first_answer_and_other_content_is_a_conflict(
    struct fixture *f)
{
	struct inbox_packet again = { .packet_id = "p1",
		.source = "school",
		.body = "<a/>",
		.body_bytes = 4,
		.digest = "<a/>",
		.receipt = "<Other/>",
		.receipt_bytes = 8 };
	int64_t id = put(f, "p1");
	struct store_tx *tx = fixture_begin(f);

	assert_int_equal(inbox_put(tx, &again, f->arena), INBOX_SAME);
	assert_int_equal(again.id, id);
	assert_int_equal(again.receipt_bytes, 10);
	assert_memory_equal(again.receipt, "<Receipt/>", 10);
	assert_int_equal(put_in(f, tx, "p1", "<b/>", NULL), INBOX_CONFLICT);
	again.source = "other";
	again.digest = "<b/>";
	again.id = 0;
	assert_int_equal(inbox_put(tx, &again, f->arena), INBOX_NEW);
	fixture_commit(f, tx);
	assert_int_equal(balance(f).accepted, 2);
}

static void
packet_repeated_in_one_transaction_is_one(struct fixture *f)
{
	struct store_tx *tx = fixture_begin(f);

	assert_int_equal(put_in(f, tx, "p1", "<a/>", NULL), INBOX_NEW);
	assert_int_equal(put_in(f, tx, "p1", "<a/>", NULL), INBOX_SAME);
	fixture_commit(f, tx);
	assert_int_equal(balance(f).waiting, 1);
}

static void
leased_packet_is_hidden_until_the_lease_ends(struct fixture *f)
{
	struct inbox_packet got[4];

	(void)put(f, "p1");
	(void)put(f, "p2");
	(void)put(f, "p3");
	assert_int_equal(lease(f, 2, got), 2);
	assert_string_equal(got[0].packet_id, "p1");
	assert_string_equal(got[1].packet_id, "p2");
	assert_memory_equal(got[0].body, "<a/>", 4);
	assert_int_equal(got[0].attempt, 1);
	assert_int_equal(lease(f, 4, got), 1);
	assert_string_equal(got[0].packet_id, "p3");
	assert_int_equal(lease(f, 4, got), 0);
	clock_freeze_ms(FIXTURE_T0_MS + LEASE_MS);
	assert_int_equal(lease(f, 4, got), 3);
	assert_int_equal(got[0].attempt, 2);
}

static void
packet_put_with_a_lease_is_its_callers_until_then(struct fixture *f)
{
	struct inbox_packet p = { .packet_id = "p1",
		.source = "school",
		.due_ms = FIXTURE_T0_MS + 1000 };
	struct store_tx *tx = fixture_begin(f);

	assert_int_equal(inbox_put(tx, &p, f->arena), INBOX_NEW);
	fixture_commit(f, tx);
	assert_int_equal(lease(f, 1, &p), 0);
	tx = fixture_begin(f);
	inbox_unlease(tx);
	fixture_commit(f, tx);
	assert_int_equal(lease(f, 1, &p), 1);
	assert_int_equal(p.attempt, 2);
}

static void
unlease_gives_leases_back_and_leaves_pauses(struct fixture *f)
{
	struct inbox_packet got[2];
	struct store_tx *tx;

	(void)put(f, "p1");
	(void)put(f, "p2");
	assert_int_equal(lease(f, 2, got), 2);
	tx = fixture_begin(f);
	inbox_retry(tx, got[0].id, FIXTURE_T0_MS + 5000, "STO_BUSY", "busy");
	inbox_unlease(tx);
	fixture_commit(f, tx);
	assert_int_equal(lease(f, 2, got), 1);
	assert_string_equal(got[0].packet_id, "p2");
	clock_freeze_ms(FIXTURE_T0_MS + 5000);
	assert_int_equal(lease(f, 2, got), 1);
	assert_string_equal(got[0].packet_id, "p1");
	assert_string_equal(got[0].code, "STO_BUSY");
	assert_string_equal(got[0].why, "busy");
}

static void
settled_packet_stays_settled(struct fixture *f)
{
	int64_t id = put(f, "p1");
	struct inbox_packet p;
	struct store_tx *tx;

	settle(f, id, INBOX_APPLIED);
	settle(f, id, INBOX_REFUSED);
	get(f, id, &p);
	assert_string_equal(p.state, INBOX_APPLIED);
	assert_int_equal(p.protocol_bytes, 4);
	assert_true(p.done_ms == FIXTURE_T0_MS);
	assert_int_equal(balance(f).applied, 1);
	tx = fixture_begin(f);
	assert_int_equal(inbox_hold(tx, id, ""), 0);
	assert_int_equal(inbox_cancel(tx, id, ""), 0);
	assert_int_equal(inbox_release(tx, id), 0);
	assert_int_equal(inbox_claim(tx, id), 0);
	fixture_commit(f, tx);
	assert_int_equal(lease(f, 1, &p), 0);
}

static void
effects_of_a_packet_that_no_longer_waits_are_undone(struct fixture *f)
{
	int64_t id = put(f, "p1"), other = put(f, "p2");
	struct store_tx *tx = fixture_begin(f);

	assert_int_equal(inbox_claim(tx, id), 1);
	assert_int_equal(inbox_cancel(tx, id, "not wanted"), 1);
	assert_int_equal(inbox_claim(tx, id), 0);
	store_savepoint(tx);
	(void)put_in(f, tx, "effect", "<a/>", NULL);
	inbox_settle(tx, id, INBOX_APPLIED, "", "", NULL, 0);
	assert_int_equal(store_release(tx, &f->err), -1);
	assert_string_equal(f->err.code, "QUE_SETTLED");
	assert_int_equal(f->err.kind, ERR_HOLD);
	store_savepoint(tx);
	inbox_settle(tx, other, INBOX_APPLIED, "", "", NULL, 0);
	assert_int_equal(store_release(tx, &f->err), 0);
	fixture_commit(f, tx);
	assert_int_equal(balance(f).accepted, 2);
	assert_int_equal(balance(f).cancelled, 1);
	assert_int_equal(balance(f).applied, 1);
}

static void
operator_moves_packets_and_the_balance_follows(struct fixture *f)
{
	int64_t id = put(f, "p1");
	struct inbox_packet p;
	struct store_tx *tx = fixture_begin(f);

	assert_int_equal(inbox_hold(tx, id, "look at it"), 1);
	fixture_commit(f, tx);
	assert_int_equal(lease(f, 1, &p), 0);
	assert_int_equal(balance(f).held, 1);
	assert_int_equal(balance(f).waiting, 1);
	tx = fixture_begin(f);
	assert_int_equal(inbox_release(tx, id), 1);
	fixture_commit(f, tx);
	assert_int_equal(lease(f, 1, &p), 1);
	settle(f, id, INBOX_REFUSED);
	assert_int_equal(balance(f).refused, 1);
	tx = fixture_begin(f);
	assert_int_equal(inbox_release(tx, id), 1);
	fixture_commit(f, tx);
	assert_int_equal(balance(f).refused, 0);
	assert_int_equal(balance(f).waiting, 1);
	settle(f, id, INBOX_HELD);
	get(f, id, &p);
	assert_string_equal(p.state, INBOX_HELD);
	assert_int_equal(p.done_ms, 0);
	tx = fixture_begin(f);
	assert_int_equal(inbox_cancel(tx, id, "no"), 1);
	fixture_commit(f, tx);
	assert_int_equal(balance(f).cancelled, 1);
	assert_int_equal(balance(f).waiting, 0);
}

static void
ack_is_owed_until_it_is_confirmed(struct fixture *f)
{
	struct inbox_ack acks[3];
	int64_t id = put(f, "p1");
	struct store_tx *tx = fixture_begin(f);

	inbox_ack_owe(tx, id, "a1", true);
	inbox_ack_owe(tx, id, "a2", false);
	inbox_ack_owe(tx, id, "a1", true);
	assert_int_equal(
	    inbox_ack_due(tx, 3, FIXTURE_T0_MS, f->arena, acks), 2);
	assert_int_equal(
	    inbox_ack_due(tx, 3, FIXTURE_T0_MS, f->arena, acks), 0);
	inbox_ack_done(tx, "a1");
	clock_freeze_ms(FIXTURE_T0_MS + 1000);
	assert_int_equal(
	    inbox_ack_due(tx, 3, FIXTURE_T0_MS + 1000, f->arena, acks), 1);
	assert_string_equal(acks[0].ack_id, "a2");
	assert_false(acks[0].accepted);
	fixture_commit(f, tx);
}

static int
seq(struct fixture *f, const char *kind, int64_t n, int64_t based_on, bool full)
{
	struct store_tx *tx = fixture_begin(f);
	int order =
	    inbox_sequence(tx, "school", "ALL", kind, n, based_on, full);

	fixture_commit(f, tx);
	return order;
}

static void
sequence_tells_gaps_stale_packets_and_missing_full_lists(struct fixture *f)
{
	assert_int_equal(seq(f, "LEARNER", 7, 0, false), 0);
	assert_int_equal(seq(f, "LEARNER", 8, 0, false), 0);
	assert_int_equal(seq(f, "LEARNER", 8, 0, false), 2);
	assert_int_equal(seq(f, "LEARNER", 3, 0, true), 2);
	assert_int_equal(seq(f, "LEARNER", 10, 0, false), 1);
	assert_int_equal(seq(f, "LEARNER", 9, 0, false), 2);
	assert_int_equal(seq(f, "LEARNER", 11, 5, false), 3);
	assert_int_equal(seq(f, "LEARNER", 20, 0, true), 0);
	assert_int_equal(seq(f, "LEARNER", 21, 20, false), 0);
	assert_int_equal(seq(f, "LEARNER", 22, 19, false), 3);
	assert_int_equal(seq(f, "LEARNER", 22, 20, false), 0);
	assert_int_equal(seq(f, "ORG", 1, 4, false), 3);
	assert_int_equal(seq(f, "ORG", 1, 0, false), 0);
}

static void
undone_packet_is_not_in_the_balance(struct fixture *f)
{
	struct store_tx *tx = fixture_begin(f);
	struct balance b;
	struct err no;

	(void)put_in(f, tx, "p1", "<a/>", NULL);
	store_savepoint(tx);
	(void)put_in(f, tx, "p2", "<a/>", NULL);
	queue_balance(tx, &b);
	assert_int_equal(b.accepted, 2);
	assert_int_equal(b.in_difference, 0);
	(void)err_set(&no, ERR_REFUSE, "PKT_SCHEMA", "no");
	store_fail(tx, &no);
	assert_int_equal(store_release(tx, &f->err), -1);
	queue_balance(tx, &b);
	assert_int_equal(b.accepted, 1);
	assert_int_equal(b.in_difference, 0);
	fixture_commit(f, tx);
	assert_int_equal(balance(f).accepted, 1);
}

static void
lost_row_shows_in_the_balance_in_any_state(struct fixture *f)
{
	static const char *const states[] = { INBOX_WAITING, INBOX_HELD,
		INBOX_APPLIED, INBOX_REFUSED };
	struct balance b;
	struct store_tx *tx;
	int64_t id;

	for (size_t i = 0; i < 4; i++) {
		id = put(f, arena_printf(f->arena, "p%zu", i));
		if (i > 0)
			settle(f, id, states[i]);
		tx = fixture_begin(f);
		store_exec(tx, "DELETE FROM inbox", NO_PARAMS);
		queue_balance(tx, &b);
		assert_int_equal(b.in_difference, i + 1);
		queue_recount(tx, &b);
		assert_int_equal(b.in_difference, i + 1);
		fixture_commit(f, tx);
	}
}

static void
queue_says_who_waits_and_why(struct fixture *f)
{
	struct queue_line lines[8];
	int64_t id = put(f, "p1"), held = put(f, "p2");
	struct store_tx *tx = fixture_begin(f);

	inbox_retry(tx, id, FIXTURE_T0_MS + 9, "STO_BUSY", "busy");
	inbox_settle(tx, held, INBOX_HELD, "ID_CANDIDATES", "", NULL, 0);
	inbox_ack_owe(tx, id, "a1", true);
	assert_int_equal(queue_lines(tx, 8, f->arena, lines), 3);
	fixture_commit(f, tx);
	assert_string_equal(lines[0].name, "ack");
	assert_string_equal(lines[1].side, "in");
	assert_string_equal(lines[1].name, "school");
	assert_string_equal(lines[1].state, INBOX_HELD);
	assert_string_equal(lines[1].code, "ID_CANDIDATES");
	assert_string_equal(lines[2].code, "STO_BUSY");
	assert_int_equal(lines[2].count, 1);
	assert_true(lines[2].due_ms == FIXTURE_T0_MS + 9);
	assert_true(lines[2].oldest_ms == FIXTURE_T0_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(packet_is_kept_as_it_was_received),
		FIXTURE_BOTH(
		    same_content_gets_the_first_answer_and_other_content_is_a_conflict),
		FIXTURE_BOTH(packet_repeated_in_one_transaction_is_one),
		FIXTURE_BOTH(leased_packet_is_hidden_until_the_lease_ends),
		FIXTURE_BOTH(packet_put_with_a_lease_is_its_callers_until_then),
		FIXTURE_BOTH(unlease_gives_leases_back_and_leaves_pauses),
		FIXTURE_BOTH(settled_packet_stays_settled),
		FIXTURE_BOTH(
		    effects_of_a_packet_that_no_longer_waits_are_undone),
		FIXTURE_BOTH(operator_moves_packets_and_the_balance_follows),
		FIXTURE_BOTH(ack_is_owed_until_it_is_confirmed),
		FIXTURE_BOTH(
		    sequence_tells_gaps_stale_packets_and_missing_full_lists),
		FIXTURE_BOTH(undone_packet_is_not_in_the_balance),
		FIXTURE_BOTH(lost_row_shows_in_the_balance_in_any_state),
		FIXTURE_BOTH(queue_says_who_waits_and_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
