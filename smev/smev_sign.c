/*
 * The caller's signature (ЭП-ОВ).  The call is parsed once, for the digest; the
 * ds:Signature is then put into the bytes as they are, and nothing is
 * serialised again, so what was digested is what is sent.
 */
#include "smev/smev_sign.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/dsig.h"
#include "smev/smev_codec.h"
#include "smev/smev_names.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

struct smev_unsigned {
	const char *call; /* the caller's */
	size_t bytes;
	size_t offset; /* where the signature goes */
	struct dsig_prepared prepared;
};

/*
 * The wrapper is the last thing in the call that looks like it: what follows
 * are closing tags only, whatever the business content holds.
 */
static int
find_wrapper(const char *call, size_t bytes, size_t *ret_offset)
{
	const size_t want = strlen(SMEV_EMPTY_WRAPPER);

	for (size_t at = bytes; at >= want; at--) {
		if (memcmp(call + at - want, SMEV_EMPTY_WRAPPER, want) == 0) {
			*ret_offset = at - strlen(SMEV_WRAPPER_CLOSE);
			return 0;
		}
	}
	return -1;
}

static xmlNode *
signed_element(const struct xml_doc *doc)
{
	static const char *const names[] = { "SenderProvidedRequestData",
		"SenderProvidedResponseData", "MessageTypeSelector",
		"AckTargetMessage", "Timestamp" };
	xmlNode *body = xml_child(xml_doc_root(doc), SMEV_SOAP_NS, "Body");
	xmlNode *call = body == NULL ? NULL : xml_only_child(body);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		xmlNode *node =
		    call == NULL ? NULL : xml_child(call, NULL, names[i]);

		if (node != NULL)
			return node;
	}
	return NULL;
}

/* An Id of ours that stands in the business content too would make the
 * reference ambiguous, and SMEV would refuse it. */
static size_t
count_id(const xmlNode *node, const char *id, struct arena *arena)
{
	size_t count = 0;

	for (node = node->children; node != NULL; node = node->next) {
		const char *has;

		if (node->type != XML_ELEMENT_NODE)
			continue;
		has = xml_attr(node, "Id", arena);
		count += has != NULL && strcmp(has, id) == 0;
		count += count_id(node, id, arena);
	}
	return count;
}

int
smev_sign_prepare(const char *call, size_t bytes, int algorithm,
    struct arena *arena, struct smev_unsigned **ret,
    const unsigned char **ret_digest, size_t *ret_digest_bytes, struct err *err)
{
	struct smev_unsigned *mine = arena_alloc(arena, sizeof(*mine));
	struct xml_doc *doc = NULL;
	xmlNode *element;
	const char *id;
	int rc = -1;

	mine->call = call;
	mine->bytes = bytes;
	if (xml_doc_parse(call, bytes, NULL, &doc, err) == -1) {
		err->kind = ERR_HOLD; /* our own message: a person decides */
		goto out;
	}
	element = signed_element(doc);
	if (element == NULL || find_wrapper(call, bytes, &mine->offset) == -1) {
		err_set(err, ERR_HOLD, "SMEV_UNSENDABLE",
		    "not an unsigned call of ours");
		goto out;
	}
	id = xml_attr(element, "Id", arena);
	if (id == NULL || count_id(xml_doc_root(doc), id, arena) != 1) {
		err_set(err, ERR_HOLD, "SMEV_UNSENDABLE",
		    "Id %s of the envelope stands in the content too",
		    id == NULL ? "" : id);
		goto out;
	}
	if (dsig_prepare(element, algorithm, false, arena, &mine->prepared, err)
	    == -1) {
		err->kind = ERR_HOLD;
		goto out;
	}
	*ret = mine;
	*ret_digest = mine->prepared.digest;
	*ret_digest_bytes = mine->prepared.digest_bytes;
	rc = 0;
out:
	xml_doc_free(doc);
	return rc;
}

void
smev_sign_finish(const struct smev_unsigned *call, const unsigned char *value,
    size_t value_bytes, const char *cert_base64, struct buf *out)
{
	buf_add(out, call->call, call->offset);
	dsig_finish(&call->prepared, value, value_bytes, cert_base64, out);
	buf_add(out, call->call + call->offset, call->bytes - call->offset);
}
