/*
 * Births that ZAGS pushes: rogdzp, 112-23, editions 4.0.0 and 4.0.1.
 *
 * The schema of the content was never published; this shape is ours, after
 * the death push of the same registry (fataloiv), whose parts it shares.  All
 * elements are in urn://x-artefacts-zags-rogdzp/root/112-23/4.0.1 (or 4.0.0),
 * those of the envelope in dir: urn://x-artefacts-smev-gov-ru/services/
 * message-exchange/types/directive/1.3.  "@x" is an unqualified attribute, "?"
 * optional, "+" one or more, "*" any number, "a | b" exactly one; children
 * stand in this order.
 *
 * Request
 *   dir:Registry
 *     dir:RegistryRecord+
 *       dir:RecordId
 *       dir:Record @Id
 *         dir:RecordContent @Id
 *           ROGDZPRequest
 *
 * ROGDZPRequest @ИдСвед (1..36 characters) @ДатаСвед (date); may also be root
 *   СведРегРожд+ @НомерЗапис (1..22) @ДатаЗапис (date) @НомерВерс (1..3
 *       digits) @ДатаВерс (date)
 *     ОрганЗАГС @НаимЗАГС (1..1000) @КодЗАГС (1..8)
 *     СтатусЗаписи @ДатаНачСтатус (date) @КодСтатус (01 02 03 04 07)
 *         @НаимСтатус (1..255)
 *     СведСвидет? @СерияСвидет (2..8) @НомерСвидет (6..8) @ДатаВыдСвидет
 *     ПовтСвидет* as СведСвидет
 *     ПрдСведРег
 *       СведРодившемся @Пол? (1 2) @СНИЛС? (XXX-XXX-XXX XX) @ПрМертворожд? (1)
 *         ФИО
 *           Фамилия (1..60) | ПрФамилия (1)
 *           Имя (1..60) | ПрИмя (1)
 *           Отчество (1..60) | ПрОтчество (1)
 *         ПрДатаРожд (1) | ДатаРождКаленд (date) | ДатаРождДок
 *             (ПрДень | День 1..31), (ПрМесяц | Месяц 1..12), Год (gYear)
 *         ПрМестоРожден (1) | МестоРожден @МестоТекст (1..512) @КодСтраны?
 *             @НаимСтраны? @Регион? @НаимСубъект? @Район? @Город?
 *             @НаселПункт? @ОКТМО?
 *         (ПрГражданство (1) | Гражданство @ОКСМ? (3 digits) @НаимСтраны)?
 *         (ПрАдрМЖ (1) | АдрМЖ: АдрМЖРФ @АдрРФТекст (1..512) @ОКТМО? |
 *             АдрМЖИн @ОКСМ @НаимСтраны @АдрТекст (1..512))?
 *       (ПрСведМать (1) | СведМать @СНИЛС?)?
 *         ФИО, then as in СведРодившемся the date, and each optional: place,
 *         citizenship, (ПрУдЛичнФЛ (1) | УдЛичнФЛ @КодВидДок (2 digits)
 *         @НаимДок @СерНомДок (1..25) @ДатаДок? @ВыдДок?)?, address
 *       (ПрСведОтец (1) | СведОтец, as СведМать)?
 *     СведИспрАГС* @ДатаВнесИспр (date) @КодВидСвед? @НаимВидСвед?
 *         @СодержИспр?, no children
 *     СведВосстанАГС? as СведИспрАГС
 *     СведАннулирАГС? as СведИспрАГС
 *
 * ROGDZPResponse @ИдСвед @КодОбр ("1" stored, "2" not readable)
 */
#include "adapters/zags/zags_rogdzp.h"

#include "adapters/decoder.h"
#include "adapters/fieldmap.h"
#include "adapters/zags/zags.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/changeset.h"
#include "model/document.h"
#include "model/field.h"
#include "xsd/xml_read.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The same for the child and the parents. */
static const struct fieldmap person_rows[] = {
	{ "@Пол", "sex", FORM_SEX, NULL },
	{ "@СНИЛС", "snils", FORM_SNILS, NULL },
	{ "ФИО/Фамилия", "surname", FORM_SURNAME, "ФИО/ПрФамилия" },
	{ "ФИО/Имя", "given_name", FORM_GIVEN, "ФИО/ПрИмя" },
	{ "ФИО/Отчество", "patronymic", FORM_PATRONYMIC, "ФИО/ПрОтчество" },
	{ "МестоРожден/@МестоТекст", "birth_place", FORM_TEXT,
	    "ПрМестоРожден" },
	{ "Гражданство/@ОКСМ", "citizenship", FORM_COUNTRY, "ПрГражданство" },
	{ "АдрМЖ/АдрМЖИн/@АдрТекст", "regional_address", FORM_TEXT, NULL },
	{ "АдрМЖ/АдрМЖРФ/@АдрРФТекст", "regional_address", FORM_TEXT,
	    "ПрАдрМЖ" },
};

static void
read_person(struct decoder *d, const xmlNode *node, struct person *person)
{
	entity_clear(&person_type, person);
	fieldmap_read(
	    d, node, person_rows, COUNT(person_rows), &person_type, person);
	person->birth_date = zags_date(
	    d, node, FORM_PDATE, "ДатаРождКаленд", "ДатаРождДок", "ПрДатаРожд");
}

static void
read_parent(struct decoder *d, const xmlNode *node, const char *kind,
    const char *sex, struct record *record)
{
	struct party *party = &record->parties[record->party_count];

	if (node == NULL)
		return;
	record->party_count++;
	entity_clear(&representation_type, &party->role);
	party->role.kind = value_of(d->arena, kind);
	read_person(d, node, &party->person);
	party->person.sex = value_of(d->arena, sex);
	party->documents = zags_document(d, node, &party->document_count);
}

/* The certificate is the child's first document, and names its act. */
static void
add_certificate(struct decoder *d, struct record *record)
{
	const struct civil_act *act = record->act;
	struct document *document;

	if (value_text(&act->cert_number) == NULL)
		return;
	document = entity_new(&document_type, 1, d->arena);
	document->kind = value_of(d->arena, DOCUMENT_BIRTH);
	document->series = act->cert_series;
	document->number = act->cert_number;
	document->issue_date = act->cert_date;
	document->issuer = act->zags_name;
	document->act_number = act->number;
	document->act_date = act->act_date;
	document_normal(d->arena, document);
	record->documents = document;
	record->document_count = 1;
}

static void
read_birth(struct decoder *d, const xmlNode *content, struct record *record)
{
	const xmlNode *child = xml_child(content, NULL, "СведРодившемся");
	const char *stillborn = xml_attr(child, "ПрМертворожд", d->arena);
	struct place at = { .node = content };

	if (child == NULL) {
		decoder_fault(d, &at, DEFECT_ERROR, "PKT_REQUIRED",
		    "СведРодившемся", NULL);
		return;
	}
	if (str_equal(stillborn, "1")) {
		record->act->stillborn = value_of(d->arena, "1");
		return;
	}
	record->person = entity_new(&person_type, 1, d->arena);
	read_person(d, child, record->person);
	add_certificate(d, record);
	record->parties = arena_alloc(d->arena, 2 * sizeof(*record->parties));
	read_parent(
	    d, xml_child(content, NULL, "СведМать"), "mother", "2", record);
	read_parent(
	    d, xml_child(content, NULL, "СведОтец"), "father", "1", record);
}

#define FORMAT(ns, reply)                                                   \
	{                                                                   \
		.namespace_uri = ns, .request = "ROGDZPRequest",            \
		.act = "СведРегРожд", .kind = "birth", .reply_kind = reply, \
		.response = "zags:ROGDZPResponse", .code_ok = "1",          \
		.code_bad = "2", .read = read_birth                         \
	}

static const struct zags_format format = FORMAT(ZAGS_ROGDZP_NS, "zags-rogdzp");
static const struct zags_format format_400 =
    FORMAT(ZAGS_ROGDZP_400_NS, "zags-rogdzp-4.0.0");

int
zags_rogdzp_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err)
{
	return zags_decode(&format, root, arena, ret_change, err);
}

int
zags_rogdzp_400_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err)
{
	return zags_decode(&format_400, root, arena, ret_change, err);
}

int
zags_rogdzp_encode(
    const struct changeset *change, struct buf *out, struct err *err)
{
	return zags_encode(&format, change, out, err);
}

int
zags_rogdzp_400_encode(
    const struct changeset *change, struct buf *out, struct err *err)
{
	return zags_encode(&format_400, change, out, err);
}
