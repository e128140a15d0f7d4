/*
 * gateway/exchange/poller.h - asks SMEV for what waits for us, and confirms.
 *
 * Fast while there is work, slowly when idle, never above the settings' pace.
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

#endif
