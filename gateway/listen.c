#include "gateway/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"
#include "gateway/config.h"

#define BACKLOG 1024

static int
open_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	str_copy(address.sun_path, sizeof(address.sun_path), path);
	(void)unlink(path);
	if (fd != -1
	    && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0
	    && listen(fd, BACKLOG) == 0)
		return fd;
	if (fd != -1)
		(void)close(fd);
	return -1;
}

static int
open_address(const struct addrinfo *address)
{
	int fd = socket(
	    address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd == -1)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* Accepted sockets inherit it; without it small answers wait. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0
	    && listen(fd, BACKLOG) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* "ADDRESS:PORT" or "[V6]:PORT". */
static int
open_tcp(const char *text)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV },
			*list;
	const char *colon = strrchr(text, ':');
	char host[256];
	size_t bytes;
	int fd = -1;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(host)) {
		errno = EINVAL;
		return -1;
	}
	bytes = (size_t)(colon - text);
	if (bytes >= 2 && text[0] == '[' && colon[-1] == ']') {
		text++;
		bytes -= 2;
	}
	memcpy(host, text, bytes);
	host[bytes] = '\0';
	if (getaddrinfo(bytes == 0 || strcmp(host, "*") == 0 ? NULL : host,
		colon + 1, &hints, &list)
	    != 0) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	for (struct addrinfo *a = list; a != NULL && fd == -1; a = a->ai_next)
		fd = open_address(a);
	freeaddrinfo(list);
	return fd;
}

int
listen_open(const struct config *config, int ret_fds[LISTEN_MAX],
    int *ret_count, struct err *err)
{
	const struct config_list *list = &config->http.listen;
	int count = 0, fd;

	for (size_t i = 0; i < list->count && count < LISTEN_MAX; i++) {
		fd = str_begins(list->items[i], "unix:")
		    ? open_unix(list->items[i] + 5)
		    : open_tcp(list->items[i]);
		if (fd == -1) {
			(void)err_set(err, ERR_FATAL, "LST_OPEN", "%s: %s",
			    list->items[i], strerror(errno));
			while (count > 0)
				(void)close(ret_fds[--count]);
			return -1;
		}
		ret_fds[count++] = fd;
	}
	*ret_count = count;
	return 0;
}

void
listen_name(int fd, char *ret, unsigned long room)
{
	struct sockaddr_storage address = { 0 };
	socklen_t bytes = sizeof(address);
	char host[64], port[16];

	ret[0] = '\0';
	if (getsockname(fd, (struct sockaddr *)&address, &bytes) == -1)
		return;
	if (address.ss_family == AF_UNIX) {
		(void)snprintf(ret, room, "unix:%s",
		    ((struct sockaddr_un *)&address)->sun_path);
	} else if (getnameinfo((struct sockaddr *)&address, bytes, host,
		       sizeof(host), port, sizeof(port),
		       NI_NUMERICHOST | NI_NUMERICSERV)
	    == 0) {
		(void)snprintf(ret, room, "%s:%s", host, port);
	}
}
