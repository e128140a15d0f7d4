#include "gateway/exchange/push.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/codes.h"
#include "base/log.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/exchange/poller.h"
#include "gateway/metrics.h"
#include "smev/smev_push.h"

#define SOAP_TYPE "text/xml; charset=utf-8"
#define MOST      16 /* with openers at a time: more say nothing new */

static void
say(struct transit *t, int http, const char *why)
{
	struct buf xml;

	buf_init(&xml, 0);
	smev_push_write_answer(why, &xml);
	desk_reply(t,
	    &(struct reply){ .http = http,
		.content_type = SOAP_TYPE,
		.body = xml.data,
		.body_bytes = xml.bytes });
	buf_release(&xml);
}

bool
push_came(const struct transit *t)
{
	return t->channel == CHANNEL_PUSH;
}

static size_t
under_way(const struct desk *desk)
{
	size_t count = 0;

	for (size_t i = 0; i < TRANSIT_SLOTS; i++)
		for (const struct transit *t = desk->slots[i]; t != NULL;
		     t = t->hash_next)
			count += push_came(t);
	return count;
}

void
push_ask(struct desk *desk, const struct ipc_message *msg)
{
	struct transit *t = transit_new(desk, CHANNEL_PUSH);
	struct ask ask;

	t->front_id = msg->id;
	if (!ask_read(msg, t->arena, &ask) || desk->stopping) {
		transit_free(t); /* front asks the next store */
		return;
	}
	t->state = TRANSIT_LOOKING;
	t->source = ask.source;
	t->content_type = ask.content_type;
	t->body = arena_memdup(t->arena, ask.body, ask.body_bytes);
	t->body_bytes = ask.body_bytes;
	metrics_add(METRIC_SMEV_PUSHES, 1);
	if (under_way(desk) > MOST
	    || desk->in_flight > (size_t)desk->config->roles.queue)
		push_refuse(t, "X_BUSY");
	else
		(void)desk_send_opener(t);
}

void
push_opened(struct transit *t, const struct opened *opened)
{
	struct desk *desk = t->desk;

	if (opened->changeset_bytes != 0) {
		push_refuse(t, "SMEV_PUSH");
		return;
	}
	log_event(
	    LOG_LEVEL_DEBUG, "stage=push from=%s result=taken", t->source);
	say(t, 200, NULL);
	transit_free(t);
	poller_push(desk->poller);
}

void
push_refuse(struct transit *t, const char *code)
{
	const struct code *row = code_find(code);

	log_event(LOG_LEVEL_INFO, "stage=push from=%s result=refused code=%s",
	    t->source, code);
	say(t, row != NULL && row->http == 503 ? 503 : 500,
	    arena_printf(
		t->arena, "%s: %s", code, row == NULL ? "" : row->title));
	transit_free(t);
}
