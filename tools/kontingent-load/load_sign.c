#include "tools/kontingent-load/load_sign.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/dsig.h"
#include "crypto/keystore.h"
#include "xsd/xml_doc.h"

static const char end_tag[] = "</Packet>";

int
load_sign(const struct keypair *key, struct buf *xml, struct err *err)
{
	struct arena *arena = arena_new();
	struct xml_doc *doc = NULL;
	struct dsig_prepared prepared;
	unsigned char value[128];
	size_t value_bytes = sizeof(value);
	int rc = -1;

	assert(xml->bytes > strlen(end_tag));
	if (xml_doc_parse(xml->data, xml->bytes, NULL, &doc, err) == -1)
		goto out;
	if (dsig_prepare(xml_doc_root(doc), keypair_digest(key), true, arena,
		&prepared, err)
	    == -1)
		goto out;
	if (keypair_sign(key, prepared.digest, prepared.digest_bytes, value,
		&value_bytes, err)
	    == -1)
		goto out;
	xml->bytes -= strlen(end_tag);
	dsig_finish(
	    &prepared, value, value_bytes, keypair_cert_base64(key), xml);
	buf_adds(xml, end_tag);
	rc = 0;
out:
	xml_doc_free(doc);
	arena_free(arena);
	return rc;
}
