/*
 * gateway/filer/carrier.h - the copies that are under way in a filer.
 *
 * Each has its piece in turn, and is answered when it is done.  Nothing of them
 * is kept: whoever asked asks again.
 */
#ifndef GATEWAY_FILER_CARRIER_H
#define GATEWAY_FILER_CARRIER_H

#include <stdbool.h>

struct carrier;
struct config;
struct ipc_message;
struct ipc_peer;
struct place;

/* For the folder of files of the settings, which is made. */
struct carrier *carrier_new(const struct config *config);
/* IPC_TAKE, IPC_GIVE for place, or NULL: there is no such folder. */
void carrier_begin(struct carrier *carrier, struct place *place,
    struct ipc_peer *store, const struct ipc_message *msg);
/* A piece of each.  Returns whether there is more to do. */
bool carrier_step(struct carrier *carrier, struct ipc_peer *store);
/* Nobody waits for them any more. */
void carrier_stop(struct carrier *carrier);

#endif
