#include "tools/smevemu/emu_visit.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/uuid.h"
#include "tools/smevemu/emu_base64.h"
#include "tools/smevemu/emu_compose.h"
#include "tools/smevemu/emu_exchange.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_filecheck.h"
#include "tools/smevemu/emu_files.h"
#include "tools/smevemu/emu_inner.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_routing.h"
#include "tools/smevemu/emu_store.h"
#include "tools/smevemu/emu_wire_write.h"
#include "xsd/xsd_registry.h"

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

/*
 * Business data against its schema, where there is one.  Newer SMEV tells what
 * is wrong with them later.  Source: smev PROTOCOL 7.7.
 */
static int
check_content(struct visit *v, struct err *err)
{
	if (v->emu->schemas == NULL || v->call.content == NULL
	    || !xsd_registry_has(v->emu->schemas, v->call.ns))
		return 0;
	if (emu_remark_schema(&v->remarks, v->emu->schemas, v->call.content)
	    != 1)
		return 0;
	if (v->emu->content_later) {
		v->invalid = true;
		return 0;
	}
	return err_set(err, ERR_REFUSE, "EMU_CONTENT",
	    "Бизнес-данные сообщения не соответствуют схеме, "
	    "зарегистрированной в СМЭВ. MessageId = %s: %.60s",
	    v->call.id, v->remarks.first == NULL ? "" : v->remarks.first->text);
}

static int
check_room(struct visit *v, const struct emu_message *like, struct err *err)
{
	const struct emu_participant *to = like->recipient;

	if (to->capacity == 0
	    || emu_queue_of(like)->waiting.count < to->capacity)
		return 0;
	emu_write_queue_name(to,
	    like->kind == EMU_RESPONSE ? "RESPONSE" : "REQUEST", like->node,
	    v->facts.destination, sizeof(v->facts.destination));
	return err_set(err, ERR_REFUSE, "EMU_OVERFLOW",
	    "Очередь, в которую должно быть отправлено сообщение, "
	    "переполнена.");
}

/*
 * A TransactionCode of three parts, UUID|code of the service|signature, has to
 * have them all; others ("ignore", a UUID) are taken.  Source: PROTOCOL 11.1.
 */
static int
check_transaction(struct visit *v, struct err *err)
{
	const char *code = v->call.transaction, *second, *third;
	char id[UUID_BYTES];
	size_t bytes;

	if (!v->emu->transaction_codes || code == NULL
	    || strchr(code, '|') == NULL)
		return 0;
	second = strchr(code, '|') + 1;
	third = strchr(second, '|');
	str_copy(id, sizeof(id), code);
	if (second - code != UUID_BYTES || uuid_version(id) != 1
	    || third == NULL || third == second
	    || strchr(third + 1, '|') != NULL
	    || emu_base64_decode(third + 1, v->arena, &bytes) == NULL)
		return err_set(err, ERR_REFUSE, "EMU_TRANSACTION",
		    "Неверный код транзакции: нужны UUID версии 1, код услуги "
		    "и подпись в base64, разделённые знаком |");
	return 0;
}

/* The files of the call, those in the store too, for receiver to. */
static int
check_files(struct visit *v, const struct emu_participant *to, struct err *err)
{
	if (emu_filecheck_read(v->emu, &v->call, v->caller, &v->harm, v->arena,
		&v->files, &v->facts, err)
	    == -1)
		return -1;
	return emu_files_check(v->emu, v->file_bytes,
	    v->files == NULL ? 0 : (size_t)v->files->bytes, to, &v->facts, err);
}

/* Into its queue, or first to have its files checked. */
static void
put(const struct visit *v, struct emu_message *msg)
{
	msg->file_bytes = v->file_bytes;
	if (v->files == NULL)
		emu_queue_put(msg);
	else
		emu_filecheck_hold(msg, v->files);
}

/* After the answer: what is rejected in spite of it, and the files. */
static int
go_on(struct visit *v, struct emu_message *msg, struct err *err)
{
	const struct emu_fault *reject = v->harm.reject;
	struct emu_async more = { NULL, NULL };
	struct emu_files *files = v->files;
	const char *text;
	bool wait;
	int rc = 0;

	if (reject == NULL && v->invalid) {
		reject = emu_fault_by_code("EMU_CONTENT");
		more.remarks = &v->remarks;
	} else if (reject == NULL) {
		reject = v->routing.reject;
		more.routing = v->routing.status;
	}
	text = more.remarks != NULL
	    ? "Бизнес-данные сообщения не соответствуют схеме, "
	      "зарегистрированной в СМЭВ."
	    : reject == NULL ? NULL
			     : reject->text;
	v->files = NULL; /* its messages have it now */
	wait = files != NULL && files->users > (reject != NULL);
	if (files != NULL && files->users == 0) /* nobody subscribed */
		emu_files_free(files);
	if (reject != NULL)
		rc = emu_compose_async(v->emu, msg, reject, text, &more, err);
	if (wait)
		emu_filecheck_start(v->emu, v->caller, files);
	return rc;
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
	if (check_id(v, err) == -1 || check_content(v, err) == -1
	    || emu_inner_check(
		   v->emu, call, v->doc, version->personal, &v->remarks, err)
		== -1
	    || check_transaction(v, err) == -1)
		return -1;
	if (!emu_type_allows(version->type, v->caller))
		return err_set(
		    err, ERR_REFUSE, "EMU_ACCESS", "Доступ запрещён");
	if (call->eol_ms != 0 && call->eol_ms <= clock_now_ms())
		return err_set(
		    err, ERR_REFUSE, "EMU_EOL", "Срок жизни сообщения истёк.");
	v->to = emu_routing_find(v->emu, call, v->doc, version->type, v->caller,
	    v->arena, &v->routing);
	if (v->to == NULL && !version->type->broadcast)
		return err_set(err, ERR_REFUSE, "EMU_RECIPIENT",
		    "Невозможно определить получателя для сообщения. Полное "
		    "имя корневого элемента: {%.120s}%.60s",
		    call->ns, call->name);
	*ret_type = version;
	like.recipient = v->to;
	if (check_files(v, version->type->broadcast ? NULL : v->to, err) == -1)
		return -1;
	return version->type->broadcast ? 0 : check_room(v, &like, err);
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
		put(v, msg);
		msg = NULL;
	}
	map_put(v->emu->by_id, first->id, first);
}

int
emu_send_request(struct visit *v, struct err *err)
{
	const struct emu_type_version *version = NULL;
	struct emu_message *msg;

	if (check_request(v, &version, err) == -1)
		return -1;
	assert(version != NULL);
	msg =
	    emu_compose_accepted(v->emu, &v->call, v->caller, v->xml, v->bytes);
	msg->type = version->type;
	if (version->type->broadcast) {
		put_broadcast(v, msg);
	} else {
		msg->recipient = v->to;
		if (version->registry)
			uuid_v1(msg->meta_id);
		emu_compose_reply_to(v->emu, msg);
		put(v, msg);
	}
	if (emu_write_sent(v->emu, msg, v->call.version,
		v->harm.wrong_signature, &v->answer->body, err)
	    == -1)
		return -1;
	return go_on(v, msg, err);
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
		if (check_content(v, err) == -1
		    || emu_inner_check(
			   v->emu, call, v->doc, false, &v->remarks, err)
			== -1)
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
	if (check_files(v, like.recipient, err) == -1)
		return -1;
	return check_room(v, &like, err);
}

int
emu_send_response(struct visit *v, struct err *err)
{
	struct emu_message *request = map_get(v->emu->by_reply_to, v->call.to);
	struct emu_message *msg;

	if (check_response(v, request, err) == -1)
		return -1;
	msg =
	    emu_compose_accepted(v->emu, &v->call, v->caller, v->xml, v->bytes);
	msg->request = request;
	msg->type = request->type;
	msg->recipient = request->sender;
	msg->answer = v->call.answer;
	msg->node = xstrdup(request->node);
	if (strcmp(msg->answer, "status") != 0)
		request->answers++;
	put(v, msg);
	if (emu_write_sent(v->emu, msg, v->call.version,
		v->harm.wrong_signature, &v->answer->body, err)
	    == -1)
		return -1;
	return go_on(v, msg, err);
}
