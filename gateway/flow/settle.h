/*
 * gateway/flow/settle.h - the only way out of the flow, good and bad alike.
 * Runs in store.
 *
 * Registry, outbox and inbox move together, or not at all.  One commit serves a
 * whole batch, because flushing the disk costs more than all the work before
 * it; a packet that is refused undoes only itself.
 */
#ifndef GATEWAY_FLOW_SETTLE_H
#define GATEWAY_FLOW_SETTLE_H

struct desk;
struct ipc_message;
struct transit;

/* Put transit behind the packets of its source; in order of acceptance. */
void settle_queue(struct transit *transit);
/* IPC_DECODED: an opener has read it. */
void settle_decoded(struct desk *desk, const struct ipc_message *msg);
/* It is read, and its files are here: in the next batch. */
void settle_start(struct transit *transit);
/* Too many openers died of it: hold it for a person. */
void settle_poison(struct transit *transit);
/* Answer a waiter with the protocol, or with the receipt when time is up. */
void settle_answer(struct transit *transit);

#endif
