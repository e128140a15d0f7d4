/* The promises of crypto/smev_transform.h, one test each. */
#include "test/lib/unit.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "crypto/smev_transform.h"
#include "test/lib/keys.h"

static void
expect(const char *xml, const char *wanted)
{
	struct err err = { 0 };
	struct buf out;

	buf_init(&out, 0);
	if (smev_transform(xml, strlen(xml), &out, &err) == -1)
		fail_msg("%s: %s", xml, err.text);
	assert_string_equal(buf_text(&out), wanted);
	buf_release(&out);
}

static void
expect_refused(const char *xml)
{
	struct err err = { 0 };
	struct buf out;

	buf_init(&out, 0);
	assert_int_equal(smev_transform(xml, strlen(xml), &out, &err), -1);
	assert_string_equal(err.code, "DSIG_TRANSFORM");
	assert_int_equal(err.kind, ERR_REFUSE);
	buf_release(&out);
}

static void
read_whole(const char *path, struct buf *buf)
{
	struct err err = { 0 };

	buf_init(buf, 0);
	if (file_read(path, 1 << 24, buf, &err) == -1)
		fail_msg("%s", err.text);
}

/* One published vector, and the same by way of its canonical form. */
static void
check_vector(const char *in_path)
{
	struct buf in, wanted, out, canonical;
	char path[4096];
	size_t stem = strlen(in_path) - strlen(".in.xml");
	struct err err = { 0 };
	int rc;

	read_whole(in_path, &in);
	buf_init(&out, 0);
	rc = smev_transform(buf_text(&in), in.bytes, &out, &err);
	(void)snprintf(path, sizeof(path), "%.*s.out", (int)stem, in_path);
	if (access(path, R_OK) != 0) { /* the reference throws here */
		assert_int_equal(rc, -1);
		buf_release(&in);
		buf_release(&out);
		return;
	}
	if (rc == -1)
		fail_msg("%s: %s", in_path, err.text);
	read_whole(path, &wanted);
	if (out.bytes != wanted.bytes
	    || memcmp(out.data, wanted.data, out.bytes) != 0)
		fail_msg("%s:\n%s\nis not\n%s", in_path, out.data, wanted.data);
	(void)snprintf(path, sizeof(path), "%.*s.c14n", (int)stem, in_path);
	read_whole(path, &canonical);
	buf_clear(&out);
	assert_int_equal(smev_transform_canonical(
			     buf_text(&canonical), canonical.bytes, &out, &err),
	    0);
	assert_string_equal(buf_text(&out), buf_text(&wanted));
	buf_release(&canonical);
	buf_release(&wanted);
	buf_release(&out);
	buf_release(&in);
}

static void
published_vectors_come_out_byte_for_byte(void **state)
{
	const char *folder = shared_path("smev/vectors/transform");
	char pattern[4096];
	glob_t found;

	(void)state;
	if (folder == NULL) {
		print_message("no published vectors here: skipped\n");
		skip();
	}
	(void)snprintf(pattern, sizeof(pattern), "%s/*.in.xml", folder);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 39);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_vector(found.gl_pathv[i]);
	globfree(&found);
}

static void
siblings_get_prefixes_of_their_own(void **state)
{
	(void)state;
	expect("<r xmlns='u:r'><a xmlns='u:a'><b/></a><a xmlns='u:a'/></r>",
	    "<ns1:r xmlns:ns1=\"u:r\"><ns2:a xmlns:ns2=\"u:a\"><ns2:b>"
	    "</ns2:b></ns2:a><ns3:a xmlns:ns3=\"u:a\"></ns3:a></ns1:r>");
}

static void
attributes_are_ordered_by_utf16_units(void **state)
{
	(void)state;
	/* U+1F600 as a part of a name is D83D DE00, before U+FF21. */
	expect("<r xmlns='u' \xEF\xBC\xA1='1' \xF0\x90\x80\x80='2' b='3'"
	       " B='4' \xD0\xB0='5'/>",
	    "<ns1:r xmlns:ns1=\"u\" B=\"4\" b=\"3\" \xD0\xB0=\"5\""
	    " \xF0\x90\x80\x80=\"2\" \xEF\xBC\xA1=\"1\"></ns1:r>");
	expect("<r xmlns='u' a='1' xmlns:p='v:2' p:a='2' xmlns:q='v:1'"
	       " q:z='3' q:a='4'/>",
	    "<ns1:r xmlns:ns1=\"u\" xmlns:ns2=\"v:1\" xmlns:ns3=\"v:2\""
	    " ns2:a=\"4\" ns2:z=\"3\" ns3:a=\"2\" a=\"1\"></ns1:r>");
}

static void
white_space_is_dropped_only_as_a_whole_node(void **state)
{
	(void)state;
	expect("<r xmlns='u'>\n <a> x </a>\t<b>&#13;\n</b>"
	       "<c>\xC2\xA0</c><d>\xE3\x80\x80</d></r>",
	    "<ns1:r xmlns:ns1=\"u\"><ns1:a> x </ns1:a><ns1:b></ns1:b>"
	    "<ns1:c>\xC2\xA0</ns1:c><ns1:d>\xE3\x80\x80</ns1:d></ns1:r>");
}

static void
instruction_splits_text_and_comment_does_not(void **state)
{
	(void)state;
	expect("<r xmlns='u'>a<?p d?> <?q?>]<?p?>&gt;</r>",
	    "<ns1:r xmlns:ns1=\"u\">a]&gt;</ns1:r>");
	expect("<r xmlns='u'>a<!-- x --> <!-- y -->b]<!---->&gt;</r>",
	    "<ns1:r xmlns:ns1=\"u\">a b]&gt;</ns1:r>");
	expect("<r xmlns='u'>abcdef]<?p?>x&gt;</r>",
	    "<ns1:r xmlns:ns1=\"u\">abcdef]x></ns1:r>");
}

static void
greater_than_is_escaped_by_place(void **state)
{
	(void)state;
	expect("<r xmlns='u'>&gt;&gt;</r>",
	    "<ns1:r xmlns:ns1=\"u\">&gt;></ns1:r>");
	expect("<r xmlns='u'>&lt;&gt;</r>",
	    "<ns1:r xmlns:ns1=\"u\">&lt;></ns1:r>");
	expect("<r xmlns='u'>0123456789&lt;&gt;&gt;</r>",
	    "<ns1:r xmlns:ns1=\"u\">0123456789&lt;&gt;&gt;</ns1:r>");
	expect("<r xmlns='u'>0123456789\xC2\x85&gt;</r>",
	    "<ns1:r xmlns:ns1=\"u\">0123456789&#x85;&gt;</ns1:r>");
	expect("<r xmlns='u' a='&gt;]&gt;&apos;'/>",
	    "<ns1:r xmlns:ns1=\"u\" a=\">]>'\"></ns1:r>");
}

/* Blocks of 512 UTF-16 units; a pair may lie across the border. */
static void
block_borders_count_utf16_units(void **state)
{
	char xml[2048], wanted[2048];

	(void)state;
	for (int emoji = 0; emoji < 2; emoji++)
		for (int before = 509; before < 514; before++) {
			int units = before + 2 * emoji;
			char fill[600];

			memset(fill, 'x', sizeof(fill));
			(void)snprintf(xml, sizeof(xml),
			    "<r xmlns='u'>%.*s%s&gt;.</r>", before, fill,
			    emoji ? "\xF0\x9F\x98\x80" : "");
			(void)snprintf(wanted, sizeof(wanted),
			    "<ns1:r xmlns:ns1=\"u\">%.*s%s%s.</ns1:r>", before,
			    fill, emoji ? "\xF0\x9F\x98\x80" : "",
			    units == 512 ? "&gt;" : ">");
			expect(xml, wanted);
		}
}

static void
namespace_names_are_escaped(void **state)
{
	(void)state;
	expect("<r xmlns='u:&amp;amp;&lt;\"'/>",
	    "<ns1:r xmlns:ns1=\"u:&amp;amp;&lt;&quot;\"></ns1:r>");
}

static void
other_encodings_and_internal_subsets_are_read(void **state)
{
	(void)state;
	expect(
	    "<?xml version='1.0' encoding='windows-1251'?>"
	    "<!DOCTYPE r [<!ENTITY e 'v&#38;#38;w'><!ATTLIST r d CDATA 'x'>]>"
	    "<r xmlns='u'>\xEF&e;</r>",
	    "<ns1:r xmlns:ns1=\"u\" d=\"x\">\xD0\xBFv&amp;w</ns1:r>");
}

static void
nothing_external_is_read(void **state)
{
	(void)state;
	expect_refused("<!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
		       "<r xmlns='u'>&e;</r>");
	expect("<!DOCTYPE r SYSTEM 'file:///etc/passwd'><r xmlns='u'/>",
	    "<ns1:r xmlns:ns1=\"u\"></ns1:r>");
}

static void
what_can_not_be_expressed_is_refused(void **state)
{
	(void)state;
	expect_refused("<r/>");
	expect_refused("<r xmlns='u'><a xmlns=''/></r>");
	expect_refused("<r xmlns='u' xml:lang='ru'/>");
	expect_refused("<r xmlns='u'><p:a/></r>");
	expect_refused("<r xmlns='u' p:a='1'/>");
	expect_refused("<r xmlns='u'>");
	expect_refused("");
	expect_refused("text");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors_come_out_byte_for_byte),
		cmocka_unit_test(siblings_get_prefixes_of_their_own),
		cmocka_unit_test(attributes_are_ordered_by_utf16_units),
		cmocka_unit_test(white_space_is_dropped_only_as_a_whole_node),
		cmocka_unit_test(instruction_splits_text_and_comment_does_not),
		cmocka_unit_test(greater_than_is_escaped_by_place),
		cmocka_unit_test(block_borders_count_utf16_units),
		cmocka_unit_test(namespace_names_are_escaped),
		cmocka_unit_test(other_encodings_and_internal_subsets_are_read),
		cmocka_unit_test(nothing_external_is_read),
		cmocka_unit_test(what_can_not_be_expressed_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
