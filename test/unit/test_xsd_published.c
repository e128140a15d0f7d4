/*
 * Our schemas against the published ones: the same verdict on every sample
 * and on mutations of it.
 *
 * The published files lie in $KONTINGENT_SHARED, by default ../shared from the
 * source folder; without them the tests are skipped.
 */
#include "test/lib/unit.h"

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libxml/schemasInternals.h>
#include <libxml/xmlschemas.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/map.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_compile.h"

#define MUTATIONS 40 /* a subtree */
#define NODES_MAX 4000
#define NAMES_MAX 400

#define SMEV      "smev/xsd/"
#define EXCHANGE  "/smev-message-exchange-"
#define ZAGS      "domain/realdata/"

static const struct pair_file {
	const char *published; /* in the shared folder */
	const char *ours; /* in xsd/schemas */
} files[] = {
	{ ZAGS "zags-fataloiv-4.0.0/zags-fataloiv-ru-root.xsd",
	    "zags-fataloiv/4.0.0/fataloiv.xsd" },
	{ ZAGS "zags-fatal-4.0.2/zags-fatal-ru-root.xsd",
	    "zags-fatal/4.0.2/fatal.xsd" },
	{ SMEV "1.1" EXCHANGE "types-1.1.xsd", "smev/1.1/types.xsd" },
	{ SMEV "1.1" EXCHANGE "basic-1.1.xsd", "smev/1.1/basic.xsd" },
	{ SMEV "1.1" EXCHANGE "faults-1.1.xsd", "smev/1.1/faults.xsd" },
	{ SMEV "1.2" EXCHANGE "types-1.2.xsd", "smev/1.2/types.xsd" },
	{ SMEV "1.2" EXCHANGE "basic-1.2.xsd", "smev/1.2/basic.xsd" },
	{ SMEV "1.2" EXCHANGE "faults-1.2.xsd", "smev/1.2/faults.xsd" },
	{ SMEV "1.3-mimic" EXCHANGE "types-1.3.xsd", "smev/1.3/types.xsd" },
	{ SMEV "1.3-mimic" EXCHANGE "basic-1.3.xsd", "smev/1.3/basic.xsd" },
	{ SMEV "1.3-mimic" EXCHANGE "faults-1.3.xsd", "smev/1.3/faults.xsd" },
	{ SMEV "1.3-mimic" EXCHANGE "routing-1.3.xsd", "smev/1.3/routing.xsd" },
	{ SMEV "1.3-mimic" EXCHANGE "directive-1.3.xsd",
	    "smev/1.3/directive.xsd" },
	{ SMEV "business-process-metadata-1.0/"
	       "smev-business-process-metadata-1.0.xsd",
	    "smev/business-process-metadata/1.0/metadata.xsd" },
	{ SMEV "push-notification-1.0/PushNotificationSchema.xsd",
	    "smev/push-notification/1.0/push.xsd" },
	{ SMEV "adapter-service/smev-service-adapter-types.xsd",
	    "adapter-service/types.xsd" },
	{ SMEV "adapter-service/smev-service-adapter-faults.xsd",
	    "adapter-service/faults.xsd" },
};
#define PAIRS (sizeof(files) / sizeof(files[0]))

static struct pair {
	xmlSchema *schema; /* published */
	xmlSchemaValidCtxt *valid;
	struct xsd_compiled ours;
	const char *ns;
	char *names[NAMES_MAX]; /* elements and attributes it declares */
	size_t name_count;
} pairs[PAIRS];

static char shared[1024];
static xmlExternalEntityLoader file_loader;
static uint32_t seed = 20150308;
static struct map *seen; /* places that sweep() did */
static char key_value[] = "";
static long compared, valid_count, differ_count, sample_count;

static uint32_t
draw(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return below == 0 ? 0 : seed % below;
}

static void
silent(void *arg, xmlError *error)
{
	(void)arg;
	(void)error;
}

static void
gather_names(struct pair *pair, xmlNode *node)
{
	xmlChar *name;

	for (; node != NULL; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		name = xmlGetNoNsProp(node, (const xmlChar *)"name");
		if (name != NULL && pair->name_count < NAMES_MAX)
			pair->names[pair->name_count++] = (char *)name;
		else
			xmlFree(name);
		gather_names(pair, node->children);
	}
}

static void
load_pair(size_t i)
{
	struct pair *pair = &pairs[i];
	struct err err = { 0 };
	xmlSchemaParserCtxt *parser;
	char path[2048];

	snprintf(path, sizeof(path), "%s/%s", shared, files[i].published);
	xmlSetExternalEntityLoader(file_loader);
	parser = xmlSchemaNewParserCtxt(path);
	pair->schema = xmlSchemaParse(parser);
	xmlSchemaFreeParserCtxt(parser);
	xml_doc_setup();
	assert_non_null(pair->schema);
	pair->valid = xmlSchemaNewValidCtxt(pair->schema);
	xmlSchemaSetValidStructuredErrors(pair->valid, silent, NULL);
	pair->ns = (const char *)pair->schema->targetNamespace;
	gather_names(pair, pair->schema->doc->children);
	assert_int_equal(xsd_compile(SOURCE_DIR "/xsd/schemas", files[i].ours,
			     &pair->ours, &err),
	    0);
	xmlSchemaSetValidStructuredErrors(pair->ours.valid, silent, NULL);
}

/* IDs of the last validation would make the next one fail. */
static int
verdict(xmlSchemaValidCtxt *valid, const xmlNode *node)
{
	xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
	int rc;

	xmlDocSetRootElement(
	    doc, xmlDocCopyNode((xmlNode *)(uintptr_t)node, doc, 1));
	rc = xmlSchemaValidateOneElement(valid, xmlDocGetRootElement(doc));
	xmlFreeDoc(doc);
	return rc == 0;
}

static void
compare(struct pair *pair, xmlNode *node, const char *what)
{
	int theirs = verdict(pair->valid, node);
	int ours = verdict(pair->ours.valid, node);
	xmlBuffer *text;

	compared++;
	valid_count += theirs;
	if (theirs == ours)
		return;
	differ_count++;
	text = xmlBufferCreate();
	xmlNodeDump(text, node->doc, node, 0, 0);
	print_message("%s: published says %d, ours %d:\n%.1500s\n", what,
	    theirs, ours, (const char *)xmlBufferContent(text));
	xmlBufferFree(text);
}

static size_t
gather_nodes(xmlNode *node, xmlNode **nodes, size_t count)
{
	if (count == NODES_MAX)
		return count;
	nodes[count++] = node;
	for (xmlNode *child = xml_child(node, NULL, NULL); child != NULL;
	     child = xml_next(child, NULL, NULL))
		count = gather_nodes(child, nodes, count);
	return count;
}

static const char *const values[] = { "", " ", "1", "2", "01", "07", "9", "99",
	"abc", "1 ", "true", "2019-02-30", "2019-02", "2019", "2019-03-13Z",
	"2019-03-13T10:00:00", "10:20:30", "-5", "12345678", "123", "1234",
	"12345", "123456", "999999", "text/plain", "FAILURE", "1825", "1826",
	"1e3d9b30-0000-11e8-8000-0123456789ab",
	"1E3D9B30-0000-11E8-8000-0123456789AB" };
#define VALUES (sizeof(values) / sizeof(values[0]))

static const size_t lengths[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 20, 21, 22,
	23, 25, 26, 36, 37, 50, 51, 60, 61, 100, 101, 120, 121, 200, 201, 255,
	256, 500, 501, 512, 513, 1000, 1001, 1500, 1501, 4000, 4001 };
#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

/* Value i of VALUES + LENGTHS: words, then texts of each length. */
static const char *
value_at(size_t i)
{
	static char text[2 * 4001 + 1];

	if (i < VALUES)
		return values[i];
	for (size_t k = 0; k < lengths[i - VALUES]; k++)
		memcpy(text + 2 * k, "ж", 2);
	text[2 * lengths[i - VALUES]] = '\0';
	return text;
}

static const char *
some_value(void)
{
	return value_at(draw(VALUES + LENGTHS));
}

static void
set_text(xmlNode *node, const char *text)
{
	xmlChar *escaped =
	    xmlEncodeSpecialChars(node->doc, (const xmlChar *)text);

	xmlNodeSetContent(node, escaped);
	xmlFree(escaped);
}

static void
mutate_attribute(struct pair *pair, xmlNode *node)
{
	xmlAttr *attr = node->properties;

	for (uint32_t skip = draw(4);
	     skip > 0 && attr != NULL && attr->next != NULL; skip--)
		attr = attr->next;
	if (attr == NULL || draw(4) == 0)
		xmlSetProp(node,
		    (const xmlChar *)
			pair->names[draw((uint32_t)pair->name_count)],
		    (const xmlChar *)some_value());
	else if (draw(3) == 0)
		xmlRemoveProp(attr);
	else
		xmlSetNsProp(
		    node, attr->ns, attr->name, (const xmlChar *)some_value());
}

static void
mutate(struct pair *pair, xmlNode *root)
{
	static xmlNode *nodes[NODES_MAX];
	size_t count = gather_nodes(root, nodes, 0);
	xmlNode *node = nodes[draw((uint32_t)count)];
	xmlNode *other = nodes[draw((uint32_t)count)];
	const char *name = pair->names[draw((uint32_t)pair->name_count)];

	switch (draw(8)) {
	case 0:
		if (node != root) {
			xmlUnlinkNode(node);
			xmlFreeNode(node);
		}
		break;
	case 1:
		xmlAddNextSibling(
		    node == root ? other : node, xmlCopyNode(node, 1));
		break;
	case 2:
		if (node != root && node->next != NULL)
			xmlAddNextSibling(node->next, node);
		break;
	case 3:
		xmlNodeSetName(node, (const xmlChar *)name);
		break;
	case 4:
		xmlNewTextChild(node, root->ns, (const xmlChar *)name, NULL);
		break;
	case 5:
		if (xml_child(node, NULL, NULL) == NULL || draw(10) == 0)
			set_text(node, some_value());
		break;
	default:
		mutate_attribute(pair, node);
	}
}

/* The subtree, and then copies of it with a few mutations each. */
static void
compare_with_mutations(struct pair *pair, xmlNode *node, const char *what)
{
	compare(pair, node, what);
	for (int i = 0; i < MUTATIONS; i++) {
		xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
		xmlNode *root = xmlDocCopyNode(node, doc, 1);

		xmlDocSetRootElement(doc, root);
		for (uint32_t left = draw(3) + 1; left > 0; left--)
			mutate(pair, xmlDocGetRootElement(doc));
		compare(pair, xmlDocGetRootElement(doc), what);
		xmlFreeDoc(doc);
	}
}

/* Whether this value of this element was swept already; notes that it is. */
static bool
swept(const struct pair *pair, const xmlNode *node, const xmlAttr *attr)
{
	char key[512];

	snprintf(key, sizeof(key), "%s %s %s@%s", pair->ns,
	    node->parent == NULL ? "" : xml_name(node->parent), xml_name(node),
	    attr == NULL ? "" : (const char *)attr->name);
	return map_put(seen, key, key_value) != NULL;
}

/* Every value in every place where the samples have one. */
static void
sweep(struct pair *pair, xmlNode *top, const char *what)
{
	static xmlNode *nodes[NODES_MAX];
	xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
	xmlNode *root = xmlDocCopyNode(top, doc, 1);
	size_t count;
	xmlChar *before;

	xmlDocSetRootElement(doc, root);
	count = gather_nodes(root, nodes, 0);
	for (size_t k = 0; k < count; k++) {
		xmlNode *node = nodes[k];

		for (xmlAttr *a = node->properties; a != NULL; a = a->next) {
			if (swept(pair, node, a))
				continue;
			before = xmlNodeGetContent((xmlNode *)a);
			for (size_t i = 0; i < VALUES + LENGTHS; i++) {
				set_text((xmlNode *)a, value_at(i));
				compare(pair, root, what);
			}
			set_text((xmlNode *)a, (const char *)before);
			xmlFree(before);
		}
		if (xml_child(node, NULL, NULL) != NULL
		    || swept(pair, node, NULL))
			continue;
		before = xmlNodeGetContent(node);
		for (size_t i = 0; i < VALUES + LENGTHS; i++) {
			set_text(node, value_at(i));
			compare(pair, root, what);
		}
		set_text(node, (const char *)before);
		xmlFree(before);
	}
	xmlFreeDoc(doc);
}

static struct pair *
pair_of(const char *ns)
{
	for (size_t i = 0; i < PAIRS; i++)
		if (strcmp(pairs[i].ns, ns) == 0)
			return &pairs[i];
	return NULL;
}

static void
compare_tree(xmlNode *node, const char *above, const char *path)
{
	struct pair *pair = pair_of(xml_ns(node));

	if (pair != NULL && strcmp(xml_ns(node), above) != 0) {
		sample_count++;
		compare_with_mutations(pair, node, path);
		if (verdict(pair->valid, node))
			sweep(pair, node, path);
	}
	for (xmlNode *child = xml_child(node, NULL, NULL); child != NULL;
	     child = xml_next(child, NULL, NULL))
		compare_tree(child, xml_ns(node), path);
}

static int
compare_file(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	size_t n = strlen(path);
	struct err err = { 0 };
	struct xml_doc *doc;
	struct buf buf;

	(void)st;
	(void)ftw;
	if (flag != FTW_F || n < 4 || strcmp(path + n - 4, ".xml") != 0)
		return 0;
	buf_init(&buf, 0);
	assert_int_equal(file_read(path, 10 << 20, &buf, &err), 0);
	if (xml_doc_parse(buf.data, buf.bytes, NULL, &doc, &err) == 0) {
		compare_tree(xml_doc_root(doc), "", path);
		xml_doc_free(doc);
	}
	buf_release(&buf);
	return 0;
}

static void
verdicts_agree_on_samples_mutations_and_boundaries(void **state)
{
	static const char *const folders[] = { "smev/vectors", ZAGS };
	char path[2048];

	(void)state;
	if (access(shared, R_OK) == -1) {
		print_message("no published schemas in %s: skipped\n", shared);
		skip();
	}
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", shared, folders[i]);
		assert_int_equal(nftw(path, compare_file, 16, FTW_PHYS), 0);
	}
	/* Of this service none were published: ours. */
	assert_int_equal(nftw(SOURCE_DIR "/test/golden/adapter-service",
			     compare_file, 16, FTW_PHYS),
	    0);
	print_message("%ld samples, %ld compared, %ld valid\n", sample_count,
	    compared, valid_count);
	assert_int_equal(differ_count, 0);
	assert_true(sample_count > 30);
	assert_true(valid_count > 100 && compared - valid_count > 100);
}

/* Samples lack many elements; documents grown from a bare root have them. */
static void
verdicts_agree_on_documents_grown_from_nothing(void **state)
{
	(void)state;
	if (access(shared, R_OK) == -1)
		skip();
	differ_count = 0;
	for (size_t i = 0; i < PAIRS; i++)
		for (size_t k = 0; k < pairs[i].name_count; k++) {
			xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
			xmlNode *root = xmlNewNode(
			    NULL, (const xmlChar *)pairs[i].names[k]);

			xmlSetNs(root,
			    xmlNewNs(root, (const xmlChar *)pairs[i].ns, NULL));
			xmlDocSetRootElement(doc, root);
			compare_with_mutations(&pairs[i], root, files[i].ours);
			xmlFreeDoc(doc);
		}
	assert_int_equal(differ_count, 0);
}

static void
release_pairs(void)
{
	for (size_t i = 0; i < PAIRS; i++) {
		for (size_t k = 0; k < pairs[i].name_count; k++)
			xmlFree(pairs[i].names[k]);
		xsd_compiled_release(&pairs[i].ours);
		xmlSchemaFreeValidCtxt(pairs[i].valid);
		xmlSchemaFree(pairs[i].schema);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    verdicts_agree_on_samples_mutations_and_boundaries),
		cmocka_unit_test(
		    verdicts_agree_on_documents_grown_from_nothing),
	};
	const char *folder = getenv("KONTINGENT_SHARED");
	int failed;

	snprintf(shared, sizeof(shared), "%s",
	    folder == NULL ? SOURCE_DIR "/../shared" : folder);
	seen = map_new();
	xmlInitParser();
	file_loader = xmlGetExternalEntityLoader();
	if (access(shared, R_OK) == 0)
		for (size_t i = 0; i < PAIRS; i++)
			load_pair(i);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (access(shared, R_OK) == 0)
		release_pairs();
	map_free(seen, NULL);
	return failed;
}
