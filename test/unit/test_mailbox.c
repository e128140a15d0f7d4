/*
 * The promises of queue/mailbox.h, one test each; and of an envelope that is
 * named when its row is put.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "queue/mailbox.h"
#include "queue/outbox.h"
#include "queue/queue_query.h"
#include "store/store.h"
#include "test/lib/fixture.h"

#define IN_TX(f, call)                                  \
	do {                                            \
		struct store_tx *tx = fixture_begin(f); \
		call;                                   \
		fixture_commit(f, tx);                  \
	} while (0)

static int
put_as(struct fixture *f, const char *side, const char *kind, const char *name,
    const char *ref, const char *node)
{
	struct letter letter = { .owner = "is1",
		.side = side,
		.kind = kind,
		.client_id = name,
		.ref_client_id = ref,
		.node = node,
		.message_id = "m",
		.reply_to = "r",
		.outbox_id = strcmp(side, MAILBOX_OUT) == 0 ? 77 : 0,
		.body = name,
		.body_bytes = strlen(name) };
	int put;

	IN_TX(f, put = mailbox_put(tx, &letter));
	return put;
}

static int
put(struct fixture *f, const char *kind, const char *name)
{
	return put_as(f, MAILBOX_IN, kind, name, "", "");
}

/* Name of what is taken, or "". */
static const char *
take(struct fixture *f, const char *owner, const char *node, const char *what,
    const char *token)
{
	struct letter letter = { .client_id = "" };
	int found;

	IN_TX(f,
	    found =
		mailbox_take(tx, owner, node, what, token, f->arena, &letter));
	if (found == 1) {
		assert_int_equal(letter.body_bytes, strlen(letter.client_id));
		assert_memory_equal(
		    letter.body, letter.client_id, letter.body_bytes);
	}
	return letter.client_id;
}

static void
letters_are_taken_once_in_the_order_they_came(struct fixture *f)
{
	assert_int_equal(put(f, MAILBOX_REQUEST, "a"), 1);
	assert_int_equal(put(f, MAILBOX_RESPONSE, "b"), 1);
	assert_string_equal(take(f, "is1", "", "", "t1"), "a");
	assert_string_equal(take(f, "is1", "", "", "t2"), "b");
	assert_string_equal(take(f, "is1", "", "", "t3"), "");
}

static void
same_name_is_put_once_a_side(struct fixture *f)
{
	assert_int_equal(put(f, MAILBOX_REQUEST, "a"), 1);
	assert_int_equal(put(f, MAILBOX_REQUEST, "a"), 0);
	assert_int_equal(
	    put_as(f, MAILBOX_OUT, MAILBOX_REQUEST, "a", "", ""), 1);
	assert_string_equal(take(f, "is1", "", "", "t1"), "a");
	assert_string_equal(take(f, "is1", "", "", "t2"), "");
}

static void
same_token_gets_the_same_letter(struct fixture *f)
{
	put(f, MAILBOX_REQUEST, "a");
	put(f, MAILBOX_REQUEST, "b");
	assert_string_equal(take(f, "is1", "", "", "t1"), "a");
	assert_string_equal(take(f, "is1", "", "", "t1"), "a");
	assert_string_equal(take(f, "is1", "", "", "t2"), "b");
}

static void
another_owner_gets_nothing(struct fixture *f)
{
	struct letter letter;
	int found;

	put(f, MAILBOX_REQUEST, "a");
	assert_string_equal(take(f, "is2", "", "", "t1"), "");
	IN_TX(f, found = mailbox_find(tx, "is2", NULL, "a", f->arena, &letter));
	assert_int_equal(found, 0);
}

static void
node_and_kind_choose(struct fixture *f)
{
	put_as(f, MAILBOX_IN, MAILBOX_RESPONSE, "a", "", "n1");
	put_as(f, MAILBOX_IN, MAILBOX_REQUEST, "b", "", "");
	put_as(f, MAILBOX_IN, MAILBOX_ERROR, "c", "", "n2");
	assert_string_equal(take(f, "is1", "n2", "REQUEST", "t1"), "");
	assert_string_equal(take(f, "is1", "n2", "", "t2"), "c");
	assert_string_equal(take(f, "is1", "", "REQUEST", "t3"), "b");
	assert_string_equal(take(f, "is1", "", "RESPONSE", "t4"), "a");
}

/* Names of what is found, in a row. */
static const char *
search(struct fixture *f, const struct mailbox_search *what, size_t max)
{
	struct letter letters[8];
	char *names = arena_strdup(f->arena, "");
	size_t count;

	IN_TX(f, count = mailbox_search(tx, what, max, f->arena, letters));
	for (size_t i = 0; i < count; i++)
		names =
		    arena_printf(f->arena, "%s%s", names, letters[i].client_id);
	return names;
}

/* "" when there was too much. */
static const char *
found_at_most(struct fixture *f, const struct mailbox_search *what)
{
	struct letter letters[8];
	size_t count;

	IN_TX(f, count = mailbox_search(tx, what, 8, f->arena, letters));
	return count == 8 ? "" : "few";
}

static void
letters_are_found_by_name_by_answer_and_by_time(struct fixture *f)
{
	struct mailbox_search by = { .owner = "is1",
		.client_id = "a",
		.ref_client_id = "",
		.requests = true };

	put_as(f, MAILBOX_OUT, MAILBOX_REQUEST, "a", "", "");
	clock_freeze_ms(FIXTURE_T0_MS + 10);
	put_as(f, MAILBOX_IN, MAILBOX_STATUS, "b", "a", "");
	put_as(f, MAILBOX_IN, MAILBOX_RESPONSE, "c", "a", "");
	clock_freeze_ms(FIXTURE_T0_MS + 20);
	put_as(f, MAILBOX_IN, MAILBOX_REQUEST, "d", "", "");
	assert_string_equal(search(f, &by, 8), "a");
	by.requests = false;
	assert_string_equal(search(f, &by, 8), "");
	by.client_id = "c";
	assert_string_equal(search(f, &by, 8), "c");
	by.client_id = "";
	by.ref_client_id = "a";
	assert_string_equal(search(f, &by, 8), "bc");
	by.ref_client_id = "";
	by.from_ms = FIXTURE_T0_MS + 10;
	by.to_ms = INT64_MAX;
	assert_string_equal(search(f, &by, 8), "bcd");
	assert_string_equal(search(f, &by, 2), "bc");
	by.max_bytes = 3;
	assert_string_equal(search(f, &by, 8), "bcd");
	by.max_bytes = 2;
	assert_int_equal(strlen(found_at_most(f, &by)), 0);
	by.max_bytes = 0;
	by.to_ms = FIXTURE_T0_MS + 10;
	assert_string_equal(search(f, &by, 8), "bc");
	assert_string_equal(take(f, "is1", "", "", "t1"), "b");
	assert_string_equal(search(f, &by, 8), "bc");
}

static void
letter_is_known_by_its_row_and_remembers_its_last_word(struct fixture *f)
{
	struct letter letter;
	int found;

	put_as(f, MAILBOX_OUT, MAILBOX_REQUEST, "a", "", "");
	IN_TX(f, found = mailbox_sent(tx, 77, f->arena, &letter));
	assert_int_equal(found, 1);
	assert_string_equal(letter.client_id, "a");
	assert_string_equal(letter.reply_to, "r");
	assert_false(letter.answered);
	IN_TX(f, mailbox_answered(tx, letter.id, true));
	IN_TX(f, found = mailbox_sent(tx, 77, f->arena, &letter));
	assert_true(letter.answered);
	IN_TX(f, mailbox_answered(tx, letter.id, false));
	IN_TX(f, found = mailbox_sent(tx, 77, f->arena, &letter));
	assert_false(letter.answered);
	IN_TX(f, found = mailbox_sent(tx, 0, f->arena, &letter));
	assert_int_equal(found, 0);
}

/* How many letters are leased until until_ms; their names are read into names. */
static size_t
lease(struct fixture *f, int64_t until_ms, char names[16])
{
	struct letter letters[2];
	size_t count;

	IN_TX(f,
	    count = mailbox_lease(
		tx, "is1", false, 2, until_ms, f->arena, letters));
	names[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(
		    letters[i].body_bytes, strlen(letters[i].client_id));
		(void)strcat(names, letters[i].client_id);
	}
	return count;
}

static int64_t
id_of(struct fixture *f, const char *name)
{
	struct letter letter;
	int there;

	IN_TX(f,
	    there =
		mailbox_find(tx, "is1", MAILBOX_IN, name, f->arena, &letter));
	assert_int_equal(there, 1);
	return letter.id;
}

static void
leased_letter_is_put_by_one_until_its_lease_ends(struct fixture *f)
{
	char names[16];

	put(f, MAILBOX_REQUEST, "a");
	put(f, MAILBOX_REQUEST, "b");
	put(f, MAILBOX_REQUEST, "c");
	put_as(f, MAILBOX_OUT, MAILBOX_REQUEST, "d", "", "");
	assert_int_equal(lease(f, FIXTURE_T0_MS + 1000, names), 2);
	assert_string_equal(names, "ab");
	assert_int_equal(lease(f, FIXTURE_T0_MS + 1000, names), 1);
	assert_string_equal(names, "c");
	assert_int_equal(lease(f, FIXTURE_T0_MS + 1000, names), 0);
	clock_freeze_ms(FIXTURE_T0_MS + 1000);
	assert_int_equal(lease(f, FIXTURE_T0_MS + 2000, names), 2);
	IN_TX(f, mailbox_unlease(tx));
	assert_int_equal(lease(f, FIXTURE_T0_MS + 2000, names), 2);
	assert_string_equal(names, "ab");
}

static void
letter_that_was_put_or_taken_waits_no_more(struct fixture *f)
{
	char names[16];
	int64_t id;

	put(f, MAILBOX_REQUEST, "a");
	put(f, MAILBOX_REQUEST, "b");
	assert_int_equal(lease(f, FIXTURE_T0_MS + 1000, names), 2);
	id = id_of(f, "a");
	IN_TX(f, mailbox_given(tx, id));
	assert_string_equal(take(f, "is1", "", "", "t1"), "b");
	assert_string_equal(take(f, "is1", "", "", "t2"), "");
	IN_TX(f, mailbox_unlease(tx));
	assert_int_equal(lease(f, FIXTURE_T0_MS + 1000, names), 0);
}

static void
letter_that_could_not_be_put_waits_and_says_why(struct fixture *f)
{
	struct queue_line lines[4];
	char names[16];
	size_t count;
	int64_t id;

	put(f, MAILBOX_REQUEST, "a");
	assert_int_equal(lease(f, FIXTURE_T0_MS + 1000, names), 1);
	id = id_of(f, "a");
	IN_TX(f, mailbox_pause(tx, id, FIXTURE_T0_MS + 500, "DOOR_FOLDER"));
	assert_int_equal(lease(f, FIXTURE_T0_MS + 1000, names), 0);
	IN_TX(f, count = queue_lines(tx, 4, f->arena, lines));
	assert_int_equal(count, 1);
	assert_string_equal(lines[0].name, "is1");
	assert_string_equal(lines[0].state, "mailbox");
	assert_string_equal(lines[0].code, "DOOR_FOLDER");
	assert_int_equal(lines[0].count, 1);
	assert_int_equal(lines[0].due_ms, FIXTURE_T0_MS + 500);
	clock_freeze_ms(FIXTURE_T0_MS + 500);
	assert_int_equal(lease(f, FIXTURE_T0_MS + 1000, names), 1);
	id = id_of(f, "a");
	IN_TX(f, mailbox_given(tx, id));
	IN_TX(f, count = queue_lines(tx, 4, f->arena, lines));
	assert_int_equal(count, 0);
}

static void
named_row_travels_alone_by_its_name(struct fixture *f)
{
	struct message message = { .lane = "door",
		.kind = "door",
		.dedup_key = "k1",
		.body = "x",
		.body_bytes = 1 };
	struct envelope e;
	int64_t first, again;
	int found;

	IN_TX(f, first = outbox_put_named(tx, &message, "m1"));
	IN_TX(f, again = outbox_put_named(tx, &message, "m2"));
	assert_true(first > 0);
	assert_int_equal(again, 0);
	message.dedup_key = "k2";
	IN_TX(f, outbox_put(tx, &message));
	IN_TX(f,
	    found = outbox_lease(
		tx, "door", NULL, 9, 0, "mine", 1000, f->arena, &e));
	assert_int_equal(found, 1);
	assert_string_equal(e.message_id, "m1");
	assert_int_equal(e.attempt, 1);
	assert_int_equal(e.message_count, 1);
	assert_int_equal(e.messages[0].id, first);
	IN_TX(f, found = outbox_envelope(tx, "m1", f->arena, &e));
	assert_int_equal(found, 1);
	assert_string_equal(e.messages[0].dedup_key, "k1");
	IN_TX(f, found = outbox_envelope(tx, "m2", f->arena, &e));
	assert_int_equal(found, 0);
}

static void
cancelled_named_row_is_owed_no_more(struct fixture *f)
{
	struct message message = { .lane = "door",
		.kind = "door",
		.dedup_key = "k1",
		.body = "x",
		.body_bytes = 1 };
	struct balance b;
	struct envelope e;
	int64_t id;
	int found;

	IN_TX(f, id = outbox_put_named(tx, &message, "m1"));
	IN_TX(f, (void)outbox_cancel(tx, id, "refused"));
	IN_TX(f,
	    found = outbox_lease(
		tx, "door", NULL, 9, 0, "mine", 1000, f->arena, &e));
	assert_int_equal(found, 0);
	IN_TX(f, queue_balance(tx, &b));
	assert_int_equal(b.owed, 1);
	assert_int_equal(b.out_cancelled, 1);
	assert_int_equal(b.out_difference, 0);
}

static void
a_request_that_is_not_answered_is_late_once(struct fixture *f)
{
	struct letter letter = { .owner = "IS-1",
		.side = MAILBOX_IN,
		.kind = MAILBOX_REQUEST,
		.client_id = "c1",
		.datatype = "t1",
		.reply_to = "r",
		.body = "x",
		.body_bytes = 1 };
	struct letter late[4];
	size_t count;

	IN_TX(f, assert_int_equal(mailbox_put(tx, &letter), 1));
	letter.client_id = "c2";
	IN_TX(f, assert_int_equal(mailbox_put(tx, &letter), 1));
	IN_TX(f, mailbox_answered(tx, letter.id, true));
	letter.client_id = "c3"; /* a broadcast */
	letter.reply_to = "";
	IN_TX(f, assert_int_equal(mailbox_put(tx, &letter), 1));
	IN_TX(f,
	    count = mailbox_late(tx, "t1", FIXTURE_T0_MS, 4, f->arena, late));
	assert_int_equal(count, 0);
	IN_TX(f,
	    count =
		mailbox_late(tx, "t2", FIXTURE_T0_MS + 1, 4, f->arena, late));
	assert_int_equal(count, 0);
	IN_TX(f,
	    count =
		mailbox_late(tx, "t1", FIXTURE_T0_MS + 1, 4, f->arena, late));
	assert_int_equal(count, 1);
	assert_string_equal(late[0].client_id, "c1");
	assert_string_equal(late[0].owner, "IS-1");
	IN_TX(f,
	    count =
		mailbox_late(tx, "t1", FIXTURE_T0_MS + 1, 4, f->arena, late));
	assert_int_equal(count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(letters_are_taken_once_in_the_order_they_came),
		FIXTURE_BOTH(same_name_is_put_once_a_side),
		FIXTURE_BOTH(same_token_gets_the_same_letter),
		FIXTURE_BOTH(another_owner_gets_nothing),
		FIXTURE_BOTH(node_and_kind_choose),
		FIXTURE_BOTH(letters_are_found_by_name_by_answer_and_by_time),
		FIXTURE_BOTH(
		    letter_is_known_by_its_row_and_remembers_its_last_word),
		FIXTURE_BOTH(leased_letter_is_put_by_one_until_its_lease_ends),
		FIXTURE_BOTH(letter_that_was_put_or_taken_waits_no_more),
		FIXTURE_BOTH(letter_that_could_not_be_put_waits_and_says_why),
		FIXTURE_BOTH(named_row_travels_alone_by_its_name),
		FIXTURE_BOTH(a_request_that_is_not_answered_is_late_once),
		FIXTURE_BOTH(cancelled_named_row_is_owed_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
