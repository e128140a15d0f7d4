/*
 * gateway/role_front.c - accepts connections, finds out who it is, and passes
 * what they say to store.  Holds the TLS server key; never parses XML and has
 * no way to the database.
 */
#include "gateway/role.h"

#include <signal.h>
#include <stdlib.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/door/door_wsdl.h"
#include "gateway/http/front.h"
#include "gateway/http/http_auth.h"
#include "gateway/http/http_pending.h"
#include "gateway/http/http_server.h"
#include "gateway/http/http_tls.h"
#include "gateway/loop.h"
#include "gateway/metrics.h"
#include "gateway/sandbox.h"

#define SWEEP_MS  500
#define ANSWER_MS 7000 /* who stops answers all by then; parent waits 10 s */

struct front_role {
	struct front front;
	struct loop *loop;
	struct event *sweep;
	SSL_CTX *tls;
	int64_t answer_by_ms; /* base/clock mono; 0: we don't stop */
};

static void
on_message(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct front_role *role = arg;

	if (FAILPOINT("front.answer"))
		return;
	if (ipc_peer_role(peer) == ROLE_STORE && msg->type == IPC_ANSWER)
		http_store_answer(&role->front, msg);
}

static void
on_peer_new(struct ipc_peer *peer, void *arg)
{
	struct front_role *role = arg;

	if (ipc_peer_role(peer) == ROLE_STORE) {
		role->front.store = peer;
		http_ask_again(&role->front);
	}
}

/* What was asked may be done or not: the next store is asked again. */
static void
on_peer_gone(struct ipc_peer *peer, void *arg)
{
	struct front_role *role = arg;

	if (role->front.store != peer)
		return;
	role->front.store = NULL;
	log_event(LOG_LEVEL_WARN, "event=peer-gone role=store waiting=%zu",
	    http_pending_count(role->front.pending));
}

static void
on_stop(void *arg)
{
	struct front_role *role = arg;

	role->answer_by_ms = clock_mono_ms() + ANSWER_MS;
	http_server_stop(role->front.server);
}

static void
on_turn(void *arg)
{
	struct front_role *role = arg;

	if (role->answer_by_ms != 0
	    && http_server_connections(role->front.server) == 0)
		loop_stop(role->loop, 0);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct front_role *role = arg;
	int64_t now = clock_mono_ms();

	(void)fd;
	(void)what;
	http_give_up(&role->front, now, "X_TIMEOUT");
	if (role->answer_by_ms != 0 && now >= role->answer_by_ms)
		http_give_up(&role->front, INT64_MAX, "HTTP_AWAY");
}

static void
open_server(struct front_role *role, const struct role_start *start)
{
	const struct config_http *http = &start->config->http;
	struct http_options options = {
		.connections = (size_t)http->connections,
		.header_bytes = (size_t)http->header_bytes,
		.body_bytes = (size_t)http->body_bytes,
		.request_ms = http->body_timeout_ms,
		.keepalive_ms = http->keepalive_ms,
		.tls = role->tls,
	};
	struct http_handler handler = http_route_handler;
	struct timeval pause = { .tv_usec = SWEEP_MS * 1000 };
	struct event_base *base = loop_base(role->loop);

	handler.arg = &role->front;
	role->front.server = http_server_new(base, &options, &handler);
	for (int i = 0; i < start->listen_count; i++)
		http_server_listen(role->front.server, start->listen_fds[i]);
	role->sweep = event_new(base, -1, EV_PERSIST, on_sweep, role);
	(void)event_add(role->sweep, &pause);
}

static int
open_all(
    struct front_role *role, const struct role_start *start, struct err *err)
{
	const struct config *config = start->config;

	if (gost_setup(
		config->openssl_conf[0] != '\0' ? config->openssl_conf : NULL,
		err)
	    == -1)
		return -1;
	if (http_tls_new(&config->http, &role->tls, err) == -1)
		return -1;
	role->front.auth = http_auth_new(config);
	role->front.wsdl = door_wsdl_new(config);
	role->front.pending = http_pending_new((size_t)config->http.in_flight);
	role->front.metrics =
	    metrics_reader_new(start->metrics_fd, start->metrics_pages);
	open_server(role, start);
	return sandbox_enter(ROLE_FRONT, config, err);
}

int
role_front(const struct role_start *start)
{
	static const struct loop_calls calls = {
		.message = on_message,
		.peer_new = on_peer_new,
		.peer_gone = on_peer_gone,
		.turn = on_turn,
		.stop = on_stop,
	};
	struct front_role role = { .front.config = start->config };
	struct err err = { 0 };
	int status = 1;

	(void)signal(SIGPIPE, SIG_IGN);
	role.loop = loop_new(start, &calls, &role);
	if (open_all(&role, start, &err) == -1)
		log_event(LOG_LEVEL_ERROR,
		    "event=start result=failed code=%s why=\"%s\"", err.code,
		    err.text);
	else
		status = loop_run(role.loop);
	if (role.sweep != NULL)
		event_free(role.sweep);
	http_server_free(role.front.server);
	http_pending_free(role.front.pending);
	http_auth_free(role.front.auth);
	door_wsdl_free(role.front.wsdl);
	metrics_reader_free(role.front.metrics);
	SSL_CTX_free(role.tls);
	return status;
}
