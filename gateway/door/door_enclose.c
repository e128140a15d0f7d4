/* Runs in an opener. */
#include "gateway/door/door_enclose.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/cms.h"
#include "gateway/door/door_job.h"
#include "gateway/door/door_text.h"
#include "smev/smev_base64.h"
#include "xsd/xml_read.h"

static const char *
text(const xmlNode *node, const char *name, struct arena *arena)
{
	const char *found = xml_child_text(node, DOOR_NS, name, arena);

	return found == NULL ? "" : found;
}

/* What the signature says by itself; the file is compared with it later. */
static int
read_signature(const char *base64, struct arena *arena, struct door_file *ret,
    struct err *err)
{
	struct cms_verdict verdict;
	struct cms *cms = NULL;
	const unsigned char *digest;
	char hex[2 * GOST_DIGEST_MAX + 1];
	size_t der_bytes, bytes, line;
	void *der = smev_unbase64(base64, strlen(base64), arena, &der_bytes);

	if (der == NULL)
		return err_set(err, ERR_REFUSE, "CMS_FORM", "не base64");
	if (cms_read(der, der_bytes, &cms, err) == -1)
		return -1;
	cms_check(cms, NULL, NULL, &verdict);
	digest = cms_message_digest(cms, &bytes);
	str_hex(hex, digest, bytes);
	ret->digest = arena_strdup(arena, hex);
	ret->by_512 = cms_digest(cms) == GOST_STREEBOG_512;
	ret->signer = arena_strdup(arena, verdict.fingerprint);
	cms_free(cms);
	if (!verdict.value_ok)
		return err_set(err, ERR_REFUSE, "CMS_VALUE", "%s", "");
	/* On one line, whatever lines it came in. */
	ret->signature = smev_base64(der, der_bytes, arena, &line);
	return 0;
}

static int
read_one(const xmlNode *header, struct arena *arena, struct door_file *ret,
    struct err *err)
{
	const char *signature = text(header, "SignaturePKCS7", arena);

	*ret = (struct door_file){ .path = text(header, "filePath", arena),
		.reference =
		    strcmp(text(header, "TransferMethod", arena), "REFERENCE")
		    == 0,
		.signature = "",
		.signer = "",
		.digest = "" };
	if (*ret->path == '\0')
		return err_set(
		    err, ERR_REFUSE, "DOOR_FILE_PATH", "пустой filePath");
	if (*signature == '\0')
		return 0;
	return read_signature(signature, arena, ret, err);
}

int
door_enclose(const xmlNode *list, struct arena *arena, struct door_call *ret,
    struct err *err)
{
	const xmlNode *n =
	    list == NULL ? NULL : xml_child(list, DOOR_NS, "AttachmentHeader");
	struct door_file *files =
	    arena_alloc(arena, DOOR_FILES_MAX * sizeof(*files));
	size_t count = 0;

	for (; n != NULL; n = xml_next(n, DOOR_NS, "AttachmentHeader")) {
		if (count == DOOR_FILES_MAX)
			return err_set(err, ERR_REFUSE, "PKT_XML_LIMIT",
			    "больше %d вложений", DOOR_FILES_MAX);
		if (read_one(n, arena, &files[count++], err) == -1)
			return -1;
	}
	ret->files = files;
	ret->file_count = count;
	return 0;
}

/* Id and TransferMethod of an AttachmentHeader. */
static bool
unpublished(const xmlNode *node)
{
	return node->type == XML_ELEMENT_NODE && node->parent != NULL
	    && (xml_is(node, DOOR_NS, "Id")
		|| xml_is(node, DOOR_NS, "TransferMethod"))
	    && xml_is(node->parent, DOOR_NS, "AttachmentHeader");
}

/* The next node in document order that is below root; content of a business
 * message is not ours to look into. */
static xmlNode *
next_node(xmlNode *node, const xmlNode *root)
{
	if (node->children != NULL
	    && !(node->type == XML_ELEMENT_NODE
		&& xml_is(node, DOOR_NS, "MessagePrimaryContent")))
		return node->children;
	while (node != root && node->next == NULL)
		node = node->parent;
	return node == root ? NULL : node->next;
}

static xmlNode *
find_unpublished(xmlNode *root)
{
	xmlNode *node = root;

	while (node != NULL && !unpublished(node))
		node = next_node(node, root);
	return node;
}

xmlDoc *
door_enclose_published(const xmlNode *call)
{
	xmlNode *root = (xmlNode *)(uintptr_t)call, *node;
	xmlDoc *doc;

	if (find_unpublished(root) == NULL)
		return NULL;
	doc = xmlNewDoc((const xmlChar *)"1.0");
	root = xmlDocCopyNode(root, doc, 1);
	(void)xmlDocSetRootElement(doc, root);
	while ((node = find_unpublished(root)) != NULL) {
		xmlUnlinkNode(node);
		xmlFreeNode(node);
	}
	return doc;
}
