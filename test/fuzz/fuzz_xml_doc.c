/*
 * Fuzz target: the hardened parse, and the reader over what it gives.
 */
#include "test/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

static const struct xml_limits limits = {
	.body_bytes = 1 << 20,
	.depth = 16,
	.elements = 500,
	.attributes = 20,
	.name_bytes = 40,
	.text_bytes = 4000,
};

/* Read all that a decoder could; check what the limits promise. */
static void
read_tree(const xmlNode *node, int depth, struct arena *arena)
{
	if (depth > limits.depth || strlen(xml_name(node)) > limits.name_bytes
	    || strlen(xml_text(node, arena)) > 4 * limits.text_bytes
	    || xml_node_line(node) < 1 || *xml_path(node, arena) == '\0')
		abort();
	(void)xml_attr(node, "Id", arena);
	(void)xml_nil(node);
	(void)xml_only_child(node);
	for (const xmlNode *child = xml_child(node, NULL, NULL); child != NULL;
	     child = xml_next(child, NULL, NULL))
		read_tree(child, depth + 1, arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static bool ready;
	struct err err = { 0 };
	struct xml_doc *doc;
	struct arena *arena;

	if (!ready)
		xml_doc_setup();
	ready = true;
	if (xml_doc_parse(data, bytes, &limits, &doc, &err) == -1) {
		if (err.kind != ERR_REFUSE || *err.text == '\0')
			abort();
		return 0;
	}
	if (xml_doc_raw(doc)->intSubset != NULL)
		abort();
	arena = arena_new();
	read_tree(xml_doc_root(doc), 1, arena);
	arena_free(arena);
	xml_doc_free(doc);
	return 0;
}
