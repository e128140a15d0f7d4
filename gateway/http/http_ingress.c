/*
 * gateway/http/http_ingress.c - packets and questions of sources, to the store
 * and back.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/flow/job.h"
#include "gateway/http/front.h"
#include "gateway/http/http_pending.h"
#include "gateway/http/http_server.h"

#define PACKET_ID_BYTES_MAX 64

void
http_ask_store(struct front *front, struct http_request *req,
    enum ipc_type type, const void *body, size_t bytes, int64_t wait_ms)
{
	struct http_note *note = http_note(req);

	if (note->until_ms == 0) /* a second store does not make it longer */
		note->until_ms = clock_mono_ms()
		    + front->config->http.answer_timeout_ms + wait_ms;
	if (front->store == NULL && note->ask == NULL) {
		http_refuse(front, req, 0, "HTTP_AWAY", "");
		return;
	}
	note->asked = type;
	note->pending = http_pending_put(front->pending, req, note->until_ms);
	if (note->pending == 0) {
		http_refuse(front, req, 0, "HTTP_BUSY", "");
		return;
	}
	if (front->store == NULL) /* it waits for the next one */
		return;
	if (ipc_send(front->store, type, note->pending, body, bytes))
		return;
	(void)http_pending_take(front->pending, note->pending);
	note->pending = 0;
	http_refuse(front, req, 0, "HTTP_BUSY", "");
}

static void
ask(struct front *front, struct http_request *req, enum ipc_type type,
    const struct ask *what)
{
	struct buf out;

	buf_init(&out, 0);
	ask_write((int)type, what, &out);
	http_ask_store(front, req, type, out.data, out.bytes, what->wait_ms);
	buf_release(&out);
}

/*
 * How long the sender would wait for the outcome: "Prefer: wait=SECONDS", in
 * any of its Prefer fields (RFC 7240, 2).  What is no number is no wish.
 */
static int64_t
wait_ms_of(const struct http_request *req, int64_t max_s)
{
	for (size_t i = 0; i < req->head.field_count; i++) {
		const char *at = req->head.fields[i].value;

		if (strcasecmp(req->head.fields[i].name, "Prefer") != 0)
			continue;
		for (; *at != '\0'; at += strcspn(at, ",")) {
			char digits[8] = "";
			size_t bytes;
			int64_t wait_s;

			at += strspn(at, ", \t");
			if (strncasecmp(at, "wait=", 5) != 0)
				continue;
			at += 5;
			at += *at == '"';
			bytes = strspn(at, "0123456789");
			if (bytes >= sizeof(digits))
				return max_s * 1000;
			memcpy(digits, at, bytes);
			if (str_int(digits, 0, INT64_MAX, &wait_s) == 0)
				return (wait_s < max_s ? wait_s : max_s) * 1000;
		}
	}
	return 0;
}

void
http_accept(struct front *front, struct http_request *req)
{
	unsigned char digest[GOST_DIGEST_MAX];
	char hex[2 * GOST_DIGEST_MAX + 1];
	struct ask what = {
		.source = http_note(req)->source,
		.content_type = http_head_get(&req->head, "Content-Type"),
		.digest = hex,
		.wait_ms = wait_ms_of(req, front->config->http.wait_max_s),
		.body = req->body.data,
		.body_bytes = req->body.bytes,
	};

	http_note(req)->ask = http_accept;
	gost_digest(GOST_STREEBOG_256, req->body.data, req->body.bytes, digest);
	str_hex(hex, digest, gost_digest_bytes(GOST_STREEBOG_256));
	ask(front, req, IPC_ACCEPT, &what);
}

void
http_validate(struct front *front, struct http_request *req)
{
	struct ask what = {
		.source = http_note(req)->source,
		.content_type = http_head_get(&req->head, "Content-Type"),
		.body = req->body.data,
		.body_bytes = req->body.bytes,
	};

	http_note(req)->ask = http_validate;
	ask(front, req, IPC_VALIDATE, &what);
}

void
http_status(struct front *front, struct http_request *req)
{
	struct ask what = {
		.source = http_note(req)->source,
		.packet_id = req->head.path + strlen("/v1/packets/"),
	};
	size_t bytes = strlen(what.packet_id);

	http_note(req)->ask = http_status;
	if (bytes > PACKET_ID_BYTES_MAX
	    || strspn(what.packet_id,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789._-")
		!= bytes)
		http_refuse(front, req, 0, "HTTP_PATH", "");
	else
		ask(front, req, IPC_STATUS, &what);
}

void
http_changes(struct front *front, struct http_request *req)
{
	const char *query = req->head.query;
	struct ask what = { .source = http_note(req)->source };

	http_note(req)->ask = http_changes;
	if (*query != '\0'
	    && (strncmp(query, "after=", 6) != 0
		|| str_int(query + 6, 0, INT64_MAX, &what.after) == -1))
		http_refuse(
		    front, req, 0, "HTTP_FORM", "ожидается after=ЧИСЛО");
	else
		ask(front, req, IPC_CHANGES, &what);
}

void
http_store_answer(struct front *front, const struct ipc_message *msg)
{
	struct http_request *req = http_pending_take(front->pending, msg->id);
	struct reply answer;
	struct http_reply reply;

	if (req == NULL)
		return; /* the client went away, or waited too long */
	http_note(req)->pending = 0;
	if (!reply_read(msg, req->arena, &answer)) {
		http_refuse(front, req, 0, "X_INTERNAL", "");
		return;
	}
	if (http_note(req)->asked == IPC_METRICS) {
		http_metrics_answer(front, req, answer.body, answer.body_bytes);
		return;
	}
	reply = (struct http_reply){ .status = answer.http,
		.content_type = answer.content_type,
		.body = answer.body,
		.bytes = answer.body_bytes,
		.retry_after_s = answer.retry_after_s };
	http_finish(front, req, &reply);
}

void
http_ask_again(struct front *front)
{
	size_t count = http_pending_count(front->pending);
	struct http_request **reqs = xcalloc(count, sizeof(*reqs));
	struct http_note *note;

	for (size_t i = 0; i < count; i++)
		reqs[i] = http_pending_expired(front->pending, INT64_MAX);
	for (size_t i = 0; i < count; i++) {
		note = http_note(reqs[i]);
		note->pending = 0;
		if (note->ask != NULL)
			note->ask(front, reqs[i]);
		else if (note->asked == IPC_METRICS)
			http_metrics_answer(front, reqs[i], "", 0);
		else
			http_refuse(front, reqs[i], 0, "HTTP_AWAY", "");
	}
	free(reqs);
}

void
http_give_up(struct front *front, int64_t now_ms, const char *why)
{
	struct http_request *req;

	while ((req = http_pending_expired(front->pending, now_ms)) != NULL) {
		http_note(req)->pending = 0;
		if (http_note(req)->asked == IPC_METRICS)
			http_metrics_answer(front, req, "", 0);
		else
			http_refuse(front, req, 0, why, "");
	}
}
