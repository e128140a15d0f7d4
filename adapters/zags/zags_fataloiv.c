#include "adapters/zags/zags_fataloiv.h"

#include "adapters/decoder.h"
#include "adapters/fieldmap.h"
#include "adapters/zags/zags.h"
#include "base/arena.h"
#include "model/changeset.h"
#include "model/field.h"
#include "xsd/xml_read.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * What is kept of СведУмер.  Cause, place and time of death, nationality,
 * marriage, education and the physician are not needed and stay unread.
 */
static const struct fieldmap person_rows[] = {
	{ "@Пол", "sex", FORM_SEX, NULL },
	{ "@ПрНеустанЛицо", "unidentified", FORM_FLAG, NULL },
	{ "ФИОУмер/Фамилия", "surname", FORM_SURNAME, "ФИОУмер/ПрФамилия" },
	{ "ФИОУмер/Имя", "given_name", FORM_GIVEN, "ФИОУмер/ПрИмя" },
	{ "ФИОУмер/Отчество", "patronymic", FORM_PATRONYMIC,
	    "ФИОУмер/ПрОтчество" },
	{ "МестоРожден/@МестоТекст", "birth_place", FORM_TEXT,
	    "ПрМестоРожден" },
	{ "Гражданство/@ОКСМ", "citizenship", FORM_COUNTRY, "ПрГражданство" },
	{ "АдрМЖ/АдрМЖИн/@АдрТекст", "regional_address", FORM_TEXT, NULL },
	{ "АдрМЖ/АдрМЖРФ/@АдрРФТекст", "regional_address", FORM_TEXT,
	    "ПрАдрМЖ" },
};

static void
read_deceased(struct decoder *d, const xmlNode *content, struct record *record)
{
	const xmlNode *node = xml_child(content, NULL, "СведУмер");
	struct person *person = entity_new(&person_type, 1, d->arena);
	struct place at = { .node = content };

	if (node == NULL) {
		decoder_fault(
		    d, &at, DEFECT_ERROR, "PKT_REQUIRED", "СведУмер", NULL);
		return;
	}
	record->person = person;
	fieldmap_read(
	    d, node, person_rows, COUNT(person_rows), &person_type, person);
	person->birth_date = zags_date(
	    d, node, FORM_PDATE, "ДатаРождКаленд", "ДатаРождДок", "ПрДатаРожд");
	person->death_date = zags_date(d, node, FORM_PDATE, "ДатаСмертКаленд",
	    "ДатаСмертДок", "ПрДатаСмерт");
	record->documents = zags_document(d, node, &record->document_count);
}

static const struct zags_format format = {
	.namespace_uri = ZAGS_FATALOIV_NS,
	.request = "FATALOIVRequest",
	.act = "СведРегСмертОИВ",
	.kind = "death",
	.reply_kind = "zags-fataloiv",
	.response = "zags:FATALOIVResponse",
	.code_ok = "01",
	.code_bad = "02",
	.read = read_deceased,
};

int
zags_fataloiv_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err)
{
	return zags_decode(&format, root, arena, ret_change, err);
}

int
zags_fataloiv_encode(
    const struct changeset *change, struct buf *out, struct err *err)
{
	return zags_encode(&format, change, out, err);
}
