/*
 * gateway/http/http_door.c - the adapter's service at the front: who asks is
 * known, what they ask is read elsewhere.
 */
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/uuid.h"
#include "gateway/config.h"
#include "gateway/door/door_text.h"
#include "gateway/door/door_wsdl.h"
#include "gateway/flow/job.h"
#include "gateway/http/front.h"
#include "gateway/http/http_server.h"

/*
 * The question has a name, so that a store that is asked once more, because the
 * one before died, gives the same message again.
 */
void
http_door(struct front *front, struct http_request *req)
{
	struct http_note *note = http_note(req);
	struct ask what = {
		.source = note->source,
		.content_type = http_head_get(&req->head, "Content-Type"),
		.body = req->body.data,
		.body_bytes = req->body.bytes,
	};
	char name[UUID_BYTES];
	struct buf out;

	if (note->question == NULL) {
		uuid_v4(name);
		note->question = arena_strdup(req->arena, name);
	}
	note->ask = http_door;
	what.packet_id = note->question;
	buf_init(&out, 0);
	ask_write(IPC_DOOR, &what, &out);
	http_ask_store(front, req, IPC_DOOR, out.data, out.bytes, 0);
	buf_release(&out);
}

const char *
http_address_of(const struct front *front, const struct http_request *req)
{
	const char *host = http_head_get(&req->head, "Host");
	size_t bytes = host == NULL ? 0 : strlen(host);

	if (bytes == 0 || bytes > 255
	    || strspn(host,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789.-_:[]")
		!= bytes)
		host = "localhost";
	return arena_printf(req->arena, "%s://%s%s",
	    *front->config->http.tls_cert == '\0' ? "http" : "https", host,
	    req->head.path);
}

void
http_door_wsdl(struct front *front, struct http_request *req)
{
	struct http_reply reply = { .status = 200, .content_type = DOOR_TYPE };
	struct buf out;

	if (strcasecmp(req->head.query, "wsdl") != 0) {
		http_refuse(front, req, 0, "HTTP_FORM", "ожидается ?wsdl");
		return;
	}
	if (front->wsdl == NULL) {
		http_refuse(front, req, 0, "HTTP_PATH", "");
		return;
	}
	buf_init(&out, 0);
	door_wsdl_write(front->wsdl, http_address_of(front, req), &out);
	reply.body = out.data;
	reply.bytes = out.bytes;
	http_finish(front, req, &reply);
	buf_release(&out);
}
