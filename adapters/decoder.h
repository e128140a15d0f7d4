/*
 * adapters/decoder.h - what every decoder carries: where values go, which
 * record is being read, and how a fault is told.
 */
#ifndef ADAPTERS_DECODER_H
#define ADAPTERS_DECODER_H

#include <stdbool.h>

#include <libxml/tree.h>

#include "base/defect.h"

struct arena;
struct changeset;

struct decoder {
	struct arena *arena;
	struct changeset *change; /* defects go to it */
	long rec_no; /* of the record being read; 0: the packet */
};

/* Where in the packet a text stands. */
struct place {
	const xmlNode *node;
	const char *attribute; /* of node; NULL: its text */
	bool personal; /* the value is masked in a defect */
};

/*
 * Add a defect of the record being read.  value is what stands there, as
 * written, or NULL; text is one more sentence in Russian, or NULL.
 */
void decoder_fault(struct decoder *d, const struct place *at,
    enum defect_level level, const char *code, const char *value,
    const char *text);

#endif
