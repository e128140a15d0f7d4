/*
 * tools/smevemu/emu_check.h - one saved envelope looked at from all sides,
 * without a server: form, order, Ids, schema, signatures, attachments.
 *
 * Where a call stops at the first thing that is wrong, as SMEV does, this goes
 * on and says all of them.
 */
#ifndef SMEVEMU_EMU_CHECK_H
#define SMEVEMU_EMU_CHECK_H

#include <stddef.h>

struct buf;
struct emu;
struct emu_remarks;

/*
 * Look at bytes at p: an envelope, or a multipart message with one, or either
 * with HTTP headers before it; a call or an answer.  Participants, types and
 * schemas are those of emu, which may have none.  Lines about what it is are
 * appended to *notes, what is wrong to *remarks.
 */
void emu_check(const struct emu *emu, const void *p, size_t bytes,
    struct emu_remarks *remarks, struct buf *notes);

#endif
