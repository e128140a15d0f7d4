#include "gateway/http/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gateway/http/http_conn.h"

#define ACCEPT_PAUSE_MS 100
#define LAST_READ_MS    5000 /* a stopping server reads requests that long */

static void
listeners_enable(struct http_server *server, bool on)
{
	for (size_t i = 0; i < server->listener_count; i++)
		if (on)
			(void)evconnlistener_enable(server->listeners[i]);
		else
			(void)evconnlistener_disable(server->listeners[i]);
}

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct http_server *server = arg;

	(void)fd;
	(void)what;
	if (!server->stopping)
		listeners_enable(server, true);
}

/* From the loopback network or a unix socket. */
static bool
is_local(const struct sockaddr *addr)
{
	const void *p = addr;

	if (addr->sa_family == AF_INET) {
		const struct sockaddr_in *in = p;

		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	}
	if (addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = p;

		return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr)
		    || (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)
			&& in6->sin6_addr.s6_addr[12] == 127);
	}
	return addr->sa_family == AF_UNIX;
}

/* An IPv4 address that came as IPv6 is that address. */
static void
address_text(const struct sockaddr *addr, char ret_text[INET6_ADDRSTRLEN])
{
	const void *p = addr;
	const struct sockaddr_in *in = p;
	const struct sockaddr_in6 *in6 = p;

	ret_text[0] = '\0';
	if (addr->sa_family == AF_INET)
		(void)inet_ntop(
		    AF_INET, &in->sin_addr, ret_text, INET6_ADDRSTRLEN);
	else if (addr->sa_family == AF_INET6
	    && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		(void)inet_ntop(AF_INET, in6->sin6_addr.s6_addr + 12, ret_text,
		    INET6_ADDRSTRLEN);
	else if (addr->sa_family == AF_INET6)
		(void)inet_ntop(
		    AF_INET6, &in6->sin6_addr, ret_text, INET6_ADDRSTRLEN);
}

/* Every connection is busy.  Under TLS there is no way to say so. */
static void
turn_away(const struct http_server *server, int fd)
{
	static const char full[] = "HTTP/1.1 503 Service Unavailable\r\n"
				   "Retry-After: 1\r\nContent-Length: 0\r\n"
				   "Connection: close\r\n\r\n";

	if (server->options.tls == NULL)
		(void)send(
		    fd, full, sizeof(full) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)close(fd);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *addr, int bytes, void *arg)
{
	struct http_server *server = arg;
	struct bufferevent *bev = NULL;
	char from[INET6_ADDRSTRLEN];
	SSL *ssl = NULL;

	(void)listener;
	(void)bytes;
	if (server->count >= server->options.connections
	    && !http_conn_close_idle(server)) {
		turn_away(server, fd);
		return;
	}
	if (server->options.tls != NULL
	    && (ssl = SSL_new(server->options.tls)) != NULL)
		bev = bufferevent_openssl_socket_new(server->base, fd, ssl,
		    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	else if (server->options.tls == NULL)
		bev = bufferevent_socket_new(
		    server->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (bev == NULL) {
		SSL_free(ssl);
		(void)close(fd);
		return;
	}
	if (ssl != NULL) /* an end without close_notify is an end */
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	address_text(addr, from);
	http_conn_new(server, bev, is_local(addr), from);
}

/* No descriptor left, most likely: a listener that stays on would spin. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct timeval pause = { .tv_usec = ACCEPT_PAUSE_MS * 1000 };
	struct http_server *server = arg;

	(void)listener;
	if (!http_conn_close_idle(server))
		listeners_enable(server, false);
	(void)evtimer_add(server->resume, &pause);
}

struct http_server *
http_server_new(struct event_base *base, const struct http_options *options,
    const struct http_handler *handler)
{
	struct http_server *server = xcalloc(1, sizeof(*server));

	server->base = base;
	server->options = *options;
	server->handler = *handler;
	server->resume = evtimer_new(base, on_resume, server);
	TAILQ_INIT(&server->conns);
	return server;
}

void
http_server_listen(struct http_server *server, int fd)
{
	struct evconnlistener *listener;
	int on = 1;

	/* Accepted sockets inherit it; without it a small answer waits for the
	 * client's delayed acknowledgement.  A unix socket has none. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)evutil_make_socket_nonblocking(fd);
	listener = evconnlistener_new(server->base, on_accept, server,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (listener == NULL)
		abort(); /* out of memory */
	evconnlistener_set_error_cb(listener, on_accept_error);
	server->listeners = xrealloc(server->listeners,
	    (server->listener_count + 1) * sizeof(*server->listeners));
	server->listeners[server->listener_count++] = listener;
}

void
http_server_stop(struct http_server *server)
{
	server->stopping = true;
	server->read_until_ms = clock_mono_ms() + LAST_READ_MS;
	listeners_enable(server, false);
	http_conn_hurry(server);
}

size_t
http_server_connections(const struct http_server *server)
{
	return server->count;
}

void
http_server_free(struct http_server *server)
{
	struct http_conn *conn;

	if (server == NULL)
		return;
	server->stopping = true;
	while ((conn = TAILQ_FIRST(&server->conns)) != NULL)
		http_conn_free(conn);
	for (size_t i = 0; i < server->listener_count; i++)
		evconnlistener_free(server->listeners[i]);
	free(server->listeners);
	event_free(server->resume);
	free(server);
}
