#include "adapters/zags/zags.h"

#include <string.h>

#include "adapters/decoder.h"
#include "adapters/refusal.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "model/changeset.h"
#include "model/document.h"
#include "model/field.h"
#include "model/name.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ID_BYTES     144 /* 36 characters of UTF-8 */

static const char directive[] =
    "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/directive/";

/* The head of an act; the same attributes in every format. */
static const struct fieldmap act_head[] = {
	{ "@НомерЗапис", "number", FORM_CODE, NULL },
	{ "@ДатаЗапис", "act_date", FORM_DATE, NULL },
	{ "@НомерВерс", "version", FORM_COUNT, NULL },
	{ "@ДатаВерс", "version_date", FORM_DATE, NULL },
	{ "СтатусЗаписи/@КодСтатус", "status", FORM_CODE, NULL },
	{ "ОрганЗАГС/@КодЗАГС", "zags_code", FORM_CODE, NULL },
	{ "ОрганЗАГС/@НаимЗАГС", "zags_name", FORM_TEXT, NULL },
	{ "СведСвидет/@СерияСвидет", "cert_series", FORM_CODE, NULL },
	{ "СведСвидет/@НомерСвидет", "cert_number", FORM_CODE, NULL },
	{ "СведСвидет/@ДатаВыдСвидет", "cert_date", FORM_DATE, NULL },
};

static const struct fieldmap document_rows[] = {
	{ "@КодВидДок", "kind", FORM_CODE, NULL },
	{ "@СерНомДок", "number", FORM_CODE, NULL },
	{ "@ДатаДок", "issue_date", FORM_DATE, NULL },
	{ "@ВыдДок", "issuer", FORM_TEXT, NULL },
};

/* A day, month or year of ДатаДокТип: its number, 0: none, -1: not one. */
static int
part(struct decoder *d, const xmlNode *date, const char *name, int high)
{
	const char *text = xml_child_text(date, NULL, name, d->arena);
	int64_t number = 0;

	if (text == NULL)
		return 0;
	return str_int(text, 1, high, &number) == -1 ? -1 : (int)number;
}

/* A day without its month says nothing that a partial date can hold. */
static const char *
document_date(struct decoder *d, const xmlNode *date)
{
	int year = part(d, date, "Год", 9999);
	int month = part(d, date, "Месяц", 12);
	int day = part(d, date, "День", 31);

	if (year <= 0 || month < 0 || day < 0)
		return "?"; /* no date: told as such */
	if (month == 0)
		return arena_printf(d->arena, "%04d", year);
	if (day == 0)
		return arena_printf(d->arena, "%04d-%02d", year, month);
	return arena_printf(d->arena, "%04d-%02d-%02d", year, month, day);
}

struct value
zags_date(struct decoder *d, const xmlNode *node, enum form form,
    const char *calendar, const char *document, const char *absent)
{
	struct place at = { .node = xml_child(node, NULL, calendar),
		.personal = true };

	if (at.node != NULL)
		return form_read(d, &at, form, xml_text(at.node, d->arena));
	at.node = xml_child(node, NULL, document);
	if (at.node != NULL)
		return form_read(d, &at, form, document_date(d, at.node));
	if (str_equal(xml_child_text(node, NULL, absent, d->arena), "1"))
		return value_absent();
	return (struct value){ VALUE_UNSAID, "" };
}

struct document *
zags_document(struct decoder *d, const xmlNode *node, size_t *ret_count)
{
	const xmlNode *paper = xml_child(node, NULL, "УдЛичнФЛ");
	struct place at = { paper, "СерНомДок", true };
	struct document *document;
	const char *text;
	enum document_verdict verdict;

	*ret_count = 0;
	if (paper == NULL)
		return NULL;
	document = entity_new(&document_type, 1, d->arena);
	fieldmap_read(d, paper, document_rows, COUNT(document_rows),
	    &document_type, document);
	text = value_text(&document->number);
	if (text == NULL)
		return NULL;
	document_split(d->arena, document, text);
	document_normal(d->arena, document);
	verdict = document_check(document);
	if (verdict != DOCUMENT_GOOD)
		decoder_fault(d, &at, DEFECT_WARN,
		    verdict == DOCUMENT_PLACEHOLDER  ? "ID_PLACEHOLDER"
			: verdict == DOCUMENT_SERIES ? "D_SERIES"
						     : "D_NUMBER",
		    text, NULL);
	*ret_count = 1;
	return document;
}

/* The date of a note in an act, "" if there is no such note. */
static const char *
note_date(struct decoder *d, const xmlNode *act, const char *name)
{
	const xmlNode *note = xml_child(act, NULL, name);
	struct place at = { note, "ДатаВнесИспр", false };
	const char *text;

	if (note == NULL)
		return "";
	text = xml_attr(note, at.attribute, d->arena);
	return text == NULL ? "" : form_read(d, &at, FORM_DATE, text).text;
}

/*
 * Annulled: there is a note of it that no later note of restoring undoes, or
 * the status says it in words.  The codes of СТАГС differ by edition, and the
 * samples have a note with the status 01.
 */
static bool
annulled(struct decoder *d, const xmlNode *act)
{
	const xmlNode *note = xml_child(act, NULL, "СведАннулирАГС");
	const xmlNode *status = xml_child(act, NULL, "СтатусЗаписи");
	const char *name = xml_attr(status, "НаимСтатус", d->arena);

	if (note != NULL)
		return strcmp(note_date(d, act, "СведВосстанАГС"),
			   note_date(d, act, "СведАннулирАГС"))
		    <= 0;
	return name != NULL && strlen(name) < 1024
	    && strstr(text_key(d->arena, name), "АННУЛИР") != NULL;
}

static void
read_head(struct decoder *d, const struct zags_format *format,
    const xmlNode *node, struct record *record)
{
	struct civil_act *act = entity_new(&civil_act_type, 1, d->arena);
	char series[CERT_SERIES_BYTES];
	const char *text;

	record->act = act;
	act->kind = value_of(d->arena, format->kind);
	fieldmap_read(d, node, act_head, COUNT(act_head), &civil_act_type, act);
	text = value_text(&act->cert_series);
	if (text != NULL && cert_series(d->arena, text, series) == 0)
		act->cert_series = value_of(d->arena, series);
	if (annulled(d, node))
		act->annulled = value_of(d->arena, "1");
	text = value_text(&act->number);
	if (text != NULL)
		record->external_key =
		    arena_printf(d->arena, "%s/%s", format->kind, text);
}

static void
read_act(struct decoder *d, const struct zags_format *format,
    const xmlNode *node, struct record *record)
{
	const xmlNode *content = xml_child(node, NULL, "ПрдСведРег");
	struct place at = { .node = node };

	record->kind = RECORD_CIVIL_ACT;
	read_head(d, format, node, record);
	if (value_text(&record->act->number) == NULL)
		decoder_fault(
		    d, &at, DEFECT_ERROR, "PKT_REQUIRED", "НомерЗапис", NULL);
	if (content == NULL) {
		decoder_fault(
		    d, &at, DEFECT_ERROR, "PKT_REQUIRED", "ПрдСведРег", NULL);
		return;
	}
	format->read(d, content, record);
}

/* The next request below root after it, which may be NULL: in its registry.
 */
static const xmlNode *
next_record(const xmlNode *root, const xmlNode *after)
{
	if (after != NULL)
		return xml_next(after, NULL, "RegistryRecord");
	return xml_child(
	    xml_child(root, NULL, "Registry"), NULL, "RegistryRecord");
}

static const xmlNode *
request_in(const struct zags_format *format, const xmlNode *registry_record)
{
	const xmlNode *content = xml_child(
	    xml_child(registry_record, NULL, "Record"), NULL, "RecordContent");

	if (!str_begins(xml_ns(registry_record), directive))
		return NULL;
	return xml_child(content, format->namespace_uri, format->request);
}

/* Everything of a message that is read act by act. */
struct walk {
	struct decoder d;
	const struct zags_format *format;
	size_t acts; /* seen */
	const char *refused; /* code of the record around; NULL: it is good */
	bool fill; /* second pass: into records */
};

/* The id that the answer has to carry, from the first request that has one. */
static void
read_id(struct walk *w, const xmlNode *request)
{
	struct changeset *change = w->d.change;
	struct place at = { request, "ИдСвед", false };
	const char *id = xml_attr(request, at.attribute, w->d.arena);

	if (id == NULL || *id == '\0' || strlen(id) > ID_BYTES)
		return;
	if (*change->their_id == '\0') {
		const char *date = xml_attr(request, "ДатаСвед", w->d.arena);

		change->their_id = arena_strdup(w->d.arena, id);
		change->created_at =
		    arena_strdup(w->d.arena, date == NULL ? "" : date);
	} else if (strcmp(change->their_id, id) != 0) {
		decoder_fault(&w->d, &at, DEFECT_WARN, "ZAGS_IDS", id, NULL);
	}
	/* A Cyrillic letter in an id that should be hex is a typist's. */
	for (const char *p = id; *p != '\0'; p++)
		if ((unsigned char)*p >= 0x80) {
			decoder_fault(
			    &w->d, &at, DEFECT_WARN, "ZAGS_ID_CHARS", id, NULL);
			break;
		}
}

/*
 * It is named, so that the protocol can say which one; nothing is believed.  An
 * act without a number is applied by nobody: of many defects not all are kept.
 */
static void
refuse_act(struct walk *w, const xmlNode *act, struct record *record)
{
	struct place at = { .node = act };

	record->kind = RECORD_CIVIL_ACT;
	read_head(&w->d, w->format, act, record);
	entity_clear(&civil_act_type, record->act);
	decoder_fault(&w->d, &at, DEFECT_ERROR, w->refused, NULL, NULL);
}

static void
walk_request(struct walk *w, const xmlNode *request)
{
	const char *ns = w->format->namespace_uri, *name = w->format->act;

	w->d.rec_no = 0;
	if (w->fill)
		read_id(w, request);
	for (const xmlNode *act = xml_child(request, ns, name); act != NULL;
	     act = xml_next(act, ns, name)) {
		size_t i = w->acts++;

		if (!w->fill)
			continue;
		w->d.rec_no = (long)i + 1;
		w->d.change->records[i].rec_no = w->d.rec_no;
		if (w->refused == NULL)
			read_act(
			    &w->d, w->format, act, &w->d.change->records[i]);
		else
			refuse_act(w, act, &w->d.change->records[i]);
	}
}

static void
walk_root(struct walk *w, const xmlNode *root)
{
	const xmlNode *record = NULL;

	w->acts = 0;
	w->refused = NULL;
	if (xml_is(root, w->format->namespace_uri, w->format->request)) {
		walk_request(w, root);
		return;
	}
	while ((record = next_record(root, record)) != NULL) {
		const xmlNode *request = request_in(w->format, record);
		struct place at = { .node = record };

		w->refused = refusal_of(record);
		if (request != NULL) {
			walk_request(w, request);
		} else if (w->fill) {
			w->d.rec_no = 0;
			decoder_fault(
			    &w->d, &at, DEFECT_WARN, "ZAGS_RECORD", NULL, NULL);
		}
	}
}

int
zags_decode(const struct zags_format *format, const xmlNode *root,
    struct arena *arena, struct changeset **ret_change, struct err *err)
{
	struct changeset *change = changeset_new(arena);
	struct walk w = { .d = { arena, change, 0 }, .format = format };

	walk_root(&w, root);
	if (w.acts == 0)
		return err_set(err, ERR_REFUSE, "ZAGS_EMPTY",
		    "no act that this format knows is in the message");
	change->kind = record_kind_name(RECORD_CIVIL_ACT);
	change->mode = MODE_DELTA;
	change->reply_kind = format->reply_kind;
	changeset_records(change, arena, w.acts);
	w.fill = true;
	walk_root(&w, root);
	*ret_change = change;
	return 0;
}

int
zags_encode(const struct zags_format *format, const struct changeset *change,
    struct buf *out, struct err *err)
{
	struct xml_writer w;
	bool ok = true;

	if (*change->their_id == '\0' || change->record_count == 0
	    || change->records[0].answer == NULL)
		return err_set(err, ERR_HOLD, "ZAGS_ANSWER",
		    "an answer to the civil registry without an id or a "
		    "verdict");
	for (size_t i = 0; i < change->record_count; i++) {
		const struct answer *answer = change->records[i].answer;

		if (answer != NULL && strcmp(answer->status, "ok") != 0)
			ok = false;
	}
	xml_write_init(&w, out);
	xml_write_open(&w, format->response);
	xml_write_ns(&w, "zags", format->namespace_uri);
	xml_write_attr(&w, "ИдСвед", change->their_id);
	xml_write_attr(&w, "КодОбр", ok ? format->code_ok : format->code_bad);
	xml_write_close(&w);
	return 0;
}
