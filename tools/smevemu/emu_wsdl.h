/*
 * tools/smevemu/emu_wsdl.h - the description of the service, for ?wsdl.
 */
#ifndef SMEVEMU_EMU_WSDL_H
#define SMEVEMU_EMU_WSDL_H

#include "tools/smevemu/emu.h"

struct buf;

/* Append the WSDL of version, whose service answers at location. */
void
emu_wsdl_write(enum emu_version version, const char *location, struct buf *out);

#endif
