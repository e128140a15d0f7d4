#include "tools/kontingent-load/load_link.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/uio.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/mem.h"
#include "base/obj.h"
#include "tools/kontingent-load/load_gen.h"

#define LINK_MAGIC 0x6c6e6b31u
#define IN_BYTES   16384
#define PAUSE_USEC 50000 /* before connecting again */

struct load_link {
	uint32_t magic;
	const struct load_links *links;
	size_t index;
	int fd; /* -1: not connected */
	struct event *readable, *writable; /* NULL while fd is -1 */
	struct event *wake; /* connects, or tells of a failure */
	bool open; /* the connection is up */
	bool broke; /* the last one did: pause before the next */
	const struct load_packet *packet; /* on its way; NULL idle */
	char length[32]; /* the rest of the head */
	size_t sent; /* of head, length and body */
	/* the answer so far */
	char in[IN_BYTES];
	size_t in_bytes;
	int status; /* 0: its head has not come yet */
	size_t left; /* bytes of its body */
	bool chunked, close;
};

static void
drop(struct load_link *link)
{
	if (link->readable != NULL)
		event_free(link->readable);
	if (link->writable != NULL)
		event_free(link->writable);
	link->readable = link->writable = NULL;
	if (link->fd != -1)
		close(link->fd);
	link->fd = -1;
	link->open = false;
	link->in_bytes = 0;
}

static void
finish(struct load_link *link, int status)
{
	link->packet = NULL;
	link->status = 0;
	link->broke = status <= 0;
	if (link->close || link->broke)
		drop(link);
	link->links->done(link->links->arg, link->index, status);
}

static void
fail(struct load_link *link)
{
	if (link->packet == NULL)
		drop(link);
	else
		finish(link, link->open ? 0 : -1);
}

/* What is left of the request, as pieces; returns how many. */
static int
pieces(const struct load_link *link, struct iovec iov[3])
{
	const char *data[3] = { link->links->head, link->length,
		link->packet->xml };
	size_t bytes[3] = { strlen(data[0]), strlen(data[1]),
		link->packet->bytes };
	size_t skip = link->sent;
	int count = 0;

	for (int i = 0; i < 3; i++) {
		if (skip >= bytes[i]) {
			skip -= bytes[i];
			continue;
		}
		iov[count].iov_base = (void *)(uintptr_t)(data[i] + skip);
		iov[count++].iov_len = bytes[i] - skip;
		skip = 0;
	}
	return count;
}

/* Send as much as goes; false: the connection broke. */
static bool
push(struct load_link *link)
{
	struct iovec iov[3];
	struct msghdr message = { .msg_iov = iov };
	ssize_t n;

	while ((message.msg_iovlen = (size_t)pieces(link, iov)) > 0) {
		n = sendmsg(link->fd, &message, MSG_NOSIGNAL);
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return false;
		if (n == -1) {
			event_add(link->writable, NULL);
			return true;
		}
		link->sent += (size_t)n;
	}
	return true;
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct load_link *link;
	socklen_t length = sizeof(int);
	int error = 0, on = 1;

	(void)what;
	OBJ_CAST(link, arg, LINK_MAGIC);
	if (!link->open) {
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
		if (error != 0) {
			fail(link);
			return;
		}
		link->open = true;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	}
	if (link->packet != NULL && !push(link))
		fail(link);
}

/* The value of header name in head, or NULL. */
static const char *
header(const char *head, const char *name)
{
	size_t length = strlen(name);

	while ((head = strstr(head, "\r\n")) != NULL) {
		head += 2;
		if (strncasecmp(head, name, length) == 0 && head[length] == ':')
			return head + length + 1
			    + strspn(head + length + 1, " \t");
	}
	return NULL;
}

static void
consume(struct load_link *link, size_t bytes)
{
	link->in_bytes -= bytes;
	memmove(link->in, link->in + bytes, link->in_bytes);
}

/* 1: the head is read, 0: more has to come, -1: that is no HTTP. */
static int
read_head(struct load_link *link)
{
	char *end = memmem(link->in, link->in_bytes, "\r\n\r\n", 4);
	const char *value;

	if (end == NULL)
		return link->in_bytes == IN_BYTES ? -1 : 0;
	end[2] = '\0'; /* the head is a string now */
	if (strncmp(link->in, "HTTP/1.", 7) != 0)
		return -1;
	link->status = (int)strtol(link->in + 9, NULL, 10);
	value = header(link->in, "Content-Length");
	link->left = value == NULL ? 0 : strtoul(value, NULL, 10);
	value = header(link->in, "Transfer-Encoding");
	link->chunked = value != NULL && strncasecmp(value, "chunked", 7) == 0;
	value = header(link->in, "Connection");
	link->close = value != NULL && strncasecmp(value, "close", 5) == 0;
	consume(link, (size_t)(end - link->in) + 4);
	return link->status > 0 ? 1 : -1;
}

/* Drop the body of the answer; true: it is over. */
static bool
skip_body(struct load_link *link)
{
	size_t here = link->in_bytes;
	char *end;

	if (link->chunked) {
		end = memmem(link->in, here, "0\r\n\r\n", 5);
		if (end != NULL)
			consume(link, (size_t)(end - link->in) + 5);
		else if (here > 4) /* the mark may be cut in two */
			consume(link, here - 4);
		return end != NULL;
	}
	here = here < link->left ? here : link->left;
	consume(link, here);
	link->left -= here;
	return link->left == 0;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct load_link *link;
	int head = 1;
	ssize_t n;

	(void)what;
	OBJ_CAST(link, arg, LINK_MAGIC);
	n = recv(fd, link->in + link->in_bytes, IN_BYTES - link->in_bytes, 0);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || link->packet == NULL) {
		fail(link);
		return;
	}
	link->in_bytes += (size_t)n;
	if (link->status == 0)
		head = read_head(link);
	if (head == -1)
		finish(link, 0);
	else if (head == 1 && skip_body(link))
		finish(link, link->status);
}

/* Connect, or wait for that in on_writable(). */
static bool
open_link(struct load_link *link)
{
	const struct load_links *links = link->links;

	link->fd = socket(links->address->sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (link->fd == -1)
		return false;
	if (connect(link->fd, links->address, links->address_bytes) == -1
	    && errno != EINPROGRESS)
		return false;
	link->readable = event_new(
	    links->base, link->fd, EV_READ | EV_PERSIST, on_readable, link);
	link->writable =
	    event_new(links->base, link->fd, EV_WRITE, on_writable, link);
	event_add(link->readable, NULL);
	event_add(link->writable, NULL);
	return true;
}

static void
on_wake(evutil_socket_t fd, short what, void *arg)
{
	struct load_link *link;

	(void)fd;
	(void)what;
	OBJ_CAST(link, arg, LINK_MAGIC);
	if (link->fd != -1 || !open_link(link))
		fail(link);
}

struct load_link *
load_link_new(const struct load_links *links, size_t index)
{
	struct load_link *link = xcalloc(1, sizeof(*link));

	link->magic = LINK_MAGIC;
	link->links = links;
	link->index = index;
	link->fd = -1;
	link->wake = evtimer_new(links->base, on_wake, link);
	return link;
}

void
load_link_free(struct load_link *link)
{
	if (link == NULL)
		return;
	drop(link);
	event_free(link->wake);
	free(link);
}

void
load_link_send(struct load_link *link, const struct load_packet *packet)
{
	struct timeval pause = { 0, link->broke ? PAUSE_USEC : 0 };

	assert(link->packet == NULL);
	link->packet = packet;
	link->close = false;
	link->sent = 0;
	snprintf(
	    link->length, sizeof(link->length), "%zu\r\n\r\n", packet->bytes);
	if (link->fd == -1 || !push(link)) {
		link->broke = link->broke || link->fd != -1;
		evtimer_add(link->wake, &pause);
	}
}
