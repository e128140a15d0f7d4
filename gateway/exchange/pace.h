/*
 * gateway/exchange/pace.h - how soon, and how often, SMEV may be called.
 *
 * One pace holds for polling, sending and confirming.  SMEV takes a
 * participant's access away for a while when it calls too often, whatever the
 * operation: then nothing is called for a rest, each next one longer, and
 * afterwards no more often than half of what was too much; that limit creeps
 * up again, by itself in smev.calls_learn_s.  smev.calls_per_s is never
 * exceeded; what waits longest for its turn goes first, so that neither of the
 * three starves.  When SMEV does not answer, or says that it can't,
 * smev.breaker_failures times in a row, all calls wait, and then one probes.
 * Source: smev PROTOCOL 7.2, 8.  Pure: clock and chance come from outside; a
 * call is taken, joined by what makes it, and heard of.
 */
#ifndef GATEWAY_EXCHANGE_PACE_H
#define GATEWAY_EXCHANGE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/exchange/breaker.h"

struct config;

/* Who calls. */
enum pace_kind { PACE_POLL, PACE_SEND, PACE_ACK, PACE_KINDS };

/* All 0: nothing was heard yet. */
struct pace {
	int64_t until_ms; /* SMEV's rate limit: nothing is called before */
	int64_t rests; /* of that kind, in a row */
	struct breaker breaker; /* SMEV is away */
	int64_t answered_ms; /* it was not, then */
	bool probe_taken; /* and not joined yet */
	int64_t learnt; /* calls in 1000 s; 0: no limit is known */
	int64_t cut; /* what learnt was when it was learnt */
	int64_t crept_ms; /* when learnt was last made larger */
	/* Since when a kind waits for a token, and when it last asked; 0: it
	 * does not. */
	int64_t since_ms[PACE_KINDS], asked_ms[PACE_KINDS];
	int64_t tokens, filled_ms; /* tokens in millionths of a call */
	int64_t second_ms, calls, calls_before; /* this second, the last */
	bool back; /* SMEV was away for long, and is not: who sets it back
			sends what waited for it */
	bool changed; /* what an operator may see, since pace_seen() */
	char code[24], why[240]; /* of the last trouble */
};

/* A call of kind begins, if it may now. */
bool pace_take(struct pace *pace, const struct config *config,
    enum pace_kind kind, int64_t now_ms);
/* One that was taken is not made. */
void pace_give(struct pace *pace);
/* What was taken becomes a call.  Returns whether it is the probe, which
 * pace_heard() or pace_mute() has to be told. */
bool pace_join(struct pace *pace);
/* How a call ended. */
struct pace_news {
	bool probe; /* as pace_join() said */
	int64_t begun_ms; /* one that failed says nothing of SMEV when another
			   one, heard after that, was answered */
	const char *code; /* the fault; "" none */
	const char *why; /* for people */
};

/* A call was answered, or failed. */
void pace_heard(struct pace *pace, const struct config *config,
    const struct pace_news *news, int64_t now_ms, uint64_t random);
/* A call ended without reaching SMEV. */
void pace_mute(struct pace *pace, bool probe);
/* When calls begin again, or 0: they do. */
int64_t pace_rests_until_ms(const struct pace *pace, int64_t now_ms);
/* Whether anything changed since the last call of this. */
bool pace_seen(struct pace *pace);

#endif
