/*
 * Leases of several nodes on one database: inbox and outbox.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "queue/inbox.h"
#include "queue/outbox.h"
#include "queue/queue.h"
#include "store/store.h"
#include "test/lib/fixture.h"

#define LEASE_MS 30000

#define IN_TX(f, call)                                  \
	do {                                            \
		struct store_tx *tx = fixture_begin(f); \
		call;                                   \
		fixture_commit(f, tx);                  \
	} while (0)

static int64_t
put_packet(struct fixture *f, const char *packet_id)
{
	struct inbox_packet packet = { .packet_id = packet_id,
		.source = "school" };

	IN_TX(f, assert_int_equal(inbox_put(tx, &packet, f->arena), INBOX_NEW));
	return packet.id;
}

static size_t
lease_packets(struct fixture *f, size_t max, struct inbox_packet ret[])
{
	size_t count;

	IN_TX(f, count = inbox_lease(tx, max, LEASE_MS, f->arena, ret));
	return count;
}

static void
put_message(struct fixture *f, const char *subject, const char *key)
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
lease_envelope(struct fixture *f, size_t batch, const char *message_id,
    struct envelope *ret)
{
	int found;

	IN_TX(f,
	    found = outbox_lease(tx, "federal", NULL, batch, 0, message_id,
		LEASE_MS, f->arena, ret));
	return found;
}

static void
a_node_takes_back_its_own_packets_only(struct fixture *f)
{
	struct inbox_packet got[2];
	struct store_tx *tx;

	(void)put_packet(f, "p1");
	(void)put_packet(f, "p2");
	assert_int_equal(lease_packets(f, 1, got), 1);
	queue_setup(2);
	assert_int_equal(lease_packets(f, 1, got), 1);
	assert_string_equal(got[0].packet_id, "p2");
	tx = fixture_begin(f);
	inbox_unlease(tx);
	fixture_commit(f, tx);
	assert_int_equal(lease_packets(f, 2, got), 1);
	assert_string_equal(got[0].packet_id, "p2");
	/* The other one's end by time. */
	clock_freeze_ms(FIXTURE_T0_MS + LEASE_MS);
	assert_int_equal(lease_packets(f, 2, got), 2);
	queue_setup(1);
}

static void
two_nodes_never_lease_the_same_packet(struct fixture *f)
{
	struct inbox_packet mine[2], theirs[2];
	struct store *other;
	struct store_tx *a, *b;

	(void)put_packet(f, "p1");
	(void)put_packet(f, "p2");
	assert_int_equal(store_open(f->url, &other, &f->err), 0);
	a = fixture_begin(f);
	assert_int_equal(inbox_lease(a, 1, LEASE_MS, f->arena, mine), 1);
	b = store_begin(other);
	assert_int_equal(inbox_lease(b, 2, LEASE_MS, f->arena, theirs), 1);
	assert_int_equal(store_commit(b, &f->err), 0);
	fixture_commit(f, a);
	assert_int_not_equal(mine[0].id, theirs[0].id);
	store_close(other);
}

static void
a_node_takes_back_its_own_envelopes_only(struct fixture *f)
{
	struct envelope e;

	put_message(f, "s1", "k1");
	assert_int_equal(lease_envelope(f, 10, "m1", &e), 1);
	queue_setup(2);
	IN_TX(f, outbox_unlease(tx));
	assert_int_equal(lease_envelope(f, 10, "m2", &e), 0);
	clock_freeze_ms(FIXTURE_T0_MS + LEASE_MS);
	assert_int_equal(lease_envelope(f, 10, "m2", &e), 1);
	assert_string_equal(e.message_id, "m1");
	queue_setup(1);
	IN_TX(f, outbox_unlease(tx));
	assert_int_equal(lease_envelope(f, 10, "m2", &e), 0);
}

static void
two_nodes_never_lease_the_same_envelope(struct fixture *f)
{
	struct envelope mine, theirs;
	struct store *other;
	struct store_tx *a, *b;

	put_message(f, "s1", "k1");
	put_message(f, "s2", "k2");
	assert_int_equal(lease_envelope(f, 1, "m1", &mine), 1);
	assert_int_equal(lease_envelope(f, 1, "m2", &mine), 1);
	IN_TX(f, outbox_unlease(tx));
	assert_int_equal(store_open(f->url, &other, &f->err), 0);
	a = fixture_begin(f);
	assert_int_equal(outbox_lease(a, "federal", NULL, 1, 0, "m3", LEASE_MS,
			     f->arena, &mine),
	    1);
	b = store_begin(other);
	assert_int_equal(outbox_lease(b, "federal", NULL, 1, 0, "m4", LEASE_MS,
			     f->arena, &theirs),
	    1);
	assert_int_equal(store_commit(b, &f->err), 0);
	fixture_commit(f, a);
	assert_int_not_equal(mine.id, theirs.id);
	store_close(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(a_node_takes_back_its_own_packets_only),
		FIXTURE_BOTH(a_node_takes_back_its_own_envelopes_only),
		FIXTURE_PGSQL(two_nodes_never_lease_the_same_packet),
		FIXTURE_PGSQL(two_nodes_never_lease_the_same_envelope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
