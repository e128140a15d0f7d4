/*
 * gateway/http/http_health.c - how the daemon is: alive, ready, in figures.
 */
#include "base/buf.h"
#include "gateway/http/front.h"
#include "gateway/http/http_server.h"
#include "gateway/metrics.h"

#define TEXT_TYPE    "text/plain; charset=utf-8"
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

static void
answer_text(struct front *front, struct http_request *req, int status,
    const char *type, const struct buf *text)
{
	struct http_reply reply = { .status = status,
		.content_type = type,
		.body = buf_text(text),
		.bytes = text->bytes };

	http_finish(front, req, &reply);
}

/* Alive: this loop turns.  Whether there is more to it, /readyz says. */
void
http_healthz(struct front *front, struct http_request *req)
{
	struct buf text;

	buf_init(&text, 0);
	buf_adds(&text, "ok\n");
	answer_text(front, req, 200, TEXT_TYPE, &text);
	buf_release(&text);
}

/* Ready: packets are accepted now; the store knows more reasons than we do. */
void
http_readyz(struct front *front, struct http_request *req)
{
	struct buf text;

	if (front->store != NULL) {
		http_ask_store(front, req, IPC_HEALTH, "", 0, 0);
		return;
	}
	buf_init(&text, 0);
	buf_adds(&text, "not ready: store is away\n");
	answer_text(front, req, 503, TEXT_TYPE, &text);
	buf_release(&text);
}

void
http_metrics(struct front *front, struct http_request *req)
{
	if (front->store != NULL)
		http_ask_store(front, req, IPC_METRICS, "", 0, 0);
	else
		http_metrics_answer(front, req, "", 0);
}

void
http_metrics_answer(struct front *front, struct http_request *req,
    const void *gauges, size_t bytes)
{
	struct buf text;

	buf_init(&text, 0);
	buf_adds(&text,
	    "# HELP kontingent_store_up Whether the store answers.\n"
	    "# TYPE kontingent_store_up gauge\n");
	buf_addf(&text, "kontingent_store_up %d\n", bytes > 0);
	buf_add(&text, gauges, bytes);
	metrics_text(front->metrics, &text);
	answer_text(front, req, 200, METRICS_TYPE, &text);
	buf_release(&text);
}
