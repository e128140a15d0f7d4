#include "tools/smevemu/emu_page.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_script.h"
#include "tools/smevemu/emu_state.h"
#include "tools/smevemu/emu_wire_write.h"

#define LAST_MESSAGES 100

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"ru\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width\">"
    "<meta http-equiv=\"refresh\" content=\"5\">"
    "<title>Эмулятор СМЭВ 3</title><style>"
    ":root{color-scheme:light dark}"
    "body{font:15px/1.4 system-ui,sans-serif;margin:2em auto;"
    "max-width:76em;padding:0 1em}"
    "table{border-collapse:collapse;width:100%;margin:.5em 0 2em}"
    "th,td{text-align:left;padding:.3em .6em;"
    "border-bottom:1px solid #8885}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "code{font-size:.92em}"
    "</style></head><body><h1>Эмулятор СМЭВ 3</h1>\n";

static void
escape(const char *text, struct buf *out)
{
	for (; text != NULL && *text != '\0'; text++) {
		switch (*text) {
		case '<':
			buf_adds(out, "&lt;");
			break;
		case '>':
			buf_adds(out, "&gt;");
			break;
		case '&':
			buf_adds(out, "&amp;");
			break;
		case '"':
			buf_adds(out, "&quot;");
			break;
		default:
			buf_addc(out, *text);
		}
	}
}

static void
cell(const char *text, struct buf *out)
{
	buf_adds(out, "<td>");
	escape(text, out);
	buf_adds(out, "</td>");
}

static void
number(uint64_t value, struct buf *out)
{
	buf_addf(out, "<td class=\"n\">%" PRIu64 "</td>", value);
}

static uint64_t
unconfirmed_of(const struct emu *emu, const struct emu_participant *owner)
{
	const struct emu_message *msg = emu->unconfirmed.head;
	uint64_t count = 0;

	for (; msg != NULL; msg = msg->next)
		count += msg->recipient == owner;
	return count;
}

static void
write_participants(const struct emu *emu, struct buf *out)
{
	static const char *const roles[] = { "внешний", "встроенный: ЗАГС",
		"встроенный: федеральный сегмент" };
	const struct emu_participant *p = emu->participants;
	const struct emu_queue *queue;
	uint64_t responses;

	buf_adds(out,
	    "<h2>Участники и очереди</h2><table><tr><th>Мнемоника</th>"
	    "<th>Название</th><th>Вид</th><th class=\"n\">Обращений</th>"
	    "<th class=\"n\">Запросы</th><th class=\"n\">Ответы</th>"
	    "<th class=\"n\">Статусы</th>"
	    "<th class=\"n\">Без подтверждения</th></tr>\n");
	for (; p != NULL; p = p->next) {
		responses = 0;
		for (queue = &p->responses; queue != NULL; queue = queue->next)
			responses += queue->waiting.count;
		buf_adds(out, "<tr>");
		cell(p->name, out);
		cell(p->title, out);
		cell(roles[p->role], out);
		number(p->call_count, out);
		number(p->requests.waiting.count, out);
		number(responses, out);
		number(p->statuses.waiting.count, out);
		number(unconfirmed_of(emu, p), out);
		buf_adds(out, "</tr>\n");
	}
	buf_adds(out, "</table>\n");
}

static void
write_types(const struct emu *emu, struct buf *out)
{
	const struct emu_type *type = emu->types;
	const struct emu_type_version *version;

	buf_adds(out,
	    "<h2>Виды сведений</h2><table><tr><th>Имя</th><th>Поставщик</th>"
	    "<th>Пространство имён</th><th>Запрос</th><th>Ответ</th></tr>\n");
	for (; type != NULL; type = type->next) {
		version = type->versions;
		for (; version != NULL; version = version->next) {
			buf_adds(out, "<tr>");
			cell(type->name, out);
			cell(
			    type->provider == NULL ? "—" : type->provider->name,
			    out);
			cell(version->ns, out);
			cell(version->request, out);
			cell(version->response, out);
			buf_adds(out, "</tr>\n");
		}
	}
	buf_adds(out, "</table>\n");
}

static void
write_message(const struct emu_message *msg, struct buf *out)
{
	static const char *const kinds[] = { "запрос", "рассылка", "ответ",
		"статус" };
	static const char *const states[] = { "в очереди", "выдано",
		"подтверждено", "срок истёк", "отклонено", "проверка файлов" };
	char when[40];

	emu_write_time(msg->accepted_ms, when);
	buf_adds(out, "<tr>");
	cell(when, out);
	cell(kinds[msg->kind], out);
	cell(msg->content_name != NULL ? msg->content_name : msg->answer, out);
	cell(msg->sender == NULL ? "СМЭВ" : msg->sender->name, out);
	cell(msg->recipient == NULL ? "" : msg->recipient->name, out);
	cell(states[msg->state], out);
	number(msg->received, out);
	number(msg->delivered, out);
	buf_addf(out,
	    "<td><a href=\"/emu/messages/%s\"><code>%s</code></a></td></tr>\n",
	    msg->id, msg->id);
}

static void
write_messages(const struct emu *emu, struct buf *out)
{
	const struct emu_message *msg = emu->made_first;
	size_t skip = emu->message_count > LAST_MESSAGES
	    ? emu->message_count - LAST_MESSAGES
	    : 0;

	buf_addf(out,
	    "<h2>Последние сообщения (всего %zu)</h2><table><tr>"
	    "<th>Принято</th><th>Вид</th><th>Содержимое</th><th>От</th>"
	    "<th>Кому</th><th>Состояние</th><th class=\"n\">Принято раз</th>"
	    "<th class=\"n\">Выдано раз</th><th>MessageID</th></tr>\n",
	    emu->message_count);
	for (; msg != NULL; msg = msg->made_next) {
		if (skip > 0)
			skip--;
		else
			write_message(msg, out);
	}
	buf_adds(out, "</table>\n");
}

static void
write_rule(const char *line, unsigned hits, void *arg)
{
	struct buf *out = arg;

	buf_adds(out, "<tr><td><code>fault ");
	escape(line, out);
	buf_addf(out, "</code></td><td class=\"n\">%u</td></tr>\n", hits);
}

void
emu_page_write(const struct emu *emu, struct buf *out)
{
	buf_adds(out, head);
	write_participants(emu, out);
	buf_adds(out,
	    "<h2>Сбои по сценарию</h2><table><tr><th>Правило</th>"
	    "<th class=\"n\">Сработало</th></tr>\n");
	emu_script_each(emu->script, write_rule, out);
	buf_adds(out, "</table>\n");
	write_messages(emu, out);
	write_types(emu, out);
	buf_adds(out,
	    "<p>Всё состояние: <a href=\"/emu/state\">/emu/state</a> (JSON). "
	    "Описание службы: "
	    "<a href=\"/smev/v1.1/ws?wsdl\">1.1</a>, "
	    "<a href=\"/smev/v1.2/ws?wsdl\">1.2</a>, "
	    "<a href=\"/smev/v1.3/ws?wsdl\">1.3</a>.</p></body></html>\n");
}
