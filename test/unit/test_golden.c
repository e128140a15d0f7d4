/*
 * A neighbour's XML gives this changeset: test/golden/ADAPTER/NAME.xml is
 * decoded and compared with NAME.change.  With KONTINGENT_GOLDEN=write the
 * .change files are written anew: look at the difference before committing.
 * NAME-invalid.xml breaks its schema on purpose; every other file keeps it.
 */
#include "test/lib/unit.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/adapter.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/defect.h"
#include "base/file.h"
#include "base/rand.h"
#include "base/str.h"
#include "model/changeset.h"
#include "model/changeset_codec.h"
#include "model/name.h"
#include "test/lib/changeset_dump.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_registry.h"

#define GOLDEN     TEST_SRCDIR "/test/golden"
#define FILE_LIMIT (1 << 20)

#define DAMAGES    400 /* of each file */

static struct arena *arena;
static struct xsd_registry *schemas;

/* The schema says of the file what its name says. */
static void
check_schema(const char *path, const xmlNode *root)
{
	struct defects defects;
	struct err err;
	int verdict;

	defects_init(&defects, arena);
	verdict = xsd_validate(schemas, root, &defects, &err);
	if (verdict == -1)
		fail_msg("%s: %s %s", path, err.code, err.text);
	if (strstr(path, "-invalid.xml") != NULL)
		assert_int_equal(verdict, 1);
	else if (verdict != 0)
		fail_msg("%s: line %ld %s %s", path, defects.items[0].line,
		    defects.items[0].path, defects.items[0].text);
}

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
	check_schema(path, root);
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

/* Decode xml if it is a tree and somebody's; the codec takes the outcome. */
static void
survive(const struct buf *xml)
{
	struct arena *whole = arena;
	struct xml_doc *doc = NULL;
	struct changeset *change = NULL;
	const struct adapter *adapter;
	const xmlNode *root;
	struct err err;

	if (xml_doc_parse(xml->data, xml->bytes, NULL, &doc, &err) == -1)
		return;
	root = xml_doc_root(doc);
	adapter = adapter_for_root(xml_ns(root), xml_name(root));
	arena = arena_new();
	if (adapter != NULL && adapter->decode(root, arena, &change, &err) == 0)
		through_codec(&change);
	arena_free(arena);
	arena = whole;
	xml_doc_free(doc);
}

/* Move, double or drop a piece between two tags, or change a byte. */
static void
damage(const struct buf *from, struct buf *to)
{
	size_t at = (size_t)rand_below(from->bytes);
	size_t end = at + (size_t)rand_below(from->bytes - at);
	size_t other = (size_t)rand_below(from->bytes);

	buf_clear(to);
	if (rand_below(4) == 0) {
		buf_add(to, from->data, from->bytes);
		to->data[at] = "<>/\"'-01 \xd0"[rand_below(9)];
		return;
	}
	/* Cuts at "<" keep more trees whole. */
	while (at > 0 && from->data[at] != '<')
		at--;
	while (end < from->bytes && from->data[end] != '<')
		end++;
	while (other > 0 && from->data[other] != '<')
		other--;
	buf_add(to, from->data, other);
	buf_add(to, from->data + at, end > at ? end - at : 0);
	buf_add(to, from->data + other, from->bytes - other);
}

static void
damage_file(const char *path)
{
	struct buf xml, hurt;
	struct err err;

	buf_init(&xml, 0);
	buf_init(&hurt, 0);
	assert_int_equal(file_read(path, FILE_LIMIT, &xml, &err), 0);
	for (int i = 0; i < DAMAGES; i++) {
		damage(&xml, &hurt);
		survive(&hurt);
	}
	buf_release(&xml);
	buf_release(&hurt);
}

static void
for_each_file(const char *adapter, void (*each)(const char *path))
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
		each(arena_printf(arena, "%s/%s", folder, entry->d_name));
		count++;
	}
	(void)closedir(dir);
	assert_true(count > 0);
}

static const char *const folders[] = { "packet", "zags-fataloiv", "zags-fatal",
	"zags-rogdzp", "federal-push", "federal-learner", NULL };

#define GOLDEN_TEST(name, folder)                  \
	static void name(void **state)             \
	{                                          \
		(void)state;                       \
		for_each_file(folder, check_file); \
	}

GOLDEN_TEST(packets_are_decoded_as_written, "packet")
GOLDEN_TEST(deaths_for_a_region_are_decoded_as_written, "zags-fataloiv")
GOLDEN_TEST(deaths_of_the_older_mailing_are_decoded, "zags-fatal")
GOLDEN_TEST(births_are_decoded_as_written, "zags-rogdzp")
GOLDEN_TEST(answers_of_the_federal_segment_are_decoded, "federal-push")
GOLDEN_TEST(questions_of_the_federal_segment_are_decoded, "federal-learner")

static void
damaged_messages_never_break_a_decoder(void **state)
{
	(void)state;
	rand_seed(7);
	for (const char *const *folder = folders; *folder != NULL; folder++)
		for_each_file(*folder, damage_file);
	rand_seed(0);
}

static int
setup(void **state)
{
	struct err err;

	(void)state;
	arena = arena_new();
	xml_doc_setup();
	name_setup();
	if (xsd_registry_load(TEST_SRCDIR "/xsd/schemas", &schemas, &err) == -1)
		fail_msg("%s %s", err.code, err.text);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	xsd_registry_free(schemas);
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
		cmocka_unit_test(damaged_messages_never_break_a_decoder),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
