/*
 * tools/smevemu/emu_wire_shape.h - which elements an envelope may have, in
 * which order: the published schemas as a table.
 *
 * 1.2 demands ReferenceMessageID and TransactionCode in its schema and not in
 * life; here they are optional.  Source: smev PROTOCOL 4, 5 and 15.
 */
#ifndef SMEVEMU_EMU_WIRE_SHAPE_H
#define SMEVEMU_EMU_WIRE_SHAPE_H

#include <libxml/tree.h>

#include "tools/smevemu/emu_wire.h"

struct emu_remarks;

/*
 * Check the element of a call, of operation op, and all envelope elements
 * below it; each thing that is wrong is a remark.
 */
void emu_shape_check(enum emu_op op, const xmlNode *element,
    enum emu_version version, struct emu_remarks *remarks);

#endif
