/*
 * gateway/exchange/push.h - SMEV says that something waits for us: poll now.
 *
 * The call is read by an opener and is a hint, never more: it makes no poll
 * sooner than smev.poll_fast_ms after the last one.  Runs in store.
 * Source: smev PROTOCOL 11.4.
 */
#ifndef GATEWAY_EXCHANGE_PUSH_H
#define GATEWAY_EXCHANGE_PUSH_H

#include <stdbool.h>

struct desk;
struct ipc_message;
struct opened;
struct transit;

/* IPC_PUSH of front. */
void push_ask(struct desk *desk, const struct ipc_message *msg);
/* Whether that is how the transit came; then it is for these two: */
bool push_came(const struct transit *transit);
/* an opener has read it, */
void push_opened(struct transit *transit, const struct opened *opened);
/* or nobody can. */
void push_refuse(struct transit *transit, const char *code);

#endif
