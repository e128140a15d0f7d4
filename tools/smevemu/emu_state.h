/*
 * tools/smevemu/emu_state.h - everything the emulator knows, as JSON.
 *
 * Fields are only ever added.  smevemu(8) lists them.
 */
#ifndef SMEVEMU_EMU_STATE_H
#define SMEVEMU_EMU_STATE_H

#include "tools/smevemu/emu.h"

struct buf;

/* Append the dump; messages false: without the list of messages. */
void emu_state_write(const struct emu *emu, bool messages, struct buf *out);
/* Append text as a JSON string, with its quotes; NULL is null. */
void emu_state_string(const char *text, struct buf *out);
/* "client", "zags" or "federal". */
const char *emu_role_name(enum emu_role role);

#endif
