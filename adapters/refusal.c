#include "adapters/refusal.h"

#include "base/codes.h"

void
refusal_mark(xmlNode *element, const char *code)
{
	const struct code *row = code_find(code);

	/* A row's own text lives for ever. */
	element->_private =
	    (void *)(uintptr_t)(row == NULL ? "SMEV_RECORD" : row->code);
}

const char *
refusal_of(const xmlNode *element)
{
	return element->_private;
}
