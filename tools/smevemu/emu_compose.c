#include "tools/smevemu/emu_compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/uuid.h"
#include "crypto/gost.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_sign.h"
#include "tools/smevemu/emu_store.h"
#include "tools/smevemu/emu_wire_read.h"
#include "tools/smevemu/emu_wire_write.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

static void
digest_hex(const void *p, size_t bytes, char ret_hex[65])
{
	unsigned char digest[GOST_DIGEST_MAX];

	gost_digest(GOST_STREEBOG_256, p, bytes, digest);
	str_hex(ret_hex, digest, 32);
}

static void
content_digest(struct emu_message *msg, xmlNode *content)
{
	struct buf copy;

	buf_init(&copy, 0);
	emu_wire_copy(content, &copy);
	digest_hex(copy.data, copy.bytes, msg->content_digest);
	buf_release(&copy);
}

/* Take over what buf holds. */
static void
set_body(struct emu_message *msg, struct buf *body)
{
	msg->body = body->data;
	msg->body_bytes = body->bytes;
	digest_hex(msg->body, msg->body_bytes, msg->digest);
}

static char *
copy_node(xmlNode *node)
{
	struct buf copy;

	if (node == NULL)
		return NULL;
	buf_init(&copy, 0);
	emu_wire_copy(node, &copy);
	return copy.data;
}

struct emu_message *
emu_compose_accepted(struct emu *emu, const struct emu_call *call,
    struct emu_participant *sender, const void *raw, size_t raw_bytes)
{
	enum emu_message_kind kind =
	    call->op == EMU_SEND_REQUEST ? EMU_REQUEST : EMU_RESPONSE;
	struct emu_message *msg = emu_message_new(emu, kind, call->id, NULL);
	struct buf body;

	buf_init(&body, 0);
	emu_wire_copy(call->covered, &body);
	set_body(msg, &body);
	msg->signature = copy_node(call->signature);
	msg->attachments = copy_node(call->attachments);
	if (call->content != NULL) {
		content_digest(msg, call->content);
		msg->content_ns = xstrdup(call->ns);
		msg->content_name = xstrdup(call->name);
	}
	msg->version = call->version;
	msg->sender = sender;
	msg->reference_id = xstrdup(call->reference_id);
	msg->transaction = xstrdup(call->transaction);
	msg->node = xstrdup(call->node);
	msg->to = xstrdup(call->to);
	msg->eol_ms = call->eol_ms;
	msg->test = call->test;
	if (emu->keep_raw) {
		msg->raw = xcalloc(1, raw_bytes + 1);
		memcpy(msg->raw, raw, raw_bytes);
		msg->raw_bytes = raw_bytes;
	}
	return msg;
}

/* <ns2:Sender...Data Id=...><ns2:MessageID>, and what each kind starts with. */
static void
begin_data(struct xml_writer *w, struct buf *body, const char *element,
    const char *signed_id, enum emu_version version, const char *message_id)
{
	xml_write_init(w, body);
	xml_write_open(w, element);
	xml_write_ns(w, "", emu_ns(EMU_NS_BASIC, version));
	xml_write_ns(w, "ns2", emu_ns(EMU_NS_TYPES, version));
	xml_write_attr(w, "Id", signed_id);
	xml_write_leaf(w, "ns2:MessageID", message_id);
}

/* Sign the body of msg with key, when there is one. */
static int
sign_body(struct emu_message *msg, const struct keypair *key, struct err *err)
{
	struct buf signature;

	if (key == NULL)
		return 0;
	buf_init(&signature, 0);
	if (emu_sign(key, msg->body, msg->body_bytes, false, &signature, err)
	    == -1) {
		buf_release(&signature);
		return -1;
	}
	msg->signature = signature.data;
	return 0;
}

/* What extra adds to the message and its data. */
static void
add_extra(struct emu_message *msg, const struct emu_extra *extra)
{
	if (extra->contents != NULL)
		msg->attachments = xstrdup(extra->contents);
	msg->file_bytes = extra->file_bytes;
	if (extra->files == NULL)
		return;
	msg->files = extra->files;
	msg->files->users++;
	msg->file_bytes += (size_t)msg->files->bytes;
}

/* SenderProvidedRequestData of msg around root. */
static void
write_request(
    struct emu_message *msg, xmlNode *root, const struct emu_extra *extra)
{
	struct buf body, content;
	struct xml_writer w;

	buf_init(&body, 0);
	buf_init(&content, 0);
	emu_wire_copy(root, &content);
	begin_data(&w, &body, "ns2:SenderProvidedRequestData",
	    "SIGNED_BY_CONSUMER", EMU_COMPOSE_VERSION, msg->id);
	xml_write_open(&w, "MessagePrimaryContent");
	xml_write_raw(&w, content.data, content.bytes);
	xml_write_close(&w);
	if (extra->headers != NULL)
		xml_write_raw(&w, extra->headers, strlen(extra->headers));
	if (extra->refs != NULL)
		xml_write_raw(&w, extra->refs, strlen(extra->refs));
	xml_write_close(&w);
	digest_hex(content.data, content.bytes, msg->content_digest);
	buf_release(&content);
	set_body(msg, &body);
}

static int
make_request(struct emu *emu, struct emu_participant *from, xmlNode *root,
    const struct emu_type_version *version, const struct emu_extra *extra,
    const struct emu_message **ret_msg, struct err *err)
{
	char id[UUID_BYTES], meta_id[UUID_BYTES];
	struct emu_message *msg;

	uuid_v1(id);
	uuid_v1(meta_id);
	msg = emu_message_new(emu, EMU_REQUEST,
	    extra->id != NULL ? extra->id : id,
	    version->registry ? meta_id : NULL);
	write_request(msg, root, extra);
	add_extra(msg, extra);
	msg->version = EMU_COMPOSE_VERSION;
	msg->sender = from;
	msg->recipient = version->type->provider;
	msg->type = version->type;
	msg->content_ns = xstrdup(version->ns);
	msg->content_name = xstrdup(version->request);
	emu_compose_reply_to(emu, msg);
	if (sign_body(msg, from->key, err) == -1) {
		msg->state = EMU_REJECTED;
		return -1;
	}
	emu_queue_put(msg);
	*ret_msg = msg;
	return 0;
}

/* The version that has root as its request, and a provider; or NULL. */
static const struct emu_type_version *
version_of(const struct emu *emu, const xmlNode *root, struct err *err)
{
	const struct emu_type_version *version =
	    emu_type_find(emu, xml_ns(root), xml_name(root));

	if (version != NULL && version->type->provider != NULL
	    && strcmp(version->request, xml_name(root)) == 0)
		return version;
	err_set(err, ERR_REFUSE, "EMU_TYPE",
	    "Невозможно определить получателя для сообщения. Полное имя "
	    "корневого элемента: {%.120s}%.60s",
	    xml_ns(root), xml_name(root));
	return NULL;
}

int
emu_compose_known(
    struct emu *emu, const void *content, size_t bytes, struct err *err)
{
	struct xml_doc *doc = NULL;
	int rc = -1;

	if (xml_doc_parse(content, bytes, NULL, &doc, err) == 0
	    && version_of(emu, xml_doc_root(doc), err) != NULL)
		rc = 0;
	xml_doc_free(doc);
	return rc;
}

int
emu_compose_request(struct emu *emu, struct emu_participant *from,
    const void *content, size_t bytes, const struct emu_extra *extra,
    const struct emu_message **ret_msg, struct err *err)
{
	static const struct emu_extra nothing = { 0 };
	const struct emu_type_version *version;
	struct xml_doc *doc = NULL;
	int rc = -1;

	if (xml_doc_parse(content, bytes, NULL, &doc, err) == -1)
		return -1;
	version = version_of(emu, xml_doc_root(doc), err);
	if (version != NULL)
		rc = make_request(emu, from, xml_doc_root(doc), version,
		    extra == NULL ? &nothing : extra, ret_msg, err);
	xml_doc_free(doc);
	return rc;
}

/* A response to request by its provider; NULL key: unsigned. */
static int
finish_response(struct emu *emu, struct emu_message *request,
    const char *message_id, struct emu_participant *sender,
    const struct keypair *key, const char *answer, enum emu_version version,
    struct buf *body, struct err *err)
{
	struct emu_message *msg =
	    emu_message_new(emu, EMU_RESPONSE, message_id, NULL);

	set_body(msg, body);
	msg->version = version;
	msg->sender = sender;
	msg->recipient = request->sender;
	msg->type = request->type;
	msg->request = request;
	msg->node = xstrdup(request->node);
	msg->to = xstrdup(request->reply_to);
	msg->answer = answer;
	if (sign_body(msg, key, err) == -1) {
		msg->state = EMU_REJECTED;
		return -1;
	}
	request->answers += strcmp(answer, "status") != 0;
	emu_queue_put(msg);
	return 0;
}

int
emu_compose_response(struct emu *emu, struct emu_message *request,
    const char *ns, const char *name, const char *content, struct err *err)
{
	char id[UUID_BYTES];
	struct xml_writer w;
	struct buf body;

	uuid_v1(id);
	buf_init(&body, 0);
	begin_data(&w, &body, "ns2:SenderProvidedResponseData",
	    "SIGNED_BY_PROVIDER", EMU_COMPOSE_VERSION, id);
	xml_write_leaf(&w, "ns2:To", request->reply_to);
	xml_write_open(&w, "MessagePrimaryContent");
	xml_write_raw(&w, content, strlen(content));
	xml_write_close(&w);
	xml_write_close(&w);
	if (finish_response(emu, request, id, request->recipient,
		request->recipient->key, "data", EMU_COMPOSE_VERSION, &body,
		err)
	    == -1)
		return -1;
	digest_hex(content, strlen(content), emu->made_last->content_digest);
	emu->made_last->content_ns = xstrdup(ns);
	emu->made_last->content_name = xstrdup(name);
	return 0;
}

int
emu_compose_rejection(struct emu *emu, struct emu_message *request,
    const char *code, const char *text, struct err *err)
{
	char id[UUID_BYTES];
	struct xml_writer w;
	struct buf body;

	uuid_v1(id);
	buf_init(&body, 0);
	begin_data(&w, &body, "ns2:SenderProvidedResponseData",
	    "SIGNED_BY_PROVIDER", EMU_COMPOSE_VERSION, id);
	xml_write_leaf(&w, "ns2:To", request->reply_to);
	xml_write_open(&w, "ns2:RequestRejected");
	xml_write_leaf(&w, "ns2:RejectionReasonCode", code);
	xml_write_leaf(&w, "ns2:RejectionReasonDescription", text);
	xml_write_close(&w);
	xml_write_close(&w);
	return finish_response(emu, request, id, request->recipient,
	    request->recipient->key, "rejected", EMU_COMPOSE_VERSION, &body,
	    err);
}

int
emu_compose_status(struct emu *emu, struct emu_message *request,
    const char *code, const char *text, struct err *err)
{
	char id[UUID_BYTES];
	struct xml_writer w;
	struct buf body;

	uuid_v1(id);
	buf_init(&body, 0);
	begin_data(&w, &body, "ns2:SenderProvidedResponseData",
	    "SIGNED_BY_PROVIDER", EMU_COMPOSE_VERSION, id);
	xml_write_leaf(&w, "ns2:To", request->reply_to);
	xml_write_open(&w, "ns2:RequestStatus");
	xml_write_leaf(&w, "ns2:StatusCode", code);
	xml_write_leaf(&w, "ns2:StatusDescription", text);
	xml_write_close(&w);
	xml_write_close(&w);
	return finish_response(emu, request, id, request->recipient,
	    request->recipient->key, "status", EMU_COMPOSE_VERSION, &body, err);
}

/*
 * Into the status queue of owner, about the message id; body is taken over.
 * It shows no id of its own: it is confirmed by what it is about.
 */
static void
put_status(struct emu *emu, struct emu_participant *owner, const char *about_id,
    struct buf *body)
{
	char id[UUID_BYTES];
	struct emu_message *msg;

	uuid_v1(id);
	msg = emu_message_new(emu, EMU_STATUS, id, about_id);
	set_body(msg, body);
	msg->version = EMU_COMPOSE_VERSION;
	msg->recipient = owner;
	msg->answer = "async";
	emu_queue_put(msg);
}

void
emu_compose_push_failed(
    struct emu *emu, struct emu_participant *owner, const char *why)
{
	char id[UUID_BYTES], text[300];
	struct xml_writer w;
	struct buf body;

	/* The notice's own: by the message's the message itself is confirmed. */
	uuid_v1(id);
	snprintf(text, sizeof(text),
	    "Ошибка отправки уведомления об очереди: %.150s", why);
	buf_init(&body, 0);
	xml_write_init(&w, &body);
	emu_write_async(&w, id, emu_fault_by_code("EMU_FAILURE"), text, NULL,
	    EMU_COMPOSE_VERSION);
	put_status(emu, owner, id, &body);
}

void
emu_compose_cancel(struct emu *emu, const struct emu_message *request)
{
	char id[UUID_BYTES];
	struct emu_message *msg;
	struct xml_writer w;
	struct buf body;

	uuid_v1(id);
	msg = emu_message_new(emu, EMU_CANCEL, id, NULL);
	buf_init(&body, 0);
	xml_write_init(&w, &body);
	xml_write_open(&w, "MessageReference");
	xml_write_attr(&w, "Id", "CANCELLED");
	xml_write_text(&w, request->id);
	xml_write_close(&w);
	xml_write_leaf(&w, "ns2:MessageID", id);
	set_body(msg, &body);
	msg->version = EMU_COMPOSE_VERSION;
	msg->sender = request->sender;
	msg->recipient = request->recipient;
	msg->type = request->type;
	emu_queue_put(msg);
}

int
emu_compose_async(struct emu *emu, struct emu_message *msg,
    const struct emu_fault *fault, const char *text,
    const struct emu_async *more, struct err *err)
{
	enum emu_version version = more != NULL && more->routing != NULL
	    ? EMU_V13
	    : EMU_COMPOSE_VERSION;
	char id[UUID_BYTES];
	struct xml_writer w;
	struct buf body;

	emu_queue_remove(msg);
	emu_store_drop(emu, msg);
	msg->state = EMU_REJECTED;
	buf_init(&body, 0);
	if (msg->kind != EMU_REQUEST) {
		xml_write_init(&w, &body);
		emu_write_async(&w, msg->id, fault, text, more, version);
		put_status(emu, msg->sender, msg->id, &body);
		return 0;
	}
	uuid_v1(id);
	begin_data(&w, &body, "ns2:SenderProvidedResponseData",
	    "SIGNED_ASYNC_BY_SMEV", version, id);
	xml_write_leaf(&w, "ns2:To", msg->reply_to);
	emu_write_async(&w, msg->id, fault, text, more, version);
	xml_write_close(&w);
	return finish_response(
	    emu, msg, id, NULL, emu->key, "async", version, &body, err);
}
