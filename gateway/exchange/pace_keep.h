/*
 * gateway/exchange/pace_keep.h - what is known of SMEV's pace, in the table rest.
 *
 * So an operator sees it, and a store that is replaced does not call too often
 * again to learn it.  Runs in store.
 */
#ifndef GATEWAY_EXCHANGE_PACE_KEEP_H
#define GATEWAY_EXCHANGE_PACE_KEEP_H

struct desk;
struct pace_keep;

/* desk->pace goes on where it was; it is kept through desk, which must outlive
 * what is returned. */
struct pace_keep *pace_keep_new(struct desk *desk);
/* A moment has passed. */
void pace_keep_tick(struct pace_keep *keep);

#endif
