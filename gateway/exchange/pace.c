#include "gateway/exchange/pace.h"

#include <stdio.h>
#include <string.h>

#include "gateway/config.h"
#include "gateway/exchange/backoff.h"

#define TOKEN    1000000 /* one call */
#define WAITS_MS 300 /* who did not ask for so long does not wait */
#define LONG     3 /* rests: not a flap */
#define SLOWEST  50 /* calls in 1000 s: learnt is never less */
#define FASTEST  1000000 /* and beyond that there is no limit */

/* Calls in 1000 s that are allowed; 0: as many as there are. */
static int64_t
allowed(const struct pace *pace, const struct config *config)
{
	int64_t set = config->smev.calls_per_s * 1000;

	if (set == 0 || (pace->learnt != 0 && pace->learnt < set))
		return pace->learnt;
	return set;
}

/* A tenth of a second's worth may come at once, or one call. */
static int64_t
room(int64_t rate)
{
	int64_t tokens = rate * (TOKEN / 1000) / 10;

	return tokens < TOKEN ? TOKEN : tokens;
}

static int64_t
tokens_at(const struct pace *pace, int64_t rate, int64_t now_ms)
{
	int64_t passed_ms = now_ms - pace->filled_ms, most = room(rate);

	if (pace->filled_ms == 0 || passed_ms >= most / rate + 1)
		return most;
	if (pace->tokens + passed_ms * rate > most)
		return most;
	return pace->tokens + passed_ms * rate;
}

/* Whether another kind has waited longer, and still does. */
static bool
other_first(const struct pace *pace, enum pace_kind kind, int64_t now_ms)
{
	int64_t since_ms = pace->since_ms[kind];

	for (int i = 0; i < PACE_KINDS; i++)
		if (i != (int)kind && pace->since_ms[i] != 0
		    && now_ms - pace->asked_ms[i] < WAITS_MS
		    && (since_ms == 0 || pace->since_ms[i] < since_ms))
			return true;
	return false;
}

/* A token for kind at rate; without one it is remembered who waits. */
static bool
take_token(struct pace *pace, int64_t rate, enum pace_kind kind, int64_t now_ms)
{
	int64_t tokens = tokens_at(pace, rate, now_ms);

	if (tokens < TOKEN || other_first(pace, kind, now_ms)) {
		if (pace->since_ms[kind] == 0)
			pace->since_ms[kind] = now_ms;
		pace->asked_ms[kind] = now_ms;
		return false;
	}
	pace->since_ms[kind] = 0;
	pace->tokens = tokens - TOKEN;
	pace->filled_ms = now_ms;
	return true;
}

/* How many there are, to know what was too much. */
static void
count(struct pace *pace, int64_t now_ms)
{
	int64_t passed_ms = now_ms - pace->second_ms;

	if (passed_ms >= 1000) {
		pace->calls_before = passed_ms < 2000 ? pace->calls : 0;
		pace->calls = 0;
		pace->second_ms = now_ms;
	}
	pace->calls++;
}

bool
pace_take(struct pace *pace, const struct config *config, enum pace_kind kind,
    int64_t now_ms)
{
	int64_t rate = allowed(pace, config);

	if (now_ms < pace->until_ms || !breaker_may(&pace->breaker, now_ms)
	    || (rate != 0 && !take_token(pace, rate, kind, now_ms)))
		return false;
	count(pace, now_ms);
	pace->probe_taken |= breaker_begin(&pace->breaker, now_ms);
	return true;
}

void
pace_give(struct pace *pace)
{
	pace->tokens += TOKEN;
	if (pace->calls > 0)
		pace->calls--;
	breaker_mute(&pace->breaker, pace->probe_taken);
	pace->probe_taken = false;
}

bool
pace_join(struct pace *pace)
{
	bool probe = pace->probe_taken;

	pace->probe_taken = false;
	return probe;
}

static void
say(struct pace *pace, const char *code, const char *why)
{
	(void)snprintf(pace->code, sizeof(pace->code), "%s", code);
	(void)snprintf(pace->why, sizeof(pace->why), "%s", why);
	pace->changed = true;
}

/*
 * Half of what it was, or of what was allowed.  While SMEV goes on refusing,
 * what was called in the last second says nothing: that was a rest.
 */
static void
learn(struct pace *pace, const struct config *config, int64_t now_ms)
{
	int64_t set = config->smev.calls_per_s * 1000, was;

	if (pace->rests != 0)
		return;
	was = 1000
	    * (pace->calls > pace->calls_before ? pace->calls
						: pace->calls_before);
	if (set != 0 && set < was)
		was = set;
	if (pace->learnt != 0)
		was = pace->learnt;
	pace->learnt = was / 2 < SLOWEST ? SLOWEST : was / 2;
	pace->cut = pace->learnt;
	pace->crept_ms = now_ms;
	pace->filled_ms = now_ms;
	pace->tokens = 0;
}

/* Evenly, by as much as was learnt in each calls_learn_s. */
static void
creep(struct pace *pace, const struct config *config, int64_t now_ms)
{
	int64_t passed_ms = now_ms - pace->crept_ms, more;

	if (pace->learnt == 0)
		return;
	more = pace->cut * passed_ms / (config->smev.calls_learn_s * 1000);
	if (more == 0)
		return;
	pace->learnt += more;
	pace->crept_ms = now_ms;
	if (pace->learnt > FASTEST
	    || (config->smev.calls_per_s != 0
		&& pace->learnt >= config->smev.calls_per_s * 1000)) {
		pace->learnt = 0;
		pace->changed = true;
	}
}

static void
rest(struct pace *pace, const struct config *config, const char *code,
    const char *why, int64_t now_ms, uint64_t random)
{
	learn(pace, config, now_ms);
	pace->until_ms = now_ms
	    + backoff_pause_ms(
		BACKOFF_RATE, &config->retry, ++pace->rests, random);
	say(pace, code, why);
}

/* It does not answer, or says that it can't. */
static void
away(struct pace *pace, const struct config *config,
    const struct pace_news *news, int64_t now_ms, uint64_t random)
{
	/* Others were answered meanwhile: it was this call's own trouble. */
	if (!news->probe && news->begun_ms < pace->answered_ms)
		return;
	if (!breaker_bad(
		&pace->breaker, news->probe, config->smev.breaker_failures))
		return;
	breaker_open(&pace->breaker,
	    now_ms
		+ backoff_pause_ms(backoff_of(news->code), &config->retry,
		    pace->breaker.rests + 1, random));
	say(pace, news->code, news->why);
}

void
pace_heard(struct pace *pace, const struct config *config,
    const struct pace_news *news, int64_t now_ms, uint64_t random)
{
	enum backoff class = backoff_of(news->code);

	if (class == BACKOFF_NETWORK || class == BACKOFF_BUSY) {
		away(pace, config, news, now_ms, random);
		return;
	}
	/* It answers, whatever it says. */
	pace->answered_ms = now_ms;
	pace->back |= pace->breaker.rests >= LONG;
	if (breaker_good(&pace->breaker))
		say(pace, "", "");
	if (now_ms < pace->until_ms)
		return; /* what was under way when the rest began */
	if (class == BACKOFF_RATE) {
		rest(pace, config, news->code, news->why, now_ms, random);
		return;
	}
	if (pace->rests != 0)
		say(pace, "", "");
	pace->rests = 0;
	creep(pace, config, now_ms);
}

void
pace_mute(struct pace *pace, bool probe)
{
	breaker_mute(&pace->breaker, probe);
}

int64_t
pace_rests_until_ms(const struct pace *pace, int64_t now_ms)
{
	int64_t until_ms = pace->until_ms;

	if (pace->breaker.rests != 0 && pace->breaker.until_ms > until_ms)
		until_ms = pace->breaker.until_ms;
	return until_ms > now_ms ? until_ms : 0;
}

bool
pace_seen(struct pace *pace)
{
	bool changed = pace->changed;

	pace->changed = false;
	return changed;
}
