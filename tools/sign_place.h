/*
 * tools/sign_place.h - where smevsign(1) puts a signature.
 */
#ifndef TOOLS_SIGN_PLACE_H
#define TOOLS_SIGN_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

struct buf;
struct err;
struct xml_doc;

struct sign_place {
	xmlNode *element; /* to be signed */
	bool enveloped; /* the signature becomes its last child */
	xmlNode *wrapper; /* an empty *Signature to be filled, or NULL */
	xmlNode *after; /* else put a new wrapper after this one */
};

/*
 * Find the element whose Id is id and the place of its signature: the empty
 * *Signature element that follows it (or follows MessagePrimaryContent around
 * it); a new CallerInformationSystemSignature when it lies in a *Request of
 * SMEV, after an AttachmentContentList; in the root itself when it is that.
 *
 * Errors: ERR_REFUSE DSIG_NO_ID, DSIG_DUP_ID, DSIG_PLACE.
 */
int sign_place_find(struct xml_doc *doc, const char *id, struct sign_place *ret,
    struct err *err);
/*
 * Put signature, a ds:Signature as text, there and append the whole document
 * to *out; original is the text it was parsed from.
 */
int sign_place_put(struct xml_doc *doc, const struct sign_place *place,
    const char *signature, size_t bytes, const char *original, struct buf *out,
    struct err *err);

/* The first element below or at root with that Id, or NULL; "" finds none. */
xmlNode *sign_find_id(xmlNode *root, const char *id);
/* text as one word of a line: "-" for "", other than graphic ASCII and UTF-8
 * letters becomes '?'. */
void sign_printable(char *dst, size_t room, const char *text);

#endif
