/*
 * gateway/exchange/answered.h - what SMEV gave us about something we sent: an
 * answer, a rejection, a state.  Runs in store, inside settle's transaction.
 *
 * A response belongs to the envelope whose MessageID its OriginalMessageId is;
 * without one, to that which its To names, if content of that kind came.  It is
 * credited to no other.  What can't be credited is kept, refused, and told:
 * SMEV_NOT_ASKED we sent no such message; SMEV_ANSWER_REPEATED it was answered
 * before; SMEV_ANSWER_LATE it was cancelled, or sent again as another message.
 */
#ifndef GATEWAY_EXCHANGE_ANSWERED_H
#define GATEWAY_EXCHANGE_ANSWERED_H

#include <stdbool.h>

struct store_tx;
struct transit;

/*
 * Note what the response, or the status, in transit means for what we sent.
 *
 * Returns true: go on and settle it; false: it is settled, as refused.
 */
bool answered_accept(struct store_tx *tx, struct transit *transit);

#endif
