/*
 * tools/smevemu/emu_remark.h - all that is wrong with one envelope, in words
 * for whoever made it.
 */
#ifndef SMEVEMU_EMU_REMARK_H
#define SMEVEMU_EMU_REMARK_H

#include <stddef.h>

#include <libxml/tree.h>

struct arena;
struct buf;
struct emu_call;
struct err;
struct xsd_registry;

#define EMU_REMARKS_MAX 50 /* more are counted, not kept */

struct emu_remark {
	struct emu_remark *next;
	long line; /* in the envelope as it came; 0: of no line */
	const char *text;
};

struct emu_remarks {
	struct arena *arena; /* of the texts */
	struct emu_remark *first, **end;
	size_t count; /* made, kept or not */
};

/* None yet; what is added lives in arena. */
void emu_remarks_init(struct emu_remarks *remarks, struct arena *arena);
/* Add one that is about node; NULL: about none in particular. */
void emu_remark(struct emu_remarks *remarks, const xmlNode *node,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/*
 * Add what the schema of node finds wrong with it.
 *
 * Returns 0 nothing, 1 something, -1 no such schema.
 */
int emu_remark_schema(struct emu_remarks *remarks,
    const struct xsd_registry *schemas, xmlNode *node);
/* Append them as lines "строка 12: ...". */
void emu_remarks_text(const struct emu_remarks *remarks, struct buf *out);

#endif
