/*
 * The promises of xsd/xsd_registry.h and xsd_catalog.h, one test each, over
 * our own schemas.
 */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/defect.h"
#include "base/err.h"
#include "base/file.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_registry.h"

#define NS  "urn://x-contingent/rs/packet/1.0.0"
#define XSI "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
#define ID  "11111111-2222-3333-4444-555555555555"

#define HEADER                                                  \
	"<Header><PacketId>" ID "</PacketId><SourceSystem>sgo"  \
	"</SourceSystem><Kind>LEARNER</Kind><Mode>DELTA</Mode>" \
	"<CreatedAt>2026-01-02T03:04:05+03:00</CreatedAt>"      \
	"<RecordCount>1</RecordCount></Header>"
#define PACKET(body)                                       \
	"<Packet xmlns='" NS "' " XSI " Id='p1'>\n" HEADER \
	"\n<Record><RecNo>7</RecNo><Op>UPSERT</Op>\n" body \
	"</Record></Packet>"
#define LEARNER(fields) PACKET("<Learner><Person>" fields "</Person></Learner>")

static struct xsd_registry *registry;

struct result {
	struct arena *arena;
	struct xml_doc *doc;
	struct defects defects;
	struct err err;
	int rc;
};

static void
validate(struct result *r, const char *xml)
{
	memset(r, 0, sizeof(*r));
	r->arena = arena_new();
	defects_init(&r->defects, r->arena);
	assert_int_equal(
	    xml_doc_parse(xml, strlen(xml), NULL, &r->doc, &r->err), 0);
	r->rc =
	    xsd_validate(registry, xml_doc_root(r->doc), &r->defects, &r->err);
	assert_int_equal(r->rc == 1, r->defects.count != 0);
}

static void
release(struct result *r)
{
	xml_doc_free(r->doc);
	arena_free(r->arena);
}

static void
expect(const char *xml, int rc)
{
	struct result r;

	validate(&r, xml);
	if (r.rc != rc)
		print_message("%s\n%s\n", xml,
		    r.defects.count != 0 ? r.defects.items[0].text : "");
	assert_int_equal(r.rc, rc);
	release(&r);
}

static void
packets_of_every_kind_are_valid(void **state)
{
	(void)state;
	expect(LEARNER("<Snils>112-233-445 95</Snils><Surname>Тестов"
		       "</Surname><GivenName>Тест</GivenName><Patronymic "
		       "xsi:nil='true'/><Sex>1</Sex><BirthDate>2015-03"
		       "</BirthDate>"),
	    0);
	expect(PACKET("<Learner><Person/><Document><Kind>21</Kind>"
		      "<IssueDate>08.03.2020</IssueDate></Document>"
		      "<Representative><Kind>mother</Kind><Person/>"
		      "</Representative></Learner><Absent><Field>Snils"
		      "</Field></Absent>"),
	    0);
	expect(PACKET("<Enrolment><PersonKey>1</PersonKey></Enrolment>"), 0);
	expect(PACKET("<Movement><Kind>01</Kind></Movement>"), 0);
	expect(PACKET("<Organisation><Inn>1</Inn></Organisation>"), 0);
	expect(PACKET("<Group><IsVirtual>true</IsVirtual></Group>"), 0);
	expect(PACKET("<CivilAct><Act><Kind>birth</Kind></Act><Person/>"
		      "</CivilAct>"),
	    0);
	expect("<Packet xmlns='" NS "'>" HEADER
	       "<s:Signature xmlns:s='http://www.w3.org/2000/09/xmldsig#'/>"
	       "</Packet>",
	    0);
}

static void
each_kind_of_fault_is_refused(void **state)
{
	static const char *const bad[] = {
		LEARNER("<BirthDate>2015-13</BirthDate>"),
		LEARNER("<BirthDate>08/03/2015</BirthDate>"),
		LEARNER("<Sex>3</Sex>"),
		LEARNER("<Sex>1</Sex><Surname>Тестов</Surname>"),
		LEARNER("<Unknown/>"),
		LEARNER("<FederalGuid>x</FederalGuid>"),
		LEARNER("<Surname Id='x'>Тестов</Surname>"),
		LEARNER("<Surname xsi:nil='true'>Тестов</Surname>"),
		LEARNER("text"),
		PACKET(""),
		PACKET("<Group/><Group/>"),
		PACKET("<Learner/>"),
		"<Packet xmlns='" NS "'/>",
		"<Packet xmlns='" NS "'>" HEADER HEADER "</Packet>",
		"<Paket xmlns='" NS "'/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(bad[i], 1);
}

static void
a_defect_says_where_what_and_what_was_expected(void **state)
{
	struct result r;
	const struct defect *defect;

	(void)state;
	validate(&r,
	    LEARNER("<Surname>Тестов</Surname>"
		    "<Sex>мужской</Sex>"));
	assert_int_equal(r.defects.count, 1);
	defect = &r.defects.items[0];
	assert_int_equal(defect->level, DEFECT_FATAL);
	assert_string_equal(defect->code, "PKT_SCHEMA");
	assert_int_equal(defect->rec_no, 7);
	assert_int_equal(defect->line, 4);
	assert_string_equal(defect->path, "Packet/Record/Learner/Person/Sex");
	assert_non_null(strstr(defect->text, "'1', '2'"));
	assert_string_equal(defect->value, "*****ой");
	release(&r);
}

static void
a_defect_of_an_attribute_names_it(void **state)
{
	struct result r;

	(void)state;
	validate(&r,
	    "<FATALOIVResponse КодОбр='77' "
	    "xmlns='urn://x-artefacts-zags-fataloiv/root/112-41/4.0.0'/>");
	assert_int_equal(r.defects.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct defect *d = &r.defects.items[i];

		if (strstr(d->path, "@") != NULL) {
			assert_string_equal(
			    d->path, "FATALOIVResponse/@КодОбр");
			assert_non_null(strstr(d->text, "'01', '02'"));
		} else {
			assert_non_null(strstr(d->text, "ИдСвед"));
		}
	}
	release(&r);
}

static void
no_value_is_shown_unmasked(void **state)
{
	static const char *const values[] = {
		LEARNER("<Snils>секретное-значение-длиннее-двадцати</Snils>"),
		LEARNER("<BirthDate>секретное-значение</BirthDate>"),
		LEARNER("<Sex>секретное-значение', '( { } )</Sex>"),
		LEARNER("<FederalGuid>секретное-значение</FederalGuid>"),
		PACKET("<Group><Capacity>секретное-значение</Capacity>"
		       "</Group>"),
		LEARNER("секретное-значение"),
		"<Packet xmlns='" NS "' Id='секретное значение'/>",
		"<Packet xmlns='" NS "'><Header><PacketId>секретное-значение"
		"</PacketId></Header></Packet>",
	};
	struct result r;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		validate(&r, values[i]);
		assert_int_equal(r.rc, 1);
		for (size_t k = 0; k < r.defects.count; k++) {
			assert_null(strstr(r.defects.items[k].text, "секретн"));
			assert_null(
			    strstr(r.defects.items[k].value, "секретн"));
		}
		release(&r);
	}
}

/* libxml2 cuts a message inside of such a value; quotes in it mean nothing. */
static void
no_part_of_a_long_value_is_shown(void **state)
{
	struct result r;
	struct buf buf;

	(void)state;
	for (int pieces = 100; pieces < 20000; pieces += 7777) {
		buf_init(&buf, 0);
		buf_adds(&buf, "<Packet xmlns='" NS "'><Header><PacketId>");
		for (int i = 0; i < pieces; i++)
			buf_adds(&buf, "'секрет");
		buf_adds(&buf, "</PacketId></Header></Packet>");
		validate(&r, buf_text(&buf));
		assert_int_equal(r.rc, 1);
		for (size_t k = 0; k < r.defects.count; k++)
			assert_null(strstr(r.defects.items[k].text, "секрет"));
		release(&r);
		buf_release(&buf);
	}
}

static void
all_defects_are_told_but_no_more_than_twenty(void **state)
{
	struct result r;
	struct buf buf;

	(void)state;
	validate(&r,
	    LEARNER("<Sex>9</Sex><BirthDate>x</BirthDate>"
		    "<DeathDate>y</DeathDate>"));
	assert_int_equal(r.defects.count, 3);
	release(&r);
	buf_init(&buf, 0);
	buf_adds(&buf, "<Packet xmlns='" NS "'>" HEADER);
	for (int i = 0; i < 100; i++)
		buf_adds(&buf,
		    "<Record><RecNo>x</RecNo><Op>UPSERT</Op>"
		    "<Group/></Record>");
	buf_adds(&buf, "</Packet>");
	validate(&r, buf_text(&buf));
	assert_int_equal(r.defects.count, XSD_DEFECTS_MAX);
	release(&r);
	buf_release(&buf);
}

static void
what_a_message_carries_is_validated_too(void **state)
{
	static const char before[] =
	    "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'>"
	    "<s:Body><z:Request "
	    "xmlns:z='urn://x-artefacts-zags-fataloiv/root/112-41/4.0.0'>"
	    "<d:Registry xmlns:d='urn://x-artefacts-smev-gov-ru/services/"
	    "message-exchange/types/directive/1.3'><d:RegistryRecord>"
	    "<d:RecordId>1</d:RecordId><d:Record><d:RecordContent>"
	    "<z:FATALOIVResponse ИдСвед='1' КодОбр='";
	static const char after[] =
	    "'/></d:RecordContent></d:Record></d:RegistryRecord></d:Registry>"
	    "</z:Request></s:Body></s:Envelope>";
	static const struct {
		const char *code;
		int rc;
		size_t defects;
	} cases[] = { { "01", 0, 0 }, { "77", 1, 1 } };
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct arena *arena = arena_new();
		struct defects defects;
		struct xml_doc *doc;
		struct buf buf;

		buf_init(&buf, 0);
		buf_addf(&buf, "%s%s%s", before, cases[i].code, after);
		defects_init(&defects, arena);
		assert_int_equal(
		    xml_doc_parse(buf.data, buf.bytes, NULL, &doc, &err), 0);
		assert_int_equal(
		    xsd_validate(registry, xml_doc_root(doc), &defects, &err),
		    -1);
		assert_string_equal(err.code, "PKT_UNKNOWN_TYPE");
		assert_int_equal(xsd_validate_tree(registry, xml_doc_root(doc),
				     &defects, &err),
		    cases[i].rc);
		assert_int_equal(defects.count, cases[i].defects);
		xml_doc_free(doc);
		arena_free(arena);
		buf_release(&buf);
	}
}

static void
every_schema_of_the_catalogue_is_found(void **state)
{
	(void)state;
	assert_true(xsd_registry_count(registry) >= 19);
	assert_true(xsd_registry_has(registry, NS));
	assert_true(
	    xsd_registry_has(registry, "urn://x-contingent/rs-federal/1.0.0"));
	assert_false(xsd_registry_has(registry, ""));
}

/* A folder with one schema and a catalogue; returns the code of the load. */
static void
expect_load(const char *catalogue, const char *schema, const char *code)
{
	char folder[] = "/tmp/kontingent-xsd-XXXXXX", path[64];
	struct xsd_registry *made = NULL;
	struct err err = { 0 };

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.xsd", folder);
	assert_int_equal(file_write(path, schema, strlen(schema), &err), 0);
	snprintf(path, sizeof(path), "%s/catalog.conf", folder);
	assert_int_equal(
	    file_write(path, catalogue, strlen(catalogue), &err), 0);
	assert_int_equal(
	    xsd_registry_load(folder, &made, &err), *code == '\0' ? 0 : -1);
	assert_string_equal(err.code, code);
	assert_int_equal(err.kind, *code == '\0' ? ERR_NONE : ERR_FATAL);
	xsd_registry_free(made);
	unlink(path);
	snprintf(path, sizeof(path), "%s/a.xsd", folder);
	unlink(path);
	rmdir(folder);
}

#define SCHEMA(kids)                                              \
	"<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' " \
	"targetNamespace='urn:a'>" kids "</xs:schema>"

static void
a_wrong_catalogue_or_schema_is_told(void **state)
{
	(void)state;
	expect_load(
	    "# x\n a.xsd urn:a * own\n", SCHEMA("<xs:element name='a'/>"), "");
	expect_load("a.xsd urn:a *\n", SCHEMA(""), "XSD_CATALOG");
	expect_load("a.xsd urn:a * own x\n", SCHEMA(""), "XSD_CATALOG");
	expect_load("# nothing\n", SCHEMA(""), "XSD_CATALOG");
	expect_load("../a.xsd urn:a * own\n", SCHEMA(""), "XSD_CATALOG");
	expect_load("/a.xsd urn:a * own\n", SCHEMA(""), "XSD_CATALOG");
	expect_load("a.xsd urn:b * own\n", SCHEMA(""), "XSD_CATALOG");
	expect_load("b.xsd urn:a * own\n", SCHEMA(""), "XSD_SCHEMA");
	expect_load("a.xsd urn:a * own\n", "<xs:schema", "XSD_SCHEMA");
	expect_load("a.xsd urn:a * own\n",
	    SCHEMA("<xs:element name='a' type='xs:nothing'/>"), "XSD_SCHEMA");
}

static void
an_import_never_leaves_the_folder(void **state)
{
	static const char *const places[] = { "../a.xsd", "/etc/passwd",
		"file:///etc/passwd", "http://localhost/a.xsd",
		"../../../../../../etc/passwd", "%2e%2e/a.xsd", "missing.xsd",
		"schemas:/../a.xsd" };
	struct buf buf;

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		buf_init(&buf, 0);
		buf_addf(&buf,
		    "<xs:schema "
		    "xmlns:xs='http://www.w3.org/2001/XMLSchema' "
		    "targetNamespace='urn:a'><xs:import namespace='urn:b' "
		    "schemaLocation='%s'/></xs:schema>",
		    places[i]);
		expect_load(
		    "a.xsd urn:a * own\n", buf_text(&buf), "XSD_SCHEMA");
		buf_release(&buf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_of_every_kind_are_valid),
		cmocka_unit_test(each_kind_of_fault_is_refused),
		cmocka_unit_test(
		    a_defect_says_where_what_and_what_was_expected),
		cmocka_unit_test(a_defect_of_an_attribute_names_it),
		cmocka_unit_test(no_value_is_shown_unmasked),
		cmocka_unit_test(no_part_of_a_long_value_is_shown),
		cmocka_unit_test(all_defects_are_told_but_no_more_than_twenty),
		cmocka_unit_test(what_a_message_carries_is_validated_too),
		cmocka_unit_test(every_schema_of_the_catalogue_is_found),
		cmocka_unit_test(a_wrong_catalogue_or_schema_is_told),
		cmocka_unit_test(an_import_never_leaves_the_folder),
	};
	struct err err = { 0 };
	int failed;

	xml_doc_setup();
	if (xsd_registry_load(SOURCE_DIR "/xsd/schemas", &registry, &err)
	    == -1) {
		fprintf(stderr, "%s: %s\n", err.code, err.text);
		return 1;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xsd_registry_free(registry);
	return failed;
}
