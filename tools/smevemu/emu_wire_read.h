/*
 * tools/smevemu/emu_wire_read.h - a call of a participant: from the envelope
 * to its parts.  Knows the form only, not who may do what.
 */
#ifndef SMEVEMU_EMU_WIRE_READ_H
#define SMEVEMU_EMU_WIRE_READ_H

#include <libxml/tree.h>

#include "tools/smevemu/emu_wire.h"

struct arena;
struct buf;
struct emu_remarks;
struct err;

/* Strings and nodes live as long as the document and the arena. */
struct emu_call {
	enum emu_op op;
	enum emu_version version;
	xmlNode *covered; /* what the caller's signature has to cover */
	xmlNode *signature; /* ds:Signature; NULL there is none */
	xmlNode *attachments; /* AttachmentContentList, or NULL */
	xmlNode *routing; /* Routing, or NULL */
	xmlNode *content; /* the business root, or NULL */
	const char *ns, *name; /* of content or of the selector, or NULL */
	const char *id; /* MessageID, or what is confirmed */
	const char *reference_id, *transaction, *node, *to; /* or NULL */
	const char *answer; /* SendResponse: "data", "rejected", "status" */
	int64_t eol_ms; /* 0 none */
	bool test, accepted;
};

/*
 * Which operation the envelope at root calls: the first child of soap:Body.
 * *ret_call has op and version only.
 *
 * Errors: ERR_REFUSE EMU_SOAP no envelope or body, EMU_CONTENT no such call.
 */
int emu_wire_open(const xmlNode *root, struct emu_call *ret_call,
    xmlNode **ret_element, struct err *err);
/*
 * Fill the rest of *call from element; all that is wrong with its form is in
 * *remarks, whose arena the call lives in too.
 *
 * Errors: ERR_REFUSE EMU_CONTENT against the schema of the envelope,
 * EMU_ATTACHMENT headers and contents don't belong together.
 */
int emu_wire_read(struct emu_call *call, xmlNode *element,
    struct emu_remarks *remarks, struct err *err);
/* Fill only the nodes of *call from element, as far as they are there. */
void emu_wire_parts(struct emu_call *call, const xmlNode *element);
/*
 * Append the subtree at node as XML that stands alone: all namespaces that
 * are in scope are declared on it.
 */
void emu_wire_copy(xmlNode *node, struct buf *out);
/*
 * xs:dateTime to milliseconds UTC; without a zone it is UTC.
 * Returns 0 with *ret_ms, or -1.
 */
int emu_wire_time(const char *text, int64_t *ret_ms);

#endif
