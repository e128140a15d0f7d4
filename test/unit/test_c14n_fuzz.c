/*
 * Canonical form and transform of random documents: ours, libxml2's (which is
 * xmlsec's) and a model of the rules agree to the byte.
 *
 * $KONTINGENT_LONG: many more documents.  $KONTINGENT_SEED: the first one.
 */
#include "test/lib/unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/exc_c14n.h"
#include "crypto/smev_transform.h"
#include "test/unit/c14n_model.h"

#define DOCUMENTS      300
#define DOCUMENTS_LONG 30000

static uint64_t seed;
static unsigned compared, refused;

static void
same(const struct buf *ours, const struct buf *theirs, const char *what,
    const struct buf *xml)
{
	size_t at = 0;

	if (ours->bytes == theirs->bytes
	    && memcmp(ours->data, theirs->data, ours->bytes) == 0)
		return;
	while (at < ours->bytes && at < theirs->bytes
	    && ours->data[at] == theirs->data[at])
		at++;
	at = at > 60 ? at - 60 : 0;
	fail_msg("seed %" PRIu64 ": %s differs:\n%.200s\nis not\n%.200s\nof\n"
		 "%.3000s",
	    seed, what, buf_text(ours) + at, buf_text(theirs) + at,
	    buf_text(xml));
}

/* The subtree at element without that at skip. */
static void
compare(xmlNode *element, const xmlNode *skip, const struct buf *xml)
{
	struct buf ours, theirs, model;
	struct err err = { 0 };
	bool sayable;
	int rc;

	buf_init(&ours, 0);
	buf_init(&theirs, 0);
	buf_init(&model, 0);
	if (exc_c14n(element, skip, &ours, &err) == -1)
		fail_msg("seed %" PRIu64 ": %s", seed, err.text);
	model_c14n(element, skip, &theirs);
	same(&ours, &theirs, "exclusive c14n", xml);
	sayable = model_transform(&theirs, &model);
	buf_clear(&ours);
	rc = smev_transform_tree(element, skip, &ours, &err);
	assert_int_equal(rc, sayable ? 0 : -1);
	if (rc == 0) {
		same(&ours, &model, "the transform", xml);
		buf_clear(&ours);
		assert_int_equal(
		    smev_transform(theirs.data, theirs.bytes, &ours, &err), 0);
		same(&ours, &model, "the transform of octets", xml);
		compared++;
	} else {
		assert_string_equal(err.code, "DSIG_TRANSFORM");
		refused++;
	}
	buf_release(&model);
	buf_release(&theirs);
	buf_release(&ours);
}

/* The next element in document order below root, or NULL. */
static xmlNode *
next_element(xmlNode *node, const xmlNode *root)
{
	do {
		if (node->children != NULL)
			node = node->children;
		else {
			while (node != root && node->next == NULL)
				node = node->parent;
			if (node == root)
				return NULL;
			node = node->next;
		}
	} while (node->type != XML_ELEMENT_NODE);
	return node;
}

/* The whole, and a few subtrees with and without one of their children. */
static void
compare_document(void)
{
	xmlNode *root, *node;
	struct buf xml;
	xmlDoc *doc;
	int left = 6;

	buf_init(&xml, 0);
	model_document(seed, &xml);
	doc = xmlReadMemory(xml.data, (int)xml.bytes, NULL, NULL,
	    XML_PARSE_NOENT | XML_PARSE_NONET | XML_PARSE_NOCDATA);
	if (doc == NULL)
		fail_msg("seed %" PRIu64 ": not well-formed:\n%s", seed,
		    buf_text(&xml));
	root = xmlDocGetRootElement(doc);
	compare(root, NULL, &xml);
	for (node = root; node != NULL && left > 0; left--) {
		xmlNode *within = next_element(node, node);

		compare(node, within, &xml);
		node = next_element(node, root);
		if (node != NULL)
			compare(node, NULL, &xml);
	}
	xmlFreeDoc(doc);
	buf_release(&xml);
}

static void
ours_libxml2s_and_the_rules_agree(void **state)
{
	const char *first = getenv("KONTINGENT_SEED");
	int64_t from = 1, count = DOCUMENTS;

	(void)state;
	if (getenv("KONTINGENT_LONG") != NULL)
		count = DOCUMENTS_LONG;
	if (first != NULL)
		assert_int_equal(str_int(first, 0, INT64_MAX / 2, &from), 0);
	for (int64_t i = 0; i < count; i++) {
		seed = (uint64_t)(from + i);
		compare_document();
	}
	assert_true(compared > count);
	assert_true(refused > 0 || count < 100);
	print_message(
	    "%u subtrees alike, %u refused by both\n", compared, refused);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ours_libxml2s_and_the_rules_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
