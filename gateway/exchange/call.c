#include "gateway/exchange/call.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/ipc.h"
#include "gateway/loop.h"
#include "gateway/role.h"
#include "smev/smev.h"
#include "smev/smev_codec.h"

#define GRACE_MS  10000 /* beyond the courier's own time-out */
#define SOAP_TYPE "text/xml; charset=utf-8" /* of a call without files */

static struct call *
call_new(struct desk *desk, int op, const struct call_hooks *hooks, void *owner)
{
	struct call *call = xcalloc(1, sizeof(*call));

	call->desk = desk;
	call->id = ++desk->next_id;
	call->op = op;
	call->begun_ms = clock_mono_ms();
	call->sealer = -1;
	call->probe = pace_join(&desk->pace);
	call->hooks = hooks;
	call->owner = owner;
	call->arena = arena_new();
	call->content_type = SOAP_TYPE;
	call->soap_action = smev_soap_action((enum smev_op)op);
	call->next = desk->calls;
	desk->calls = call;
	return call;
}

static struct call *
call_find(const struct desk *desk, uint64_t id)
{
	struct call *call = desk->calls;

	while (call != NULL && call->id != id)
		call = call->next;
	return call;
}

static void
call_free(struct call *call)
{
	struct call **at = &call->desk->calls;

	pace_mute(&call->desk->pace, call->probe);
	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	arena_free(call->arena);
	free(call);
}

/* SMEV answered with code, or failed to. */
static void
heard(struct call *call, const char *code, const char *why)
{
	const struct pace_news news = { .probe = call->probe,
		.begun_ms = call->begun_ms,
		.code = code,
		.why = why };

	pace_heard(&call->desk->pace, call->desk->config, &news,
	    clock_mono_ms(), rand_u64());
	call->probe = false;
}

static void
fail(struct call *call, const struct err *err)
{
	call->hooks->failed(call, err);
	call_free(call);
}

static struct ipc_peer *
choose_sealer(struct desk *desk)
{
	int count = (int)desk->config->roles.sealers;
	struct ipc_peer *best = NULL, *peer;

	for (int i = 0; i < count; i++) {
		peer = loop_peer(desk->loop, ROLE_SEALER, i);
		if (peer != NULL
		    && (best == NULL || ipc_waiting(peer) < ipc_waiting(best)))
			best = peer;
	}
	return best;
}

void
call_seal(struct desk *desk, const struct seal_job *job,
    const struct call_hooks *hooks, void *owner)
{
	struct call *call = call_new(desk, job->op, hooks, owner);
	struct ipc_peer *sealer = choose_sealer(desk);
	struct buf out;
	struct err err;
	bool sent = false;

	buf_init(&out, 0);
	seal_job_write(job, &out);
	if (sealer != NULL) {
		call->sealer = ipc_peer_index(sealer);
		sent =
		    ipc_send(sealer, IPC_SEAL, call->id, out.data, out.bytes);
	}
	buf_release(&out);
	if (!sent) {
		(void)err_set(&err, ERR_RETRY, "X_ROLE_AWAY", "no sealer");
		fail(call, &err);
	}
}

void
call_again(struct desk *desk, int op, const char *content_type, const void *p,
    size_t bytes, const struct call_hooks *hooks, void *owner)
{
	struct call *call = call_new(desk, op, hooks, owner);

	if (*content_type != '\0')
		call->content_type = arena_strdup(call->arena, content_type);
	call_send(call, p, bytes);
}

void
call_send(struct call *call, const void *p, size_t bytes)
{
	const struct config_smev *smev = &call->desk->config->smev;
	struct ipc_peer *courier = loop_peer(call->desk->loop, ROLE_COURIER, 0);
	struct call_job job = { .url = smev->url,
		.soap_action = call->soap_action,
		.content_type = call->content_type,
		.timeout_ms = smev->timeout_ms,
		.max_bytes = smev->answer_bytes,
		.body = p,
		.body_bytes = bytes };
	bool sent = false;
	struct buf out;
	struct err err;

	call->phase = CALL_SENDING;
	buf_init(&out, 0);
	call_job_write(&job, &out);
	if (courier != NULL)
		sent =
		    ipc_send(courier, IPC_CALL, call->id, out.data, out.bytes);
	buf_release(&out);
	if (!sent) {
		(void)err_set(&err, ERR_RETRY, "X_ROLE_AWAY", "no courier");
		fail(call, &err);
	}
}

void
call_drop(struct call *call)
{
	call_free(call);
}

void
call_sealed(struct desk *desk, const struct ipc_message *msg)
{
	struct call *call = call_find(desk, msg->id);
	struct sealed sealed;
	struct err err;

	if (call == NULL || call->phase != CALL_SEALING)
		return;
	if (!sealed_read(msg, call->arena, &sealed)) {
		(void)err_set(&err, ERR_RETRY, "X_INTERNAL",
		    "sealer can't be understood");
		fail(call, &err);
	} else if (sealed.kind != ERR_NONE) {
		(void)err_set(&err, (enum err_kind)sealed.kind, sealed.code,
		    "%s", sealed.why);
		fail(call, &err);
	} else if (call->hooks->sealed != NULL) {
		call->phase = CALL_STORING;
		call->content_type = sealed.content_type;
		call->hooks->sealed(call, sealed.call, sealed.call_bytes);
	} else {
		call->content_type = sealed.content_type;
		call_send(call, sealed.call, sealed.call_bytes);
	}
}

static bool
on_read(struct transit *transit)
{
	struct call *call = transit->asker;
	struct decoded *decoded = &transit->decoded;
	bool settle;

	/* By its status it is no answer of SMEV, unless it says what failed. */
	if (decoded->answer != SMEV_ANSWER_FAULT && call->http / 100 != 2
	    && call->http != 500) {
		decoded->answer = 0;
		decoded->code = "SMEV_HTTP";
		decoded->why =
		    arena_printf(transit->arena, "HTTP status %d", call->http);
	}

	/* The code of a message is about what we sent, not about SMEV. */
	if (decoded->answer == 0 && *decoded->code == '\0')
		heard(call, "SMEV_FORM", decoded->why);
	else if (decoded->answer == 0 || decoded->answer == SMEV_ANSWER_FAULT
	    || !decoded->signature_ok)
		heard(call, decoded->code, decoded->why);
	else
		heard(call, "", "");
	settle = call->hooks->read(call, transit);

	if (!settle) {
		transit->asker = NULL;
		call_free(call);
	}
	return settle;
}

static void
on_end(struct transit *transit, const struct err *err)
{
	struct call *call = transit->asker;

	if (call == NULL)
		return;
	if (call->phase == CALL_READING && transit->inbox_id == 0
	    && err != NULL) {
		fail(call, err);
		return;
	}
	if (call->hooks->settled != NULL)
		call->hooks->settled(call, err);
	call_free(call);
}

/*
 * A fault may come with any status, and what comes with another one than 200 or
 * 500 may be a page of something in between: what calls itself XML is read.
 */
static bool
readable(const struct called *called)
{
	const char *type = called->content_type;

	return called->http == 200 || called->http == 500
	    || (called->body_bytes != 0
		&& (strcasestr(type, "xml") != NULL
		    || strncasecmp(type, "multipart/", 10) == 0));
}

void
call_let_go(struct transit *transit)
{
	struct call *call = transit->asker;

	if (call == NULL || transit->end != on_end)
		return;
	transit->asker = NULL;
	transit->end = NULL;
	if (call->hooks->settled != NULL)
		call->hooks->settled(call, NULL);
	call_free(call);
}

void
call_called(struct desk *desk, const struct ipc_message *msg)
{
	struct call *call = call_find(desk, msg->id);
	struct transit *transit;
	struct called called;
	struct err err;

	if (call == NULL || call->phase != CALL_SENDING)
		return;
	(void)FAILPOINT("call.answer");
	if (!called_read(msg, call->arena, &called) || called.http == 0) {
		(void)err_set(&err, ERR_RETRY, "SMEV_UNREACHABLE", "%s",
		    called.error == NULL ? "" : called.error);
		heard(call, err.code, err.text);
		fail(call, &err);
		return;
	}
	call->http = called.http;
	if (!readable(&called)) {
		(void)err_set(&err, ERR_RETRY, "SMEV_HTTP", "HTTP status %d",
		    called.http);
		heard(call, err.code, err.text);
		fail(call, &err);
		return;
	}
	if (called.body_bytes == 0) { /* an opener would ask for it again */
		(void)err_set(&err, ERR_RETRY, "SMEV_FORM", "an empty answer");
		heard(call, err.code, err.text);
		fail(call, &err);
		return;
	}
	call->phase = CALL_READING;
	transit = transit_new(desk, CHANNEL_SMEV);
	transit->state = TRANSIT_READING;
	transit->op = call->op;
	transit->content_type =
	    arena_strdup(transit->arena, called.content_type);
	transit->body =
	    arena_memdup(transit->arena, called.body, called.body_bytes);
	transit->body_bytes = called.body_bytes;
	transit->read = on_read;
	transit->end = on_end;
	transit->asker = call;
	(void)desk_send_opener(transit);
}

void
call_sweep(struct desk *desk, int64_t now_ms)
{
	int64_t limit_ms = desk->config->smev.timeout_ms + GRACE_MS;
	struct call *call, *next;
	struct err err;

	(void)err_set(&err, ERR_RETRY, "X_ROLE_AWAY", "no answer in time");
	for (call = desk->calls; call != NULL; call = next) {
		next = call->next;
		if ((call->phase == CALL_SEALING || call->phase == CALL_SENDING)
		    && now_ms - call->begun_ms > limit_ms)
			fail(call, &err);
	}
}

void
call_peer_gone(struct desk *desk, const struct ipc_peer *peer)
{
	enum ipc_role role = ipc_peer_role(peer);
	struct call *call, *next;
	struct err err;

	(void)err_set(
	    &err, ERR_RETRY, "X_ROLE_AWAY", "%s was replaced", role_name(role));
	for (call = desk->calls; call != NULL; call = next) {
		next = call->next;
		if ((role == ROLE_SEALER && call->phase == CALL_SEALING
			&& call->sealer == ipc_peer_index(peer))
		    || (role == ROLE_COURIER && call->phase == CALL_SENDING))
			fail(call, &err);
	}
}
