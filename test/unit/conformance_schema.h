/*
 * test/unit/conformance_schema.h - the schemas and service descriptions that
 * SMEV's operator published, where they are.
 */
#ifndef TEST_UNIT_CONFORMANCE_SCHEMA_H
#define TEST_UNIT_CONFORMANCE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "smev/smev.h"

struct arena;

/* Before xml_doc_setup(), which forbids files to the parser. */
void schema_setup(void);
void schema_drop(void);
/* Whether the published schemas are there. */
bool schema_there(void);
/*
 * Validate the call in the envelope xml by each published schema of version;
 * a call that is not valid fails the test.
 *
 * Returns how many there were.
 */
unsigned schema_valid(enum smev_version version, const char *xml, size_t bytes);
/*
 * Fault elements that the WSDL of version declares for op, one after the
 * other.  Returns how many; *ret_names lives in arena.
 */
size_t schema_faults(enum smev_version version, enum smev_op op,
    struct arena *arena, const char ***ret_names);

#endif
