/*
 * gateway/exchange/fetch.h - the files of a message that SMEV gave us.
 *
 *	read by an opener -> here before? -> signatures -> contents to blobs,
 *	the file store's by the courier -> settled, with a row a file
 *
 * SMEV removes the files once we confirm, so they are on our disk before the
 * message is accepted.  Trouble on the way leaves the message with SMEV, which
 * gives it again, and what came of a file stays for that time; meanwhile others
 * are polled and settled.  A file that is not what was signed refuses the
 * message.  Runs in store.
 */
#ifndef GATEWAY_EXCHANGE_FETCH_H
#define GATEWAY_EXCHANGE_FETCH_H

#include <stdbool.h>

struct desk;
struct store_tx;
struct transit;

/*
 * Take over transit, which is read and would be settled now, if it has files;
 * settle_start() follows, or the transit goes.
 *
 * Returns false when there are none, and nothing was done.
 */
bool fetch_take(struct transit *transit);
/* Inside settle's transaction, once transit has its row of the inbox: a row of
 * `file` for each that is there. */
void fetch_put(struct store_tx *tx, const struct transit *transit);
/* Let go of all: the process is to end. */
void fetch_stop(struct desk *desk);

#endif
