/*
 * tools/smevemu/emu_wire.h - the words of SMEV's envelopes: operations and
 * namespaces.  Source: smev PROTOCOL 3 and 4.
 */
#ifndef SMEVEMU_EMU_WIRE_H
#define SMEVEMU_EMU_WIRE_H

#include "tools/smevemu/emu.h"

#define EMU_NS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define EMU_NS_DS   "http://www.w3.org/2000/09/xmldsig#"
#define EMU_NS_XOP  "http://www.w3.org/2004/08/xop/include"

enum emu_op {
	EMU_SEND_REQUEST,
	EMU_SEND_RESPONSE,
	EMU_GET_REQUEST,
	EMU_GET_RESPONSE,
	EMU_ACK,
	EMU_GET_STATUS,
	EMU_GET_STATISTICS,
	EMU_OPS
};

enum emu_ns {
	EMU_NS_TYPES,
	EMU_NS_BASIC,
	EMU_NS_FAULTS,
	EMU_NS_ROUTING,
	EMU_NS_DIRECTIVE, /* of business data, not of the envelope */
};

/* The namespace of version; routing and directive exist in 1.3 only. */
const char *emu_ns(enum emu_ns which, enum emu_version version);
/* Which of types, basic, faults or routing uri is; -1 none of them. */
int emu_ns_find(const char *uri, enum emu_version *ret_version);
/* "SendRequest"; the element is this and "Request" or "Response". */
const char *emu_op_name(enum emu_op op);
/* By its name; -1 unknown. */
int emu_op_find(const char *name);

#endif
