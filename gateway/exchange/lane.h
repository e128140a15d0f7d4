/*
 * gateway/exchange/lane.h - one way out, and the destinations on it.
 *
 * Each destination has a window and a breaker of its own
 * (gateway/exchange/destination.h), and its own place in the queue: one that is
 * full or dead costs the others neither calls nor time.  The lane itself has a
 * breaker for trouble of ours, a signer that is away.  Runs in store.
 */
#ifndef GATEWAY_EXCHANGE_LANE_H
#define GATEWAY_EXCHANGE_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/batch.h"
#include "gateway/exchange/destination.h"

struct arena;
struct desk;
struct lane;
struct map;
struct outbox_place;
struct rest;

/* One destination; listed in lane->places. */
struct place {
	struct place *next;
	struct lane *lane;
	char *name;
	struct destination state;
	bool work; /* something is to be leased, as far as is known */
	char code[24]; /* why it rests; "" */
};

/* What a call said: rest, when it changes what the database shows. */
enum lane_news { LANE_NO_NEWS, LANE_RESTS, LANE_GOES_ON };

struct lane {
	struct batch_job job; /* first: looks what waits */
	struct desk *desk;
	const char *name;
	int op;
	int ordered; /* one envelope at a time for a destination */
	size_t batch; /* rows an envelope */
	int64_t most; /* envelopes under way at once; see lane_next() */
	int64_t under_way;
	struct breaker own;
	struct place *places;
	struct map *by_name;
	bool looking; /* job is in a batch */
	bool looked; /* once at least */
	int64_t look_ms; /* mono: not before */
	struct arena *arena; /* of what job found */
	struct outbox_place *found;
	struct rest *rests;
	size_t found_count, rest_count;
	void (*ready)(struct lane *lane); /* it was looked */
};

/* lane has its own fields filled, from desk to most, and ready. */
void lane_init(struct lane *lane);
/* Forget all destinations; no call is under way. */
void lane_release(struct lane *lane);
/* Look what waits, when it is time to. */
void lane_look(struct lane *lane, int64_t now_ms);
/*
 * The destination whose turn it is, or NULL.  No more than most calls are under
 * way, but a destination that has none may always have one, up to twice most:
 * those that are slow do not keep the others out.
 */
struct place *lane_next(struct lane *lane, int64_t now_ms);
/*
 * A call to place, of which probe was said when it began, ended: well, in
 * trouble of the destination's, or without saying anything of it (code NULL).
 * For LANE_RESTS *ret_pause_ms is how long.
 */
enum lane_news lane_good(struct place *place);
enum lane_news lane_bad(
    struct place *place, bool probe, const char *code, int64_t *ret_pause_ms);
void lane_mute(struct place *place, bool probe);
/* Trouble of ours kept a message from being sent, or did not. */
enum lane_news lane_own_bad(
    struct lane *lane, bool probe, const char *code, int64_t *ret_pause_ms);
enum lane_news lane_own_good(struct lane *lane);

#endif
