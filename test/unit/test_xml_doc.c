/*
 * The promises of xsd/xml_doc.h, one test each; most are attacks.
 */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

static const struct xml_limits small = {
	.body_bytes = 100000,
	.depth = 8,
	.elements = 50,
	.attributes = 10,
	.name_bytes = 20,
	.text_bytes = 100,
};

/* Parse and compare the code, "" being success. */
static void
expect_bytes(const char *p, size_t bytes, const struct xml_limits *limits,
    const char *code)
{
	struct err err = { 0 };
	struct xml_doc *doc = NULL;
	int rc = xml_doc_parse(p, bytes, limits, &doc, &err);

	if (strcmp(err.code, code) != 0)
		print_message("%.60s... %s %s\n", p, err.code, err.text);
	assert_string_equal(err.code, code);
	assert_int_equal(rc, *code == '\0' ? 0 : -1);
	if (rc == 0) {
		assert_non_null(xml_doc_root(doc));
		assert_ptr_equal(xml_doc_root(doc)->doc, xml_doc_raw(doc));
	} else {
		assert_null(doc);
		assert_int_equal(err.kind, ERR_REFUSE);
		assert_true(strlen(err.text) > 10);
	}
	xml_doc_free(doc);
}

static void
expect(const char *xml, const struct xml_limits *limits, const char *code)
{
	expect_bytes(xml, strlen(xml), limits, code);
}

/* count times piece; between before and after. */
static void
expect_many(const char *before, const char *piece, int count, const char *after,
    const struct xml_limits *limits, const char *code)
{
	struct buf buf;

	buf_init(&buf, 0);
	buf_adds(&buf, before);
	for (int i = 0; i < count; i++)
		buf_adds(&buf, piece);
	buf_adds(&buf, after);
	expect_bytes(buf.data, buf.bytes, limits, code);
	buf_release(&buf);
}

static void
well_formed_documents_are_parsed(void **state)
{
	(void)state;
	expect("<a/>", NULL, "");
	expect(
	    "<?xml version=\"1.0\"?>\n<a b='c'>д &lt; &#x41;</a>\n", NULL, "");
	expect("<?xml version='1.0' encoding = 'utf-8' standalone='yes'?><a/>",
	    NULL, "");
	expect("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>",
	    NULL, "");
	expect("<a xmlns='u:1' x='a>b' y=\"'=\"><!-- <!DOCTYPE --><?p <?x ?>"
	       "<![CDATA[<!DOCTYPE x>]]></a>",
	    NULL, "");
	expect("<a xmlns='имя не URI'/>", NULL, "");
}

static void
ill_formed_documents_are_refused(void **state)
{
	static const char *const bad[] = { "", " ", "x", "<a>", "<a></b>",
		"<a/><b/>", "<a/>x", "<a b='1' b='2'/>", "<a b=1/>", "<a b/>",
		"<a>&nbsp;</a>", "<a>a & b</a>", "<a>]]></a>", "<a>&#0;</a>",
		"<a b='<'/>", "<a>\x01</a>", "<p:a/>", "<a p:b=''/>",
		"<a xmlns:p=''/>", "<a><!-- -- --></a>", "<a><![CDATA[x</a>",
		" <?xml version='1.0'?><a/>", "<a b='x>", "<?xml", "<", "<!--",
		"<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", "<a::b/>" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(bad[i], NULL, "PKT_XML_SYNTAX");
	expect_bytes("<abc>\0</abc>", 12, NULL, "PKT_XML_SYNTAX");
}

static void
an_error_says_where_and_nothing_of_the_content(void **state)
{
	struct err err = { 0 };
	struct xml_doc *doc = NULL;
	const char *xml = "<a>\n<b>Тестов</c>\n</a>";

	(void)state;
	assert_int_equal(xml_doc_parse(xml, strlen(xml), NULL, &doc, &err), -1);
	assert_non_null(strstr(err.text, "строка 2"));
	assert_non_null(strstr(err.text, "столбец"));
	assert_null(strstr(err.text, "Тестов"));
}

static void
doctype_is_refused_however_harmless(void **state)
{
	static const char *const bad[] = {
		"<!DOCTYPE a><a/>",
		"<?xml version='1.0'?>\n<!-- c --> <!DOCTYPE a SYSTEM 'a'><a/>",
		"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
		"<a>&x;</a>",
		"<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;&x;&x;'>"
		"<!ENTITY z '&y;&y;&y;&y;'>]><a>&z;</a>",
		"<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://localhost/'>%p;]>"
		"<a/>",
		"<!DOCTYPE a [<!ATTLIST a Id ID 'x'>]><a/>",
		"\xef\xbb\xbf<!DOCTYPE a><a/>",
		"<a><!DOCTYPE b></a>",
		"<!doctype a><a/>",
		"<!ENTITY x 'y'><a/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(bad[i], NULL, "PKT_XML_DTD");
}

static void
other_encodings_are_refused(void **state)
{
	static const char be[] = "\xfe\xff\0<\0a\0/\0>";
	static const char le[] = "\xff\xfe<\0a\0/\0>\0";
	static const char bare[] = "<\0?\0x\0m\0l\0";
	static const char utf32[] = "\0\0\xfe\xff\0\0\0<";

	(void)state;
	expect_bytes(be, sizeof(be) - 1, NULL, "PKT_ENCODING");
	expect_bytes(le, sizeof(le) - 1, NULL, "PKT_ENCODING");
	expect_bytes(bare, sizeof(bare) - 1, NULL, "PKT_ENCODING");
	expect_bytes(utf32, sizeof(utf32) - 1, NULL, "PKT_ENCODING");
	expect("<?xml version='1.0' encoding='windows-1251'?><a/>", NULL,
	    "PKT_ENCODING");
	expect("<?xml version=\"1.0\" encoding = \"UTF-7\" ?><a/>", NULL,
	    "PKT_ENCODING");
	expect("<?xml version='1.0' encoding='UTF-16'?><a/>", NULL,
	    "PKT_ENCODING");
	expect("<?xml version='1.0' encoding='UTF-8'?><a>\xd2\xe5\xf1\xf2</a>",
	    NULL, "PKT_ENCODING");
	expect("<a b='\xc0\xaf'/>", NULL, "PKT_ENCODING");
	expect("<a>\xc1\x81</a>", NULL, "PKT_ENCODING");
	expect("<a>\xed\xa0\x80</a>", NULL, "PKT_ENCODING");
	expect("<a>\xd0</a>", NULL, "PKT_ENCODING");
	expect("<a><!-- \xff --></a>", NULL, "PKT_ENCODING");
}

static void
deep_nesting_is_refused_at_the_limit(void **state)
{
	(void)state;
	expect_many(
	    "", "<a>", 8, "</a></a></a></a></a></a></a></a>", &small, "");
	expect_many("", "<a>", 9, "", &small, "PKT_XML_LIMIT");
	expect_many("", "<a>", 3000000, "", NULL, "PKT_XML_LIMIT");
	expect_many("", "<a b=''>", 100, "", NULL, "PKT_XML_LIMIT");
}

static void
too_many_nodes_are_refused(void **state)
{
	(void)state;
	expect_many("<a>", "<b/>", 49, "</a>", &small, "");
	expect_many("<a>", "<b/>", 50, "</a>", &small, "PKT_XML_LIMIT");
	expect_many("<a>", "<?b?>", 50, "</a>", &small, "PKT_XML_LIMIT");
	expect_many("<a>", "<!---->", 50, "</a>", &small, "PKT_XML_LIMIT");
	expect_many("<a>", "<b/>", 200000, "</a>", NULL, "PKT_XML_LIMIT");
	expect_many(
	    "<a>", "<b c='' d='' e=''/>", 49, "</a>", &small, "PKT_XML_LIMIT");
}

/* n attributes, or declarations, of different names in one tag. */
static void
expect_attributes(
    const char *name, int n, const struct xml_limits *limits, const char *code)
{
	struct buf buf;

	buf_init(&buf, 0);
	buf_adds(&buf, "<a");
	for (int i = 0; i < n; i++)
		buf_addf(&buf, " %s%d='u'", name, i);
	buf_adds(&buf, "/>");
	expect_bytes(buf.data, buf.bytes, limits, code);
	buf_release(&buf);
}

static void
attribute_floods_are_refused_at_once(void **state)
{
	(void)state;
	expect_attributes("b", 10, &small, "");
	expect_attributes("b", 11, &small, "PKT_XML_LIMIT");
	expect_attributes("xmlns:b", 10, &small, "");
	expect_attributes("xmlns:b", 11, &small, "PKT_XML_LIMIT");
	/* libxml2 alone would compare each with each for many minutes */
	expect_attributes("b", 700000, NULL, "PKT_XML_LIMIT");
	expect_attributes("xmlns:b", 500000, NULL, "PKT_XML_LIMIT");
	expect_many("<a", " b='1'", 1000000, "/>", NULL, "PKT_XML_LIMIT");
}

static void
declarations_in_scope_are_bounded_too(void **state)
{
	(void)state;
	expect_many("", "<a xmlns:a='u' xmlns:b='v' xmlns:c='w'>", 4, "",
	    &small, "PKT_XML_LIMIT");
	expect_many(
	    "<a>", "<b xmlns:a='u' xmlns:b='v'/>", 20, "</a>", &small, "");
}

static void
long_names_are_refused(void **state)
{
	(void)state;
	expect("<abcdefghijklmnopqrst/>", &small, "");
	expect("<abcdefghijklmnopqrstu/>", &small, "PKT_XML_LIMIT");
	expect("<a abcdefghijklmnopqrstu=''/>", &small, "PKT_XML_LIMIT");
	expect("<a xmlns:abcdefghijklmnopqrstu='u'/>", &small, "PKT_XML_LIMIT");
	expect_many("<", "abcdefgh", 500000, "/>", NULL, "PKT_XML_LIMIT");
	expect_many("<a ", "abcdefgh", 5000, "=''/>", NULL, "PKT_XML_LIMIT");
}

/* count children, each with a name of its own in before%dafter. */
static void
expect_names(const char *before, int count, const char *after, const char *code)
{
	struct buf buf;

	buf_init(&buf, 0);
	buf_adds(&buf, "<a>");
	for (int i = 0; i < count; i++)
		buf_addf(&buf, "%s%d%s", before, i, after);
	buf_adds(&buf, "</a>");
	expect_bytes(buf.data, buf.bytes, NULL, code);
	buf_release(&buf);
}

static void
floods_of_different_names_are_refused(void **state)
{
	(void)state;
	expect_names("<b", 9000, "/>", "");
	expect_names("<b", 100000, "/>", "PKT_XML_LIMIT");
	expect_names("<b c", 9000, "=''/>", "");
	expect_names("<b c", 100000, "=''/>", "PKT_XML_LIMIT");
	expect_names("<b xmlns='u:", 9000, "'/>", "");
	expect_names("<b xmlns='u:", 100000, "'/>", "PKT_XML_LIMIT");
}

static void
long_texts_are_refused_however_they_are_cut(void **state)
{
	(void)state;
	expect_many("<a>", "1234567890", 10, "</a>", &small, "");
	expect_many("<a>", "1234567890", 11, "</a>", &small, "PKT_XML_LIMIT");
	expect_many("<a>", "<![CDATA[1234567890]]>", 11, "</a>", &small,
	    "PKT_XML_LIMIT");
	expect_many(
	    "<a>", "1234567890&amp;", 10, "</a>", &small, "PKT_XML_LIMIT");
	expect_many("<a b='", "1234567890", 11, "'/>", &small, "PKT_XML_LIMIT");
	expect_many("<a>", "<b>1234567890</b>", 40, "</a>", &small, "");
	expect_many(
	    "<a>", "1234567890", 10001, "</a>", &small, "PKT_XML_LIMIT");
	expect_many("<a>", "1234567890", 900000, "</a>", NULL, "PKT_XML_LIMIT");
	expect_many(
	    "<a>", "1234567890", 1100000, "</a>", NULL, "PKT_XML_LIMIT");
}

static void
xinclude_and_schema_location_fetch_nothing(void **state)
{
	const char *xml =
	    "<a xmlns:xi='http://www.w3.org/2001/XInclude' "
	    "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
	    "xsi:schemaLocation='u file:///etc/hostname'>"
	    "<xi:include href='file:///etc/passwd' parse='text'/></a>";
	struct err err = { 0 };
	struct xml_doc *doc = NULL;

	(void)state;
	assert_int_equal(xml_doc_parse(xml, strlen(xml), NULL, &doc, &err), 0);
	assert_true(xml_is(xml_child(xml_doc_root(doc), NULL, NULL),
	    "http://www.w3.org/2001/XInclude", "include"));
	assert_null(xml_only_child(xml_doc_root(doc))->children);
	xml_doc_free(doc);
}

static void
lines_are_right_beyond_65535(void **state)
{
	struct err err = { 0 };
	struct xml_doc *doc = NULL;
	struct buf buf;

	(void)state;
	buf_init(&buf, 0);
	buf_adds(&buf, "<a>");
	for (int i = 0; i < 70000; i++)
		buf_adds(&buf, "\n");
	buf_adds(&buf, "<b/>\n<c/></a>");
	assert_int_equal(
	    xml_doc_parse(buf.data, buf.bytes, NULL, &doc, &err), 0);
	assert_int_equal(xml_node_line(xml_doc_root(doc)), 1);
	assert_int_equal(
	    xml_node_line(xml_child(xml_doc_root(doc), NULL, "b")), 70001);
	assert_int_equal(
	    xml_node_line(xml_child(xml_doc_root(doc), NULL, "c")), 70002);
	xml_doc_free(doc);
	buf_release(&buf);
}

static void
comments_and_instructions_stay_in_the_tree(void **state)
{
	const char *xml = "<a>12<!-- c -->34<?p q?><![CDATA[56]]></a>";
	struct err err = { 0 };
	struct xml_doc *doc = NULL;
	struct arena *arena = arena_new();
	int comments = 0, instructions = 0;

	(void)state;
	assert_int_equal(xml_doc_parse(xml, strlen(xml), NULL, &doc, &err), 0);
	for (xmlNode *n = xml_doc_root(doc)->children; n != NULL; n = n->next) {
		comments += n->type == XML_COMMENT_NODE;
		instructions += n->type == XML_PI_NODE;
	}
	assert_int_equal(comments, 1);
	assert_int_equal(instructions, 1);
	assert_string_equal(xml_text(xml_doc_root(doc), arena), "123456");
	arena_free(arena);
	xml_doc_free(doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_documents_are_parsed),
		cmocka_unit_test(ill_formed_documents_are_refused),
		cmocka_unit_test(
		    an_error_says_where_and_nothing_of_the_content),
		cmocka_unit_test(doctype_is_refused_however_harmless),
		cmocka_unit_test(other_encodings_are_refused),
		cmocka_unit_test(deep_nesting_is_refused_at_the_limit),
		cmocka_unit_test(too_many_nodes_are_refused),
		cmocka_unit_test(attribute_floods_are_refused_at_once),
		cmocka_unit_test(declarations_in_scope_are_bounded_too),
		cmocka_unit_test(long_names_are_refused),
		cmocka_unit_test(floods_of_different_names_are_refused),
		cmocka_unit_test(long_texts_are_refused_however_they_are_cut),
		cmocka_unit_test(xinclude_and_schema_location_fetch_nothing),
		cmocka_unit_test(lines_are_right_beyond_65535),
		cmocka_unit_test(comments_and_instructions_stay_in_the_tree),
	};

	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
