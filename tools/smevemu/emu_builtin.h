/*
 * tools/smevemu/emu_builtin.h - participants that live inside the emulator:
 * ZAGS, which sends what it is told to and notes the answers, and the federal
 * segment, which answers each push of changes.
 */
#ifndef SMEVEMU_EMU_BUILTIN_H
#define SMEVEMU_EMU_BUILTIN_H

#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_compose.h"

/*
 * What the federal segment says about a record from now on: status "ok" (the
 * default), "error" or "duplicate", with code and text (NULL none); or
 * "reject": the whole push.  Status "ok" takes an earlier word back.
 *
 * Returns 0, or -1 for another status.
 */
int emu_builtin_verdict(struct emu *emu, const char *regional_number,
    const char *status, const char *code, const char *text);
/* Let each built-in participant take and answer what waits for it. */
void emu_builtin_run(struct emu *emu);

#endif
