/*
 * gateway/exchange/pace.h - how soon SMEV may be called again.
 *
 * SMEV takes a participant's access away for a while when it calls too often,
 * whatever the operation.  So one rest holds for polling, sending and
 * confirming; each next one is longer, until SMEV answers anything else.
 * Source: smev PROTOCOL 8.  Pure: the clock and chance come from outside.
 */
#ifndef GATEWAY_EXCHANGE_PACE_H
#define GATEWAY_EXCHANGE_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* All 0: nothing was heard yet. */
struct pace {
	int64_t until_ms; /* nothing is called before */
	int64_t rests; /* in a row */
};

/*
 * SMEV answered at now_ms with the fault code, or "" for none.  A rest lasts
 * as retry_pause_ms() says; what was under way when it began does not make it
 * longer.
 */
void pace_heard(struct pace *pace, const char *code, int64_t now_ms,
    int64_t base_ms, int64_t cap_ms, uint64_t random);
bool pace_rests(const struct pace *pace, int64_t now_ms);

#endif
