/*
 * tools/smevemu/emu_page.h - what a person sees at /: participants, queues,
 * the latest messages and the faults in force.
 */
#ifndef SMEVEMU_EMU_PAGE_H
#define SMEVEMU_EMU_PAGE_H

#include "tools/smevemu/emu.h"

struct buf;

/* Append the HTML page. */
void emu_page_write(const struct emu *emu, struct buf *out);

#endif
