/*
 * gateway/loop.h - the event loop every role uses: its base, its peers, and
 * the words parent has for all.
 *
 * Events only enqueue; what the loop calls after each turn takes batches.  The
 * loop answers parent's pings itself, so that a role that hangs is found out.
 */
#ifndef GATEWAY_LOOP_H
#define GATEWAY_LOOP_H

#include "gateway/role.h"

struct event_base;
struct loop;

#define LOOP_PEERS_MAX 64 /* openers, sealers and the rest, of one role */

struct loop_calls {
	ipc_handler *message; /* from any peer but parent */
	void (*peer_new)(struct ipc_peer *peer, void *arg); /* may be NULL */
	void (*peer_gone)(struct ipc_peer *peer, void *arg); /* may be NULL */
	void (*turn)(void *arg); /* after each turn of the loop; may be NULL */
	/* Parent wants the role to end: call loop_stop() once all is done.
	 * NULL: it ends at once. */
	void (*stop)(void *arg);
};

/* A loop for the role start tells of; it frees itself with the process. */
struct loop *loop_new(
    const struct role_start *start, const struct loop_calls *calls, void *arg);
struct event_base *loop_base(struct loop *loop);
/* The peer of role and index, or NULL while it is being replaced. */
struct ipc_peer *
loop_peer(const struct loop *loop, enum ipc_role role, int index);
/* Tell parent that the role serves; then turn until loop_stop().  Returns the
 * status of the process: 1 when parent is gone. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop, int status);

#endif
