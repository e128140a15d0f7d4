/*
 * gateway/flow/status.h - what front asks about packets and about us.
 * Runs in store; reads only.
 */
#ifndef GATEWAY_FLOW_STATUS_H
#define GATEWAY_FLOW_STATUS_H

struct desk;
struct ipc_message;

/* IPC_STATUS, IPC_CHANGES, IPC_METRICS, IPC_HEALTH: answered at once. */
void status_ask(struct desk *desk, const struct ipc_message *msg);

#endif
