#include "gateway/loop.h"

#include <unistd.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/wire.h"
#include "gateway/metrics.h"

#define QUEUE_MAX 8192

struct loop {
	struct event_base *base;
	struct ipc_peer *parent;
	struct ipc_peer *peers[LOOP_PEERS_MAX];
	const struct loop_calls *calls;
	void *arg;
	int status; /* of the process, once stopped */
	bool stopped;
};

static void
on_message(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct loop *loop = arg;

	if (msg->fd != -1 && msg->type == IPC_PEER)
		(void)close(msg->fd); /* not from these */
	loop->calls->message(peer, msg, loop->arg);
}

static void
on_gone(struct ipc_peer *peer, void *arg)
{
	struct loop *loop = arg;

	for (size_t i = 0; i < LOOP_PEERS_MAX; i++)
		if (loop->peers[i] == peer)
			loop->peers[i] = NULL;
	if (loop->calls->peer_gone != NULL)
		loop->calls->peer_gone(peer, loop->arg);
}

/* Parent made a pair with a new process: it takes the place of the old one. */
static void
add_peer(struct loop *loop, const struct ipc_message *msg)
{
	struct ipc_peer *old, *peer;
	struct wire wire;
	int role, index;
	size_t slot = 0;

	wire_open(&wire, msg->body, msg->bytes);
	role = (int)wire_range(&wire, 0, ROLE_COUNT - 1);
	index = (int)wire_range(&wire, 0, LOOP_PEERS_MAX);
	if (!wire_ok(&wire) || msg->fd == -1)
		return;
	old = loop_peer(loop, (enum ipc_role)role, index);
	if (old != NULL) {
		on_gone(old, loop);
		ipc_peer_free(old);
	}
	while (slot < LOOP_PEERS_MAX && loop->peers[slot] != NULL)
		slot++;
	if (slot == LOOP_PEERS_MAX) {
		(void)close(msg->fd);
		return;
	}
	peer = ipc_peer_new(loop->base, msg->fd, (enum ipc_role)role, index,
	    QUEUE_MAX, on_message, on_gone, loop);
	loop->peers[slot] = peer;
	if (loop->calls->peer_new != NULL)
		loop->calls->peer_new(peer, loop->arg);
}

static void
on_parent(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct loop *loop = arg;

	switch (msg->type) {
	case IPC_PEER:
		add_peer(loop, msg);
		return;
	case IPC_PING:
		(void)ipc_answer(peer, IPC_PONG, msg->id, NULL, 0);
		break;
	case IPC_STOP:
		if (loop->calls->stop != NULL)
			loop->calls->stop(loop->arg);
		else
			loop_stop(loop, 0);
		break;
	default:
		break;
	}
	if (msg->fd != -1 && msg->type == IPC_PEER)
		(void)close(msg->fd);
}

static void
on_parent_gone(struct ipc_peer *peer, void *arg)
{
	struct loop *loop = arg;

	(void)peer;
	loop->parent = NULL;
	loop_stop(loop, 1);
}

struct loop *
loop_new(
    const struct role_start *start, const struct loop_calls *calls, void *arg)
{
	struct event_config *choice = event_config_new();
	struct loop *loop = xcalloc(1, sizeof(*loop));

	/* Monotonic time without a system call a turn. */
	(void)event_config_set_flag(
	    choice, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
	loop->base = event_base_new_with_config(choice);
	event_config_free(choice);
	metrics_open(
	    start->metrics_fd, start->metrics_page, start->role, start->index);
	metrics_add(METRIC_ROLE_STARTS, 1);
	loop->calls = calls;
	loop->arg = arg;
	loop->parent = ipc_peer_new(loop->base, start->control_fd, ROLE_PARENT,
	    0, QUEUE_MAX, on_parent, on_parent_gone, loop);
	return loop;
}

struct event_base *
loop_base(struct loop *loop)
{
	return loop->base;
}

struct ipc_peer *
loop_peer(const struct loop *loop, enum ipc_role role, int index)
{
	for (size_t i = 0; i < LOOP_PEERS_MAX; i++)
		if (loop->peers[i] != NULL
		    && ipc_peer_role(loop->peers[i]) == role
		    && ipc_peer_index(loop->peers[i]) == index)
			return loop->peers[i];
	return NULL;
}

int
loop_run(struct loop *loop)
{
	if (loop->parent != NULL)
		(void)ipc_send(loop->parent, IPC_READY, 0, NULL, 0);
	while (!loop->stopped) {
		(void)event_base_loop(loop->base, EVLOOP_ONCE);
		if (loop->calls->turn != NULL)
			loop->calls->turn(loop->arg);
	}
	return loop->status;
}

void
loop_stop(struct loop *loop, int status)
{
	loop->stopped = true;
	loop->status = status;
}
