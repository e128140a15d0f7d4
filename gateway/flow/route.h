/*
 * gateway/flow/route.h - who wants to hear of what changed: events to outbox
 * rows, in the transaction that changed it.  Runs in store.
 */
#ifndef GATEWAY_FLOW_ROUTE_H
#define GATEWAY_FLOW_ROUTE_H

struct domain_events;
struct protocol;
struct store_tx;
struct transit;

/* Lanes of the outbox: where a message goes, and how. */
#define LANE_FEDERAL "federal" /* SendRequest, in batches, in order */
#define LANE_ANSWERS "answers" /* SendResponse, each alone */

/*
 * Put an outbox row for each receiver of events; protocol is what became of
 * the packet, for who asked.
 */
void flow_route(struct store_tx *tx, struct transit *transit,
    const struct domain_events *events, const struct protocol *protocol);

/*
 * Owe the sender of a SMEV request a response that it can't be served: the
 * request was refused before anything was applied.
 */
void route_reject(struct store_tx *tx, struct transit *transit,
    const char *code, const char *why);

#endif
