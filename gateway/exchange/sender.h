/*
 * gateway/exchange/sender.h - sends what the outbox owes.
 *
 *	lease -> seal -> keep the signed bytes -> send -> read -> record
 *
 * The same bytes go again until SMEV says that it has them; "already sent" is
 * success.  A lane in trouble makes pauses that grow, and costs the others
 * nothing; a receiver without room costs the others of its lane nothing.  Runs in store.
 */
#ifndef GATEWAY_EXCHANGE_SENDER_H
#define GATEWAY_EXCHANGE_SENDER_H

struct desk;
struct sender;

/* Sends what is owed through desk, which must outlive it. */
struct sender *sender_new(struct desk *desk);
/* A moment has passed. */
void sender_tick(struct sender *sender);
/* Something was put into the outbox: do not wait for the next look. */
void sender_wake(struct sender *sender);

#endif
