/*
 * A neighbour's XML gives this changeset: test/golden/ADAPTER/NAME.xml is
 * decoded and compared with NAME.change.  With KONTINGENT_GOLDEN=write the
 * .change files are written anew: look at the difference before committing.
 */
#include "test/lib/unit.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/adapter.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "model/changeset.h"
#include "model/changeset_codec.h"
#include "model/name.h"
#include "test/lib/changeset_dump.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define GOLDEN     TEST_SRCDIR "/test/golden"
#define FILE_LIMIT (1 << 20)

static struct arena *arena;

static void
decode(const char *path, struct changeset **ret_change)
{
	struct xml_doc *doc = NULL;
	const struct adapter *adapter;
	const xmlNode *root;
	struct buf xml;
	struct err err = { 0 };

	buf_init(&xml, 0);
	if (file_read(path, FILE_LIMIT, &xml, &err) == -1
	    || xml_doc_parse(xml.data, xml.bytes, NULL, &doc, &err) == -1)
		fail_msg("%s: %s %s", path, err.code, err.text);
	root = xml_doc_root(doc);
	adapter = adapter_for_root(xml_ns(root), xml_name(root));
	if (adapter == NULL)
		fail_msg("%s: nobody knows {%s}%s", path, xml_ns(root),
		    xml_name(root));
	if (adapter->decode(root, arena, ret_change, &err) == -1)
		fail_msg("%s: %s %s", path, err.code, err.text);
	xml_doc_free(doc);
	buf_release(&xml);
}

/* What comes out of the codec is what went in, and outlives the document. */
static void
through_codec(struct changeset **change)
{
	struct buf bytes;
	struct err err;

	buf_init(&bytes, 0);
	changeset_encode(*change, &bytes);
	assert_int_equal(
	    changeset_decode(bytes.data, bytes.bytes, arena, change, &err), 0);
	buf_release(&bytes);
}

static void
check_file(const char *path)
{
	const char *want_path =
	    arena_printf(arena, "%.*s.change", (int)strlen(path) - 4, path);
	struct changeset *change = NULL;
	struct buf seen, want;
	struct err err;

	buf_init(&seen, 0);
	buf_init(&want, 0);
	decode(path, &change);
	through_codec(&change);
	changeset_dump(change, &seen);
	if (str_equal(getenv("KONTINGENT_GOLDEN"), "write"))
		assert_int_equal(
		    file_write(want_path, seen.data, seen.bytes, &err), 0);
	if (file_read(want_path, FILE_LIMIT, &want, &err) == -1)
		fail_msg("%s: %s", want_path, err.text);
	if (strcmp(buf_text(&seen), buf_text(&want)) != 0)
		fail_msg("%s gives\n%s", path, buf_text(&seen));
	buf_release(&seen);
	buf_release(&want);
}

static void
check_folder(const char *adapter)
{
	const char *folder = arena_printf(arena, "%s/%s", GOLDEN, adapter);
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		size_t bytes = strlen(entry->d_name);

		if (bytes < 4 || strcmp(entry->d_name + bytes - 4, ".xml") != 0)
			continue;
		check_file(arena_printf(arena, "%s/%s", folder, entry->d_name));
		count++;
	}
	(void)closedir(dir);
	assert_true(count > 0);
}

#define GOLDEN_TEST(name, folder)      \
	static void name(void **state) \
	{                              \
		(void)state;           \
		check_folder(folder);  \
	}

GOLDEN_TEST(packets_are_decoded_as_written, "packet")
GOLDEN_TEST(deaths_for_a_region_are_decoded_as_written, "zags-fataloiv")
GOLDEN_TEST(deaths_of_the_older_mailing_are_decoded, "zags-fatal")
GOLDEN_TEST(births_are_decoded_as_written, "zags-rogdzp")
GOLDEN_TEST(answers_of_the_federal_segment_are_decoded, "federal-push")
GOLDEN_TEST(questions_of_the_federal_segment_are_decoded, "federal-learner")

static int
setup(void **state)
{
	(void)state;
	arena = arena_new();
	xml_doc_setup();
	name_setup();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_are_decoded_as_written),
		cmocka_unit_test(deaths_for_a_region_are_decoded_as_written),
		cmocka_unit_test(deaths_of_the_older_mailing_are_decoded),
		cmocka_unit_test(births_are_decoded_as_written),
		cmocka_unit_test(answers_of_the_federal_segment_are_decoded),
		cmocka_unit_test(questions_of_the_federal_segment_are_decoded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
