#include "gateway/door/door.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "gateway/config.h"
#include "gateway/door/door_take.h"
#include "gateway/door/door_text.h"
#include "gateway/door/door_visit.h"
#include "gateway/filer/filer_job.h"
#include "gateway/ipc.h"
#include "gateway/loop.h"
#include "gateway/metrics.h"
#include "queue/file.h"
#include "queue/inbox.h"
#include "queue/journal.h"
#include "queue/mailbox.h"
#include "store/store.h"

#define FOUND_MAX       500 /* letters of one QueryResultList */
#define FOUND_BYTES_MAX ((size_t)32 << 20)

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
		tell_filer(t,
		    later || row == NULL || row->kind == ERR_RETRY
			? FILED_LATER
			: FILED_REFUSED,
		    code, text);
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

static void
do_call(struct transit *t)
{
	static void (*const runs[])(struct store_tx *, struct batch_job *) = {
		[DOOR_SEND] = door_send,
		[DOOR_GET] = run_get,
		[DOOR_FIND] = run_find,
	};

	t->job.run = runs[visit_of(t)->call.op];
	t->job.done = done_visit;
	batch_add(t->desk->batch, &t->job);
}

static void
on_taken(struct transit *t, const struct err *err)
{
	if (err != NULL)
		door_refuse(t, err->code, err->text);
	else
		do_call(t);
}

/* What came before has its answer, though its files may be gone. */
static void
run_known(struct store_tx *tx, struct batch_job *job)
{
	struct transit *t = TRANSIT_OF(job);
	struct inbox_packet packet;

	visit_of(t)->known = inbox_find(tx, t->source,
				 visit_of(t)->call.client_id, t->arena, &packet)
	    == 1;
}

static void
done_known(struct batch_job *job, const struct err *err)
{
	struct transit *t = TRANSIT_OF(job);
	struct visit *visit = visit_of(t);
	size_t count = visit->call.file_count;

	if (err != NULL) {
		door_refuse(t, err->code, "");
	} else if (visit->known) {
		do_call(t);
	} else {
		visit->files =
		    arena_alloc(t->arena, count * sizeof(*visit->files));
		door_take(t, &visit->call, visit->files, on_taken);
	}
}

void
door_opened(struct transit *t, const struct opened *opened)
{
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
	if (visit->call.op != DOOR_SEND || visit->call.file_count == 0) {
		do_call(t);
		return;
	}
	t->job.run = run_known;
	t->job.done = done_known;
	batch_add(t->desk->batch, &t->job);
}
