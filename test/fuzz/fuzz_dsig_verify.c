/*
 * Fuzz target: the verifier of signatures, over a whole document.  Whatever
 * the bytes say, nobody is trusted, and what is good was checked in full.
 */
#include "test/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"
#include "crypto/dsig.h"
#include "crypto/gost.h"
#include "crypto/trust.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

static xmlNode *
next_in_order(xmlNode *node)
{
	if (node->children != NULL)
		return node->children;
	while (node != NULL && node->next == NULL)
		node = node->parent;
	return node == NULL ? NULL : node->next;
}

/* Each signature against each element, within reason. */
static void
verify_all(struct xml_doc *doc, struct trust *trust)
{
	int left = 64;

	for (xmlNode *s = xml_doc_root(doc); s != NULL; s = next_in_order(s)) {
		if (!xml_is(s, NULL, "Signature"))
			continue;
		for (xmlNode *t = xml_doc_root(doc); t != NULL && left > 0;
		     t = next_in_order(t)) {
			struct dsig_verdict verdict = { 0 };
			struct err err = { 0 };

			if (t->type != XML_ELEMENT_NODE)
				continue;
			left--;
			if (dsig_verify(doc, s, t, trust, &verdict, &err) == 0
			    && verdict.trusted)
				abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct trust *trust;
	struct err err = { 0 };
	struct xml_doc *doc;

	if (trust == NULL) {
		if (gost_setup(NULL, &err) == -1 || dsig_setup(&err) == -1)
			abort();
		trust = trust_new();
	}
	if (xml_doc_parse(data, bytes, NULL, &doc, &err) == -1)
		return 0;
	verify_all(doc, trust);
	xml_doc_free(doc);
	return 0;
}
