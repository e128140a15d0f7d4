/*
 * gateway/role_store.c - holds the database: inbox, journal, registry, outbox.
 *
 * It opens the store and the control socket, locks itself in, takes up what the
 * store before it left, and turns: events only enqueue, then one batch is one
 * transaction.  It parses no XML and reaches no network but its database.
 */
#include "gateway/role.h"

#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/control.h"
#include "gateway/desk.h"
#include "gateway/door/door.h"
#include "gateway/door/door_folder.h"
#include "gateway/door/door_take.h"
#include "gateway/exchange/call.h"
#include "gateway/exchange/fetch.h"
#include "gateway/exchange/haul.h"
#include "gateway/exchange/overdue.h"
#include "gateway/exchange/parcel.h"
#include "gateway/exchange/pace_keep.h"
#include "gateway/exchange/poller.h"
#include "gateway/exchange/push.h"
#include "gateway/exchange/sender.h"
#include "gateway/expiry.h"
#include "gateway/exchange/statistics.h"
#include "gateway/flow/accept.h"
#include "gateway/flow/settle.h"
#include "gateway/flow/status.h"
#include "gateway/keys_view.h"
#include "gateway/loop.h"
#include "gateway/sandbox.h"
#include "gateway/store_setup.h"
#include "gateway/sweep.h"
#include "queue/blob.h"
#include "queue/inbox.h"
#include "queue/mailbox.h"
#include "queue/outbox.h"
#include "store/store.h"

#define TICK_MS    50
#define RESUME_MS  1000
#define RESUME_MAX 256
#define STOP_MS    8000

struct store_role {
	struct desk desk;
	struct event *tick;
	struct event *more; /* has no work of its own: it ends a wait */
	int64_t resume_ms; /* mono: when to look for due packets */
	int64_t stop_by_ms;
	int64_t settled_seen;
	char files_folder[4096];
	struct sweep *sweep;
};

static void
from_front(struct desk *desk, const struct ipc_message *msg)
{
	switch (msg->type) {
	case IPC_ACCEPT:
	case IPC_VALIDATE:
		accept_ask(desk, msg);
		break;
	case IPC_PUSH:
		push_ask(desk, msg);
		break;
	case IPC_DOOR:
		door_ask(desk, msg);
		break;
	case IPC_STATUS:
	case IPC_CHANGES:
	case IPC_METRICS:
	case IPC_HEALTH:
		status_ask(desk, msg);
		break;
	default:
		break;
	}
}

static void
on_message(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct store_role *role = arg;
	enum ipc_role from = ipc_peer_role(peer);

	(void)FAILPOINT("store.message");
	if (from == ROLE_FRONT)
		from_front(&role->desk, msg);
	else if (from == ROLE_OPENER && msg->type == IPC_OPENED)
		accept_opened(&role->desk, msg);
	else if (from == ROLE_OPENER && msg->type == IPC_DECODED)
		settle_decoded(&role->desk, msg);
	else if (from == ROLE_SEALER && msg->type == IPC_SEALED)
		call_sealed(&role->desk, msg);
	else if (from == ROLE_COURIER && msg->type == IPC_CALLED)
		call_called(&role->desk, msg);
	else if (from == ROLE_FILER && msg->type == IPC_DROP)
		door_drop(&role->desk, msg);
	else if (from == ROLE_FILER && msg->type == IPC_TAKEN)
		door_take_heard(&role->desk, msg);
	else if (from == ROLE_FILER)
		door_folder_heard(role->desk.folders, msg);
	else if (from == ROLE_COURIER && msg->type == IPC_FTPED)
		haul_ended(&role->desk, msg);
}

static void
on_peer(struct ipc_peer *peer, void *arg)
{
	struct store_role *role = arg;

	if (ipc_peer_role(peer) == ROLE_OPENER)
		desk_retry(&role->desk);
}

static void
on_peer_gone(struct ipc_peer *peer, void *arg)
{
	struct store_role *role = arg;

	if (ipc_peer_role(peer) == ROLE_OPENER)
		desk_opener_gone(&role->desk, ipc_peer_index(peer));
	if (ipc_peer_role(peer) == ROLE_FILER) {
		door_take_gone(&role->desk);
		door_folder_gone(role->desk.folders);
	}
	if (ipc_peer_role(peer) == ROLE_COURIER)
		haul_courier_gone(&role->desk);
	call_peer_gone(&role->desk, peer);
}

static void
turn(void *arg)
{
	struct store_role *role = arg;
	struct desk *desk = &role->desk;

	if (batch_run(desk->batch) == -1)
		loop_stop(desk->loop, 1);
	if (desk->settled != role->settled_seen) {
		role->settled_seen = desk->settled;
		sender_wake(desk->sender);
		sender_tick(desk->sender);
		door_folder_tick(desk->folders);
	}
	/* What a batch left behind is run without waiting for an event. */
	if (!batch_empty(desk->batch))
		event_active(role->more, EV_TIMEOUT, 0);
}

static void
on_more(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/* Those who asked to wait are answered when their time is up. */
static void
answer_late(struct desk *desk, int64_t now)
{
	for (size_t i = 0; i < TRANSIT_SLOTS; i++)
		for (struct transit *t = desk->slots[i]; t != NULL;
		     t = t->hash_next)
			if (t->front_id != 0 && t->wait_until_ms != 0
			    && now > t->wait_until_ms && t->receipt_bytes != 0
			    && t->state >= TRANSIT_READING)
				settle_answer(t);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct store_role *role = arg;
	struct desk *desk = &role->desk;
	int64_t now = clock_mono_ms();

	(void)fd;
	(void)what;
	(void)FAILPOINT("store.tick");
	answer_late(desk, now);
	desk_retry(desk);
	call_sweep(desk, now);
	haul_tick(desk);
	parcel_tick(desk, now);
	sweep_tick(role->sweep, now);
	poller_tick(desk->poller);
	overdue_tick(desk->overdue);
	expiry_tick(desk->expiry);
	door_folder_tick(desk->folders);
	pace_keep_tick(desk->pace_keep);
	statistics_tick(desk);
	sender_tick(desk->sender);
	if (!desk->stopping && (now >= role->resume_ms || desk->parking)) {
		role->resume_ms = now + RESUME_MS;
		accept_resume(desk, RESUME_MAX);
	}
	if (desk->stopping
	    && ((desk->in_flight == 0 && batch_empty(desk->batch)
		    && desk->calls == NULL && door_folder_idle(desk->folders))
		|| now > role->stop_by_ms))
		loop_stop(desk->loop, 0);
}

static void
on_stop(void *arg)
{
	struct store_role *role = arg;

	role->desk.stopping = true;
	fetch_stop(&role->desk);
	role->stop_by_ms = clock_mono_ms() + STOP_MS;
}

/* The store of this node before us may have died: what it had leased is ours. */
static int
take_over(struct store *store, struct err *err)
{
	struct store_tx *tx = store_begin(store);

	inbox_unlease(tx);
	outbox_unlease(tx);
	mailbox_unlease(tx);
	return store_commit(tx, err);
}

/* The folder of files, beside the database. */
static int
open_files(struct store_role *role, struct err *err)
{
	(void)snprintf(role->files_folder, sizeof(role->files_folder),
	    "%s/files", role->desk.config->state_folder);
	role->desk.files_folder = role->files_folder;
	return blob_setup(role->files_folder, err);
}

int
role_store(const struct role_start *start)
{
	static const struct loop_calls calls = { .message = on_message,
		.peer_new = on_peer,
		.peer_gone = on_peer_gone,
		.turn = turn,
		.stop = on_stop };
	struct timeval tick = { .tv_usec = TICK_MS * 1000 };
	struct store_role *role = xcalloc(1, sizeof(*role));
	struct desk *desk = &role->desk;
	struct err err;

	desk->config = start->config;
	desk->lanes = map_new();
	/* Ids go on from the clock, so that answers to the store before us find
	 * nobody. */
	desk->next_id = (uint64_t)clock_now_ms() << 20;
	if (gost_setup(start->config->openssl_conf, &err) == -1)
		goto failed;
	expiry_remember(start->config);
	/* The database's files belong to whom the store will be. */
	if (keys_view_read(start->config, &desk->keys, &err) == -1
	    || sandbox_drop_user(start->config, &err) == -1
	    || store_setup(start->config, &desk->store, &err) == -1
	    || open_files(role, &err) == -1
	    || take_over(desk->store, &err) == -1)
		goto failed;
	desk->batch =
	    batch_new(desk->store, (size_t)start->config->batch.max_jobs);
	desk->loop = loop_new(start, &calls, role);
	role->sweep = sweep_new(desk->batch, desk->files_folder);
	desk->poison = settle_poison;
	desk->sender = sender_new(desk);
	desk->poller = poller_new(desk);
	desk->overdue = overdue_new(desk);
	desk->expiry = expiry_new(start->config);
	desk->folders = door_folder_new(desk);
	desk->pace_keep = pace_keep_new(desk);
	if (control_open(desk, &desk->control, &err) == -1
	    || sandbox_enter(ROLE_STORE, start->config, &err) == -1)
		goto failed;
	role->tick =
	    event_new(loop_base(desk->loop), -1, EV_PERSIST, on_tick, role);
	(void)event_add(role->tick, &tick);
	role->more = event_new(loop_base(desk->loop), -1, 0, on_more, NULL);
	return loop_run(desk->loop);
failed:
	log_event(LOG_LEVEL_ERROR,
	    "event=start result=failed code=%s why=\"%s\"", err.code, err.text);
	return 1;
}
