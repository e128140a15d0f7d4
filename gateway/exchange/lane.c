#include "gateway/exchange/lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/rand.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/exchange/backoff.h"
#include "queue/outbox.h"
#include "queue/rest.h"
#include "store/store.h"

#define LOOK_MS    500 /* look that often without being told */
#define PLACES_MAX 1024

static struct place *
place_of(struct lane *lane, const char *name)
{
	struct place *place = map_get(lane->by_name, name), **at;

	if (place != NULL)
		return place;
	place = xcalloc(1, sizeof(*place));
	place->lane = lane;
	place->name = xstrdup(name);
	destination_init(&place->state);
	for (at = &lane->places; *at != NULL; at = &(*at)->next)
		;
	*at = place;
	(void)map_put(lane->by_name, name, place);
	return place;
}

/* What is as new is known again when there is work. */
static void
forget_idle(struct lane *lane)
{
	struct place **at = &lane->places, *place;

	while (map_count(lane->by_name) > PLACES_MAX && (place = *at) != NULL) {
		if (place->work || place->state.under_way != 0
		    || place->state.breaker.rests != 0) {
			at = &place->next;
			continue;
		}
		*at = place->next;
		(void)map_take(lane->by_name, place->name);
		free(place->name);
		free(place);
	}
}

/* What another node, or the store before us, saw. */
static void
adopt(struct lane *lane, const struct rest *rest)
{
	int64_t left_ms = rest->until_ms - clock_now_ms();
	struct breaker *breaker;
	struct place *place;

	if (*rest->name == '\0') {
		breaker = &lane->own;
	} else {
		place = place_of(lane, rest->name);
		breaker = &place->state.breaker;
		if (breaker->rests == 0)
			(void)snprintf(
			    place->code, sizeof(place->code), "%s", rest->code);
	}
	if (breaker->rests != 0 || (lane->looked && left_ms <= 0))
		return;
	breaker->rests = rest->rests;
	breaker->until_ms = clock_mono_ms() + left_ms;
}

static bool
waits(const struct lane *lane, const char *name)
{
	for (size_t i = 0; i < lane->found_count; i++)
		if (strcmp(lane->found[i].name, name) == 0)
			return true;
	return false;
}

static void
run_look(struct store_tx *tx, struct batch_job *job)
{
	struct lane *lane = (struct lane *)(void *)job;
	int64_t now_ms = clock_now_ms();

	lane->found =
	    arena_alloc(lane->arena, PLACES_MAX * sizeof(*lane->found));
	lane->rests =
	    arena_alloc(lane->arena, PLACES_MAX * sizeof(*lane->rests));
	lane->found_count =
	    outbox_places(tx, lane->name, PLACES_MAX, lane->arena, lane->found);
	lane->rest_count =
	    rest_list(tx, lane->name, PLACES_MAX, lane->arena, lane->rests);
	/* Nobody will try it: nothing waits for it any more. */
	for (size_t i = 0; i < lane->rest_count; i++)
		if (lane->rests[i].until_ms < now_ms
		    && *lane->rests[i].name != '\0'
		    && !waits(lane, lane->rests[i].name))
			rest_end(tx, lane->name, lane->rests[i].name);
}

static void
done_look(struct batch_job *job, const struct err *err)
{
	struct lane *lane = (struct lane *)(void *)job;
	int64_t now_ms = clock_now_ms();

	lane->looking = false;
	for (size_t i = 0; err == NULL && i < lane->found_count; i++) {
		const struct outbox_place *found = &lane->found[i];

		if (found->fresh
		    || (found->due_ms != 0 && found->due_ms <= now_ms))
			place_of(lane, found->name)->work = true;
	}
	for (size_t i = 0; err == NULL && i < lane->rest_count; i++)
		adopt(lane, &lane->rests[i]);
	lane->looked |= err == NULL;
	forget_idle(lane);
	arena_reset(lane->arena);
	lane->ready(lane);
}

void
lane_init(struct lane *lane)
{
	lane->arena = arena_new();
	lane->by_name = map_new();
	lane->job.run = run_look;
	lane->job.done = done_look;
}

void
lane_release(struct lane *lane)
{
	struct place *place;

	while ((place = lane->places) != NULL) {
		lane->places = place->next;
		free(place->name);
		free(place);
	}
	map_free(lane->by_name, NULL);
	arena_free(lane->arena);
}

void
lane_look(struct lane *lane, int64_t now_ms)
{
	if (lane->looking || now_ms < lane->look_ms)
		return;
	lane->looking = true;
	lane->look_ms = now_ms + LOOK_MS;
	lane->found_count = lane->rest_count = 0;
	batch_add(lane->desk->batch, &lane->job);
}

/* The one that was asked goes behind the others. */
static void
to_the_end(struct lane *lane, struct place **at)
{
	struct place *place = *at;

	*at = place->next;
	place->next = NULL;
	for (at = &lane->places; *at != NULL; at = &(*at)->next)
		;
	*at = place;
}

struct place *
lane_next(struct lane *lane, int64_t now_ms)
{
	int64_t limit =
	    lane->ordered ? 1 : lane->desk->config->smev.destination_calls;

	if (!lane->looked || !breaker_may(&lane->own, now_ms))
		return NULL;
	for (struct place **at = &lane->places; *at != NULL;
	     at = &(*at)->next) {
		struct place *place = *at;
		int64_t most =
		    place->state.under_way == 0 ? 2 * lane->most : lane->most;

		if (!place->work || lane->under_way >= most
		    || !destination_may(&place->state, limit, now_ms))
			continue;
		to_the_end(lane, at);
		return place;
	}
	return NULL;
}

enum lane_news
lane_good(struct place *place)
{
	if (!destination_good(&place->state,
		place->lane->desk->config->smev.destination_calls))
		return LANE_NO_NEWS;
	return LANE_GOES_ON;
}

/* The breaker opens for a pause of the class of code. */
static enum lane_news
open_for(struct lane *lane, struct breaker *breaker, const char *code,
    int64_t *ret_pause_ms)
{
	*ret_pause_ms = backoff_pause_ms(backoff_of(code),
	    &lane->desk->config->retry, breaker->rests + 1, rand_u64());
	breaker_open(breaker, clock_mono_ms() + *ret_pause_ms);
	return LANE_RESTS;
}

enum lane_news
lane_bad(
    struct place *place, bool probe, const char *code, int64_t *ret_pause_ms)
{
	struct lane *lane = place->lane;

	if (!destination_bad(&place->state, probe,
		lane->desk->config->smev.breaker_failures))
		return LANE_NO_NEWS;
	(void)snprintf(place->code, sizeof(place->code), "%s", code);
	return open_for(lane, &place->state.breaker, code, ret_pause_ms);
}

void
lane_mute(struct place *place, bool probe)
{
	destination_mute(&place->state, probe);
}

enum lane_news
lane_own_bad(
    struct lane *lane, bool probe, const char *code, int64_t *ret_pause_ms)
{
	if (!breaker_bad(
		&lane->own, probe, lane->desk->config->smev.breaker_failures))
		return LANE_NO_NEWS;
	return open_for(lane, &lane->own, code, ret_pause_ms);
}

enum lane_news
lane_own_good(struct lane *lane)
{
	return breaker_good(&lane->own) ? LANE_GOES_ON : LANE_NO_NEWS;
}
