/* The promises of gateway/ipc.h, one test each. */
#include "test/lib/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "gateway/ipc.h"

#define QUEUE_MAX 8
#define SEEN_MAX  64
#define LARGE     ((size_t)64 * 1024 + 1)

/* A pair: here sends, there receives and remembers. */
struct link {
	struct event_base *base;
	struct ipc_peer *here, *there;
	int raw; /* our end, when it is no peer; else -1 */
	uint64_t ids[SEEN_MAX];
	enum ipc_type types[SEEN_MAX];
	size_t seen, gone;
	char *body; /* of the last message */
	size_t bytes;
	int fd; /* the last that came, or -1 */
	size_t free_at; /* free there in the handler of that message */
};

static void
on_message(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct link *link = arg;

	assert_in_range(link->seen, 0, SEEN_MAX - 1);
	link->ids[link->seen] = msg->id;
	link->types[link->seen++] = msg->type;
	free(link->body);
	link->body = malloc(msg->bytes + 1);
	assert_non_null(link->body);
	memcpy(link->body, msg->body, msg->bytes);
	link->bytes = msg->bytes;
	if (msg->fd != -1) {
		assert_int_equal(link->fd, -1);
		link->fd = msg->fd;
	}
	if (link->seen == link->free_at) {
		ipc_peer_free(peer);
		link->there = NULL;
	}
}

static void
on_gone(struct ipc_peer *peer, void *arg)
{
	struct link *link = arg;

	if (peer == link->there)
		link->there = NULL;
	else
		link->here = NULL;
	link->gone++;
}

static struct link *
new_link(bool raw)
{
	struct link *link = calloc(1, sizeof(*link));
	int fds[2];

	assert_non_null(link);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	link->base = event_base_new();
	link->fd = link->raw = -1;
	if (raw)
		link->raw = fds[0];
	else
		link->here = ipc_peer_new(link->base, fds[0], ROLE_OPENER, 3,
		    QUEUE_MAX, on_message, on_gone, link);
	link->there = ipc_peer_new(link->base, fds[1], ROLE_STORE, 0, QUEUE_MAX,
	    on_message, on_gone, link);
	return link;
}

static int
set_up(void **state)
{
	*state = new_link(false);
	return 0;
}

static int
set_up_raw(void **state)
{
	*state = new_link(true);
	return 0;
}

static int
tear_down(void **state)
{
	struct link *link = *state;

	ipc_peer_free(link->here);
	ipc_peer_free(link->there);
	if (link->raw != -1)
		(void)close(link->raw);
	if (link->fd != -1)
		(void)close(link->fd);
	event_base_free(link->base);
	free(link->body);
	free(link);
	return 0;
}

/* Turn until nothing is left to do at once. */
static void
turn(struct link *link)
{
	for (int i = 0; i < 20; i++)
		(void)event_base_loop(link->base, EVLOOP_NONBLOCK);
}

static size_t
open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count;
}

/* One datagram as a stranger might send it, with count descriptors. */
static void
send_raw(int to, const void *p, size_t bytes, const int *fds, size_t count)
{
	char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	struct iovec iov = { .iov_len = bytes };
	struct msghdr hdr = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	memcpy(&iov.iov_base, &p, sizeof(p));
	if (count != 0) {
		hdr.msg_control = control;
		hdr.msg_controllen = CMSG_SPACE(count * sizeof(int));
		c = CMSG_FIRSTHDR(&hdr);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(c), fds, count * sizeof(int));
	}
	assert_int_equal(sendmsg(to, &hdr, 0), (ssize_t)bytes);
}

/* The head of a frame, as one end of a pair writes it. */
struct frame {
	uint32_t magic;
	uint16_t type, in_memfd;
	uint64_t id, bytes;
};

/* What ipc_send() without a body puts on the wire. */
static struct frame
frame_of(enum ipc_type type)
{
	struct link *link = new_link(true);
	struct frame frame;

	assert_true(ipc_send(link->there, type, 7, NULL, 0));
	ipc_flush(link->there);
	assert_int_equal(
	    recv(link->raw, &frame, sizeof(frame), 0), sizeof(frame));
	(void)tear_down(&(void *){ link });
	return frame;
}

static void
messages_arrive_in_order_with_type_id_and_body(void **state)
{
	struct link *link = *state;

	assert_true(ipc_send(link->here, IPC_OPEN, 7, "first", 5));
	assert_true(ipc_send(link->here, IPC_PING, UINT64_MAX, NULL, 0));
	assert_true(ipc_send(link->here, IPC_DECODE, 0, "\0x", 2));
	assert_int_equal(ipc_waiting(link->here), 3);
	turn(link);
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
	turn(link);
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
		turn(link);
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
	turn(link);
	assert_int_equal(link->seen, QUEUE_MAX);
	assert_true(ipc_send(link->here, IPC_OPEN, 8, "x", 1));
	turn(link);
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
	turn(link);
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
	turn(link);
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
	turn(link);
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
descriptor_comes_with_no_other_message(void **state)
{
	struct frame frame = frame_of(IPC_OPEN);
	struct link *link = *state;
	size_t descriptors = open_descriptors();

	send_raw(link->raw, &frame, sizeof(frame), &link->raw, 1);
	turn(link);
	assert_int_equal(link->seen, 1);
	assert_int_equal(link->fd, -1);
	assert_int_equal(open_descriptors(), descriptors);
}

static void
second_descriptor_is_not_let_in(void **state)
{
	struct frame frame = frame_of(IPC_PEER);
	struct link *link = *state;
	size_t descriptors = open_descriptors();
	const int two[] = { link->raw, link->raw };

	send_raw(link->raw, &frame, sizeof(frame), two, 2);
	turn(link);
	if (link->fd != -1)
		(void)close(link->fd);
	link->fd = -1;
	assert_int_equal(open_descriptors(), descriptors);
}

static void
frame_that_is_not_ours_ends_the_peer(void **state)
{
	const struct frame good = frame_of(IPC_OPEN);
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
		struct link *link = new_link(true);

		send_raw(link->raw, cut ? &good : &bad[i], sizeof(good) - cut,
		    NULL, 0);
		/* What comes behind it is dropped with its descriptor. */
		send_raw(link->raw, &good, sizeof(good), &link->raw, 1);
		descriptors = open_descriptors();
		turn(link);
		assert_int_equal(link->seen, 0);
		assert_int_equal(link->gone, 1);
		assert_null(link->there);
		assert_int_equal(open_descriptors(), descriptors - 1);
		(void)tear_down(&(void *){ link });
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
	struct frame frame = frame_of(IPC_OPEN);

	(void)state;
	assert_int_not_equal(file, -1);
	(void)unlink(path);
	frame.in_memfd = 1;
	frame.bytes = LARGE;
	for (size_t i = 0; i < 3; i++) {
		struct link *link = new_link(true);

		assert_int_equal(ftruncate(fds[i], (off_t)LARGE), 0);
		send_raw(link->raw, &frame, sizeof(frame), &fds[i], 1);
		turn(link);
		assert_int_equal(link->seen, 0);
		assert_int_equal(link->gone, 1);
		(void)tear_down(&(void *){ link });
		(void)close(fds[i]);
	}
}

static void
body_of_another_size_than_said_ends_the_peer(void **state)
{
	struct frame frame = frame_of(IPC_OPEN);
	int fd = memfd_create("m", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct link *link = *state;

	assert_int_equal(ftruncate(fd, (off_t)LARGE), 0);
	assert_int_equal(
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE),
	    0);
	frame.in_memfd = 1;
	frame.bytes = LARGE;
	send_raw(link->raw, &frame, sizeof(frame), &fd, 1);
	turn(link);
	assert_int_equal(link->seen, 1);
	frame.bytes = LARGE + 1;
	send_raw(link->raw, &frame, sizeof(frame), &fd, 1);
	turn(link);
	assert_int_equal(link->seen, 1);
	assert_int_equal(link->gone, 1);
	(void)close(fd);
}

static void
closed_other_end_is_told_once(void **state)
{
	struct link *link = *state;

	assert_true(ipc_send(link->here, IPC_OPEN, 1, "x", 1));
	ipc_flush(link->here);
	ipc_peer_free(link->here);
	link->here = NULL;
	turn(link);
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
	turn(link);
	assert_int_equal(link->seen, 2);
	assert_null(link->there);
	assert_int_equal(open_descriptors(), descriptors - 2);
	assert_int_equal(link->gone, 1); /* here, whose other end is closed */
	assert_null(link->here);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_RAW(name) \
	cmocka_unit_test_setup_teardown(name, set_up_raw, tear_down)

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
		TEST_RAW(descriptor_comes_with_no_other_message),
		TEST_RAW(second_descriptor_is_not_let_in),
		cmocka_unit_test(frame_that_is_not_ours_ends_the_peer),
		cmocka_unit_test(body_that_is_not_sealed_ends_the_peer),
		TEST_RAW(body_of_another_size_than_said_ends_the_peer),
		TEST(closed_other_end_is_told_once),
		TEST(peer_freed_in_its_handler_hears_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
