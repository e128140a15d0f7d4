/* Runs in store: the daily look at what ends, said once for each step. */
#include "gateway/expiry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"

#define DAY_MS INT64_C(86400000)

struct expiry {
	const struct config *config;
	int64_t look_ms; /* when to look again */
	struct arena *arena; /* of items */
	struct expiry_item *items;
	size_t count;
	struct map *said; /* item to the threshold that was said, an int */
};

struct expiry *
expiry_new(const struct config *config)
{
	struct expiry *expiry = xcalloc(1, sizeof(*expiry));

	expiry->config = config;
	expiry->arena = arena_new();
	expiry->said = map_new();
	return expiry;
}

void
expiry_free(struct expiry *expiry)
{
	if (expiry == NULL)
		return;
	map_free(expiry->said, free);
	arena_free(expiry->arena);
	free(expiry);
}

/* Whether that was not said of item yet; from now on it is. */
static bool
is_news(struct expiry *expiry, const struct expiry_item *item, int threshold)
{
	const char *name = arena_printf(expiry->arena, "%s\t%s\t%s\t%s",
	    item->kind, item->name, item->path, item->serial);
	const int *before = map_get(expiry->said, name);
	int *now;

	if (before != NULL && *before <= threshold)
		return false;
	now = xcalloc(1, sizeof(*now));
	*now = threshold;
	free(map_put(expiry->said, name, now));
	return true;
}

static void
say(struct expiry *expiry, const struct expiry_item *item, int64_t now_ms)
{
	int threshold = expiry_threshold(item, now_ms);
	time_t until = (time_t)(item->until_ms / 1000);
	char date[32] = "";
	struct tm tm;

	if (*item->problem != '\0') {
		if (is_news(expiry, item, -2))
			log_event(LOG_LEVEL_ERROR,
			    "event=expiry kind=%s name=%s result=unreadable "
			    "why=\"%s\"",
			    item->kind, item->name, item->problem);
		return;
	}
	if (threshold == -1 || !is_news(expiry, item, threshold))
		return;
	if (gmtime_r(&until, &tm) != NULL)
		(void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	log_event(*item->stops == '\0'          ? LOG_LEVEL_INFO
		: threshold <= EXPIRY_SOON_DAYS ? LOG_LEVEL_ERROR
						: LOG_LEVEL_WARN,
	    "event=expiry kind=%s name=%s serial=%s result=%s threshold=%d "
	    "days=%" PRId64 " ends=%s stops=\"%s\"",
	    item->kind, item->name, item->serial,
	    threshold == 0 ? "over" : "near", threshold,
	    expiry_days(item, now_ms), date,
	    *item->stops == '\0' ? "ничего" : item->stops);
}

void
expiry_tick(struct expiry *expiry)
{
	int64_t now_ms = clock_now_ms();

	if (now_ms < expiry->look_ms)
		return;
	expiry->look_ms = now_ms + DAY_MS;
	arena_reset(expiry->arena);
	expiry->count =
	    expiry_list(expiry->config, now_ms, expiry->arena, &expiry->items);
	for (size_t i = 0; i < expiry->count; i++)
		say(expiry, &expiry->items[i], now_ms);
}

/* A name of a file may have anything in it. */
static void
put_label(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text != '"' && *text != '\\' && *text != '\n')
			buf_addc(out, *text);
}

void
expiry_metrics(const struct expiry *expiry, struct buf *out)
{
	int64_t now_ms = clock_now_ms();

	buf_adds(out,
	    "# HELP kontingent_expiry_days Whole days until a certificate or "
	    "a revocation list ends.\n"
	    "# TYPE kontingent_expiry_days gauge\n");
	for (size_t i = 0; i < expiry->count; i++) {
		const struct expiry_item *item = &expiry->items[i];

		if (*item->problem != '\0' || item->until_ms == INT64_MAX)
			continue;
		buf_addf(out, "kontingent_expiry_days{kind=\"%s\",name=\"",
		    item->kind);
		put_label(out, item->name);
		buf_addf(out, "\",serial=\"%s\",stops=\"%s\"} %" PRId64 "\n",
		    item->serial, *item->stops == '\0' ? "no" : "yes",
		    expiry_days(item, now_ms));
	}
}
