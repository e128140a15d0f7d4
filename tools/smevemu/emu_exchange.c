#include "tools/smevemu/emu_exchange.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "tools/smevemu/emu_caller.h"
#include "tools/smevemu/emu_compose.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_files.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_refusal.h"
#include "tools/smevemu/emu_routing.h"
#include "tools/smevemu/emu_store.h"
#include "tools/smevemu/emu_visit.h"
#include "tools/smevemu/emu_wire_write.h"
#include "xsd/xml_doc.h"

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
		if (msg->kind == EMU_CANCEL && v->call.version == EMU_V13) {
			emu_queue_remove(msg); /* 1.3 has no word for it */
			msg->state = EMU_EXPIRED;
			continue;
		}
		if (msg->eol_ms == 0 || msg->eol_ms > clock_now_ms())
			break;
		emu_compose_async(v->emu, msg,
		    emu_fault_by_element("EndOfLifeReached"),
		    "Срок жизни сообщения истёк.", NULL, err);
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
		if (msg->files != NULL)
			emu_store_offer(v->emu, msg, &v->harm);
		msg->repeat += v->harm.duplicate;
	}
	v->answer->multipart = v->emu->speak.multipart;
	return emu_write_message(v->emu, v->call.op, msg, v->call.version,
	    v->harm.wrong_signature, &v->answer->body, err);
}

static int
get_status(struct visit *v, struct err *err)
{
	struct emu_message *msg = emu_queue_first(&v->caller->statuses, NULL);

	if (msg != NULL)
		emu_queue_deliver(v->emu, msg);
	v->answer->multipart = v->emu->speak.multipart;
	return emu_write_status(v->emu, msg, v->call.version,
	    v->harm.wrong_signature, &v->answer->body, err);
}

static int
ack(struct visit *v, struct err *err)
{
	if (!v->harm.lose
	    && emu_queue_ack(v->emu, v->caller, v->call.id) == NULL)
		return err_set(err, ERR_REFUSE, "EMU_NOT_UNCONFIRMED",
		    v->emu->speak.soap_env
			? "Сообщение '%.36s' не найдено среди "
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
		return emu_send_request(v, err);
	case EMU_SEND_RESPONSE:
		return emu_send_response(v, err);
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
	if (emu_wire_read(&v->call, element, &v->remarks, err) == -1
	    || emu_caller_find(v->emu, &v->call, doc, &v->caller, err) == -1)
		return -1;
	emu_speak_to(v->emu, v->caller);
	if (emu_caller_count(v->caller, err) == -1)
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

/* Keep what was refused, unless a script wanted it. */
static void
note_refusal(const struct visit *v, const struct err *err)
{
	struct emu_refusal refusal = { .at_ms = clock_now_ms(),
		.fault = emu_fault_by_code(err->code),
		.raw_bytes = v->bytes };
	struct buf text;

	if (v->harm.fault != NULL)
		return;
	buf_init(&text, 0);
	emu_remarks_text(&v->remarks, &text);
	if (v->remarks.count == 0) /* which say the same, and more */
		buf_addf(&text, "%s\n", err->text);
	refusal.caller = v->caller == NULL ? NULL : v->caller->name;
	refusal.op = v->known ? emu_op_name(v->call.op) : NULL;
	refusal.text = text.data;
	refusal.raw = arena_strndup(v->arena, v->xml, v->bytes);
	emu_refusal_add(v->emu, &refusal);
	buf_release(&text);
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
	emu_remarks_init(&v.remarks, v.arena);
	emu->counters.calls++;
	emu_speak_to(emu, NULL);
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
		note_refusal(&v, &err);
		v.facts.call = v.known ? &v.call : NULL;
		v.facts.remarks = &v.remarks;
		emu_write_fault(emu, emu_fault_by_code(err.code), err.text,
		    &v.facts, version, &ret_answer->body);
	}
	ret_answer->soap_env = emu->speak.soap_env;
	ret_answer->xop = emu->speak.xop;
	if (v.harm.garbage && ret_answer->body.bytes > 0)
		spoil(&ret_answer->body);
	if (v.files != NULL && v.files->users == 0)
		emu_files_free(v.files);
	xml_doc_free(doc);
	arena_free(v.arena);
}
