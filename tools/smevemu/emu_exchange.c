#include "tools/smevemu/emu_exchange.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/defect.h"
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/uuid.h"
#include "tools/smevemu/emu_caller.h"
#include "tools/smevemu/emu_compose.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_files.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_routing.h"
#include "tools/smevemu/emu_script.h"
#include "tools/smevemu/emu_wire_read.h"
#include "tools/smevemu/emu_wire_write.h"
#include "xsd/xml_doc.h"
#include "xsd/xsd_registry.h"

/* One call on its way; lives on the stack of emu_exchange(). */
struct visit {
	struct emu *emu;
	struct arena *arena;
	const void *xml;
	size_t bytes;
	struct emu_call call;
	bool known; /* call is filled */
	struct emu_participant *caller;
	struct emu_harm harm;
	size_t file_bytes; /* of the call */
	struct xml_doc *doc;
	struct emu_participant *to; /* of a request */
	const struct emu_fault *misrouted; /* NULL: well */
	struct emu_answer *answer;
};

/* Lower-case UUID v1 that was not used and is not too old. */
static int
check_id(struct visit *v, struct err *err)
{
	const char *id = v->call.id;
	struct emu_message *known;
	int64_t age_ms;

	if (strspn(id, "0123456789abcdef-") != strlen(id)
	    || uuid_version(id) != 1)
		return err_set(err, ERR_REFUSE, "EMU_ID_FORMAT",
		    "Недопустимый формат идентификатора сообщения. См. "
		    "RFC-4122.");
	known = map_get(v->emu->by_id, id);
	if (known != NULL) {
		known->received++;
		v->emu->counters.repeated++;
		if (known->raw != NULL
		    && (known->raw_bytes != v->bytes
			|| memcmp(known->raw, v->xml, v->bytes) != 0))
			known->differing++;
		return err_set(err, ERR_REFUSE, "EMU_ID_SENT",
		    "Сообщение с идентификатором %s было послано ранее.", id);
	}
	age_ms = clock_now_ms() - uuid_v1_ms(id);
	if (age_ms > v->emu->max_age_ms)
		return err_set(err, ERR_REFUSE, "EMU_ID_STALE",
		    "Timestamp идентификатора сообщения слишком давний.");
	return 0;
}

/* Business data against its schema, where there is one. */
static int
check_content(struct visit *v, struct err *err)
{
	struct defects defects;

	if (v->emu->schemas == NULL || v->call.content == NULL
	    || !xsd_registry_has(v->emu->schemas, v->call.ns))
		return 0;
	defects_init(&defects, v->arena);
	if (xsd_validate(v->emu->schemas, v->call.content, &defects, err) != 1)
		return 0;
	return err_set(err, ERR_REFUSE, "EMU_CONTENT",
	    "Бизнес-данные сообщения не соответствуют схеме, "
	    "зарегистрированной в СМЭВ. MessageId = %s: %.60s",
	    v->call.id, defects.count > 0 ? defects.items[0].path : "");
}

static int
check_room(const struct emu_message *like, struct err *err)
{
	const struct emu_participant *to = like->recipient;

	if (to->capacity == 0
	    || emu_queue_of(like)->waiting.count < to->capacity)
		return 0;
	return err_set(err, ERR_REFUSE, "EMU_OVERFLOW",
	    "Очередь, в которую должно быть отправлено сообщение, "
	    "переполнена.");
}

static int
check_request(
    struct visit *v, const struct emu_type_version **ret_type, struct err *err)
{
	const struct emu_call *call = &v->call;
	struct emu_type_version *version;
	struct emu_message like = { .kind = EMU_REQUEST };

	version = emu_type_find(v->emu, call->ns, call->name);
	if (version == NULL)
		return err_set(err, ERR_REFUSE, "EMU_TYPE",
		    "Неподдерживаемый тип запроса. Полное имя корневого "
		    "элемента: {%.120s}%.60s",
		    call->ns, call->name);
	if (strcmp(version->request, call->name) != 0)
		return err_set(err, ERR_REFUSE, "EMU_TYPE",
		    "Попытка послать сообщение {%.80s}%.40s через метод "
		    "sendRequest, в то время как этот тип сообщений "
		    "зарегистрирован как ответ",
		    call->ns, call->name);
	if (check_id(v, err) == -1 || check_content(v, err) == -1)
		return -1;
	if (!emu_type_allows(version->type, v->caller))
		return err_set(
		    err, ERR_REFUSE, "EMU_ACCESS", "Доступ запрещён");
	if (call->eol_ms != 0 && call->eol_ms <= clock_now_ms())
		return err_set(
		    err, ERR_REFUSE, "EMU_EOL", "Срок жизни сообщения истёк.");
	v->to = emu_routing_find(v->emu, call, v->doc, version->type, v->caller,
	    v->arena, &v->misrouted);
	if (v->to == NULL && !version->type->broadcast)
		return err_set(err, ERR_REFUSE, "EMU_RECIPIENT",
		    "Невозможно определить получателя для сообщения. Полное "
		    "имя корневого элемента: {%.120s}%.60s",
		    call->ns, call->name);
	*ret_type = version;
	like.recipient = v->to;
	if (emu_files_check(v->emu, v->file_bytes,
		version->type->broadcast ? NULL : like.recipient, err)
	    == -1)
		return -1;
	return version->type->broadcast ? 0 : check_room(&like, err);
}

/* A broadcast is one message for each subscriber, all under one id. */
static void
put_broadcast(struct visit *v, struct emu_message *first)
{
	struct emu_message *msg = first;
	const struct emu_type *type = first->type;

	for (size_t i = 0; i < type->consumer_count; i++) {
		if (type->consumers[i] == v->caller)
			continue;
		if (msg == NULL)
			msg = emu_compose_accepted(
			    v->emu, &v->call, v->caller, v->xml, v->bytes);
		msg->kind = EMU_BROADCAST;
		msg->type = type;
		msg->recipient = type->consumers[i];
		emu_queue_put(msg);
		msg = NULL;
	}
	map_put(v->emu->by_id, first->id, first);
}

static int
send_request(struct visit *v, struct err *err)
{
	const struct emu_type_version *version = NULL;
	struct emu_message *msg;

	if (check_request(v, &version, err) == -1)
		return -1;
	assert(version != NULL);
	msg =
	    emu_compose_accepted(v->emu, &v->call, v->caller, v->xml, v->bytes);
	msg->type = version->type;
	msg->file_bytes = v->file_bytes;
	if (version->type->broadcast) {
		put_broadcast(v, msg);
	} else {
		msg->recipient = v->to;
		if (version->registry)
			uuid_v1(msg->meta_id);
		emu_compose_reply_to(v->emu, msg);
		emu_queue_put(msg);
	}
	if (emu_write_sent(v->emu, msg, v->call.version,
		v->harm.wrong_signature, &v->answer->body, err)
	    == -1)
		return -1;
	if (v->harm.reject == NULL)
		v->harm.reject = v->misrouted;
	if (v->harm.reject != NULL)
		return emu_compose_async(
		    v->emu, msg, v->harm.reject, v->harm.reject->text, err);
	return 0;
}

static int
check_response(struct visit *v, struct emu_message *request, struct err *err)
{
	struct emu_message like = { .kind = EMU_RESPONSE };
	const struct emu_call *call = &v->call;
	struct emu_type_version *version;

	if (check_id(v, err) == -1)
		return -1;
	if (call->content != NULL) {
		version = emu_type_find(v->emu, call->ns, call->name);
		if (version == NULL)
			return err_set(err, ERR_REFUSE, "EMU_TYPE",
			    "Неподдерживаемый тип ответа. Полное имя "
			    "корневого элемента: {%.120s}%.60s",
			    call->ns, call->name);
		if (!str_equal(version->response, call->name)
		    || (request != NULL && version->type != request->type))
			return err_set(err, ERR_REFUSE, "EMU_WRONG_RESPONSE",
			    "Содержимое ответа {%.100s}%.60s не "
			    "зарегистрировано как ответ на этот запрос",
			    call->ns, call->name);
		if (check_content(v, err) == -1)
			return -1;
	}
	if (request == NULL)
		return err_set(err, ERR_REFUSE, "EMU_RECIPIENT",
		    "Невозможно определить получателя для ответа на запрос. "
		    "Адресная информация: %.60s",
		    call->to);
	if (request->recipient != v->caller)
		return err_set(
		    err, ERR_REFUSE, "EMU_ACCESS", "Доступ запрещён");
	like.recipient = request->sender;
	like.node = request->node;
	if (emu_files_check(v->emu, v->file_bytes, like.recipient, err) == -1)
		return -1;
	return check_room(&like, err);
}

static int
send_response(struct visit *v, struct err *err)
{
	struct emu_message *request = map_get(v->emu->by_reply_to, v->call.to);
	struct emu_message *msg;

	if (check_response(v, request, err) == -1)
		return -1;
	msg =
	    emu_compose_accepted(v->emu, &v->call, v->caller, v->xml, v->bytes);
	msg->request = request;
	msg->file_bytes = v->file_bytes;
	msg->type = request->type;
	msg->recipient = request->sender;
	msg->answer = v->call.answer;
	msg->node = xstrdup(request->node);
	if (strcmp(msg->answer, "status") != 0)
		request->answers++;
	emu_queue_put(msg);
	if (emu_write_sent(v->emu, msg, v->call.version,
		v->harm.wrong_signature, &v->answer->body, err)
	    == -1)
		return -1;
	if (v->harm.reject != NULL)
		return emu_compose_async(
		    v->emu, msg, v->harm.reject, v->harm.reject->text, err);
	return 0;
}

/* What a selector asks for; *ret_type NULL: anything. */
static int
select_type(struct visit *v, const struct emu_type **ret_type, struct err *err)
{
	struct emu_type_version *version;

	*ret_type = NULL;
	if (v->call.ns == NULL)
		return 0;
	version = emu_type_find(v->emu, v->call.ns, v->call.name);
	if (version == NULL
	    || (v->call.op == EMU_GET_REQUEST
		&& version->type->provider != v->caller
		&& !emu_routing_leads(version->type, v->caller)
		&& !version->type->broadcast)
	    || (v->call.op == EMU_GET_RESPONSE
		&& !emu_type_allows(version->type, v->caller)))
		return err_set(err, ERR_REFUSE, "EMU_SELECTOR",
		    "Входящая очередь запрошенного типа сообщений, "
		    "принадлежащая пользователю %.60s не зарегистрирована в "
		    "СМЭВ",
		    v->caller->name);
	*ret_type = version->type;
	return 0;
}

/* The first message of queue whose life is not over; others are rejected. */
static struct emu_message *
first_alive(struct visit *v, const struct emu_queue *queue,
    const struct emu_type *type, struct err *err)
{
	struct emu_message *msg;

	while ((msg = emu_queue_first(queue, type)) != NULL) {
		if (msg->eol_ms == 0 || msg->eol_ms > clock_now_ms())
			break;
		emu_compose_async(v->emu, msg,
		    emu_fault_by_element("EndOfLifeReached"),
		    "Срок жизни сообщения истёк.", err);
		msg->state = EMU_EXPIRED;
	}
	return msg;
}

static int
get_message(struct visit *v, struct err *err)
{
	const struct emu_type *type = NULL;
	const struct emu_queue *queue;
	struct emu_message *msg = NULL;

	if (select_type(v, &type, err) == -1)
		return -1;
	queue = v->call.op == EMU_GET_REQUEST
	    ? &v->caller->requests
	    : emu_queue_responses(v->caller, v->call.node);
	if (queue != NULL)
		msg = first_alive(v, queue, type, err);
	if (msg != NULL) {
		emu_queue_deliver(v->emu, msg);
		msg->repeat += v->harm.duplicate;
	}
	v->answer->multipart = v->emu->multipart;
	return emu_write_message(v->emu, v->call.op, msg, v->call.version,
	    v->harm.wrong_signature, &v->answer->body, err);
}

static int
get_status(struct visit *v, struct err *err)
{
	struct emu_message *msg = emu_queue_first(&v->caller->statuses, NULL);

	if (msg != NULL)
		emu_queue_deliver(v->emu, msg);
	v->answer->multipart = v->emu->multipart;
	return emu_write_status(v->emu, msg, v->call.version,
	    v->harm.wrong_signature, &v->answer->body, err);
}

static int
ack(struct visit *v, struct err *err)
{
	if (!v->harm.lose
	    && emu_queue_ack(v->emu, v->caller, v->call.id) == NULL)
		return err_set(err, ERR_REFUSE, "EMU_NOT_UNCONFIRMED",
		    v->emu->soap_env ? "Сообщение '%.36s' не найдено среди "
				       "неподтверждённых."
				     : "Сообщение %.36s не найдено среди "
				       "неподтверждённых.",
		    v->call.id);
	emu_write_ack(v->emu, v->call.version, &v->answer->body);
	return 0;
}

static int
carry_out(struct visit *v, struct err *err)
{
	switch (v->call.op) {
	case EMU_SEND_REQUEST:
		return send_request(v, err);
	case EMU_SEND_RESPONSE:
		return send_response(v, err);
	case EMU_GET_REQUEST:
	case EMU_GET_RESPONSE:
		return get_message(v, err);
	case EMU_ACK:
		return ack(v, err);
	case EMU_GET_STATUS:
		return get_status(v, err);
	case EMU_GET_STATISTICS:
	case EMU_OPS:
		break;
	}
	emu_write_statistics(
	    v->emu, v->caller, v->call.node, v->call.version, &v->answer->body);
	return 0;
}

/* Ask the script; true when it has the last word. */
static bool
harmed(struct visit *v, struct err *err)
{
	const struct emu_type_version *version = NULL;
	const struct emu_harm *harm = &v->harm;

	if (v->call.ns != NULL)
		version = emu_type_find(v->emu, v->call.ns, v->call.name);
	emu_script_ask(v->emu->script, v->call.op, v->caller->name,
	    version == NULL ? NULL : version->type->name, &v->harm);
	v->answer->delay_ms = harm->delay_ms;
	v->answer->reset = harm->reset;
	v->answer->cut = harm->reset || harm->drop;
	v->answer->silent = harm->silent;
	if (harm->reset)
		return true;
	if (harm->http_status != 0) {
		v->answer->status = harm->http_status;
		return true;
	}
	if (harm->fault != NULL) {
		err_set(err, ERR_REFUSE, harm->fault->code, "%s",
		    harm->fault->text);
		return true;
	}
	return false;
}

static int
visit(struct visit *v, enum emu_version version, struct xml_doc *doc,
    struct err *err)
{
	xmlNode *element = NULL;

	if (emu_wire_open(xml_doc_root(doc), &v->call, &element, err) == -1)
		return -1;
	v->known = true;
	if (v->call.version != version)
		return err_set(err, ERR_REFUSE, "EMU_CONTENT",
		    "Нарушен формат бизнес-конверта: версия конверта %s, "
		    "адрес версии %s",
		    emu_version_name(v->call.version),
		    emu_version_name(version));
	v->doc = doc;
	if (emu_wire_read(&v->call, element, v->arena, err) == -1
	    || emu_caller_find(v->emu, &v->call, doc, &v->caller, err) == -1
	    || emu_caller_count(v->caller, err) == -1)
		return -1;
	v->file_bytes = emu_files_bytes(&v->call, v->arena);
	emu_queue_expire(v->emu);
	if (harmed(v, err))
		return err->kind == ERR_NONE ? 0 : -1;
	return carry_out(v, err);
}

/* An answer cut in the middle. */
static void
spoil(struct buf *body)
{
	size_t keep = body->bytes / 2;

	body->bytes = keep;
	body->data[keep] = '\0';
}

void
emu_exchange(struct emu *emu, enum emu_version version, const void *xml,
    size_t bytes, struct emu_answer *ret_answer)
{
	struct visit v = { .emu = emu, .xml = xml, .bytes = bytes };
	struct err err = { 0 };
	struct xml_doc *doc = NULL;

	memset(ret_answer, 0, sizeof(*ret_answer));
	buf_init(&ret_answer->body, 0);
	ret_answer->status = 200;
	v.answer = ret_answer;
	v.arena = arena_new();
	emu->counters.calls++;
	if (xml_doc_parse(xml, bytes, NULL, &doc, &err) == -1)
		err_set(&err, ERR_REFUSE, "EMU_SOAP",
		    "Нарушен формат SOAP-конверта.");
	else
		visit(&v, version, doc, &err);
	if (err.kind != ERR_NONE) {
		emu->counters.faults++;
		ret_answer->status = 500;
		ret_answer->multipart = false;
		buf_clear(&ret_answer->body);
		emu_write_fault(emu, emu_fault_by_code(err.code), err.text,
		    v.known ? &v.call : NULL, version, &ret_answer->body);
	}
	if (v.harm.garbage && ret_answer->body.bytes > 0)
		spoil(&ret_answer->body);
	xml_doc_free(doc);
	arena_free(v.arena);
}
