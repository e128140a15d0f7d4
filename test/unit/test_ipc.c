/* The promises of gateway/ipc.h, one test each. */
#include "test/lib/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/ipc.h"
#include "test/lib/ipc_link.h"

static void
messages_arrive_in_order_with_type_id_and_body(void **state)
{
	struct link *link = *state;

	assert_true(ipc_send(link->here, IPC_OPEN, 7, "first", 5));
	assert_true(ipc_send(link->here, IPC_PING, UINT64_MAX, NULL, 0));
	assert_true(ipc_send(link->here, IPC_DECODE, 0, "\0x", 2));
	assert_int_equal(ipc_waiting(link->here), 3);
	link_turn(link);
	assert_int_equal(ipc_waiting(link->here), 0);
	assert_int_equal(link->seen, 3);
	assert_int_equal(link->types[0], IPC_OPEN);
	assert_true(link->ids[0] == 7);
	assert_int_equal(link->types[1], IPC_PING);
	assert_true(link->ids[1] == UINT64_MAX);
	assert_int_equal(link->types[2], IPC_DECODE);
	assert_int_equal(link->bytes, 2);
	assert_memory_equal(link->body, "\0x", 2);
	assert_int_equal(link->fd, -1);
}

static void
bytes_are_copied_when_they_are_sent(void **state)
{
	struct link *link = *state;
	char text[] = "before";

	assert_true(ipc_send(link->here, IPC_OPEN, 1, text, 6));
	memcpy(text, "after!", 6);
	link_turn(link);
	assert_memory_equal(link->body, "before", 6);
}

static void
a_peer_knows_who_it_is_and_what_hangs_on_it(void **state)
{
	struct link *link = *state;

	assert_int_equal(ipc_peer_role(link->here), ROLE_OPENER);
	assert_int_equal(ipc_peer_index(link->here), 3);
	assert_null(ipc_peer_attached(link->here));
	ipc_peer_attach(link->here, link);
	assert_ptr_equal(ipc_peer_attached(link->here), link);
	ipc_peer_free(NULL);
}

static void
bodies_of_every_size_arrive_whole(void **state)
{
	const size_t sizes[] = { 1, LARGE - 1, LARGE, 3 * 1024 * 1024 };
	size_t descriptors = open_descriptors();
	struct link *link = *state;
	char *body;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		body = malloc(sizes[i]);
		assert_non_null(body);
		for (size_t j = 0; j < sizes[i]; j++)
			body[j] = (char)(j * 31 + i);
		assert_true(ipc_send(link->here, IPC_OPEN, i, body, sizes[i]));
		link_turn(link);
		assert_int_equal(link->seen, i + 1);
		assert_int_equal(link->bytes, sizes[i]);
		assert_memory_equal(link->body, body, sizes[i]);
		free(body);
	}
	assert_int_equal(link->fd, -1);
	assert_int_equal(open_descriptors(), descriptors);
}

static void
full_queue_means_not_now(void **state)
{
	struct link *link = *state;

	for (uint64_t i = 0; i < QUEUE_MAX; i++)
		assert_true(ipc_send(link->here, IPC_OPEN, i, "x", 1));
	assert_false(ipc_send(link->here, IPC_OPEN, 99, "x", 1));
	assert_false(ipc_send_fd(link->here, IPC_PEER, 99, "x", 1, 0));
	assert_int_equal(ipc_waiting(link->here), QUEUE_MAX);
	link_turn(link);
	assert_int_equal(link->seen, QUEUE_MAX);
	assert_true(ipc_send(link->here, IPC_OPEN, 8, "x", 1));
	link_turn(link);
	assert_true(link->ids[QUEUE_MAX] == 8);
}

static void
flushed_messages_leave_before_the_loop_turns(void **state)
{
	struct link *link = *state;

	assert_true(ipc_send(link->here, IPC_OPEN, 1, "x", 1));
	ipc_flush(link->here);
	assert_int_equal(ipc_waiting(link->here), 0);
	assert_int_equal(link->seen, 0);
	link_turn(link);
	assert_int_equal(link->seen, 1);
}

static void
an_answer_is_never_the_one_too_many(void **state)
{
	struct link *link = *state;

	for (uint64_t i = 0; i < QUEUE_MAX; i++)
		assert_true(ipc_send(link->here, IPC_OPEN, i, "x", 1));
	assert_true(ipc_answer(link->here, IPC_OPENED, 99, "x", 1));
	assert_false(ipc_send(link->here, IPC_OPEN, 100, "x", 1));
	link_turn(link);
	assert_int_equal(link->seen, QUEUE_MAX + 1);
	assert_true(link->ids[QUEUE_MAX] == 99);
}

static void
descriptor_arrives_as_a_copy_that_is_the_receivers(void **state)
{
	struct link *link = *state;
	size_t descriptors = open_descriptors();
	int fds[2];
	char c = 0;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_true(ipc_send_fd(link->here, IPC_PEER, 1, "x", 1, fds[1]));
	(void)close(fds[1]);
	link_turn(link);
	assert_int_not_equal(link->fd, -1);
	assert_int_not_equal(fcntl(link->fd, F_GETFD) & FD_CLOEXEC, 0);
	assert_int_equal(write(link->fd, "y", 1), 1);
	assert_int_equal(read(fds[0], &c, 1), 1);
	assert_int_equal(c, 'y');
	(void)close(fds[0]);
	(void)close(link->fd);
	link->fd = -1;
	assert_int_equal(open_descriptors(), descriptors);
}

static void
descriptor_of_a_file_is_there_only_for_its_handler(void **state)
{
	struct link *link = *state;
	size_t descriptors = open_descriptors();

	assert_true(ipc_send_fd(link->here, IPC_FTP, 1, "x", 1, 0));
	link_turn(link);
	assert_int_equal(link->seen, 1);
	assert_int_not_equal(link->fd, -1);
	assert_int_equal(fcntl(link->fd, F_GETFD), -1);
	link->fd = -1;
	assert_int_equal(open_descriptors(), descriptors);
}

static void
closed_other_end_is_told_once(void **state)
{
	struct link *link = *state;

	assert_true(ipc_send(link->here, IPC_OPEN, 1, "x", 1));
	ipc_flush(link->here);
	ipc_peer_free(link->here);
	link->here = NULL;
	link_turn(link);
	assert_int_equal(link->seen, 1);
	assert_int_equal(link->gone, 1);
	assert_null(link->there);
}

static void
peer_freed_in_its_handler_hears_nothing_more(void **state)
{
	size_t descriptors = open_descriptors();
	struct link *link = *state;

	link->free_at = 2;
	for (uint64_t i = 0; i < 4; i++)
		assert_true(ipc_send_fd(
		    link->here, IPC_PEER, i, NULL, 0, i == 3 ? 0 : -1));
	link_turn(link);
	assert_int_equal(link->seen, 2);
	assert_null(link->there);
	assert_int_equal(open_descriptors(), descriptors - 2);
	assert_int_equal(link->gone, 1); /* here, whose other end is closed */
	assert_null(link->here);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, link_set_up, link_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_arrive_in_order_with_type_id_and_body),
		TEST(bytes_are_copied_when_they_are_sent),
		TEST(a_peer_knows_who_it_is_and_what_hangs_on_it),
		TEST(bodies_of_every_size_arrive_whole),
		TEST(full_queue_means_not_now),
		TEST(flushed_messages_leave_before_the_loop_turns),
		TEST(an_answer_is_never_the_one_too_many),
		TEST(descriptor_arrives_as_a_copy_that_is_the_receivers),
		TEST(descriptor_of_a_file_is_there_only_for_its_handler),
		TEST(closed_other_end_is_told_once),
		TEST(peer_freed_in_its_handler_hears_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
