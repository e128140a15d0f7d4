/*
 * What was published of ZAGS's formats is decoded: files of the shared folder
 * (KONTINGENT_SHARED, or ../shared beside the sources), skipped without it.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/adapter.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "model/changeset.h"
#include "model/field.h"
#include "model/name.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define FILE_LIMIT (1 << 20)

static struct arena *arena;

static const struct adapter *
adapter_of(const xmlNode *root)
{
	return adapter_for_root(xml_ns(root), xml_name(root));
}

/* xml decoded by the adapter of its root; NULL with *err when it says no. */
static struct changeset *
decode(const char *xml, struct err *err)
{
	struct xml_doc *doc = NULL;
	struct changeset *change = NULL;
	const xmlNode *root;

	memset(err, 0, sizeof(*err));
	if (xml_doc_parse(xml, strlen(xml), NULL, &doc, err) == -1)
		fail_msg("%s %s", err->code, err->text);
	root = xml_doc_root(doc);
	assert_non_null(adapter_of(root));
	if (adapter_of(root)->decode(root, arena, &change, err) == -1)
		change = NULL;
	xml_doc_free(doc);
	return change;
}

/* A file of the shared folder, or NULL when the folder is not there. */
static const char *
shared_file(const char *name, struct buf *buf)
{
	const char *root = getenv("KONTINGENT_SHARED");
	struct err err;

	if (root == NULL)
		root = TEST_SRCDIR "/../shared";
	buf_init(buf, 0);
	if (file_read(arena_printf(arena, "%s/domain/realdata/%s", root, name),
		FILE_LIMIT, buf, &err)
	    == -1)
		return NULL;
	return buf_text(buf);
}

struct sample {
	const char *file;
	size_t acts;
	const char *their_id;
};

static void
check_sample(const struct sample *sample, const char *xml)
{
	struct err err;
	struct changeset *change = decode(xml, &err);

	if (change == NULL)
		fail_msg("%s: %s %s", sample->file, err.code, err.text);
	assert_int_equal(change->record_count, sample->acts);
	assert_string_equal(change->their_id, sample->their_id);
	for (size_t i = 0; i < change->record_count; i++) {
		const struct record *r = &change->records[i];

		assert_non_null(r->person);
		assert_non_null(value_text(&r->act->number));
		assert_non_null(value_text(&r->person->surname));
		assert_non_null(value_text(&r->person->death_date));
	}
}

static void
published_samples_are_decoded(void **state)
{
	static const struct sample samples[] = {
		{ "zags-fataloiv-4.0.0/FATALOIVRequest-sample0.xml", 1, "a" },
		{ "zags-fataloiv-4.0.0/Request-registry-directive1.3-sample1"
		  ".xml",
		    1, "a" },
		{ "zags-fataloiv-4.0.0/internalTest-smevRequest_1.xml", 1,
		    "a" },
		{ "zags-fataloiv-4.0.0/internalTest-smevRequest_2.xml", 1,
		    "a" },
		{ "zags-fataloiv-4.0.0/internalTest-smevRequest_3.xml", 1,
		    "a" },
		{ "zags-fataloiv-4.0.0/internalTest-smevRequest_4.xml", 2,
		    "a" },
		{ "zags-fatal-4.0.2/FATALRequest-4records-body.xml", 4,
		    "999637ec-613f-41e3-aa23-f9f69e12ac36" },
	};
	struct buf xml;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const char *text = shared_file(samples[i].file, &xml);

		if (text == NULL) {
			buf_release(&xml);
			print_message("published samples are not here: set "
				      "KONTINGENT_SHARED to their folder\n");
			skip();
		}
		check_sample(&samples[i], text);
		buf_release(&xml);
	}
}

static void
published_samples_show_their_traps(void **state)
{
	struct changeset *change;
	const struct record *r;
	struct buf xml;
	struct err err;
	const char *text = shared_file(
	    "zags-fataloiv-4.0.0/internalTest-smevRequest_4.xml", &xml);

	(void)state;
	if (text == NULL) {
		buf_release(&xml);
		skip();
	}
	change = decode(text, &err);
	assert_non_null(change);
	/* Two acts in one registry record; both annulled after restoring. */
	assert_string_equal(value_text(&change->records[0].act->annulled), "1");
	assert_string_equal(
	    value_text(&change->records[1].person->unidentified), "1");
	assert_int_equal(change->records[1].rec_no, 2);
	buf_release(&xml);
	text = shared_file(
	    "zags-fatal-4.0.2/FATALRequest-4records-body.xml", &xml);
	change = decode(text, &err);
	/* "неизвестный", "-", "-" with a passport of zeros. */
	r = &change->records[2];
	assert_int_equal(r->person->given_name.state, VALUE_ABSENT);
	assert_int_equal(r->person->patronymic.state, VALUE_ABSENT);
	assert_true(
	    person_unusable(arena, r->person, r->documents, r->document_count));
	/* A name, but the country is 000 and the passport zeros. */
	r = &change->records[3];
	assert_true(
	    person_unusable(arena, r->person, r->documents, r->document_count));
	buf_release(&xml);
}

static void
skeletons_of_empty_strings_say_nothing(void **state)
{
	struct changeset *change;
	struct buf xml;
	struct err err;
	const char *text = shared_file(
	    "zags-fatal-4.0.2/FATALRequest-skeleton-max-INVALID.xml", &xml);

	(void)state;
	if (text == NULL) {
		buf_release(&xml);
		skip();
	}
	change = decode(text, &err);
	assert_non_null(change);
	assert_int_equal(change->defects.worst, DEFECT_ERROR);
	assert_int_equal(
	    change->records[0].person->surname.state, VALUE_UNSAID);
	assert_int_equal(
	    change->records[0].person->patronymic.state, VALUE_UNSAID);
	buf_release(&xml);
}

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
		cmocka_unit_test(published_samples_are_decoded),
		cmocka_unit_test(published_samples_show_their_traps),
		cmocka_unit_test(skeletons_of_empty_strings_say_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
