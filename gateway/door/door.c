#include "gateway/door/door.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/uuid.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/door/door_job.h"
#include "gateway/door/door_text.h"
#include "gateway/filer/filer_job.h"
#include "gateway/flow/route.h"
#include "gateway/ipc.h"
#include "gateway/loop.h"
#include "gateway/metrics.h"
#include "queue/inbox.h"
#include "queue/journal.h"
#include "queue/mailbox.h"
#include "queue/outbox.h"
#include "queue/queue.h"
#include "store/store.h"

#define FOUND_MAX       500 /* letters of one QueryResultList */
#define FOUND_BYTES_MAX ((size_t)32 << 20)

/* A call under way; lives in its transit's arena. */
struct visit {
	struct door_call call;
	struct err refused; /* kind ERR_NONE: it was done */
	struct buf answer; /* SOAP */
	const char *result, *message_id; /* for the log */
};

static struct visit *
visit_of(struct transit *t)
{
	return t->asker;
}

static void
say(struct transit *t, int http, int64_t retry_after_s, const struct buf *xml)
{
	desk_reply(t,
	    &(struct reply){ .http = http,
		.content_type = DOOR_TYPE,
		.retry_after_s = retry_after_s,
		.body = xml->data,
		.body_bytes = xml->bytes });
}

/* The filer is told what becomes of its file, and writes no answer. */
static void
tell_filer(
    struct transit *t, enum filed_fate fate, const char *code, const char *why)
{
	struct ipc_peer *filer = loop_peer(t->desk->loop, ROLE_FILER, 0);
	struct filed filed = { .fate = fate,
		.code = code,
		.why = why,
		.client_id =
		    visit_of(t) == NULL || visit_of(t)->call.client_id == NULL
		    ? ""
		    : visit_of(t)->call.client_id };
	struct buf out;

	buf_init(&out, 0);
	filed_write(&filed, &out);
	if (filer != NULL)
		(void)ipc_answer(
		    filer, IPC_DROPPED, t->front_id, out.data, out.bytes);
	buf_release(&out);
}

static void
leave(struct transit *t)
{
	if (visit_of(t) != NULL)
		buf_release(&visit_of(t)->answer);
	transit_free(t);
}

/* SOAP 1.1 wants 500 for every fault; only what may pass by itself says so. */
void
door_refuse(struct transit *t, const char *code, const char *text)
{
	const struct code *row = code_find(code);
	bool later = row != NULL && row->http == 503;
	struct buf xml;

	buf_init(&xml, 0);
	door_text_fault(code, text, &xml);
	if (t->channel == CHANNEL_FOLDER)
		tell_filer(t, later ? FILED_LATER : FILED_REFUSED, code, text);
	else
		say(t, later ? 503 : 500,
		    later ? t->desk->config->http.retry_after_s : 0, &xml);
	buf_release(&xml);
	log_event(LOG_LEVEL_INFO, "stage=door from=%s result=refused code=%s",
	    t->source, code);
	metrics_add(METRIC_PACKETS_REFUSED, 1);
	leave(t);
}

void
door_ask(struct desk *desk, const struct ipc_message *msg)
{
	struct transit *t = transit_new(desk, CHANNEL_DOOR);
	struct ask ask;

	t->front_id = msg->id;
	if (!ask_read(msg, t->arena, &ask) || desk->stopping) {
		transit_free(t); /* front asks the next store */
		return;
	}
	t->state = TRANSIT_LOOKING;
	t->source = ask.source;
	t->content_type = ask.content_type;
	t->packet_id = ask.packet_id;
	t->body = arena_memdup(t->arena, ask.body, ask.body_bytes);
	t->body_bytes = ask.body_bytes;
	if (desk->in_flight > (size_t)desk->config->roles.queue) {
		door_refuse(t, "X_BUSY", "");
		return;
	}
	(void)desk_send_opener(t);
}

/* What stops here is offered again by the filer. */
void
door_drop(struct desk *desk, const struct ipc_message *msg)
{
	struct transit *t = transit_new(desk, CHANNEL_FOLDER);
	const struct config_source *source;
	struct file_job job;

	t->front_id = msg->id; /* filer's */
	if (!file_job_read(msg, t->arena, &job) || desk->stopping) {
		transit_free(t);
		return;
	}
	t->state = TRANSIT_LOOKING;
	t->source = job.source;
	t->content_type = DOOR_TYPE;
	t->body = arena_memdup(t->arena, job.body, job.body_bytes);
	t->body_bytes = job.body_bytes;
	source = config_source(desk->config, job.source);
	if (source == NULL || source->revoked)
		door_refuse(t, "SRC_DENIED", "");
	else if (desk->in_flight > (size_t)desk->config->roles.queue)
		door_refuse(t, "X_BUSY", "");
	else
		(void)desk_send_opener(t);
}

bool
door_came(const struct transit *t)
{
	return t->channel == CHANNEL_DOOR || t->channel == CHANNEL_FOLDER;
}

static void
no(struct store_tx *tx, const char *code, const char *text)
{
	struct err err;

	(void)err_set(&err, ERR_REFUSE, code, "%s", text);
	store_fail(tx, &err);
}

/* The request that a response answers. */
static void
find_request(struct store_tx *tx, struct transit *t, struct letter *ret)
{
	const struct door_call *call = &visit_of(t)->call;

	if (mailbox_find(tx, call->system, MAILBOX_IN, call->reply_to_client_id,
		t->arena, ret)
		== 0
	    || strcmp(ret->kind, MAILBOX_REQUEST) != 0
	    || *ret->reply_to == '\0')
		no(tx, "DOOR_NOT_ASKED", call->reply_to_client_id);
	else if (*call->datatype != '\0'
	    && strcmp(call->datatype, ret->datatype) != 0)
		no(tx, "DOOR_TYPE", "ответ другого вида, чем запрос");
	else if (ret->answered)
		no(tx, "DOOR_ANSWERED", call->reply_to_client_id);
	else if (call->final)
		mailbox_answered(tx, ret->id, true);
}

/* What the request goes on from: the chain's first message, its code. */
static void
find_reference(
    struct store_tx *tx, struct transit *t, struct door_outgoing *outgoing)
{
	const struct door_call *call = &visit_of(t)->call;
	struct letter before;

	if (*call->reference_client_id == '\0')
		return;
	if (mailbox_find(tx, call->system, NULL, call->reference_client_id,
		t->arena, &before)
	    == 0) {
		no(tx, "DOOR_REFERENCE", call->reference_client_id);
		return;
	}
	outgoing->reference_id = *before.reference_id != '\0'
	    ? before.reference_id
	    : before.message_id;
	outgoing->transaction_code = before.transaction_code;
}

/* Until when who asked has to have the answer; 0: nobody asked. */
static int64_t
due_by_ms(const struct config *config, const struct letter *request)
{
	for (size_t i = 0; request->id != 0 && i < config->datatype_count; i++)
		if (strcmp(config->datatypes[i].name, request->datatype) == 0)
			return request->created_ms
			    + config->datatypes[i].deadline_s * 1000;
	return 0;
}

/* The row of the outbox, and the letter that remembers it. */
static void
put_out(struct store_tx *tx, struct transit *t, const char *message_id,
    const struct letter *request, const struct door_outgoing *outgoing)
{
	const struct door_call *call = &visit_of(t)->call;
	struct letter letter = { .owner = call->system,
		.side = MAILBOX_OUT,
		.kind = !call->response ? MAILBOX_REQUEST
		    : call->final       ? MAILBOX_RESPONSE
					: MAILBOX_STATUS,
		.client_id = call->client_id,
		.ref_client_id = call->reply_to_client_id,
		.node = call->node,
		.datatype = call->datatype,
		.message_id = message_id,
		.reference_id = outgoing->reference_id,
		.transaction_code = outgoing->transaction_code };
	struct message message = {
		.lane = call->response ? LANE_ANSWERS : LANE_DOOR,
		.destination =
		    call->response ? request->sender : call->datatype,
		.due_by_ms = due_by_ms(t->desk->config, request),
		.kind = CONFIG_DOOR,
		.dedup_key = arena_printf(
		    t->arena, "door:%s:%s", call->system, call->client_id),
		.reply_to = request->reply_to,
		.cause = call->client_id,
	};
	struct buf body, result;

	buf_init(&body, 0);
	buf_init(&result, 0);
	door_outgoing_write(outgoing, &body);
	message.body = body.data;
	message.body_bytes = body.bytes;
	letter.outbox_id = outbox_put_named(tx, &message, message_id);
	door_text_letter(
	    &letter, "", call->message, call->message_bytes, &result);
	letter.body = result.data;
	letter.body_bytes = result.bytes;
	if (mailbox_put(tx, &letter) == 0)
		no(tx, "DOOR_CONFLICT", call->client_id);
	buf_release(&result);
	buf_release(&body);
}

static void
send_new(struct store_tx *tx, struct transit *t, const char *message_id,
    int64_t inbox_id)
{
	const struct door_call *call = &visit_of(t)->call;
	struct door_outgoing outgoing = { .reference_id = "",
		.transaction_code = "",
		.words = call->words,
		.words_bytes = call->words_bytes };
	struct letter request = { .reply_to = "" };

	journal_add(tx,
	    &(struct journal_entry){ .event = "accepted",
		.packet_id = call->client_id,
		.source = t->source,
		.digest = call->digest,
		.detail = call->datatype });
	if (call->response)
		find_request(tx, t, &request);
	else
		find_reference(tx, t, &outgoing);
	if (store_error(tx)->kind != ERR_NONE)
		return;
	put_out(tx, t, message_id, &request, &outgoing);
	inbox_settle(tx, inbox_id, INBOX_APPLIED, "", "", NULL, 0);
	journal_add(tx,
	    &(struct journal_entry){ .event = INBOX_APPLIED,
		.packet_id = call->client_id,
		.source = t->source,
		.digest = call->digest,
		.detail = message_id });
}

static void
run_send(struct store_tx *tx, struct batch_job *job)
{
	struct transit *t = TRANSIT_OF(job);
	struct visit *visit = visit_of(t);
	const struct door_call *call = &visit->call;
	struct inbox_packet packet = { .packet_id = call->client_id,
		.source = t->source,
		.channel = t->channel == CHANNEL_FOLDER ? "folder" : "door",
		.content_type = DOOR_TYPE,
		.body = call->body,
		.body_bytes = call->body_bytes,
		.digest = call->digest,
		.meta = call->system,
		.due_ms = clock_now_ms() + t->desk->config->lease_ms,
		.received_ms = t->received_ms };
	char message_id[UUID_BYTES];
	enum inbox_put put;

	uuid_v1(message_id);
	door_text_result(call->system, message_id, &visit->answer);
	packet.receipt = visit->answer.data;
	packet.receipt_bytes = visit->answer.bytes;
	store_savepoint(tx);
	put = inbox_put(tx, &packet, t->arena);
	visit->result = "accepted";
	visit->message_id = arena_strdup(t->arena, message_id);
	if (put == INBOX_NEW)
		send_new(tx, t, message_id, packet.id);
	else if (put == INBOX_CONFLICT || packet.receipt_bytes == 0)
		no(tx, "DOOR_CONFLICT", call->client_id);
	if (store_release(tx, &visit->refused) == 0 && put == INBOX_SAME) {
		visit->result = "duplicate";
		visit->message_id = "";
		buf_clear(&visit->answer);
		buf_add(&visit->answer, packet.receipt, packet.receipt_bytes);
	}
}

/*
 * An empty QueryResult says that nothing waits.  Its schema has no word for
 * that; an empty Body, which would be valid, is too little for some clients.
 */
static void
run_get(struct store_tx *tx, struct batch_job *job)
{
	static const char nothing[] =
	    "<a:QueryResult xmlns:a=\"" DOOR_NS "\"/>";
	struct transit *t = TRANSIT_OF(job);
	struct visit *visit = visit_of(t);
	const struct door_call *call = &visit->call;
	struct letter letter;
	int found = mailbox_take(tx, call->system, call->node, call->what,
	    t->packet_id, t->arena, &letter);

	visit->result = "empty";
	if (found == 1) {
		visit->result = letter.kind;
		visit->message_id = letter.message_id;
		journal_add(tx,
		    &(struct journal_entry){ .event = "taken",
			.packet_id = *letter.message_id == '\0'
			    ? letter.client_id
			    : letter.message_id,
			.source = call->system,
			.digest = "",
			.detail = letter.kind });
	}
	door_text_envelope(found == 1 ? letter.body : nothing,
	    found == 1 ? letter.body_bytes : sizeof(nothing) - 1,
	    &visit->answer);
}

static struct mailbox_search
search_of(const struct door_call *call)
{
	bool by_request =
	    strcmp(call->what, "GET_RESPONSE_BY_REQUEST_CLIENTID") == 0;

	return (struct mailbox_search){ .owner = call->system,
		.client_id = by_request ? "" : call->client_id,
		.ref_client_id = by_request ? call->client_id : "",
		.requests =
		    strcmp(call->what, "GET_REQUEST_BY_REQUEST_CLIENTID") == 0,
		.from_ms = call->from_ms,
		.to_ms = call->to_ms,
		.max_bytes = FOUND_BYTES_MAX };
}

static void
run_find(struct store_tx *tx, struct batch_job *job)
{
	static const char open[] =
	    "<a:QueryResultList xmlns:a=\"" DOOR_NS "\">";
	static const char close[] = "</a:QueryResultList>";
	struct transit *t = TRANSIT_OF(job);
	struct visit *visit = visit_of(t);
	struct mailbox_search search = search_of(&visit->call);
	struct letter *letters =
	    arena_alloc(t->arena, (FOUND_MAX + 1) * sizeof(*letters));
	size_t count =
	    mailbox_search(tx, &search, FOUND_MAX + 1, t->arena, letters);
	struct buf list;

	buf_init(&list, 0);
	buf_adds(&list, open);
	for (size_t i = 0; count <= FOUND_MAX && i < count; i++)
		buf_add(&list, letters[i].body, letters[i].body_bytes);
	buf_adds(&list, close);
	visit->result = "found";
	if (count > FOUND_MAX)
		(void)err_set(&visit->refused, ERR_REFUSE, "DOOR_MANY",
		    "больше %d сообщений или %zu МиБ", FOUND_MAX,
		    FOUND_BYTES_MAX >> 20);
	else
		door_text_envelope(list.data, list.bytes, &visit->answer);
	buf_release(&list);
}

static void
done_visit(struct batch_job *job, const struct err *err)
{
	struct transit *t = TRANSIT_OF(job);
	struct visit *visit = visit_of(t);

	(void)FAILPOINT("door.after_commit");
	if (err != NULL) {
		door_refuse(t, err->code, "");
		return;
	}
	if (visit->refused.kind != ERR_NONE) {
		door_refuse(t, visit->refused.code, visit->refused.text);
		return;
	}
	if (visit->call.op == DOOR_SEND)
		t->desk->settled++; /* something is owed: look at once */
	if (t->channel == CHANNEL_FOLDER)
		tell_filer(t, FILED_DONE, "", "");
	else
		say(t, 200, 0, &visit->answer);
	/* What the system calls it may be anything, and is not logged. */
	log_event(LOG_LEVEL_INFO,
	    "message=%s stage=door from=%s result=%s ms=%lld",
	    *visit->message_id == '\0' ? "-" : visit->message_id, t->source,
	    visit->result, (long long)(clock_mono_ms() - t->started_ms));
	leave(t);
}

void
door_opened(struct transit *t, const struct opened *opened)
{
	static void (*const runs[])(struct store_tx *, struct batch_job *) = {
		[DOOR_SEND] = run_send,
		[DOOR_GET] = run_get,
		[DOOR_FIND] = run_find,
	};
	struct visit *visit = arena_alloc(t->arena, sizeof(*visit));
	const void *copy =
	    arena_memdup(t->arena, opened->door, opened->door_bytes);

	buf_init(&visit->answer, 0);
	visit->message_id = "";
	visit->call.client_id = "";
	if (!door_call_read(copy, opened->door_bytes, t->arena, &visit->call)) {
		door_refuse(t, "X_INTERNAL", "");
		return;
	}
	t->asker = visit;
	if (visit->call.op == DOOR_REFUSED) {
		door_refuse(t, visit->call.code, visit->call.why);
		return;
	}
	t->state = TRANSIT_ACCEPTING;
	t->job.run = runs[visit->call.op];
	t->job.done = done_visit;
	batch_add(t->desk->batch, &t->job);
}
