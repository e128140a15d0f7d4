#include "adapters/decoder.h"

#include "base/arena.h"
#include "base/str.h"
#include "model/changeset.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define VALUE_ROOM 64

void
decoder_fault(struct decoder *d, const struct place *at,
    enum defect_level level, const char *code, const char *value,
    const char *text)
{
	struct defect defect = { level, code, d->rec_no, 0, NULL, NULL, text };
	char shown[VALUE_ROOM] = "";

	/* A path costs a walk over siblings: only for what is kept. */
	if (d->change->defects.count < DEFECTS_MAX) {
		defect.line = xml_node_line(at->node);
		defect.path = xml_path(at->node, d->arena);
		if (at->attribute != NULL)
			defect.path = arena_printf(
			    d->arena, "%s/@%s", defect.path, at->attribute);
		if (value != NULL && at->personal)
			str_mask(shown, sizeof(shown), value);
		else if (value != NULL)
			str_copy(shown, sizeof(shown), value);
		defect.value = shown;
	}
	defects_add(&d->change->defects, &defect);
}
