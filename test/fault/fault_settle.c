/*
 * Fail the Nth call to the store, N = 1, 2, ... until none fails, while a
 * learner and an enrolment are accepted, taken up again and settled by the
 * daemon's own accept and settle: inbox, registry and outbox.  Nobody plays the
 * opener but this program.  However often it fails, in the end each packet has
 * been applied once.
 */
#include "test/lib/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "gateway/batch.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/flow/accept.h"
#include "gateway/flow/job.h"
#include "gateway/flow/settle.h"
#include "gateway/ipc.h"
#include "gateway/loop.h"
#include "gateway/role.h"
#include "model/changeset_codec.h"
#include "queue/journal.h"
#include "queue/queue_query.h"
#include "test/lib/world.h"

#define LEASE_MS  30000
#define CALLS_MAX 1000
#define PACKETS   2

enum step { STEP_ACCEPT, STEP_RESUME, STEP_SETTLE, STEP_END };

struct run {
	struct fixture *f;
	struct desk *desk;
	int number; /* names what is this run's */
	enum step at; /* where the nth call fails */
	int64_t nth; /* 0: none; it fails once */
	int64_t last_call; /* the one that is to fail; 0: none in this step */
	bool reached;
	bool failed;
	char ids[PACKETS][64];
	struct buf changes[PACKETS]; /* what the opener says */
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

/* Around what a step does with the store. */
static void
arm(struct run *run, enum step step)
{
	run->last_call = 0;
	if (run->at == step && run->nth != 0)
		run->last_call =
		    store_fail_nth(run->f->store, run->nth) + run->nth;
}

static void
disarm(struct run *run)
{
	int64_t calls = store_fail_nth(run->f->store, 0);

	run->reached = run->last_call != 0 && calls >= run->last_call;
}

/* It fails once, and whoever made the call knows; the next try has nothing in
 * its way. */
static void
note_end(struct run *run, bool done)
{
	assert_int_equal(done, !run->reached);
	if (!done) {
		run->failed = true;
		run->nth = 0;
	}
}

static void
check_balance(struct run *run, struct balance *ret)
{
	struct store_tx *tx = fixture_begin(run->f);
	struct journal_check check;
	struct balance again;

	queue_balance(tx, ret);
	queue_recount(tx, &again);
	journal_verify(tx, &check);
	fixture_commit(run->f, tx);
	assert_memory_equal(ret, &again, sizeof(again));
	assert_int_equal(ret->in_difference, 0);
	assert_int_equal(ret->out_difference, 0);
	assert_int_equal(ret->held, 0);
	assert_int_equal(check.bad_seq, 0);
	assert_int_equal(check.bad_body, 0);
}

/* Another one for each number. */
static const char *
surname(struct arena *arena, int number)
{
	static const char *const ends[] = { "а", "б", "в", "г", "д", "е", "ж",
		"з", "и", "к" };

	return arena_printf(arena, "Тестов%s%s%s%s", ends[number / 1000 % 10],
	    ends[number / 100 % 10], ends[number / 10 % 10], ends[number % 10]);
}

/* A learner, and his enrolment into a school that comes with it. */
static void
make_changes(struct run *run)
{
	struct fixture *f = run->f;
	const char *key = arena_printf(f->arena, "L-%d", run->number);
	struct packet *learner = world_packet(f, "school");
	struct packet *enrolment = world_packet(f, "school");
	struct record *rec;

	rec = world_record(learner, RECORD_LEARNER, key, "surname",
	    surname(f->arena, run->number), "given_name", "Тест", "patronymic",
	    "Тестович", "sex", "1", "birth_date",
	    arena_printf(f->arena, "%d-%02d-%02d", 2008 + run->number / 300 % 8,
		run->number % 12 + 1, run->number / 12 % 25 + 1),
	    NULL);
	world_document(learner, rec, "kind", "03", "series", "I-ТЕ", "number",
	    arena_printf(f->arena, "%06d", 100000 + run->number), NULL);
	(void)world_record(enrolment, RECORD_ENROLMENT,
	    arena_printf(f->arena, "E-%d", run->number), "person_key", key,
	    "org_key", "O-1", "level", "basic", "enrolled_on", "2023-09-01",
	    NULL);
	(void)world_record(
	    enrolment, RECORD_ORG, "O-1", "full_name", "Школа образцов", NULL);
	for (int i = 0; i < PACKETS; i++) {
		struct packet *packet = i == 0 ? learner : enrolment;

		(void)snprintf(run->ids[i], sizeof(run->ids[i]),
		    "00000000-0000-4000-8000-%06d%06d", run->number, i);
		packet->change->packet_id = run->ids[i];
		buf_init(&run->changes[i], 0);
		changeset_encode(packet->change, &run->changes[i]);
	}
}

static struct transit *
transit_of(struct run *run, int i)
{
	for (size_t slot = 0; slot < TRANSIT_SLOTS; slot++)
		for (struct transit *t = run->desk->slots[slot]; t != NULL;
		     t = t->hash_next)
			if (strcmp(t->packet_id, run->ids[i]) == 0)
				return t;
	return NULL;
}

static void
ask(struct run *run, int i)
{
	unsigned char sum[32];
	char hex[65];
	struct ask ask = { .source = "school",
		.content_type = "application/xml",
		.digest = hex,
		.packet_id = "",
		.body = run->ids[i],
		.body_bytes = strlen(run->ids[i]) };
	struct opened opened = { .packet_id = run->ids[i], .kind = "packet" };
	struct ipc_message msg = { .type = IPC_ACCEPT, .id = 1, .fd = -1 };
	struct buf out;

	hash(ask.body, ask.body_bytes, sum);
	str_hex(hex, sum, sizeof(sum));
	buf_init(&out, 0);
	ask_write(IPC_ACCEPT, &ask, &out);
	msg.body = out.data;
	msg.bytes = out.bytes;
	accept_ask(run->desk, &msg);
	buf_clear(&out);
	opened_write(&opened, &out);
	msg = (struct ipc_message){ .type = IPC_OPENED,
		.id = run->desk->next_id,
		.body = out.data,
		.bytes = out.bytes,
		.fd = -1 };
	accept_opened(run->desk, &msg);
	buf_release(&out);
}

/* Sent until it is accepted, as its sender does. */
static void
accept_all(struct run *run)
{
	struct balance before, after;

	check_balance(run, &before);
	for (bool done = false; !done;) {
		for (int i = 0; i < PACKETS; i++)
			ask(run, i);
		arm(run, STEP_ACCEPT);
		assert_int_equal(batch_run(run->desk->batch), 0);
		disarm(run);
		done = transit_of(run, 0) != NULL;
		note_end(run, done);
		check_balance(run, &after);
		assert_int_equal(
		    after.accepted - before.accepted, done ? PACKETS : 0);
	}
}

/* The store that follows one that died finds them in the inbox. */
static void
forget_all(struct run *run)
{
	struct source_lane *lane = map_get(run->desk->lanes, "school");

	for (int i = 0; i < PACKETS; i++)
		if (transit_of(run, i) != NULL)
			transit_free(transit_of(run, i));
	if (lane != NULL) {
		lane->first = NULL;
		lane->tail = &lane->first;
	}
	assert_int_equal(run->desk->in_flight, 0);
}

static void
resume_all(struct run *run)
{
	for (bool done = false; !done;) {
		clock_freeze_ms(clock_now_ms() + LEASE_MS + 1);
		arm(run, STEP_RESUME);
		accept_resume(run->desk, 100);
		disarm(run);
		done = transit_of(run, 0) != NULL;
		note_end(run, done);
	}
	assert_non_null(transit_of(run, 1));
}

static void
decode(struct run *run, int i)
{
	struct decoded decoded = { .message_id = "",
		.ack_id = "",
		.original_message_id = "",
		.reply_to = "",
		.sender = "",
		.sending_timestamp = "",
		.datatype = "",
		.source = "",
		.code = "",
		.why = "",
		.changeset = run->changes[i].data,
		.changeset_bytes = run->changes[i].bytes };
	struct ipc_message msg = {
		.type = IPC_DECODED, .id = transit_of(run, i)->id, .fd = -1
	};
	struct buf out;

	buf_init(&out, 0);
	decoded_write(&decoded, &out);
	msg.body = out.data;
	msg.bytes = out.bytes;
	settle_decoded(run->desk, &msg);
	buf_release(&out);
}

#define PERSONS    "SELECT count(*) FROM person"
#define ENROLMENTS "SELECT count(*) FROM enrolment"

/* All of a batch is done, or nothing; then it is taken up again. */
static void
settle_all(struct run *run)
{
	int64_t persons = world_int(run->f, PERSONS);
	int64_t enrolments = world_int(run->f, ENROLMENTS);
	struct balance before, after;

	check_balance(run, &before);
	for (bool done = false; !done;) {
		for (int i = 0; i < PACKETS; i++)
			decode(run, i);
		arm(run, STEP_SETTLE);
		assert_int_equal(batch_run(run->desk->batch), 0);
		disarm(run);
		assert_int_equal(run->desk->in_flight, 0);
		check_balance(run, &after);
		done = after.waiting == before.waiting - PACKETS;
		note_end(run, done);
		assert_int_equal(
		    after.applied - before.applied, done ? PACKETS : 0);
		assert_int_equal(
		    world_int(run->f, PERSONS) - persons, done ? 1 : 0);
		assert_int_equal(
		    world_int(run->f, ENROLMENTS) - enrolments, done ? 1 : 0);
		if (!done) {
			assert_int_equal(after.owed, before.owed);
			resume_all(run);
		}
	}
	/* The federal segment is told of the learner at least. */
	assert_true(after.owed > before.owed);
}

/* All steps, the nth call of step at failing.  Returns whether one did. */
static bool
run_all(
    struct fixture *f, struct desk *desk, int number, enum step at, int64_t nth)
{
	struct run run = {
		.f = f, .desk = desk, .number = number, .at = at, .nth = nth
	};

	make_changes(&run);
	accept_all(&run);
	forget_all(&run);
	resume_all(&run);
	settle_all(&run);
	for (int i = 0; i < PACKETS; i++)
		buf_release(&run.changes[i]);
	return run.failed;
}

static struct loop *
lonely_loop(struct desk *desk)
{
	static const struct loop_calls calls = { .message = NULL };
	struct role_start start = { .role = ROLE_STORE };
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	start.control_fd = fds[0];
	return loop_new(&start, &calls, desk);
}

static void
whatever_call_fails_each_packet_is_applied_once(struct fixture *f)
{
	static struct config_datatype datatypes[] = { { .name = "push",
	    .adapter = "federal-push" } };
	struct config config = { .lease_ms = LEASE_MS,
		.region = "77",
		.datatypes = datatypes,
		.datatype_count = 1 };
	struct desk *desk = xcalloc(1, sizeof(*desk));
	int number = 0;
	int64_t nth;

	config.roles.openers = 1;
	config.roles.queue = 1000;
	config.retry.packet_attempts = 10;
	config.retry.poison_attempts = 2;
	desk->config = &config;
	desk->lanes = map_new();
	desk->store = f->store;
	desk->batch = batch_new(f->store, 100);
	desk->loop = lonely_loop(desk);
	(void)run_all(f, desk, number, STEP_END, 0);
	for (int at = STEP_ACCEPT; at < STEP_END; at++) {
		for (nth = 1; run_all(f, desk, ++number, (enum step)at, nth);
		     nth++)
			assert_true(nth < CALLS_MAX);
		assert_true(nth > 2); /* its begin and its commit at least */
	}
	print_message("%d runs\n", number);
}

/* A role's loop and desk live as long as their process: that is no leak. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(whatever_call_fails_each_packet_is_applied_once),
	};

	log_open("test", LOG_LEVEL_ERROR);
	world_setup();
	journal_setup(hash);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
