/*
 * gateway/exchange/statistics.h - asks SMEV how much waits in its queues for us.
 *
 * GetIncomingQueueStatistics, of versions 1.1 and 1.2; for an operator, who
 * waits for the answer.  Runs in store.  Source: smev PROTOCOL 4.7.
 */
#ifndef GATEWAY_EXCHANGE_STATISTICS_H
#define GATEWAY_EXCHANGE_STATISTICS_H

struct desk;

/*
 * What came of it.  code "": queues is a line a queue, its name, a tab and how
 * many messages wait; else why is for people.
 */
typedef void statistics_done(
    const char *queues, const char *code, const char *why, void *arg);

/* Ask, as soon as SMEV may be called; done is called once, perhaps before this
 * returns. */
void statistics_ask(struct desk *desk, statistics_done *done, void *arg);

/* A moment has passed. */
void statistics_tick(struct desk *desk);

#endif
