/*
 * gateway/exchange/polled.h - a message that SMEV gave us, on its way through
 * settle.  Runs in store, inside settle's transaction.
 */
#ifndef GATEWAY_EXCHANGE_POLLED_H
#define GATEWAY_EXCHANGE_POLLED_H

#include <stdbool.h>

struct store_tx;
struct transit;

/* Whether the answer to op may be a message for us: Get*. */
bool polled_is_message(int op);

/*
 * Put the message into the inbox and owe its Ack; a response is matched with
 * what it answers.
 *
 * Returns true: go on and settle it; false: it was here before, or it is no
 * answer to anything of ours, and all is done.
 */
bool polled_accept(struct store_tx *tx, struct transit *transit);

#endif
