#include "adapters/zags/zags_fatal.h"

#include "adapters/decoder.h"
#include "adapters/fieldmap.h"
#include "adapters/zags/zags.h"
#include "base/arena.h"
#include "model/changeset.h"
#include "model/field.h"
#include "xsd/xml_read.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Names are attributes here and have no flags: a dash stands for "none".  Of
 * the dates only one of the three may be there; later rows win.
 */
static const struct fieldmap person_rows[] = {
	{ "@Пол", "sex", FORM_SEX, NULL },
	{ "@ОКСМ", "citizenship", FORM_COUNTRY, NULL },
	{ "ФИОУмер/@Фамилия", "surname", FORM_SURNAME, NULL },
	{ "ФИОУмер/@Имя", "given_name", FORM_GIVEN, NULL },
	{ "ФИОУмер/@Отчество", "patronymic", FORM_PATRONYMIC, NULL },
	{ "ГодРожд", "birth_date", FORM_PDATE, NULL },
	{ "МесГодРожд", "birth_date", FORM_PDATE, NULL },
	{ "ДатаРожд", "birth_date", FORM_PDATE, NULL },
	{ "ГодСмерт", "death_date", FORM_PDATE, NULL },
	{ "МесГодСмерт", "death_date", FORM_PDATE, NULL },
	{ "ДатаСмерт", "death_date", FORM_PDATE, NULL },
	{ "МестоРожден/@МестоТекст", "birth_place", FORM_TEXT, NULL },
	{ "МЖПослИн/@АдрТекст", "regional_address", FORM_TEXT, NULL },
	{ "МЖПослРФ/@АдрРФТекст", "regional_address", FORM_TEXT, NULL },
};

static void
read_deceased(struct decoder *d, const xmlNode *content, struct record *record)
{
	const xmlNode *node = xml_child(content, NULL, "СведУмер");
	struct place at = { .node = content };

	if (node == NULL) {
		decoder_fault(
		    d, &at, DEFECT_ERROR, "PKT_REQUIRED", "СведУмер", NULL);
		return;
	}
	record->person = entity_new(&person_type, 1, d->arena);
	fieldmap_read(d, node, person_rows, COUNT(person_rows), &person_type,
	    record->person);
	record->documents = zags_document(d, node, &record->document_count);
}

static const struct zags_format format = {
	.namespace_uri = ZAGS_FATAL_NS,
	.request = "FATALRequest",
	.act = "СведРегСмерт",
	.kind = "death",
	.reply_kind = "zags-fatal",
	.response = "zags:FATALResponse",
	.code_ok = "1",
	.code_bad = "2",
	.read = read_deceased,
};

int
zags_fatal_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err)
{
	return zags_decode(&format, root, arena, ret_change, err);
}

int
zags_fatal_encode(
    const struct changeset *change, struct buf *out, struct err *err)
{
	return zags_encode(&format, change, out, err);
}
