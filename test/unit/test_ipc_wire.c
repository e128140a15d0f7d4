/* gateway/ipc.h, when the other end is broken, hostile or dead. */
#include "test/lib/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/ipc.h"
#include "test/lib/ipc_link.h"

static void
descriptor_comes_with_no_other_message(void **state)
{
	struct frame frame = link_frame(IPC_OPEN);
	struct link *link = *state;
	size_t descriptors = open_descriptors();

	link_send_raw(link->raw, &frame, sizeof(frame), &link->raw, 1);
	link_turn(link);
	assert_int_equal(link->seen, 1);
	assert_int_equal(link->fd, -1);
	assert_int_equal(open_descriptors(), descriptors);
}

static void
second_descriptor_is_not_let_in(void **state)
{
	struct frame frame = link_frame(IPC_PEER);
	struct link *link = *state;
	size_t descriptors = open_descriptors();
	const int two[] = { link->raw, link->raw };

	link_send_raw(link->raw, &frame, sizeof(frame), two, 2);
	link_turn(link);
	if (link->fd != -1)
		(void)close(link->fd);
	link->fd = -1;
	assert_int_equal(open_descriptors(), descriptors);
}

static void
frame_that_is_not_ours_ends_the_peer(void **state)
{
	const struct frame good = link_frame(IPC_OPEN);
	struct frame bad[] = { good, good, good, good, good };
	size_t descriptors;

	(void)state;
	bad[0].magic ^= 1;
	bad[1].type = 0;
	bad[2].type = IPC_TYPE_END;
	bad[3].bytes = 1; /* none follows */
	bad[4].in_memfd = 1; /* none came */
	for (size_t i = 0; i <= sizeof(bad) / sizeof(bad[0]); i++) {
		bool cut = i == sizeof(bad) / sizeof(bad[0]);
		struct link *link = link_new(true);

		link_send_raw(link->raw, cut ? &good : &bad[i],
		    sizeof(good) - cut, NULL, 0);
		/* What comes behind it is dropped with its descriptor. */
		link_send_raw(link->raw, &good, sizeof(good), &link->raw, 1);
		descriptors = open_descriptors();
		link_turn(link);
		assert_int_equal(link->seen, 0);
		assert_int_equal(link->gone, 1);
		assert_null(link->there);
		assert_int_equal(open_descriptors(), descriptors - 1);
		(void)link_tear_down(&(void *){ link });
	}
}

/* A large body that its sender could still change under the reader. */
static void
body_that_is_not_sealed_ends_the_peer(void **state)
{
	char path[] = "/tmp/test_ipc.XXXXXX";
	int file = mkstemp(path);
	int fds[3] = { file, memfd_create("m", MFD_CLOEXEC),
		memfd_create("m", MFD_CLOEXEC | MFD_ALLOW_SEALING) };
	struct frame frame = link_frame(IPC_OPEN);

	(void)state;
	assert_int_not_equal(file, -1);
	(void)unlink(path);
	frame.in_memfd = 1;
	frame.bytes = LARGE;
	for (size_t i = 0; i < 3; i++) {
		struct link *link = link_new(true);

		assert_int_equal(ftruncate(fds[i], (off_t)LARGE), 0);
		link_send_raw(link->raw, &frame, sizeof(frame), &fds[i], 1);
		link_turn(link);
		assert_int_equal(link->seen, 0);
		assert_int_equal(link->gone, 1);
		(void)link_tear_down(&(void *){ link });
		(void)close(fds[i]);
	}
}

static void
body_of_another_size_than_said_ends_the_peer(void **state)
{
	struct frame frame = link_frame(IPC_OPEN);
	int fd = memfd_create("m", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct link *link = *state;

	assert_int_equal(ftruncate(fd, (off_t)LARGE), 0);
	assert_int_equal(
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE),
	    0);
	frame.in_memfd = 1;
	frame.bytes = LARGE;
	link_send_raw(link->raw, &frame, sizeof(frame), &fd, 1);
	link_turn(link);
	assert_int_equal(link->seen, 1);
	frame.bytes = LARGE + 1;
	link_send_raw(link->raw, &frame, sizeof(frame), &fd, 1);
	link_turn(link);
	assert_int_equal(link->seen, 1);
	assert_int_equal(link->gone, 1);
	(void)close(fd);
}

/*
 * Who dies of one message has answered those before: the answers are taken
 * first, or the wrong one would be blamed.  Unread messages make the kernel
 * reset the pair, unsent ones find it broken.
 */
static void
what_was_said_before_the_end_is_heard(void **state)
{
	struct frame frame = link_frame(IPC_OPENED);

	(void)state;
	for (int sent = 0; sent < 2; sent++) {
		struct link *link = link_new(true);

		assert_true(ipc_send(link->there, IPC_OPEN, 1, "x", 1));
		assert_true(ipc_send(link->there, IPC_OPEN, 2, "x", 1));
		if (sent == 1)
			ipc_flush(link->there);
		link_send_raw(link->raw, &frame, sizeof(frame), NULL, 0);
		(void)close(link->raw);
		link->raw = -1;
		if (sent == 0)
			ipc_flush(link->there);
		assert_int_equal(link->gone, 0);
		link_turn(link);
		assert_int_equal(link->seen, 1);
		assert_int_equal(link->gone, 1);
		(void)link_tear_down(&(void *){ link });
	}
}

#define TEST_RAW(name) \
	cmocka_unit_test_setup_teardown(name, link_set_up_raw, link_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_RAW(descriptor_comes_with_no_other_message),
		TEST_RAW(second_descriptor_is_not_let_in),
		cmocka_unit_test(frame_that_is_not_ours_ends_the_peer),
		cmocka_unit_test(body_that_is_not_sealed_ends_the_peer),
		TEST_RAW(body_of_another_size_than_said_ends_the_peer),
		cmocka_unit_test(what_was_said_before_the_end_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
