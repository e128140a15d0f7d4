#include "tools/smevemu/emu_remark.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/defect.h"
#include "base/err.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_registry.h"

void
emu_remarks_init(struct emu_remarks *remarks, struct arena *arena)
{
	memset(remarks, 0, sizeof(*remarks));
	remarks->arena = arena;
	remarks->end = &remarks->first;
}

static void
add(struct emu_remarks *remarks, long line, const char *text)
{
	struct emu_remark *remark;

	if (remarks->count++ >= EMU_REMARKS_MAX)
		return;
	remark = arena_alloc(remarks->arena, sizeof(*remark));
	remark->line = line;
	remark->text = text;
	*remarks->end = remark;
	remarks->end = &remark->next;
}

void
emu_remark(
    struct emu_remarks *remarks, const xmlNode *node, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) == -1)
		abort();
	va_end(args);
	add(remarks, node == NULL ? 0 : xml_node_line(node),
	    node == NULL ? arena_strdup(remarks->arena, text)
			 : arena_printf(remarks->arena, "%s: %s",
			     xml_path(node, remarks->arena), text));
	free(text);
}

/* Ids that validation has made known would be in the way of signatures. */
static void
forget_ids(xmlNode *node)
{
	xmlNode *child = node->children;

	for (xmlAttr *attr = node->properties; attr != NULL;
	     attr = attr->next) {
		if (attr->atype == XML_ATTRIBUTE_ID)
			xmlRemoveID(node->doc, attr);
	}
	for (; child != NULL; child = child->next) {
		if (child->type == XML_ELEMENT_NODE)
			forget_ids(child);
	}
}

int
emu_remark_schema(struct emu_remarks *remarks,
    const struct xsd_registry *schemas, xmlNode *node)
{
	static const char derived[] = "AsyncProcessingStatus/SmevFault/";
	struct defects defects;
	struct err err = { 0 };
	bool found = false;
	int rc;

	defects_init(&defects, remarks->arena);
	rc = xsd_validate(schemas, node, &defects, &err);
	forget_ids(node);
	for (size_t i = 0; i < defects.count; i++) {
		/* xsi:type names a type of faults, which types do not import */
		if (strstr(defects.items[i].path, derived) != NULL)
			continue;
		found = true;
		add(remarks, defects.items[i].line,
		    arena_printf(remarks->arena, "%s: %s",
			defects.items[i].path, defects.items[i].text));
	}
	return rc == 1 && !found ? 0 : rc;
}

void
emu_remarks_text(const struct emu_remarks *remarks, struct buf *out)
{
	const struct emu_remark *remark = remarks->first;

	for (; remark != NULL; remark = remark->next) {
		if (remark->line > 0)
			buf_addf(out, "строка %ld: ", remark->line);
		buf_addf(out, "%s\n", remark->text);
	}
	if (remarks->count > EMU_REMARKS_MAX)
		buf_addf(out, "и ещё %zu\n", remarks->count - EMU_REMARKS_MAX);
}
