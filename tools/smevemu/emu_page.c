#include "tools/smevemu/emu_page.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_ftpd.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_refusal.h"
#include "tools/smevemu/emu_script.h"
#include "tools/smevemu/emu_state.h"
#include "tools/smevemu/emu_store.h"
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
    "td pre{margin:0;white-space:pre-wrap;font-size:.92em}"
    "h2{font-size:1.15em;margin:0}nav "
    "a{margin-right:1em}nav{margin-bottom:1.5em}"
    "td:first-child{white-space:nowrap}"
    ".empty{color:#888;margin:.3em 0 2em}"
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
		"встроенный: федеральный сегмент", "встроенный: потребитель",
		"встроенный: поставщик" };
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
	    "<h2 id=\"types\">Виды "
	    "сведений</h2><table><tr><th>Имя</th><th>Поставщик</th>"
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
		"статус", "отмена" };
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
	const struct emu_message *last[LAST_MESSAGES];
	const struct emu_message *msg = emu->made_first;
	size_t count = 0;

	for (; msg != NULL; msg = msg->made_next)
		last[count++ % LAST_MESSAGES] = msg;
	buf_addf(out,
	    "<h2 id=\"messages\">Последние сообщения (всего %zu)</h2>",
	    emu->message_count);
	if (count == 0) {
		buf_adds(out, "<p class=\"empty\">Пока ни одного.</p>\n");
		return;
	}
	buf_adds(out,
	    "<table><tr><th>Принято</th><th>Вид</th><th>Содержимое</th>"
	    "<th>От</th><th>Кому</th><th>Состояние</th>"
	    "<th class=\"n\">Принято раз</th>"
	    "<th class=\"n\">Выдано раз</th><th>MessageID</th></tr>\n");
	for (size_t i = 0; i < count && i < LAST_MESSAGES; i++)
		write_message(last[(count - 1 - i) % LAST_MESSAGES], out);
	buf_adds(out, "</table>\n");
}

static void
write_refusals(const struct emu *emu, struct buf *out)
{
	const struct emu_refusal *refusal = emu_refusal_back(emu, 0);
	char when[40];

	buf_adds(out, "<h2 id=\"refused\">Последние отказы</h2>");
	if (refusal == NULL) {
		buf_adds(out, "<p class=\"empty\">Пока ни одного.</p>\n");
		return;
	}
	buf_adds(out,
	    "<table><tr><th>Когда</th><th>Кто</th><th>Вызов</th>"
	    "<th>Отказ</th><th>Что не так</th><th></th></tr>\n");
	for (size_t back = 0; refusal != NULL;
	     refusal = emu_refusal_back(emu, ++back)) {
		emu_write_time(refusal->at_ms, when);
		buf_adds(out, "<tr>");
		cell(when, out);
		cell(refusal->caller == NULL ? "—" : refusal->caller, out);
		cell(refusal->op == NULL ? "—" : refusal->op, out);
		cell(refusal->fault->element, out);
		buf_adds(out, "<td><pre>");
		escape(refusal->text, out);
		buf_addf(out,
		    "</pre></td><td><a href=\"/emu/refused/%" PRIu64
		    "\">разбор</a></td></tr>\n",
		    refusal->number);
	}
	buf_adds(out, "</table>\n");
}

/* One delivery that has an account in the file store. */
static void
write_account(const struct emu_message *msg, struct buf *out)
{
	const struct emu_file *file = msg->files->first;

	for (; file != NULL; file = file->next) {
		buf_adds(out, "<tr>");
		cell(msg->recipient->name, out);
		buf_adds(out, "<td><code>");
		escape(msg->ftp_user, out);
		buf_addf(out, "</code></td><td><code>/%s/", file->uuid);
		escape(file->name, out);
		buf_adds(out, "</code></td>");
		number((uint64_t)file->bytes, out);
		buf_addf(out, "<td><code>%s</code></td></tr>\n", msg->id);
	}
}

static void
write_store(const struct emu *emu, struct buf *out)
{
	const struct emu_message *msg = emu->unconfirmed.head;
	const struct emu_participant *p = emu->participants;

	buf_adds(out, "<h2 id=\"files\">Файловое хранилище</h2>");
	if (emu->ftpd == NULL) {
		buf_adds(out,
		    "<p class=\"empty\">Не задано (директива "
		    "<code>ftp</code>).</p>\n");
		return;
	}
	buf_addf(out, "<p>ftp://%s:%d, проверяются файлы сообщений: %zu</p>",
	    emu->ftp_address, emu_ftpd_port(emu->ftpd), emu->checking.count);
	buf_adds(out,
	    "<table><tr><th>Участник</th><th>Учётная запись</th>"
	    "<th>Файл</th><th class=\"n\">Байт</th><th>MessageID</th></tr>\n");
	for (; p != NULL; p = p->next) {
		buf_adds(out, "<tr>");
		cell(p->name, out);
		buf_adds(out, "<td><code>");
		escape(p->ftp_user, out);
		buf_adds(out,
		    "</code></td><td>выгрузка</td><td></td><td></td>"
		    "</tr>\n");
	}
	for (; msg != NULL; msg = msg->next) {
		if (msg->files != NULL && msg->ftp_user[0] != '\0')
			write_account(msg, out);
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

static void
write_script(const struct emu *emu, struct buf *out)
{
	struct buf rules;

	buf_init(&rules, 0);
	emu_script_each(emu->script, write_rule, &rules);
	buf_adds(out, "<h2 id=\"faults\">Сбои по сценарию</h2>");
	if (rules.bytes == 0)
		buf_adds(out, "<p class=\"empty\">Правил нет.</p>\n");
	else
		buf_addf(out,
		    "<table><tr><th>Правило</th><th class=\"n\">Сработало"
		    "</th></tr>\n%s</table>\n",
		    buf_text(&rules));
	buf_release(&rules);
}

void
emu_page_write(const struct emu *emu, struct buf *out)
{
	buf_adds(out, head);
	buf_adds(out,
	    "<nav><a href=\"#refused\">Отказы</a>"
	    "<a href=\"#messages\">Сообщения</a>"
	    "<a href=\"#files\">Файлы</a><a href=\"#faults\">Сбои</a>"
	    "<a href=\"#types\">Виды сведений</a></nav>\n");
	write_participants(emu, out);
	write_refusals(emu, out);
	write_messages(emu, out);
	write_store(emu, out);
	write_script(emu, out);
	write_types(emu, out);
	buf_adds(out,
	    "<p>Всё состояние: <a href=\"/emu/state\">/emu/state</a> (JSON). "
	    "Описание службы: "
	    "<a href=\"/smev/v1.1/ws?wsdl\">1.1</a>, "
	    "<a href=\"/smev/v1.2/ws?wsdl\">1.2</a>, "
	    "<a href=\"/smev/v1.3/ws?wsdl\">1.3</a>.</p></body></html>\n");
}
