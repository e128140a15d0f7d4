/*
 * The promises of xsd/xml_read.h, xml_write.h and xml_date.h, one test each.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "xsd/xml_date.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

#define XSI " xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"

struct fixture {
	struct arena *arena;
	struct xml_doc *doc;
	xmlNode *root;
};

static void
parse(struct fixture *f, const char *xml)
{
	struct err err = { 0 };

	f->arena = arena_new();
	assert_int_equal(
	    xml_doc_parse(xml, strlen(xml), NULL, &f->doc, &err), 0);
	f->root = xml_doc_root(f->doc);
}

static void
release(struct fixture *f)
{
	xml_doc_free(f->doc);
	arena_free(f->arena);
}

static void
children_are_found_by_namespace_and_name(void **state)
{
	struct fixture f;
	xmlNode *b;

	(void)state;
	parse(&f,
	    "<a xmlns='u' xmlns:p='v'> <p:b>1</p:b><!-- --><b>2</b>"
	    "<c/><p:b>3</p:b></a>");
	assert_true(xml_is(f.root, "u", "a"));
	assert_false(xml_is(f.root, "v", "a"));
	assert_false(xml_is(NULL, NULL, NULL));
	b = xml_child(f.root, "v", "b");
	assert_string_equal(xml_text(b, f.arena), "1");
	assert_string_equal(xml_text(xml_next(b, "v", "b"), f.arena), "3");
	assert_string_equal(xml_text(xml_next(b, NULL, "b"), f.arena), "2");
	assert_string_equal(xml_child_text(f.root, "u", "b", f.arena), "2");
	assert_string_equal(xml_child_text(f.root, "u", "c", f.arena), "");
	assert_null(xml_child_text(f.root, "u", "z", f.arena));
	assert_null(xml_child(NULL, NULL, NULL));
	assert_null(xml_only_child(f.root));
	assert_string_equal(xml_ns(b), "v");
	release(&f);
}

static void
text_is_trimmed_and_comments_do_not_cut_it(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, "<a> \n12<!-- x -->3<![CDATA[ 4]]>\t </a>");
	assert_string_equal(xml_text(f.root, f.arena), "123 4");
	assert_string_equal(xml_text(NULL, f.arena), "");
	release(&f);
}

static void
attributes_are_unqualified_and_untrimmed(void **state)
{
	struct fixture f;

	(void)state;
	parse(&f, "<a xmlns:p='v' p:b='1' b=' 2 ' c=''/>");
	assert_string_equal(xml_attr(f.root, "b", f.arena), " 2 ");
	assert_string_equal(xml_attr(f.root, "c", f.arena), "");
	assert_null(xml_attr(f.root, "d", f.arena));
	release(&f);
}

static void
nil_is_seen_only_in_its_namespace(void **state)
{
	struct fixture f;
	xmlNode *b;

	(void)state;
	parse(&f,
	    "<a" XSI "><b xsi:nil='true'/><b xsi:nil=' 1 '/>"
	    "<b xsi:nil='false'/><b nil='true'/><b/></a>");
	b = xml_child(f.root, NULL, "b");
	assert_true(xml_nil(b));
	assert_true(xml_nil(b = xml_next(b, NULL, NULL)));
	assert_false(xml_nil(b = xml_next(b, NULL, NULL)));
	assert_false(xml_nil(b = xml_next(b, NULL, NULL)));
	assert_false(xml_nil(xml_next(b, NULL, NULL)));
	release(&f);
}

static void
a_path_counts_only_where_names_repeat(void **state)
{
	struct fixture f;
	xmlNode *b;

	(void)state;
	parse(&f, "<p:a xmlns:p='u'><b/><c/><b><d e='1'/></b></p:a>");
	b = xml_next(xml_child(f.root, NULL, "b"), NULL, "b");
	assert_string_equal(
	    xml_path(xml_child(b, NULL, "d"), f.arena), "a/b[2]/d");
	assert_string_equal(
	    xml_path(
		(const xmlNode *)xml_child(b, NULL, "d")->properties, f.arena),
	    "a/b[2]/d/@e");
	assert_string_equal(
	    xml_path(xml_child(f.root, NULL, "c"), f.arena), "a/c");
	release(&f);
}

static void
what_is_written_is_read_back(void **state)
{
	static const char text[] = "<&>\"' \t\n\r д \xf0\x9f\x98\x80";
	struct xml_writer w;
	struct fixture f;
	struct buf buf;

	(void)state;
	buf_init(&buf, 0);
	xml_write_init(&w, &buf);
	xml_write_open(&w, "p:a");
	xml_write_ns(&w, "p", "urn:x&y");
	xml_write_attr(&w, "b", text);
	xml_write_text(&w, "x");
	xml_write_text(&w, text);
	xml_write_text(&w, "x");
	xml_write_leaf(&w, "c", NULL);
	xml_write_leaf(&w, "c", "1");
	xml_write_open(&w, "d");
	xml_write_close(&w);
	xml_write_raw(&w, "<e/>", 4);
	xml_write_close(&w);
	parse(&f, buf_text(&buf));
	assert_string_equal(xml_attr(f.root, "b", f.arena), text);
	assert_string_equal(xml_ns(f.root), "urn:x&y");
	assert_string_equal(
	    xml_text(f.root, f.arena), "x<&>\"' \t\n\r д \xf0\x9f\x98\x80x");
	assert_non_null(strstr(buf_text(&buf), "<c>1</c><d/><e/></p:a>"));
	release(&f);
	buf_release(&buf);
}

static void
what_xml_cannot_hold_is_replaced(void **state)
{
	struct xml_writer w;
	struct buf buf;

	(void)state;
	buf_init(&buf, 0);
	xml_write_init(&w, &buf);
	xml_write_leaf(&w, "a",
	    "1\x01"
	    "2\xff"
	    "3\xd0"
	    "4\xed\xa0\x80"
	    "5\xef\xbf\xbf"
	    "6\xc0\x80");
	assert_string_equal(buf_text(&buf),
	    "<a>1\xef\xbf\xbd"
	    "2\xef\xbf\xbd"
	    "3\xef\xbf\xbd"
	    "4\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	    "5\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	    "6\xef\xbf\xbd\xef\xbf\xbd</a>");
	buf_release(&buf);
}

static void
dates_come_to_one_form(void **state)
{
	static const struct {
		const char *text, *want;
		enum xml_date_kind kind;
	} dates[] = {
		{ "2015-03-08", "2015-03-08", XML_DATE_DAY },
		{ " 2015-03-08Z\n", "2015-03-08", XML_DATE_DAY },
		{ "2015-03-08+03:00", "2015-03-08", XML_DATE_DAY },
		{ "08.03.2015", "2015-03-08", XML_DATE_DAY },
		{ "2015-03", "2015-03", XML_DATE_MONTH },
		{ "03.2015", "2015-03", XML_DATE_MONTH },
		{ "2015", "2015", XML_DATE_YEAR },
		{ "2016-02-29", "2016-02-29", XML_DATE_DAY },
		{ "2000-02-29", "2000-02-29", XML_DATE_DAY },
		{ "2015-02-29", "", XML_DATE_BAD },
		{ "1900-02-29", "", XML_DATE_BAD },
		{ "2015-13-01", "", XML_DATE_BAD },
		{ "2015-00", "", XML_DATE_BAD },
		{ "0000-01-01", "", XML_DATE_BAD },
		{ "31.04.2015", "", XML_DATE_BAD },
		{ "2015-3-8", "", XML_DATE_BAD },
		{ "2015-03-08x", "", XML_DATE_BAD },
		{ "2015-03-08+15:00", "", XML_DATE_BAD },
		{ "8.3.2015", "", XML_DATE_BAD },
		{ "", "", XML_DATE_BAD },
		{ "1", "", XML_DATE_BAD },
		{ "12.", "", XML_DATE_BAD },
		{ "20150308", "", XML_DATE_BAD },
	};
	char text[XML_DATE_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		assert_int_equal(
		    xml_date_parse(dates[i].text, text), dates[i].kind);
		assert_string_equal(text, dates[i].want);
	}
}

static void
day_numbers_go_both_ways(void **state)
{
	char text[XML_DATE_BYTES];
	int64_t back;

	(void)state;
	assert_int_equal(xml_date_days("1970-01-01", &back), 0);
	assert_int_equal(back, 0);
	assert_int_equal(xml_date_days("2000-03-01", &back), 0);
	assert_int_equal(back, 11017);
	assert_int_equal(xml_date_days("2000-02-30", &back), -1);
	for (int64_t day = -719162; day < 2932896; day += 97) {
		xml_date_format(day, text);
		assert_int_equal(xml_date_days(text, &back), 0);
		assert_int_equal(back, day);
	}
}

static void
times_go_both_ways(void **state)
{
	char text[XML_DATETIME_BYTES];
	int64_t ms = 0;

	(void)state;
	xml_datetime_format(INT64_C(1700000000123), XML_ZONE_MOSCOW, text);
	assert_string_equal(text, "2023-11-15T01:13:20.123+03:00");
	assert_int_equal(xml_datetime_parse(text, &ms), 0);
	assert_int_equal(ms, INT64_C(1700000000123));
	xml_datetime_format(INT64_C(-1000), -90, text);
	assert_string_equal(text, "1969-12-31T22:29:59-01:30");
	assert_int_equal(xml_datetime_parse(text, &ms), 0);
	assert_int_equal(ms, -1000);
}

static void
times_are_read_as_the_schema_says(void **state)
{
	static const struct {
		const char *text;
		int rc;
		int64_t ms;
	} times[] = {
		{ "1970-01-01T00:00:00Z", 0, 0 },
		{ "1970-01-01T03:00:00", 0, 0 }, /* Moscow */
		{ "1970-01-01T00:00:00.5Z", 0, 500 },
		{ "1970-01-01T00:00:00.1239999Z", 0, 123 },
		{ "1970-01-01T24:00:00Z", 0, 86400000 },
		{ " 1970-01-02T00:00:00-14:00 ", 0, 136800000 },
		{ "1970-01-01T24:00:01Z", -1, 0 },
		{ "1970-01-01T00:60:00Z", -1, 0 },
		{ "1970-01-01T00:00:60Z", -1, 0 },
		{ "1970-01-01 00:00:00Z", -1, 0 },
		{ "1970-01-01T00:00Z", -1, 0 },
		{ "1970-01-01T00:00:00.Z", -1, 0 },
		{ "1970-02-29T00:00:00Z", -1, 0 },
		{ "1970-01-01T00:00:00+3:00", -1, 0 },
		{ "1970-01-01T00:00:00Zx", -1, 0 },
		{ "", -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		int64_t ms = 0;

		assert_int_equal(
		    xml_datetime_parse(times[i].text, &ms), times[i].rc);
		assert_int_equal(ms, times[i].ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_are_found_by_namespace_and_name),
		cmocka_unit_test(text_is_trimmed_and_comments_do_not_cut_it),
		cmocka_unit_test(attributes_are_unqualified_and_untrimmed),
		cmocka_unit_test(nil_is_seen_only_in_its_namespace),
		cmocka_unit_test(a_path_counts_only_where_names_repeat),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(what_xml_cannot_hold_is_replaced),
		cmocka_unit_test(dates_come_to_one_form),
		cmocka_unit_test(day_numbers_go_both_ways),
		cmocka_unit_test(times_go_both_ways),
		cmocka_unit_test(times_are_read_as_the_schema_says),
	};

	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
