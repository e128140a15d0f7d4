#include "tools/smevemu/emu_admin.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_builtin.h"
#include "tools/smevemu/emu_check.h"
#include "tools/smevemu/emu_conf.h"
#include "tools/smevemu/emu_outgoing.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_page.h"
#include "tools/smevemu/emu_refusal.h"
#include "tools/smevemu/emu_remark.h"
#include "tools/smevemu/emu_state.h"

static const char json[] = "application/json";
static const char messages[] = "/emu/messages/";
static const char refused[] = "/emu/refused/";

void
emu_admin_reply(struct evhttp_request *req, int status, const char *type,
    const struct buf *body)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	struct evbuffer *out = evbuffer_new();

	evhttp_add_header(headers, "Content-Type", type);
	if (body->bytes > 0)
		evbuffer_add(out, body->data, body->bytes);
	evhttp_send_reply(req, status, NULL, out);
	evbuffer_free(out);
}

static void
reply_error(struct evhttp_request *req, int status, const struct err *err)
{
	struct buf out;

	buf_init(&out, 0);
	buf_adds(&out, "{\"code\":");
	emu_state_string(err->code, &out);
	buf_adds(&out, ",\"text\":");
	emu_state_string(err->text, &out);
	buf_adds(&out, "}\n");
	emu_admin_reply(req, status, json, &out);
	buf_release(&out);
}

/* A parameter of the query, in memory of its own; NULL: there is none. */
static char *
parameter(struct evhttp_request *req, const char *name)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *query = evhttp_uri_get_query(uri), *value;
	struct evkeyvalq found;
	char *copy = NULL;

	if (query == NULL || evhttp_parse_query_str(query, &found) == -1)
		return NULL;
	value = evhttp_find_header(&found, name);
	if (value != NULL)
		copy = strdup(value);
	evhttp_clear_headers(&found);
	return copy;
}

static void
on_state(struct emu *emu, struct evhttp_request *req)
{
	char *wanted = parameter(req, "messages");
	struct buf out;

	buf_init(&out, 0);
	emu_state_write(emu, !str_equal(wanted, "no"), &out);
	emu_admin_reply(req, 200, json, &out);
	buf_release(&out);
	free(wanted);
}

static void
on_message(const struct emu *emu, struct evhttp_request *req, const char *id)
{
	const struct emu_message *msg = map_get(emu->by_id, id);
	struct buf out;

	if (msg == NULL || (msg->raw == NULL && msg->body == NULL)) {
		evhttp_send_error(req, HTTP_NOTFOUND, NULL);
		return;
	}
	buf_init(&out, 0);
	if (msg->raw != NULL)
		buf_add(&out, msg->raw, msg->raw_bytes);
	else
		buf_add(&out, msg->body, msg->body_bytes);
	emu_admin_reply(req, 200, "text/xml; charset=utf-8", &out);
	buf_release(&out);
}

static void
body_of(struct evhttp_request *req, struct buf *out)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	size_t bytes = evbuffer_get_length(in);

	if (bytes > 0)
		buf_add(out, evbuffer_pullup(in, -1), bytes);
}

#define ATTACHMENTS_MAX 32

/* Parameters mtom=PATH and ftp=PATH, in their order; at most room. */
static size_t
attachments(struct evkeyvalq *query, struct emu_attach *files, size_t room)
{
	const struct evkeyval *pair;
	size_t count = 0;

	TAILQ_FOREACH(pair, query, next)
	{
		bool by_ftp = strcmp(pair->key, "ftp") == 0;

		if ((!by_ftp && strcmp(pair->key, "mtom") != 0)
		    || count == room)
			continue;
		files[count].by_ftp = by_ftp;
		files[count++].path = pair->value;
	}
	return count;
}

static void
on_send(struct emu *emu, struct evhttp_request *req)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *text = evhttp_uri_get_query(uri), *name;
	struct emu_attach files[ATTACHMENTS_MAX];
	struct emu_participant *from;
	struct evkeyvalq query;
	struct err err = { 0 };
	char id[UUID_BYTES];
	struct buf body, out;

	if (evhttp_parse_query_str(text == NULL ? "" : text, &query) == -1) {
		evhttp_send_error(req, HTTP_BADREQUEST, NULL);
		return;
	}
	buf_init(&body, 0);
	buf_init(&out, 0);
	body_of(req, &body);
	name = evhttp_find_header(&query, "from");
	from = name == NULL ? NULL : emu_participant(emu, name);
	if (from == NULL)
		err_set(&err, ERR_REFUSE, "EMU_SENDER",
		    "no such participant: from=NAME");
	else
		emu_outgoing_send(emu, from, buf_text(&body), body.bytes, files,
		    attachments(&query, files, ATTACHMENTS_MAX), id, &err);
	if (err.kind != ERR_NONE) {
		reply_error(req, 400, &err);
	} else {
		buf_addf(&out, "{\"message_id\":\"%s\"}\n", id);
		emu_admin_reply(req, 200, json, &out);
		emu_builtin_run(emu);
	}
	buf_release(&out);
	buf_release(&body);
	evhttp_clear_headers(&query);
}

static void
on_script(struct emu *emu, struct evhttp_request *req)
{
	struct err err = { 0 };
	struct buf body, out;

	buf_init(&body, 0);
	buf_init(&out, 0);
	body_of(req, &body);
	if (emu_conf_text(emu, "script", NULL, buf_text(&body), &err) == -1) {
		reply_error(req, 400, &err);
	} else {
		buf_adds(&out, "{\"ok\":true}\n");
		emu_admin_reply(req, 200, json, &out);
		emu_builtin_run(emu);
	}
	buf_release(&out);
	buf_release(&body);
}

/* All that is wrong with a call that was refused. */
static void
on_refusal(const struct emu *emu, struct evhttp_request *req, const char *name)
{
	const struct emu_refusal *refusal = NULL;
	struct emu_remarks remarks;
	struct arena *arena;
	struct buf out;
	int64_t number;

	if (str_int(name, 1, INT64_MAX, &number) == 0)
		refusal = emu_refusal_find(emu, (uint64_t)number);
	if (refusal == NULL) {
		evhttp_send_error(req, HTTP_NOTFOUND, NULL);
		return;
	}
	arena = arena_new();
	buf_init(&out, 0);
	emu_remarks_init(&remarks, arena);
	buf_addf(&out, "%s\n%s\n", refusal->fault->element, refusal->text);
	if (refusal->raw != NULL) {
		emu_check(
		    emu, refusal->raw, refusal->raw_bytes, &remarks, &out);
		emu_remarks_text(&remarks, &out);
		buf_addf(&out, "\n%s\n", refusal->raw);
	}
	emu_admin_reply(req, 200, "text/plain; charset=utf-8", &out);
	buf_release(&out);
	arena_free(arena);
}

static void
on_page(const struct emu *emu, struct evhttp_request *req)
{
	struct buf out;

	buf_init(&out, 0);
	emu_page_write(emu, &out);
	emu_admin_reply(req, 200, "text/html; charset=utf-8", &out);
	buf_release(&out);
}

static bool
from_loopback(struct evhttp_request *req)
{
	struct evhttp_connection *con = evhttp_request_get_connection(req);
	char *address = NULL;
	uint16_t port = 0;

	evhttp_connection_get_peer(con, &address, &port);
	return address != NULL
	    && (str_begins(address, "127.") || strcmp(address, "::1") == 0
		|| str_begins(address, "::ffff:127."));
}

void
emu_admin(struct emu *emu, struct evhttp_request *req)
{
	const char *path =
	    evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req));
	bool post = evhttp_request_get_command(req) == EVHTTP_REQ_POST;

	if (path == NULL || *path == '\0')
		path = "/";
	if (!from_loopback(req))
		evhttp_send_error(req, 403, NULL);
	else if (strcmp(path, "/") == 0)
		on_page(emu, req);
	else if (strcmp(path, "/emu/state") == 0)
		on_state(emu, req);
	else if (str_begins(path, messages))
		on_message(emu, req, path + sizeof(messages) - 1);
	else if (str_begins(path, refused))
		on_refusal(emu, req, path + sizeof(refused) - 1);
	else if (strcmp(path, "/emu/send") == 0 && post)
		on_send(emu, req);
	else if (strcmp(path, "/emu/script") == 0 && post)
		on_script(emu, req);
	else
		evhttp_send_error(req, HTTP_NOTFOUND, NULL);
}
