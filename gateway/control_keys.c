/* Commands about keys and certificates: when they end, and what stops. */
#include "gateway/control_words.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "gateway/expiry.h"

static void
put_date(int64_t at_ms, char *ret, size_t room)
{
	time_t at = (time_t)(at_ms / 1000);
	struct tm tm;

	*ret = '\0';
	if (at_ms != 0 && at_ms != INT64_MAX && gmtime_r(&at, &tm) != NULL)
		(void)strftime(ret, room, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void
put_json(
    struct control_ask *ask, const struct expiry_item *item, int64_t now_ms)
{
	char from[32], until[32], *text;
	json_t *object;

	put_date(item->from_ms, from, sizeof(from));
	put_date(item->until_ms, until, sizeof(until));
	object = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:b,s:b,"
			   "s:s,s:s}",
	    "kind", item->kind, "name", item->name, "use", item->use, "source",
	    item->place, "path", item->path, "serial", item->serial,
	    "fingerprint", item->fingerprint, "not_before", from, "not_after",
	    until, "days",
	    (json_int_t)(*item->problem != '\0' ? 0
						: expiry_days(item, now_ms)),
	    "active", (int)item->active, "soon", (int)expiry_soon(item, now_ms),
	    "stops", item->stops, "problem", item->problem);
	text = json_dumps(object, JSON_COMPACT);
	buf_addf(ask->out, "%s\n", text);
	free(text);
	json_decref(object);
}

static const char *
kind_word(const char *kind)
{
	static const struct {
		const char *kind, *word;
	} words[] = { { "key", "ключ" }, { "smev", "сертификат СМЭВ" },
		{ "source", "подписант источника" }, { "tls", "сервер HTTPS" },
		{ "client-ca", "центр клиентов" }, { "ca", "центр" },
		{ "crl", "список отзыва" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].kind, kind) == 0)
			return words[i].word;
	return kind;
}

static void
put_key(struct buf *out, const struct expiry_item *item)
{
	static const char *const places[][2] = { { "file", "в файле" },
		{ "token", "на токене" }, { "program", "у программы" } };

	for (size_t i = 0; i < 3; i++)
		if (strcmp(places[i][0], item->place) == 0)
			buf_addf(out, " %s", places[i][1]);
	if (strstr(item->use, "system") != NULL)
		buf_adds(out, ", подписи системы");
	if (strstr(item->use, "personal") != NULL)
		buf_adds(out, ", подписи должностного лица");
	if (item->active)
		buf_adds(out, ", подписывает сейчас");
}

static void
put_text(
    struct control_ask *ask, const struct expiry_item *item, int64_t now_ms)
{
	struct buf *out = ask->out;
	int64_t days = expiry_days(item, now_ms);
	char from[32], until[32];

	put_date(item->from_ms, from, sizeof(from));
	put_date(item->until_ms, until, sizeof(until));
	buf_addf(out, "%s %s", kind_word(item->kind), item->name);
	put_key(out, item);
	if (*item->problem != '\0') {
		buf_addf(out, "\n  не читается: %s\n", item->problem);
		return;
	}
	if (*until == '\0')
		buf_addf(out, "\n  с %.10s, срок не указан", from);
	else if (days < 0)
		buf_addf(out, "\n  истёк %.10s", until);
	else
		buf_addf(out, "\n  с %.10s по %.10s, осталось дней: %" PRId64,
		    from, until, days);
	if (*item->serial != '\0')
		buf_addf(out, "; номер %s", item->serial);
	if (*item->fingerprint != '\0')
		buf_addf(out, "; отпечаток %.16s…", item->fingerprint);
	buf_addf(out, "\n  остановится: %s\n",
	    *item->stops == '\0' ? "ничего, далее подписывает другой ключ"
				 : item->stops);
}

static int
show(struct control_ask *ask, bool only_soon)
{
	int64_t now_ms = clock_now_ms();
	struct expiry_item *items;
	size_t count = expiry_list(ask->config, now_ms, ask->arena, &items);
	int soon = 0;

	for (size_t i = 0; i < count; i++) {
		bool now = expiry_soon(&items[i], now_ms);

		soon += now;
		if (only_soon && !now)
			continue;
		if (ask->json)
			put_json(ask, &items[i], now_ms);
		else
			put_text(ask, &items[i], now_ms);
	}
	if (only_soon && !ask->json)
		buf_addf(ask->out,
		    soon == 0 ? "в ближайшие %d дней ничего не кончается\n"
			      : "действуйте: срок ближе %d дней или вышел\n",
		    EXPIRY_SOON_DAYS);
	return soon;
}

int
control_keys_list(struct control_ask *ask)
{
	(void)show(ask, false);
	return 0;
}

int
control_check_keys(struct control_ask *ask)
{
	return show(ask, true) == 0 ? 0 : 1;
}
