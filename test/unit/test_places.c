/*
 * The promises of queue/outbox.h about destinations and times, and those of
 * queue/rest.h.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "queue/outbox.h"
#include "queue/queue.h"
#include "queue/queue_query.h"
#include "queue/rest.h"
#include "store/store.h"
#include "test/lib/fixture.h"

#define LEASE_MS 30000
#define MAX      8

#define IN_TX(f, call)                                  \
	do {                                            \
		struct store_tx *tx = fixture_begin(f); \
		call;                                   \
		fixture_commit(f, tx);                  \
	} while (0)

static void
put(struct fixture *f, const char *destination, const char *subject,
    const char *key)
{
	IN_TX(f,
	    outbox_put(tx,
		&(struct message){ .lane = "answers",
		    .destination = destination,
		    .kind = "k",
		    .subject = subject,
		    .dedup_key = key,
		    .body = key,
		    .body_bytes = strlen(key) }));
}

static int
lease(struct fixture *f, const char *destination, const char *id,
    struct envelope *ret)
{
	int found;

	IN_TX(f,
	    found = outbox_lease(tx, "answers", destination, 10, 0, id,
		LEASE_MS, f->arena, ret));
	return found;
}

static size_t
places(struct fixture *f, struct outbox_place ret[MAX])
{
	size_t count;

	IN_TX(f, count = outbox_places(tx, "answers", MAX, f->arena, ret));
	return count;
}

static void
each_destination_has_a_queue_of_its_own(struct fixture *f)
{
	struct envelope e;

	put(f, "A", "", "k1");
	put(f, "B", "", "k2");
	put(f, "A", "", "k3");
	assert_int_equal(lease(f, "B", "m1", &e), 1);
	assert_string_equal(e.destination, "B");
	assert_int_equal(e.message_count, 1);
	assert_string_equal(e.messages[0].dedup_key, "k2");
	assert_int_equal(lease(f, "B", "m2", &e), 0);
	assert_int_equal(lease(f, "A", "m3", &e), 1);
	assert_int_equal(e.message_count, 2);
	/* And after a pause it is still there, and only there. */
	IN_TX(f, outbox_retry(tx, e.id, FIXTURE_T0_MS, "X", ""));
	assert_int_equal(lease(f, "B", "m4", &e), 0);
	assert_int_equal(lease(f, "A", "m5", &e), 1);
	assert_string_equal(e.message_id, "m3");
	assert_string_equal(e.destination, "A");
}

static void
without_a_destination_it_is_the_lane(struct fixture *f)
{
	struct envelope e;

	put(f, NULL, "", "k1");
	put(f, "", "", "k2");
	assert_int_equal(lease(f, NULL, "m1", &e), 1);
	assert_int_equal(e.message_count, 2);
	assert_string_equal(e.destination, "answers");
}

static void
a_named_message_has_its_destination_too(struct fixture *f)
{
	struct outbox_place found[MAX];
	struct envelope e;

	IN_TX(f,
	    assert_true(outbox_put_named(tx,
			    &(struct message){ .lane = "answers",
				.destination = "A",
				.kind = "k",
				.dedup_key = "k1" },
			    "mine")
		!= 0));
	assert_int_equal(places(f, found), 1);
	assert_string_equal(found[0].name, "A");
	assert_false(found[0].fresh);
	assert_true(found[0].due_ms == FIXTURE_T0_MS);
	assert_int_equal(lease(f, "A", "m1", &e), 1);
	assert_string_equal(e.message_id, "mine");
}

static void
order_of_a_subject_holds_across_destinations(struct fixture *f)
{
	struct envelope e;

	put(f, "A", "s1", "k1");
	put(f, "B", "s1", "k2");
	assert_int_equal(lease(f, "A", "m1", &e), 1);
	assert_int_equal(lease(f, "B", "m2", &e), 0);
	IN_TX(f, outbox_delivered(tx, e.id, 0));
	assert_int_equal(lease(f, "B", "m2", &e), 1);
}

static void
destinations_with_work_are_listed_once_each(struct fixture *f)
{
	struct outbox_place found[MAX];
	struct envelope e;

	assert_int_equal(places(f, found), 0);
	put(f, "B", "", "k1");
	put(f, "A", "", "k2");
	put(f, "A", "", "k3");
	put(f, "C", "", "k4");
	assert_int_equal(lease(f, "B", "m1", &e), 1);
	put(f, "B", "", "k5");
	assert_int_equal(lease(f, "C", "m2", &e), 1);
	assert_int_equal(places(f, found), 3);
	assert_string_equal(found[0].name, "A");
	assert_true(found[0].fresh);
	assert_true(found[0].due_ms == 0);
	assert_string_equal(found[1].name, "B");
	assert_true(found[1].fresh);
	assert_true(found[1].due_ms == FIXTURE_T0_MS + LEASE_MS);
	assert_string_equal(found[2].name, "C");
	assert_false(found[2].fresh);
	IN_TX(f, outbox_delivered(tx, e.id, 0));
	assert_int_equal(places(f, found), 2);
	IN_TX(f,
	    assert_int_equal(
		outbox_places(tx, "federal", MAX, f->arena, found), 0));
}

static void
who_waited_for_room_is_due_when_there_is_some(struct fixture *f)
{
	struct envelope a, b, e;
	int64_t changed;

	put(f, "A", "", "k1");
	assert_int_equal(lease(f, "A", "m1", &a), 1);
	put(f, "A", "", "k2");
	assert_int_equal(lease(f, "A", "m2", &b), 1);
	IN_TX(f, outbox_retry(tx, a.id, FIXTURE_T0_MS + 900, "FULL", ""));
	IN_TX(f, outbox_retry(tx, b.id, FIXTURE_T0_MS + 900, "OTHER", ""));
	IN_TX(f, changed = outbox_hasten(tx, "answers", "B", "FULL"));
	assert_int_equal(changed, 0);
	IN_TX(f, changed = outbox_hasten(tx, "answers", "A", "FULL"));
	assert_int_equal(changed, 1);
	assert_int_equal(lease(f, "A", "m3", &e), 1);
	assert_string_equal(e.message_id, "m1");
	/* All lanes at once, by what they wait for. */
	IN_TX(f, changed = outbox_hasten(tx, NULL, NULL, "OTHER"));
	assert_int_equal(changed, 1);
	assert_int_equal(lease(f, "A", "m4", &e), 1);
	assert_string_equal(e.message_id, "m2");
	/* One that is under way is not. */
	IN_TX(f, changed = outbox_hasten(tx, "answers", "A", "FULL"));
	assert_int_equal(changed, 0);
	assert_int_equal(lease(f, "A", "m3", &e), 0);
}

static void
put_timed(struct fixture *f, const char *key, int64_t due_by_ms, int64_t eol_ms)
{
	IN_TX(f,
	    outbox_put(tx,
		&(struct message){ .lane = "answers",
		    .destination = "A",
		    .kind = "k",
		    .cause = key,
		    .dedup_key = key,
		    .due_by_ms = due_by_ms,
		    .eol_ms = eol_ms }));
}

static void
what_is_late_is_told_once(struct fixture *f)
{
	struct message late[2];
	struct envelope e;
	size_t count;

	put_timed(f, "k1", FIXTURE_T0_MS + 100, 0);
	put_timed(f, "k2", 0, 0);
	put_timed(f, "k3", FIXTURE_T0_MS + 50, 0);
	put_timed(f, "k4", FIXTURE_T0_MS + 900, 0);
	IN_TX(f, count = outbox_late(tx, 2, f->arena, late));
	assert_int_equal(count, 0);
	clock_freeze_ms(FIXTURE_T0_MS + 100);
	IN_TX(f, count = outbox_late(tx, 1, f->arena, late));
	assert_int_equal(count, 1);
	assert_string_equal(late[0].cause, "k3");
	assert_string_equal(late[0].destination, "A");
	assert_true(late[0].due_by_ms == FIXTURE_T0_MS + 50);
	IN_TX(f, count = outbox_late(tx, 2, f->arena, late));
	assert_int_equal(count, 1);
	assert_string_equal(late[0].cause, "k1");
	IN_TX(f, count = outbox_late(tx, 2, f->arena, late));
	assert_int_equal(count, 0);
	/* What is there in time is never late. */
	assert_int_equal(lease(f, "A", "m1", &e), 1);
	IN_TX(f, outbox_delivered(tx, e.id, 0));
	clock_freeze_ms(FIXTURE_T0_MS + 1000);
	IN_TX(f, count = outbox_late(tx, 2, f->arena, late));
	assert_int_equal(count, 0);
}

static void
an_envelope_ends_with_the_first_of_its_rows(struct fixture *f)
{
	struct envelope e;

	put_timed(f, "k1", 0, 0);
	put_timed(f, "k2", 0, FIXTURE_T0_MS + 500);
	put_timed(f, "k3", 0, FIXTURE_T0_MS + 400);
	assert_int_equal(lease(f, "A", "m1", &e), 1);
	assert_int_equal(e.message_count, 3);
	assert_true(e.eol_ms == FIXTURE_T0_MS + 400);
	put_timed(f, "k4", 0, 0);
	assert_int_equal(lease(f, "A", "m2", &e), 1);
	assert_true(e.eol_ms == 0);
}

static void
who_rests_is_noted_until_it_goes_on(struct fixture *f)
{
	struct rest rests[MAX];
	struct rest rest = { .realm = "answers",
		.name = "A",
		.failures = 3,
		.rests = 1,
		.until_ms = FIXTURE_T0_MS + 100,
		.code = "FULL",
		.why = "no room" };
	size_t count;

	IN_TX(f, rest_put(tx, &rest));
	rest.rests = 2;
	IN_TX(f, rest_put(tx, &rest));
	rest.realm = REST_SMEV;
	rest.name = "";
	rest.pace = 3500;
	IN_TX(f, rest_put(tx, &rest));
	IN_TX(f, count = rest_list(tx, NULL, MAX, f->arena, rests));
	assert_int_equal(count, 2);
	assert_string_equal(rests[1].realm, REST_SMEV);
	assert_int_equal(rests[1].pace, 3500);
	IN_TX(f, count = rest_list(tx, "answers", MAX, f->arena, rests));
	assert_int_equal(count, 1);
	assert_string_equal(rests[0].name, "A");
	assert_int_equal(rests[0].rests, 2);
	assert_string_equal(rests[0].code, "FULL");
	assert_string_equal(rests[0].why, "no room");
	assert_true(rests[0].until_ms == FIXTURE_T0_MS + 100);
	assert_true(rests[0].changed_ms == FIXTURE_T0_MS);
	IN_TX(f, rest_end(tx, "answers", "A"));
	IN_TX(f, count = rest_list(tx, "answers", MAX, f->arena, rests));
	assert_int_equal(count, 0);
}

static void
the_shape_counts_by_destination_and_age(struct fixture *f)
{
	struct queue_shape shape[4];
	struct envelope e;
	size_t count;

	put(f, "A", "", "k1");
	put(f, "A", "", "k2");
	clock_freeze_ms(FIXTURE_T0_MS + queue_age_ms(0) - 1);
	put(f, "B", "", "k3");
	IN_TX(f, count = queue_shape(tx, 4, f->arena, shape));
	assert_int_equal(count, 2);
	assert_string_equal(shape[0].side, "out");
	assert_string_equal(shape[0].lane, "answers");
	assert_string_equal(shape[0].name, "A");
	assert_int_equal(shape[0].total, 2);
	assert_int_equal(shape[0].by_age[0], 2);
	assert_true(shape[0].oldest_ms == FIXTURE_T0_MS);
	/* Five minutes are the next column. */
	clock_freeze_ms(FIXTURE_T0_MS + queue_age_ms(0));
	assert_int_equal(lease(f, "A", "m1", &e), 1);
	IN_TX(f, outbox_held(tx, e.id, "X", ""));
	IN_TX(f, count = queue_shape(tx, 4, f->arena, shape));
	assert_int_equal(shape[0].held, 2);
	assert_int_equal(shape[0].by_age[0], 0);
	assert_int_equal(shape[0].by_age[1], 2);
	assert_int_equal(shape[1].by_age[0], 1);
	/* A day later all are in the last one. */
	clock_freeze_ms(FIXTURE_T0_MS + INT64_C(86400000));
	IN_TX(f, count = queue_shape(tx, 4, f->arena, shape));
	assert_int_equal(shape[0].by_age[QUEUE_AGES - 1], 2);
	assert_int_equal(shape[1].by_age[QUEUE_AGES - 1], 1);
	/* What is delivered has no shape. */
	assert_int_equal(lease(f, "B", "m2", &e), 1);
	IN_TX(f, outbox_delivered(tx, e.id, 0));
	IN_TX(f, count = queue_shape(tx, 4, f->arena, shape));
	assert_int_equal(count, 1);
}

static void
each_waiting_message_is_shown_with_its_cause(struct fixture *f)
{
	struct queue_item items[8];
	struct envelope e;
	size_t count;

	put(f, "A", "s1", "k1");
	put(f, "B", "s1", "k2");
	put(f, "B", "", "k3");
	assert_int_equal(lease(f, "A", "m1", &e), 1);
	IN_TX(f, outbox_retry(tx, e.id, FIXTURE_T0_MS + 900, "FULL", "no"));
	IN_TX(f, count = queue_items(tx, "", 8, f->arena, items));
	assert_int_equal(count, 3);
	assert_string_equal(items[0].packet_id, "m1");
	assert_string_equal(items[0].code, "FULL");
	assert_string_equal(items[0].why, "no");
	assert_true(items[0].due_ms == FIXTURE_T0_MS + 900);
	assert_int_equal(items[0].attempt, 1);
	assert_false(items[0].behind);
	assert_false(items[0].leased);
	assert_true(items[1].behind);
	assert_string_equal(items[1].packet_id, "");
	assert_false(items[2].behind);
	IN_TX(f, count = queue_items(tx, "B", 8, f->arena, items));
	assert_int_equal(count, 2);
	IN_TX(f, count = queue_items(tx, "answers", 2, f->arena, items));
	assert_int_equal(count, 2);
	IN_TX(f, count = queue_items(tx, "held", 8, f->arena, items));
	assert_int_equal(count, 0);
	IN_TX(f, assert_int_equal(outbox_hold(tx, items[1].id, "op"), 1));
	IN_TX(f, count = queue_items(tx, "held", 8, f->arena, items));
	assert_int_equal(count, 1);
	assert_string_equal(items[0].why, "op");
}

static void
what_was_not_tried_waits_for_who_rests(struct fixture *f)
{
	const struct rest rest = { .realm = "answers",
		.name = "A",
		.until_ms = FIXTURE_T0_MS + 500,
		.code = "FULL",
		.why = "" };
	struct queue_line lines[4];
	size_t count;

	put(f, "A", "", "k1");
	put(f, "B", "", "k2");
	IN_TX(f, rest_put(tx, &rest));
	IN_TX(f, count = queue_lines(tx, 4, f->arena, lines));
	assert_int_equal(count, 2);
	assert_string_equal(lines[0].code, "");
	assert_string_equal(lines[1].code, "FULL");
	assert_int_equal(lines[1].count, 1);
	assert_true(lines[1].due_ms == FIXTURE_T0_MS + 500);
	/* When the rest is over they wait for nobody. */
	clock_freeze_ms(FIXTURE_T0_MS + 500);
	IN_TX(f, count = queue_lines(tx, 4, f->arena, lines));
	assert_int_equal(count, 1);
	assert_string_equal(lines[0].code, "");
	assert_int_equal(lines[0].count, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(each_destination_has_a_queue_of_its_own),
		FIXTURE_BOTH(without_a_destination_it_is_the_lane),
		FIXTURE_BOTH(a_named_message_has_its_destination_too),
		FIXTURE_BOTH(order_of_a_subject_holds_across_destinations),
		FIXTURE_BOTH(destinations_with_work_are_listed_once_each),
		FIXTURE_BOTH(who_waited_for_room_is_due_when_there_is_some),
		FIXTURE_BOTH(what_is_late_is_told_once),
		FIXTURE_BOTH(an_envelope_ends_with_the_first_of_its_rows),
		FIXTURE_BOTH(who_rests_is_noted_until_it_goes_on),
		FIXTURE_BOTH(what_was_not_tried_waits_for_who_rests),
		FIXTURE_BOTH(the_shape_counts_by_destination_and_age),
		FIXTURE_BOTH(each_waiting_message_is_shown_with_its_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
