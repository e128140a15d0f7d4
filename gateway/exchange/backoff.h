/*
 * gateway/exchange/backoff.h - how long to wait, by what is in the way.
 *
 * The classes are those of the rows RETRY of doc/codes.tsv; how their pauses
 * begin and end, as parts of retry.base_ms and retry.cap_ms, is one table in
 * backoff.c.  Pure: chance comes from outside.
 */
#ifndef GATEWAY_EXCHANGE_BACKOFF_H
#define GATEWAY_EXCHANGE_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

enum backoff {
	BACKOFF_OTHER,
	BACKOFF_NETWORK, /* no answer, or none of SMEV's */
	BACKOFF_BUSY, /* SMEV says that it can't now */
	BACKOFF_RATE, /* it was called too often */
	BACKOFF_FULL, /* a receiver has no room */
	BACKOFF_AWAY, /* a process of ours is being replaced */
	BACKOFF_COUNT
};

struct config_retry;

/* The class of a code of doc/codes.tsv. */
enum backoff backoff_of(const char *code);
/* Its word: "network". */
const char *backoff_name(enum backoff class);
/* Pause before attempt + 1, in ms, with jitter as in retry_pause_ms(). */
int64_t backoff_pause_ms(enum backoff class, const struct config_retry *retry,
    int64_t attempt, uint64_t random);
/* SMEV as a whole is in the way, not who the message is for. */
bool backoff_of_smev(enum backoff class);
/* It is tried without end: only other attempts are counted against
 * retry.send_attempts. */
bool backoff_endless(enum backoff class);

#endif
