/*
 * adapters/zags/zags.h - what the pushes of the civil registry share: the
 * envelope of records, the head of an act, names and dates with absence
 * flags, documents, annulment, and the answer.
 *
 * Every act of a message is one record of the changeset, whose external key
 * is "kind/number" of the act: a later version of it is about the same person.
 */
#ifndef ADAPTERS_ZAGS_ZAGS_H
#define ADAPTERS_ZAGS_ZAGS_H

#include <stddef.h>

#include <libxml/tree.h>

#include "adapters/fieldmap.h"

struct arena;
struct buf;
struct changeset;
struct decoder;
struct document;
struct err;
struct record;
struct value;

/* One format of the registry. */
struct zags_format {
	const char *namespace_uri;
	const char *request; /* FATALOIVRequest: what holds the acts */
	const char *act; /* СведРегСмертОИВ: one of them */
	const char *kind; /* of the act: birth, death */
	const char *reply_kind; /* the adapter that encodes the answer */
	const char *response; /* zags:FATALOIVResponse */
	const char *code_ok, *code_bad; /* КодОбр */
	/* Fill person, documents and parties of *record from ПрдСведРег. */
	void (*read)(
	    struct decoder *d, const xmlNode *content, struct record *record);
};

/*
 * Read root, which is Request with a registry of records around the requests,
 * or a request itself.  An act that can't be read is a defect; a part of the
 * registry without a request too.
 *
 * Errors: ERR_REFUSE ZAGS_EMPTY there is no act at all in it.
 */
int zags_decode(const struct zags_format *format, const xmlNode *root,
    struct arena *arena, struct changeset **ret_change, struct err *err);

/*
 * Write the answer: ИдСвед is change->their_id byte for byte, КодОбр says
 * whether the first record's answer is "ok", and every other that there is.
 *
 * Errors: ERR_HOLD ZAGS_ANSWER there is no id or no answer to write.
 */
int zags_encode(const struct zags_format *format,
    const struct changeset *change, struct buf *out, struct err *err);

/*
 * A date that stands as <calendar>, as <document> with ПрДень, День, ПрМесяц,
 * Месяц and Год, or is denied by <absent>, all children of node.
 */
struct value zags_date(struct decoder *d, const xmlNode *node, enum form form,
    const char *calendar, const char *document, const char *absent);
/* УдЛичнФЛ of node as one document; *ret_count is 0 or 1. */
struct document *
zags_document(struct decoder *d, const xmlNode *node, size_t *ret_count);

#endif
