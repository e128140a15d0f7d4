#include "tools/sign_place.h"

#include <string.h>

#include <libxml/xmlsave.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define SMEV_TYPES \
	"urn://x-artefacts-smev-gov-ru/services/message-exchange/types/"

static bool
has_id(const xmlNode *node, const char *id)
{
	xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)"Id");
	bool same = value != NULL && strcmp((const char *)value, id) == 0;

	xmlFree(value);
	return same;
}

/* The next element below root with that Id, in order, after node. */
static xmlNode *
find_after(xmlNode *root, xmlNode *node, const char *id)
{
	for (;;) {
		if (node->children != NULL) {
			node = node->children;
		} else {
			while (node != root && node->next == NULL)
				node = node->parent;
			if (node == root)
				return NULL;
			node = node->next;
		}
		if (node->type == XML_ELEMENT_NODE && has_id(node, id))
			return node;
	}
}

xmlNode *
sign_find_id(xmlNode *root, const char *id)
{
	if (id[0] == '\0')
		return NULL;
	return has_id(root, id) ? root : find_after(root, root, id);
}

static bool
ends_with(const char *s, const char *end)
{
	size_t bytes = strlen(s), end_bytes = strlen(end);

	return bytes >= end_bytes && strcmp(s + bytes - end_bytes, end) == 0;
}

/* An element that waits for a signature: <x:SomeSignature/>. */
static bool
is_empty_wrapper(const xmlNode *node)
{
	return node != NULL && ends_with(xml_name(node), "Signature")
	    && xml_child(node, NULL, NULL) == NULL;
}

static bool
is_call(const xmlNode *node)
{
	return node != NULL && node->type == XML_ELEMENT_NODE
	    && str_begins(xml_ns(node), SMEV_TYPES)
	    && ends_with(xml_name(node), "Request");
}

/* The empty wrapper that belongs to element, or NULL. */
static xmlNode *
waiting_wrapper(xmlNode *element)
{
	xmlNode *next = xml_next(element, NULL, NULL);
	const xmlNode *parent = element->parent;

	if (is_empty_wrapper(next))
		return next;
	if (next != NULL
	    && str_equal(xml_name(next), "AttachmentContentList")) {
		next = xml_next(next, NULL, NULL);
		return is_empty_wrapper(next) ? next : NULL;
	}
	if (next == NULL && parent->type == XML_ELEMENT_NODE
	    && str_equal(xml_name(parent), "MessagePrimaryContent")) {
		next = xml_next(parent, NULL, NULL);
		return is_empty_wrapper(next) ? next : NULL;
	}
	return NULL;
}

int
sign_place_find(struct xml_doc *doc, const char *id, struct sign_place *ret,
    struct err *err)
{
	xmlNode *root = xml_doc_root(doc);
	xmlNode *element = sign_find_id(root, id), *next;
	struct sign_place place = { .element = element };

	if (element == NULL)
		return err_set(
		    err, ERR_REFUSE, "DSIG_NO_ID", "no element has that Id");
	if (find_after(root, element, id) != NULL)
		return err_set(err, ERR_REFUSE, "DSIG_DUP_ID",
		    "that Id stands on two elements");
	next = xml_next(element, NULL, NULL);
	if (element == root) {
		place.enveloped = true;
	} else if ((place.wrapper = waiting_wrapper(element)) != NULL) {
		/* filled below */
	} else if (is_call(element->parent)
	    && (next == NULL
		|| (str_equal(xml_name(next), "AttachmentContentList")
		    && xml_next(next, NULL, NULL) == NULL))) {
		place.after = next == NULL ? element : next;
	} else {
		return err_set(err, ERR_REFUSE, "DSIG_PLACE",
		    "no place for a signature beside that element");
	}
	*ret = place;
	return 0;
}

/* The parent that the ds:Signature goes into. */
static xmlNode *
holder(const struct sign_place *place)
{
	xmlNode *parent = place->element->parent, *made;

	if (place->enveloped)
		return place->element;
	if (place->wrapper != NULL) {
		/* White space there would be covered by nobody: drop it. */
		while (place->wrapper->children != NULL) {
			xmlNode *text = place->wrapper->children;

			xmlUnlinkNode(text);
			xmlFreeNode(text);
		}
		return place->wrapper;
	}
	made = xmlNewDocNode(parent->doc, parent->ns,
	    (const xmlChar *)"CallerInformationSystemSignature", NULL);
	return made == NULL ? NULL : xmlAddNextSibling(place->after, made);
}

static int
save(xmlDoc *doc, const char *original, struct buf *out, struct err *err)
{
	int options = XML_SAVE_AS_XML
	    | (str_begins(original, "<?xml") ? 0 : XML_SAVE_NO_DECL);
	xmlBuffer *text = xmlBufferCreate();
	xmlSaveCtxt *saver =
	    text == NULL ? NULL : xmlSaveToBuffer(text, "UTF-8", options);
	bool good = saver != NULL && xmlSaveDoc(saver, doc) != -1;

	if (saver != NULL)
		good = xmlSaveClose(saver) != -1 && good;
	if (good)
		buf_add(
		    out, xmlBufferContent(text), (size_t)xmlBufferLength(text));
	xmlBufferFree(text);
	if (!good)
		return err_set(err, ERR_REFUSE, "DSIG_PLACE",
		    "the signed document can't be written");
	return 0;
}

int
sign_place_put(struct xml_doc *doc, const struct sign_place *place,
    const char *signature, size_t bytes, const char *original, struct buf *out,
    struct err *err)
{
	xmlDoc *raw = xml_doc_raw(doc);
	xmlNode *parent = holder(place), *copy;
	struct xml_doc *made;

	if (xml_doc_parse(signature, bytes, NULL, &made, err) == -1)
		return -1;
	copy = xmlDocCopyNode(xml_doc_root(made), raw, 1);
	xml_doc_free(made);
	if (parent == NULL || copy == NULL || xmlAddChild(parent, copy) == NULL)
		return err_set(err, ERR_REFUSE, "DSIG_PLACE",
		    "the signature can't be put into the document");
	return save(raw, original, out, err);
}

void
sign_printable(char *dst, size_t room, const char *text)
{
	str_copy(dst, room, text[0] == '\0' ? "-" : text);
	for (char *p = dst; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7F)
			*p = '?';
}
