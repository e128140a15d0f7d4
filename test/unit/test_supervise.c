/*
 * The promises of gateway/supervise.h, with processes that do what a board in
 * shared memory tells them.  Time is real: a test waits for what has to come,
 * at most DEADLINE_MS, and relies on nothing being fast.
 */
#include "test/lib/unit.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/clock.h"
#include "gateway/loop.h"
#include "gateway/supervise.h"

#define DEADLINE_MS 60000
#define PATIENT_MS  60000 /* a watchdog that never bites here */
#define NOTES_MAX   64

enum deed {
	DEED_SERVE, /* until asked to stop */
	DEED_EXIT, /* before it is ready */
	DEED_HANG /* after it is ready */
};

/* What a process leaves for the test to see. */
struct note {
	enum ipc_role role;
	int index;
	pid_t pid; /* 0: not written yet */
	int64_t began_ms;
	int peers; /* that it was given */
};

struct board {
	enum deed deed[ROLE_COUNT]; /* of the next process of that role */
	int starts, ends;
	struct note notes[NOTES_MAX];
	enum ipc_role ended[NOTES_MAX]; /* as they were asked to, in order */
};

/* One for each test, for the life of the program: nothing of it is freed. */
static struct watch {
	struct event_base *base;
	struct supervisor *sup;
	struct event *child_died;
	struct board *board;
} watches[16], *watch = watches;

static struct note *mine; /* in a child */
static enum deed my_deed;

static void
on_message(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	(void)peer;
	(void)msg;
	(void)arg;
}

static void
on_peer(struct ipc_peer *peer, void *arg)
{
	(void)peer;
	(void)arg;
	(void)__atomic_add_fetch(&mine->peers, 1, __ATOMIC_SEQ_CST);
}

static void
on_turn(void *arg)
{
	(void)arg;
	while (my_deed == DEED_HANG)
		(void)pause();
}

/* What the role's main function is in the daemon. */
static int
child(const struct role_start *start, void *arg)
{
	static const struct loop_calls calls = {
		.message = on_message, .peer_new = on_peer, .turn = on_turn
	};
	struct board *board = arg;
	int status, n;

	my_deed = board->deed[start->role];
	n = __atomic_fetch_add(&board->starts, 1, __ATOMIC_SEQ_CST);
	if (n >= NOTES_MAX)
		return 3;
	mine = &board->notes[n];
	mine->role = start->role;
	mine->index = start->index;
	mine->began_ms = clock_mono_ms();
	__atomic_store_n(&mine->pid, getpid(), __ATOMIC_SEQ_CST);
	if (my_deed == DEED_EXIT)
		return 5;
	status = loop_run(loop_new(start, &calls, NULL));
	if (status == 0)
		board->ended[__atomic_fetch_add(
		    &board->ends, 1, __ATOMIC_SEQ_CST)] = start->role;
	return status;
}

static void
on_child_died(evutil_socket_t signal_number, short what, void *arg)
{
	(void)signal_number;
	(void)what;
	(void)arg;
	supervisor_reap(watch->sup);
}

static void
begin(int watchdog_ms)
{
	void *p = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	watch++;
	assert_true(watch < watches + 16);
	assert_true(p != MAP_FAILED);
	watch->board = p;
	watch->base = event_base_new();
	watch->child_died =
	    evsignal_new(watch->base, SIGCHLD, on_child_died, NULL);
	(void)event_add(watch->child_died, NULL);
	watch->sup = supervisor_new(watch->base, watchdog_ms, child, p);
}

/* Turn the loop until cond is true. */
#define WAIT_FOR(cond)                                                   \
	do {                                                             \
		int64_t until = clock_mono_ms() + DEADLINE_MS;           \
                                                                         \
		while (!(cond)) {                                        \
			if (clock_mono_ms() > until)                     \
				fail_msg("never came true: " #cond);     \
			(void)event_base_loop(watch->base, EVLOOP_ONCE); \
		}                                                        \
	} while (0)

static int
starts(void)
{
	return __atomic_load_n(&watch->board->starts, __ATOMIC_SEQ_CST);
}

/* The note of the nth process, from 0, of role and index; or NULL. */
static const struct note *
note_of(enum ipc_role role, int index, int nth)
{
	for (int i = 0; i < starts() && i < NOTES_MAX; i++) {
		const struct note *note = &watch->board->notes[i];

		if (__atomic_load_n(&note->pid, __ATOMIC_SEQ_CST) != 0
		    && note->role == role && note->index == index && nth-- == 0)
			return note;
	}
	return NULL;
}

static int
peers_of(enum ipc_role role, int index, int nth)
{
	const struct note *note = note_of(role, index, nth);

	return note == NULL ? -1
			    : __atomic_load_n(&note->peers, __ATOMIC_SEQ_CST);
}

/* Stop all, and see that nobody is left. */
static void
end(void)
{
	supervisor_stop(watch->sup);
	(void)event_base_dispatch(watch->base);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	(void)event_del(watch->child_died);
}

static void
all_that_are_wanted_run_and_get_their_pairs(void **state)
{
	(void)state;
	begin(PATIENT_MS);
	supervisor_want(watch->sup, ROLE_STORE, 1);
	supervisor_want(watch->sup, ROLE_OPENER, 2);
	supervisor_want(watch->sup, ROLE_COURIER, 1);
	supervisor_pair(watch->sup, ROLE_STORE, ROLE_OPENER);
	assert_false(supervisor_ready(watch->sup));
	supervisor_start(watch->sup);
	WAIT_FOR(supervisor_ready(watch->sup));
	WAIT_FOR(peers_of(ROLE_STORE, 0, 0) == 2);
	WAIT_FOR(peers_of(ROLE_OPENER, 0, 0) == 1);
	WAIT_FOR(peers_of(ROLE_OPENER, 1, 0) == 1);
	assert_int_equal(peers_of(ROLE_COURIER, 0, 0), 0);
	assert_int_equal(starts(), 4);
	end();
}

static void
process_that_dies_again_and_again_waits_longer_each_time(void **state)
{
	int64_t began[5];

	(void)state;
	begin(PATIENT_MS);
	watch->board->deed[ROLE_OPENER] = DEED_EXIT;
	supervisor_want(watch->sup, ROLE_OPENER, 1);
	supervisor_start(watch->sup);
	for (int i = 0; i < 5; i++) {
		WAIT_FOR(note_of(ROLE_OPENER, 0, i) != NULL);
		began[i] = note_of(ROLE_OPENER, 0, i)->began_ms;
	}
	assert_true(began[2] - began[1] >= 100);
	assert_true(began[3] - began[2] >= 200);
	assert_true(began[4] - began[3] >= 400);
	assert_false(supervisor_ready(watch->sup));
	watch->board->deed[ROLE_OPENER] = DEED_SERVE;
	WAIT_FOR(supervisor_ready(watch->sup));
	end();
}

static void
process_that_was_killed_is_replaced_and_connected_anew(void **state)
{
	(void)state;
	begin(PATIENT_MS);
	supervisor_want(watch->sup, ROLE_STORE, 1);
	supervisor_want(watch->sup, ROLE_OPENER, 1);
	supervisor_pair(watch->sup, ROLE_OPENER, ROLE_STORE);
	supervisor_start(watch->sup);
	WAIT_FOR(supervisor_ready(watch->sup));
	WAIT_FOR(peers_of(ROLE_OPENER, 0, 0) == 1);
	assert_int_equal(kill(note_of(ROLE_STORE, 0, 0)->pid, SIGKILL), 0);
	WAIT_FOR(peers_of(ROLE_STORE, 0, 1) == 1);
	WAIT_FOR(peers_of(ROLE_OPENER, 0, 0) == 2);
	WAIT_FOR(supervisor_ready(watch->sup));
	assert_int_equal(starts(), 3);
	end();
}

static void
process_that_hangs_is_killed_and_replaced(void **state)
{
	pid_t hung;

	(void)state;
	begin(3000);
	watch->board->deed[ROLE_OPENER] = DEED_HANG;
	supervisor_want(watch->sup, ROLE_STORE, 1);
	supervisor_want(watch->sup, ROLE_OPENER, 1);
	supervisor_start(watch->sup);
	WAIT_FOR(note_of(ROLE_OPENER, 0, 0) != NULL);
	hung = note_of(ROLE_OPENER, 0, 0)->pid;
	watch->board->deed[ROLE_OPENER] = DEED_SERVE;
	WAIT_FOR(note_of(ROLE_OPENER, 0, 1) != NULL);
	assert_int_equal(kill(hung, 0), -1);
	WAIT_FOR(supervisor_ready(watch->sup));
	end();
}

static void
doors_stop_first_then_store_then_the_rest(void **state)
{
	const struct board *board;

	(void)state;
	begin(PATIENT_MS);
	supervisor_want(watch->sup, ROLE_SIGNER, 1);
	supervisor_want(watch->sup, ROLE_STORE, 1);
	supervisor_want(watch->sup, ROLE_OPENER, 2);
	supervisor_want(watch->sup, ROLE_COURIER, 1);
	supervisor_want(watch->sup, ROLE_FRONT, 1);
	supervisor_start(watch->sup);
	WAIT_FOR(supervisor_ready(watch->sup));
	end();
	board = watch->board;
	assert_int_equal(board->ends, 6);
	assert_int_equal(
	    board->ended[0] + board->ended[1], ROLE_FRONT + ROLE_COURIER);
	assert_int_not_equal(board->ended[0], ROLE_STORE);
	assert_int_equal(board->ended[2], ROLE_STORE);
	assert_int_equal(board->starts, 6);
}

static void
process_that_does_not_stop_does_not_keep_the_others(void **state)
{
	(void)state;
	begin(PATIENT_MS);
	watch->board->deed[ROLE_FRONT] = DEED_HANG;
	supervisor_want(watch->sup, ROLE_STORE, 1);
	supervisor_want(watch->sup, ROLE_FRONT, 1);
	supervisor_start(watch->sup);
	WAIT_FOR(supervisor_ready(watch->sup));
	end();
	assert_int_equal(watch->board->ends, 1);
	assert_int_equal(watch->board->ended[0], ROLE_STORE);
}

static void
replace_takes_one_role_after_another(void **state)
{
	const struct board *board;

	(void)state;
	begin(PATIENT_MS);
	supervisor_want(watch->sup, ROLE_STORE, 1);
	supervisor_want(watch->sup, ROLE_OPENER, 1);
	supervisor_want(watch->sup, ROLE_FRONT, 1);
	supervisor_start(watch->sup);
	WAIT_FOR(supervisor_ready(watch->sup));
	supervisor_replace(watch->sup);
	WAIT_FOR(starts() == 6 && supervisor_ready(watch->sup));
	board = watch->board;
	assert_int_equal(board->ends, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(board->ended[i], board->notes[3 + i].role);
		assert_non_null(note_of(board->ended[i], 0, 1));
	}
	assert_int_equal(board->ended[0], ROLE_STORE);
	assert_int_equal(board->ended[2], ROLE_FRONT);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_are_wanted_run_and_get_their_pairs),
		cmocka_unit_test(
		    process_that_dies_again_and_again_waits_longer_each_time),
		cmocka_unit_test(
		    process_that_was_killed_is_replaced_and_connected_anew),
		cmocka_unit_test(process_that_hangs_is_killed_and_replaced),
		cmocka_unit_test(doors_stop_first_then_store_then_the_rest),
		cmocka_unit_test(
		    process_that_does_not_stop_does_not_keep_the_others),
		cmocka_unit_test(replace_takes_one_role_after_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
