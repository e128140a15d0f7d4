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
 * What was asked, as the inbox remembers it, and back: a message that waited
 * there is read as the answer that it came in.
 */
const char *polled_op_name(int op);
int polled_op(const char *name);
/* Whose words the inbox says they are. */
const char *polled_source(const struct transit *transit);
/* Streebog-256 of the message as it came, into transit->digest. */
void polled_digest(struct transit *transit);
/*
 * transit->read of a message that waited in the inbox.  One whose signature is
 * bad has no business there: it is refused, and nobody is answered.
 */
bool polled_read_again(struct transit *transit);

/*
 * Put the message into the inbox and owe its Ack; a response is matched with
 * what it answers (exchange/answered.h).
 *
 * A message that waited in the inbox keeps its row, by its own name from now on.
 *
 * Returns true: go on and settle it; false: it was here before, or it is no
 * answer to anything of ours, and all is done.
 */
bool polled_accept(struct store_tx *tx, struct transit *transit);

#endif
