#include "gateway/ipc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/mem.h"

/*
 * The frame: a datagram of a SOCK_SEQPACKET pair.  The kernel keeps datagrams
 * whole and in order, and a descriptor with the datagram it came with, so
 * there is no half-read state to get wrong.
 */
#define FRAME_MAGIC  UINT32_C(0x4b474d31) /* KGM1 */
#define INLINE_BYTES ((size_t)64 * 1024)
#define BODY_MAX     ((size_t)64 * 1024 * 1024)
#define BATCH        16
#define ROUNDS       16

struct frame {
	uint32_t magic;
	uint16_t type;
	uint16_t in_memfd; /* the body is in the descriptor that came along */
	uint64_t id;
	uint64_t bytes;
};

struct pending {
	struct pending *next;
	int fd; /* to pass, or -1 */
	size_t bytes; /* of data: frame and inline body */
	char data[];
};

struct ipc_peer {
	int fd;
	enum ipc_role role;
	int index;
	size_t queue_max, waiting;
	struct pending *first, **tail;
	struct event *reads, *writes;
	ipc_handler *handler;
	ipc_gone *gone;
	void *arg, *mine;
	bool busy; /* in a handler: freeing waits */
	bool dead;
};

/* One read buffer serves all peers of the process. */
static char *read_room;

static void
peer_destroy(struct ipc_peer *peer)
{
	struct pending *pending;

	while ((pending = peer->first) != NULL) {
		peer->first = pending->next;
		if (pending->fd != -1)
			(void)close(pending->fd);
		free(pending);
	}
	event_free(peer->reads);
	event_free(peer->writes);
	(void)close(peer->fd);
	free(peer);
}

static void
peer_gone(struct ipc_peer *peer)
{
	if (!peer->dead) {
		peer->dead = true;
		peer->gone(peer, peer->arg);
	}
	peer_destroy(peer);
}

/* The descriptor that came with hdr, or -1. */
static int
passed_fd(struct msghdr *hdr)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(hdr);
	int fd = -1;

	if (c != NULL && c->cmsg_level == SOL_SOCKET
	    && c->cmsg_type == SCM_RIGHTS
	    && c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* Map a body that travelled as a memfd; NULL unless it is sealed and whole. */
static void *
map_body(int fd, size_t bytes)
{
	int want = F_SEAL_SHRINK | F_SEAL_WRITE;
	int seals = fcntl(fd, F_GET_SEALS); /* -1: no memfd at all */
	struct stat st;
	void *p;

	if (bytes > BODY_MAX || bytes == 0 || seals == -1
	    || (seals & want) != want || fstat(fd, &st) == -1
	    || (size_t)st.st_size != bytes)
		return NULL;
	p = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	return p == MAP_FAILED ? NULL : p;
}

/* Hand one datagram to the handler.  False: it is not one of ours. */
static bool
deliver(struct ipc_peer *peer, const char *data, size_t bytes, int fd)
{
	struct ipc_message msg = { .fd = -1 };
	struct frame frame;
	void *mapped = NULL;
	bool ok = false;

	if (bytes < sizeof(frame))
		goto out;
	memcpy(&frame, data, sizeof(frame));
	if (frame.magic != FRAME_MAGIC || frame.type == 0
	    || frame.type >= IPC_TYPE_END)
		goto out;
	msg.type = (enum ipc_type)frame.type;
	msg.id = frame.id;
	msg.bytes = (size_t)frame.bytes;
	if (frame.in_memfd != 0) {
		if ((mapped = map_body(fd, msg.bytes)) == NULL)
			goto out;
		msg.body = mapped;
	} else {
		if (frame.bytes != bytes - sizeof(frame))
			goto out;
		msg.body = data + sizeof(frame);
		if (msg.type == IPC_PEER) {
			msg.fd = fd;
			fd = -1;
		} else if (msg.type == IPC_FTP) {
			msg.fd = fd;
		}
	}
	ok = true;
	peer->handler(peer, &msg, peer->arg);
out:
	if (mapped != NULL)
		(void)munmap(mapped, msg.bytes);
	if (fd != -1)
		(void)close(fd);
	return ok;
}

/*
 * Deliver what hdr received if it is wanted, else drop it and the descriptor
 * that came with it.  False: nothing more is wanted.
 */
static bool
take(struct ipc_peer *peer, struct mmsghdr *hdr, bool wanted)
{
	int fd = passed_fd(&hdr->msg_hdr);

	if (wanted && hdr->msg_len != 0)
		return deliver(
		    peer, hdr->msg_hdr.msg_iov->iov_base, hdr->msg_len, fd);
	if (fd != -1)
		(void)close(fd);
	return false;
}

static int
receive(struct ipc_peer *peer, struct mmsghdr hdrs[], struct iovec iovs[],
    char controls[][CMSG_SPACE(sizeof(int))])
{
	size_t room = sizeof(struct frame) + INLINE_BYTES;
	int n = -1;

	memset(hdrs, 0, sizeof(hdrs[0]) * BATCH);
	for (size_t i = 0; i < BATCH; i++) {
		iovs[i].iov_base = read_room + i * room;
		iovs[i].iov_len = room;
		hdrs[i].msg_hdr.msg_iov = &iovs[i];
		hdrs[i].msg_hdr.msg_iovlen = 1;
		hdrs[i].msg_hdr.msg_control = controls[i];
		/* CMSG_SPACE() would have room for a second descriptor. */
		hdrs[i].msg_hdr.msg_controllen = CMSG_LEN(sizeof(int));
	}
	/* Who died with messages unread resets the pair, once; what it had said
	 * before is still there, and its end comes after that. */
	for (int tries = 0; tries < 3; tries++) {
		n = recvmmsg(peer->fd, hdrs, BATCH,
		    MSG_DONTWAIT | MSG_CMSG_CLOEXEC, NULL);
		if (n != -1 || (errno != EINTR && errno != ECONNRESET))
			break;
	}
	return n;
}

/*
 * Take what waits, up to ROUNDS datagrams of receive() times: the more a role
 * finds in one turn, the more its batch shares one commit.
 */
static void
on_read(evutil_socket_t fd, short what, void *arg)
{
	char controls[BATCH][CMSG_SPACE(sizeof(int))];
	struct ipc_peer *peer = arg;
	struct mmsghdr hdrs[BATCH];
	struct iovec iovs[BATCH];
	bool ok = true;
	int n = BATCH;

	(void)fd;
	(void)what;
	if (read_room == NULL)
		read_room = xcalloc(BATCH, sizeof(struct frame) + INLINE_BYTES);
	peer->busy = true;
	for (int round = 0; round < ROUNDS && n == BATCH && ok && !peer->dead;
	     round++) {
		n = receive(peer, hdrs, iovs, controls);
		for (int i = 0; i < n; i++)
			ok = take(peer, &hdrs[i], ok && !peer->dead);
	}
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EWOULDBLOCK))
		ok = false;
	peer->busy = false;
	if (peer->dead)
		peer_destroy(peer);
	else if (!ok)
		peer_gone(peer);
}

static void
put_header(struct mmsghdr *hdr, struct iovec *iov, char *control,
    struct pending *pending)
{
	struct cmsghdr *c;

	memset(hdr, 0, sizeof(*hdr));
	iov->iov_base = pending->data;
	iov->iov_len = pending->bytes;
	hdr->msg_hdr.msg_iov = iov;
	hdr->msg_hdr.msg_iovlen = 1;
	if (pending->fd == -1)
		return;
	hdr->msg_hdr.msg_control = control;
	hdr->msg_hdr.msg_controllen = CMSG_SPACE(sizeof(int));
	c = CMSG_FIRSTHDR(&hdr->msg_hdr);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &pending->fd, sizeof(int));
}

static void
drop_first(struct ipc_peer *peer)
{
	struct pending *pending = peer->first;

	peer->first = pending->next;
	if (peer->first == NULL)
		peer->tail = &peer->first;
	if (pending->fd != -1)
		(void)close(pending->fd);
	free(pending);
	peer->waiting--;
}

/* Send up to BATCH datagrams.  Returns how many went; -1: the other end is gone. */
static int
send_some(struct ipc_peer *peer)
{
	char controls[BATCH][CMSG_SPACE(sizeof(int))];
	struct mmsghdr hdrs[BATCH];
	struct iovec iovs[BATCH];
	unsigned count = 0;
	int sent;

	memset(controls, 0, sizeof(controls));
	for (struct pending *p = peer->first; p != NULL && count < BATCH;
	     p = p->next, count++)
		put_header(&hdrs[count], &iovs[count], controls[count], p);
	if (count == 0)
		return 0;
	sent = sendmmsg(peer->fd, hdrs, count, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent == -1)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR
			|| errno == ENOBUFS
		    ? 0
		    : -1;
	for (int i = 0; i < sent; i++)
		drop_first(peer);
	return sent;
}

/*
 * Send all that the socket takes: a role that went on with its turn instead,
 * say a commit, would leave the others with nothing to do meanwhile.
 *
 * Returns false when the other end is gone.
 */
static bool
flush(struct ipc_peer *peer)
{
	int sent;

	do
		sent = send_some(peer);
	while (sent == BATCH);
	if (peer->first == NULL)
		(void)event_del(peer->writes);
	return sent != -1;
}

static void
on_write(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	ipc_flush(arg);
}

/*
 * Whoever is gone may have answered before: on_read() takes that, and finds
 * the end after it.
 */
void
ipc_flush(struct ipc_peer *peer)
{
	if (flush(peer))
		return;
	(void)event_del(peer->writes);
	(void)shutdown(peer->fd, SHUT_RDWR);
}

struct ipc_peer *
ipc_peer_new(struct event_base *base, int fd, enum ipc_role role, int index,
    size_t queue_max, ipc_handler *handler, ipc_gone *gone, void *arg)
{
	struct ipc_peer *peer = xcalloc(1, sizeof(*peer));
	int room = 1 << 20;

	(void)evutil_make_socket_nonblocking(fd);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	*peer = (struct ipc_peer){
		.fd = fd,
		.role = role,
		.index = index,
		.queue_max = queue_max,
		.handler = handler,
		.gone = gone,
		.arg = arg,
	};
	peer->tail = &peer->first;
	peer->reads = event_new(base, fd, EV_READ | EV_PERSIST, on_read, peer);
	peer->writes =
	    event_new(base, fd, EV_WRITE | EV_PERSIST, on_write, peer);
	(void)event_add(peer->reads, NULL);
	return peer;
}

void
ipc_peer_free(struct ipc_peer *peer)
{
	if (peer == NULL)
		return;
	if (peer->busy) {
		peer->dead = true; /* on_read() destroys it */
		return;
	}
	peer_destroy(peer);
}

enum ipc_role
ipc_peer_role(const struct ipc_peer *peer)
{
	return peer->role;
}

int
ipc_peer_index(const struct ipc_peer *peer)
{
	return peer->index;
}

void
ipc_peer_attach(struct ipc_peer *peer, void *mine)
{
	peer->mine = mine;
}

void *
ipc_peer_attached(const struct ipc_peer *peer)
{
	return peer->mine;
}

/* The body as a sealed memfd, or -1. */
static int
memfd_of(const void *p, size_t bytes)
{
	int fd = memfd_create("ipc", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	const char *at = p;
	ssize_t n;

	while (fd != -1 && bytes > 0) {
		n = write(fd, at, bytes);
		if (n <= 0) {
			(void)close(fd);
			return -1;
		}
		at += n;
		bytes -= (size_t)n;
	}
	if (fd != -1)
		(void)fcntl(fd, F_ADD_SEALS,
		    F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	return fd;
}

/* Put a message behind those that wait. */
static bool
put(struct ipc_peer *peer, enum ipc_type type, uint64_t id, const void *p,
    size_t bytes, int fd)
{
	bool large = bytes > INLINE_BYTES;
	struct frame frame = { .magic = FRAME_MAGIC,
		.type = (uint16_t)type,
		.in_memfd = large,
		.id = id,
		.bytes = bytes };
	size_t inline_bytes = large ? 0 : bytes;
	struct pending *pending;
	int pass = -1;

	assert(!large || fd == -1);
	if (peer->dead || bytes > BODY_MAX)
		return false;
	if (large)
		pass = memfd_of(p, bytes);
	else if (fd != -1)
		pass = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if ((large || fd != -1) && pass == -1)
		return false;
	pending = xcalloc(1, sizeof(*pending) + sizeof(frame) + inline_bytes);
	pending->fd = pass;
	pending->bytes = sizeof(frame) + inline_bytes;
	memcpy(pending->data, &frame, sizeof(frame));
	if (inline_bytes != 0)
		memcpy(pending->data + sizeof(frame), p, inline_bytes);
	*peer->tail = pending;
	peer->tail = &pending->next;
	if (peer->waiting++ == 0)
		(void)event_add(peer->writes, NULL);
	return true;
}

bool
ipc_send_fd(struct ipc_peer *peer, enum ipc_type type, uint64_t id,
    const void *p, size_t bytes, int fd)
{
	return peer->waiting < peer->queue_max
	    && put(peer, type, id, p, bytes, fd);
}

bool
ipc_send(struct ipc_peer *peer, enum ipc_type type, uint64_t id, const void *p,
    size_t bytes)
{
	return ipc_send_fd(peer, type, id, p, bytes, -1);
}

bool
ipc_answer(struct ipc_peer *peer, enum ipc_type type, uint64_t id,
    const void *p, size_t bytes)
{
	return put(peer, type, id, p, bytes, -1);
}

size_t
ipc_waiting(const struct ipc_peer *peer)
{
	return peer->waiting;
}
