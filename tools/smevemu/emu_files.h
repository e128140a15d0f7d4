/*
 * tools/smevemu/emu_files.h - how much the files of a call may weigh: SMEV's
 * limit for a message, and the quota of the one who is to get them.
 *
 * Source: smev PROTOCOL 8 and 9.
 */
#ifndef SMEVEMU_EMU_FILES_H
#define SMEVEMU_EMU_FILES_H

#include <stddef.h>

#include "tools/smevemu/emu.h"

struct arena;
struct emu_call;
struct emu_facts;
struct err;

/* Bytes of all files that are inside call. */
size_t emu_files_bytes(const struct emu_call *call, struct arena *arena);
/*
 * Check file_bytes inside one message against the limit, and with those in the
 * store against the quota of to, which counts what waits for it and what it
 * has not confirmed; NULL: nobody's quota.  *facts tells how much it was.
 *
 * Errors: ERR_REFUSE EMU_ATTACHMENT_SIZE, EMU_QUOTA.
 */
int
emu_files_check(const struct emu *emu, size_t file_bytes, size_t stored_bytes,
    const struct emu_participant *to, struct emu_facts *facts, struct err *err);

#endif
