/*
 * gateway/exchange/poller.h - asks SMEV for what waits for us, and confirms.
 *
 * Fast while there is work, slowly when idle, never above the settings' pace:
 * poll_pace.h.  Each data type with poll = own is asked for by its selector, so
 * that no other's flood keeps it waiting, and rests alone when SMEV does not
 * know it; the status queue is asked rarely.
 * A message is confirmed after the commit that made it ours; what was not
 * confirmed in time is confirmed again, and SMEV's "no such message" means that
 * it was.  Runs in store.
 */
#ifndef GATEWAY_EXCHANGE_POLLER_H
#define GATEWAY_EXCHANGE_POLLER_H

struct desk;
struct poller;

/* Polls through desk, which must outlive it. */
struct poller *poller_new(struct desk *desk);
/* A moment has passed: start what is due. */
void poller_tick(struct poller *poller);
/* SMEV says that something may be there: do not wait for the next time. */
void poller_push(struct poller *poller);

#endif
