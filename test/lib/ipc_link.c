#include "test/lib/ipc_link.h"

#include "test/lib/unit.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

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

struct link *
link_new(bool raw)
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

int
link_set_up(void **state)
{
	*state = link_new(false);
	return 0;
}

int
link_set_up_raw(void **state)
{
	*state = link_new(true);
	return 0;
}

int
link_tear_down(void **state)
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
void
link_turn(struct link *link)
{
	for (int i = 0; i < 20; i++)
		(void)event_base_loop(link->base, EVLOOP_NONBLOCK);
}

size_t
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
void
link_send_raw(int to, const void *p, size_t bytes, const int *fds, size_t count)
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

/* What ipc_send() without a body puts on the wire. */
struct frame
link_frame(enum ipc_type type)
{
	struct link *link = link_new(true);
	struct frame frame;

	assert_true(ipc_send(link->there, type, 7, NULL, 0));
	ipc_flush(link->there);
	assert_int_equal(
	    recv(link->raw, &frame, sizeof(frame), 0), sizeof(frame));
	(void)link_tear_down(&(void *){ link });
	return frame;
}
