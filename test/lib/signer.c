#include "test/lib/signer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/dsig.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "test/lib/keys.h"
#include "xsd/xml_doc.h"

#define MARK "@SIGNATURE@"

static void
must(int rc, const struct err *err)
{
	if (rc == -1) {
		(void)fprintf(stderr, "signer: %s\n", err->text);
		exit(99);
	}
}

void
signer_setup(void)
{
	struct err err;

	keys_setup();
	must(dsig_setup(&err), &err);
}

struct keypair *
signer_key(const char *name)
{
	struct keypair *pair;
	struct err err;
	char key[64], cert[64];

	(void)snprintf(key, sizeof(key), "%s.key", name);
	(void)snprintf(cert, sizeof(cert), "%s.pem", name);
	must(keypair_load(keys_path(key), keys_path(cert), &pair, &err), &err);
	return pair;
}

struct trust *
signer_trust(void)
{
	struct trust *trust = trust_new();
	struct err err;

	must(trust_add_ca(trust, keys_path("ca.pem"), &err), &err);
	return trust;
}

static xmlNode *
find(xmlNode *node, const char *name, const char *id)
{
	for (; node != NULL; node = node->next) {
		xmlChar *value;
		xmlNode *below;
		bool hit;

		if (node->type != XML_ELEMENT_NODE)
			continue;
		value = xmlGetNoNsProp(node, (const xmlChar *)"Id");
		hit = name != NULL
		    ? strcmp((const char *)node->name, name) == 0
		    : value != NULL && strcmp((const char *)value, id) == 0;
		xmlFree(value);
		if (hit)
			return node;
		below = find(node->children, name, id);
		if (below != NULL)
			return below;
	}
	return NULL;
}

xmlNode *
find_element(xmlNode *node, const char *name)
{
	return find(node, name, NULL);
}

xmlNode *
find_id(xmlNode *node, const char *id)
{
	return find(node, NULL, id);
}

void
sign_text(const char *xml, const char *id, bool enveloped,
    const struct keypair *key, struct buf *out)
{
	const char *mark = strstr(xml, MARK);
	struct arena *arena = arena_new();
	struct dsig_prepared prepared;
	unsigned char value[GOST_SIGNATURE_MAX];
	size_t value_bytes = sizeof(value);
	struct xml_doc *doc;
	struct buf bare;
	struct err err;

	buf_init(&bare, 0);
	buf_add(&bare, xml, (size_t)(mark - xml));
	buf_adds(&bare, mark + strlen(MARK));
	must(xml_doc_parse(bare.data, bare.bytes, NULL, &doc, &err), &err);
	must(dsig_prepare(find_id(xml_doc_root(doc), id), keypair_digest(key),
		 enveloped, arena, &prepared, &err),
	    &err);
	must(keypair_sign(key, prepared.digest, prepared.digest_bytes, value,
		 &value_bytes, &err),
	    &err);
	buf_add(out, xml, (size_t)(mark - xml));
	dsig_finish(
	    &prepared, value, value_bytes, keypair_cert_base64(key), out);
	buf_adds(out, mark + strlen(MARK));
	xml_doc_free(doc);
	buf_release(&bare);
	arena_free(arena);
}
