/*
 * gateway/exchange/overdue.h - finds what was asked over SMEV and not answered
 * in the time of its data type, and what we owe and did not send in that time.
 *
 * Each such message is journalled, logged and counted once, and shown by
 * `kontingentctl queue` from then on.  It is still awaited: a late answer is
 * taken as any other; and what is late is sent on, unless its end of life
 * has come.  Runs in store.
 */
#ifndef GATEWAY_EXCHANGE_OVERDUE_H
#define GATEWAY_EXCHANGE_OVERDUE_H

struct desk;
struct overdue;

/* Looks through desk, which must outlive it. */
struct overdue *overdue_new(struct desk *desk);
/* A moment has passed. */
void overdue_tick(struct overdue *overdue);

#endif
