/*
 * gateway/flow/accept.h - the door.  Runs in store.
 *
 * Only after the commit that makes a packet ours is its sender answered.
 */
#ifndef GATEWAY_FLOW_ACCEPT_H
#define GATEWAY_FLOW_ACCEPT_H

struct desk;
struct ipc_message;
struct transit;

/* IPC_ACCEPT, IPC_VALIDATE from front: have it looked at. */
void accept_ask(struct desk *desk, const struct ipc_message *msg);
/* IPC_OPENED: it has a name; put it into the inbox. */
void accept_opened(struct desk *desk, const struct ipc_message *msg);
/* What was accepted and not settled by the store before this one, and what is
 * due again: up to max of it. */
void accept_resume(struct desk *desk, unsigned max);

#endif
