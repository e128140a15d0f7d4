/*
 * gateway/door/door.h - the adapter's service: calls of information systems.
 * Runs in store.
 *
 * Send, Get and Find are each one job of a batch: the answer goes out after the
 * commit that makes it true.  Nothing of a refused call is kept.
 */
#ifndef GATEWAY_DOOR_DOOR_H
#define GATEWAY_DOOR_DOOR_H

struct desk;
struct ipc_message;
struct opened;
struct transit;

#include <stdbool.h>

#define LANE_DOOR "door" /* requests; responses go by LANE_ANSWERS */

/* IPC_DOOR from front: have it looked at. */
void door_ask(struct desk *desk, const struct ipc_message *msg);
/* IPC_DROP from the filer: a message in the folder of a system is a Send. */
void door_drop(struct desk *desk, const struct ipc_message *msg);
/* Whether transit is a call of the door, from either side. */
bool door_came(const struct transit *transit);
/* An opener has read it: do what it says. */
void door_opened(struct transit *transit, const struct opened *opened);
/* Answer with a fault, and forget it. */
void door_refuse(struct transit *transit, const char *code, const char *text);

#endif
