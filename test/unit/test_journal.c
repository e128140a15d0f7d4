/*
 * The promises of queue/journal.h and queue/retry.h, one test each.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "queue/inbox.h"
#include "queue/journal.h"
#include "queue/queue.h"
#include "queue/queue_query.h"
#include "queue/retry.h"
#include "store/store.h"
#include "test/lib/fixture.h"

/* Four FNV-1a with different starts: as good as any for a test. */
static void
hash(const void *p, size_t bytes, unsigned char ret[32])
{
	for (unsigned int part = 0; part < 4; part++) {
		uint64_t h = UINT64_C(0xcbf29ce484222325) + part;

		for (size_t i = 0; i < bytes; i++)
			h = (h ^ ((const unsigned char *)p)[i])
			    * UINT64_C(0x100000001b3);
		memcpy(ret + (size_t)part * 8, &h, 8);
	}
}

static void
add(struct store_tx *tx, const char *event, const char *packet_id,
    const char *digest)
{
	journal_add(tx,
	    &(struct journal_entry){ .event = event,
		.packet_id = packet_id,
		.source = "school",
		.digest = digest,
		.detail = "" });
}

static void
add_one(struct fixture *f, const char *event, const char *packet_id)
{
	struct store_tx *tx = fixture_begin(f);

	add(tx, event, packet_id, "");
	fixture_commit(f, tx);
}

static struct journal_check
verify(struct fixture *f)
{
	struct store_tx *tx = fixture_begin(f);
	struct journal_check check;

	journal_verify(tx, &check);
	fixture_commit(f, tx);
	return check;
}

static void
spoil(struct fixture *f, const char *sql)
{
	struct store_tx *tx = fixture_begin(f);

	store_exec(tx, sql, NO_PARAMS);
	fixture_commit(f, tx);
}

/* Five entries in three transactions. */
static void
fill(struct fixture *f)
{
	struct store_tx *tx;

	add_one(f, "accepted", "p1");
	tx = fixture_begin(f);
	add(tx, "accepted", "p2", "");
	add(tx, "settled", "p1", "");
	add(tx, "settled", "p2", "");
	fixture_commit(f, tx);
	add_one(f, "sent", "m1");
}

static void
sound_chain_is_found_sound(struct fixture *f)
{
	struct journal_check check = verify(f), more;

	assert_int_equal(check.entries, 0);
	assert_int_equal(check.bad_seq, 0);
	fill(f);
	check = verify(f);
	assert_int_equal(check.entries, 5);
	assert_int_equal(check.bad_seq, 0);
	assert_int_equal(check.bad_body, 0);
	assert_int_equal(strlen(check.head), 64);
	add_one(f, "sent", "m2");
	more = verify(f);
	assert_string_not_equal(check.head, more.head);
}

static void
changed_lost_and_inserted_entries_are_found(struct fixture *f)
{
	static const struct {
		const char *sql;
		int64_t bad_seq;
	} spoils[] = {
		{ "UPDATE journal SET detail = 'x' WHERE seq = 3", 3 },
		{ "UPDATE journal SET at_ms = at_ms + 1 WHERE seq = 1", 1 },
		{ "UPDATE journal SET packet_id = 'p', source = '2school'"
		  " WHERE seq = 2",
		    2 },
		{ "DELETE FROM journal WHERE seq = 2", 2 },
		{ "DELETE FROM journal WHERE seq = 1", 1 },
		{ "DELETE FROM journal WHERE seq = 5", 5 },
		{ "DELETE FROM journal WHERE seq >= 4", 4 },
		{ "DELETE FROM journal", 1 },
		{ "DELETE FROM journal_head", 1 },
		{ "UPDATE journal_head SET seq = 4", 5 },
		{ "INSERT INTO journal (seq, at_ms, event, packet_id, source,"
		  " digest, detail, hash) SELECT 6, at_ms, event, packet_id,"
		  " source, digest, detail, hash FROM journal WHERE seq = 5",
		    6 },
		{ "UPDATE journal SET seq = -1 WHERE seq = 2", 2 },
	};
	struct journal_check check;
	struct store_tx *tx;

	fill(f);
	for (size_t i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		tx = fixture_begin(f);
		store_exec(tx, spoils[i].sql, NO_PARAMS);
		journal_verify(tx, &check);
		assert_int_equal(store_error(tx)->kind, ERR_NONE);
		store_rollback(tx);
		if (check.bad_seq != spoils[i].bad_seq)
			fail_msg("%s: %lld", spoils[i].sql,
			    (long long)check.bad_seq);
	}
	assert_int_equal(verify(f).bad_seq, 0);
}

static void
fields_cannot_borrow_from_each_other(struct fixture *f)
{
	fill(f);
	spoil(f,
	    "UPDATE journal SET event = 'acceptedp', packet_id = '1'"
	    " WHERE seq = 1");
	assert_int_equal(verify(f).bad_seq, 1);
}

static void
entries_of_an_undone_part_are_not_written(struct fixture *f)
{
	struct store_tx *tx = fixture_begin(f);
	struct err no;

	(void)err_set(&no, ERR_REFUSE, "PKT_SCHEMA", "no");
	add(tx, "accepted", "p1", "");
	store_savepoint(tx);
	add(tx, "settled", "p1", "");
	store_fail(tx, &no);
	assert_int_equal(store_release(tx, &f->err), -1);
	store_savepoint(tx);
	add(tx, "refused", "p1", "");
	assert_int_equal(store_release(tx, &f->err), 0);
	fixture_commit(f, tx);
	assert_int_equal(verify(f).entries, 2);
	assert_int_equal(verify(f).bad_seq, 0);
	tx = fixture_begin(f);
	add(tx, "lost", "p1", "");
	store_rollback(tx);
	assert_int_equal(verify(f).entries, 2);
}

static void
trace_tells_one_packets_way_in_order(struct fixture *f)
{
	struct queue_step steps[4];
	struct store_tx *tx;

	fill(f);
	clock_freeze_ms(FIXTURE_T0_MS + 5);
	add_one(f, "sent", "p1");
	tx = fixture_begin(f);
	assert_int_equal(queue_trace(tx, "p1", 4, f->arena, steps), 3);
	assert_int_equal(queue_trace(tx, "p1", 2, f->arena, steps), 2);
	assert_int_equal(queue_trace(tx, "p9", 4, f->arena, steps), 0);
	assert_int_equal(queue_trace(tx, "p1", 4, f->arena, steps), 3);
	fixture_commit(f, tx);
	assert_string_equal(steps[0].event, "accepted");
	assert_string_equal(steps[1].event, "settled");
	assert_string_equal(steps[2].event, "sent");
	assert_string_equal(steps[2].source, "school");
	assert_true(steps[2].at_ms == FIXTURE_T0_MS + 5);
}

static void
put_packet(struct fixture *f, const char *packet_id, const char *body)
{
	struct inbox_packet p = { .packet_id = packet_id,
		.source = "school",
		.body = body,
		.body_bytes = strlen(body) };
	struct store_tx *tx = fixture_begin(f);
	unsigned char digest[32];
	char hex[65];

	hash(body, strlen(body), digest);
	str_hex(hex, digest, 32);
	p.digest = hex;
	assert_int_equal(inbox_put(tx, &p, f->arena), INBOX_NEW);
	add(tx, JOURNAL_ACCEPTED, packet_id, hex);
	fixture_commit(f, tx);
}

static void
changed_body_is_found_even_with_its_digest(struct fixture *f)
{
	int64_t id;

	for (int i = 0; i < 40; i++)
		put_packet(f, arena_printf(f->arena, "p%d", i),
		    arena_printf(f->arena, "<a n='%d'/>", i));
	assert_int_equal(verify(f).bad_body, 0);
	id = fixture_int(f, "SELECT id FROM inbox WHERE packet_id = 'p33'");
	spoil(f,
	    "UPDATE inbox_body SET body = (SELECT body FROM inbox_body b"
	    "  JOIN inbox i ON i.id = b.id WHERE i.packet_id = 'p7')"
	    " WHERE id = (SELECT id FROM inbox WHERE packet_id = 'p33')");
	spoil(f,
	    "UPDATE inbox SET digest = (SELECT digest FROM inbox i"
	    "  WHERE i.packet_id = 'p7') WHERE packet_id = 'p33'");
	assert_true(verify(f).bad_body == id);
	assert_int_equal(verify(f).bad_seq, 0);
}

static void
long_chain_is_walked_whole(struct fixture *f)
{
	struct store_tx *tx = fixture_begin(f);

	for (int i = 0; i < 2500; i++)
		add(tx, "sent", "m1", "");
	fixture_commit(f, tx);
	assert_int_equal(verify(f).entries, 2500);
	assert_int_equal(verify(f).bad_seq, 0);
	spoil(f, "UPDATE journal SET detail = 'x' WHERE seq = 2400");
	assert_int_equal(verify(f).bad_seq, 2400);
}

static void
two_writers_make_one_chain(struct fixture *f)
{
	struct store *other;
	struct store_tx *a, *b;

	assert_int_equal(store_open(f->url, &other, &f->err), 0);
	a = fixture_begin(f);
	add(a, "accepted", "p1", "");
	b = store_begin(other);
	add(b, "accepted", "p2", "");
	fixture_commit(f, a);
	assert_int_equal(store_commit(b, &f->err), 0);
	a = fixture_begin(f);
	add(a, "accepted", "p3", "");
	fixture_commit(f, a);
	store_close(other);
	assert_int_equal(verify(f).entries, 3);
	assert_int_equal(verify(f).bad_seq, 0);
}

static void
pause_doubles_to_its_cap_and_is_never_below_half(void **state)
{
	(void)state;
	for (uint64_t random = 0; random < 5000; random += 7) {
		assert_in_range(
		    retry_pause_ms(1, 1000, 60000, random), 500, 1000);
		assert_in_range(
		    retry_pause_ms(3, 1000, 60000, random), 2000, 4000);
		assert_in_range(
		    retry_pause_ms(60, 1000, 60000, random), 30000, 60000);
	}
	assert_int_equal(retry_pause_ms(1, 1000, 60000, 500), 1000);
	assert_int_equal(retry_pause_ms(1, 1000, 60000, 501), 500);
	assert_in_range(
	    retry_pause_ms(INT64_MAX, 1, INT64_MAX, UINT64_MAX), 1, INT64_MAX);
	assert_in_range(retry_pause_ms(0, 0, 0, UINT64_MAX), 0, 1);
	assert_in_range(retry_pause_ms(5, 1000, 700, 0), 350, 700);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(sound_chain_is_found_sound),
		FIXTURE_BOTH(changed_lost_and_inserted_entries_are_found),
		FIXTURE_BOTH(fields_cannot_borrow_from_each_other),
		FIXTURE_BOTH(entries_of_an_undone_part_are_not_written),
		FIXTURE_BOTH(trace_tells_one_packets_way_in_order),
		FIXTURE_BOTH(changed_body_is_found_even_with_its_digest),
		FIXTURE_BOTH(long_chain_is_walked_whole),
		FIXTURE_PGSQL(two_writers_make_one_chain),
		cmocka_unit_test(
		    pause_doubles_to_its_cap_and_is_never_below_half),
	};

	journal_setup(hash);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
