/*
 * Signatures of ours.  What is signed is parsed once, for the digest; the
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
#include "smev/smev_tree.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

struct smev_unsigned {
	const char *call; /* the caller's */
	size_t bytes;
	size_t offset; /* where the signature goes */
	struct dsig_prepared prepared;
};

/* A place for a signature: its empty wrapper, and what it signs. */
struct place {
	const char *wrapper, *close;
	xmlNode *(*element)(const xmlNode *call);
};

/*
 * The wrapper is the last thing in the call that looks like it: what follows
 * are tags and escaped text of ours, whatever the business content holds.
 */
static int
find_wrapper(const char *call, size_t bytes, const struct place *place,
    size_t *ret_offset)
{
	const size_t want = strlen(place->wrapper);

	for (size_t at = bytes; at >= want; at--) {
		if (memcmp(call + at - want, place->wrapper, want) == 0) {
			*ret_offset = at - strlen(place->close);
			return 0;
		}
	}
	return -1;
}

/* What the caller's signature covers, or NULL. */
static xmlNode *
caller_element(const xmlNode *call)
{
	static const char *const names[] = { "SenderProvidedRequestData",
		"SenderProvidedResponseData", "MessageTypeSelector",
		"AckTargetMessage", "Timestamp" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		xmlNode *node = smev_child(call, names[i]);

		if (node != NULL)
			return node;
	}
	return NULL;
}

static xmlNode *
routing_element(const xmlNode *call)
{
	return smev_child(smev_child(call, "Routing"), "RoutingInformation");
}

static const struct place caller_place = { SMEV_EMPTY_WRAPPER,
	SMEV_WRAPPER_CLOSE, caller_element };
static const struct place routing_place = { SMEV_ROUTING_WRAPPER,
	SMEV_ROUTING_CLOSE, routing_element };

/* The element in Body, or NULL. */
static const xmlNode *
call_element(const struct xml_doc *doc)
{
	const xmlNode *body =
	    xml_child(xml_doc_root(doc), SMEV_SOAP_NS, "Body");

	return body == NULL ? NULL : xml_only_child(body);
}

/* An Id of ours that stands in the business content too would make the
 * reference ambiguous, and SMEV would refuse it. */
static size_t
count_id(const xmlNode *node, const char *id, struct arena *arena)
{
	const char *has = xml_attr(node, "Id", arena);
	size_t count = has != NULL && strcmp(has, id) == 0;

	for (node = xml_child(node, NULL, NULL); node != NULL;
	     node = xml_next(node, NULL, NULL))
		count += count_id(node, id, arena);
	return count;
}

/* The digest over element of doc, which is found and unambiguous. */
static int
prepare_element(const struct xml_doc *doc, xmlNode *element, int algorithm,
    struct arena *arena, struct smev_unsigned *ret, struct err *err)
{
	const char *id = xml_attr(element, "Id", arena);

	if (id == NULL || count_id(xml_doc_root(doc), id, arena) != 1)
		return err_set(err, ERR_HOLD, "SMEV_UNSENDABLE",
		    "the Id of what is to be signed is missing or not unique");
	if (dsig_prepare(element, algorithm, false, arena, &ret->prepared, err)
	    == -1) {
		err->kind = ERR_HOLD; /* our own message: a person decides */
		return -1;
	}
	return 0;
}

/* As smev_sign_prepare(), at place; NULL: content alone, its root. */
static int
prepare(const char *xml, size_t bytes, const struct place *place, int algorithm,
    struct arena *arena, struct smev_unsigned **ret, struct err *err)
{
	struct smev_unsigned *mine = arena_alloc(arena, sizeof(*mine));
	struct xml_doc *doc = NULL;
	xmlNode *element;
	int rc = -1;

	mine->call = xml;
	mine->bytes = bytes;
	if (xml_doc_parse(xml, bytes, NULL, &doc, err) == -1) {
		err->kind = ERR_HOLD;
		goto out;
	}
	element = place == NULL ? xml_doc_root(doc)
				: place->element(call_element(doc));
	if (element == NULL
	    || (place != NULL
		&& find_wrapper(xml, bytes, place, &mine->offset) == -1)) {
		err_set(err, ERR_HOLD, "SMEV_UNSENDABLE",
		    "not an unsigned call of ours");
		goto out;
	}
	if (prepare_element(doc, element, algorithm, arena, mine, err) == -1)
		goto out;
	*ret = mine;
	rc = 0;
out:
	xml_doc_free(doc);
	return rc;
}

int
smev_sign_prepare(const char *call, size_t bytes, int algorithm,
    struct arena *arena, struct smev_unsigned **ret,
    const unsigned char **ret_digest, size_t *ret_digest_bytes, struct err *err)
{
	if (prepare(call, bytes, &caller_place, algorithm, arena, ret, err)
	    == -1)
		return -1;
	*ret_digest = (*ret)->prepared.digest;
	*ret_digest_bytes = (*ret)->prepared.digest_bytes;
	return 0;
}

int
smev_routing_prepare(const char *call, size_t bytes, int algorithm,
    struct arena *arena, struct smev_unsigned **ret,
    const unsigned char **ret_digest, size_t *ret_digest_bytes, struct err *err)
{
	if (prepare(call, bytes, &routing_place, algorithm, arena, ret, err)
	    == -1)
		return -1;
	*ret_digest = (*ret)->prepared.digest;
	*ret_digest_bytes = (*ret)->prepared.digest_bytes;
	return 0;
}

int
smev_personal_prepare(const char *content, size_t bytes, int algorithm,
    struct arena *arena, struct smev_unsigned **ret,
    const unsigned char **ret_digest, size_t *ret_digest_bytes, struct err *err)
{
	if (prepare(content, bytes, NULL, algorithm, arena, ret, err) == -1)
		return -1;
	*ret_digest = (*ret)->prepared.digest;
	*ret_digest_bytes = (*ret)->prepared.digest_bytes;
	return 0;
}

void
smev_personal_finish(const struct smev_unsigned *content,
    const unsigned char *value, size_t value_bytes, const char *cert_base64,
    struct buf *out)
{
	dsig_finish(&content->prepared, value, value_bytes, cert_base64, out);
}

void
smev_sign_finish(const struct smev_unsigned *call, const unsigned char *value,
    size_t value_bytes, const char *cert_base64, struct buf *out)
{
	buf_add(out, call->call, call->offset);
	dsig_finish(&call->prepared, value, value_bytes, cert_base64, out);
	buf_add(out, call->call + call->offset, call->bytes - call->offset);
}
