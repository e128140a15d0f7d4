/*
 * tools/smevemu/emu_slice.h - digests of large files, a slice at a time, so
 * that whoever calls meanwhile does not wait.
 */
#ifndef SMEVEMU_EMU_SLICE_H
#define SMEVEMU_EMU_SLICE_H

#include <stdbool.h>
#include <stddef.h>

#include "crypto/gost.h"

struct emu;
struct emu_slices;

/* Told once: the digest, or NULL when the file could not be read. */
typedef void emu_slice_done(void *arg, const unsigned char *digest);

/*
 * Digest what fd has from its beginning to its end; fd is closed.  done comes
 * from emu_slice_step(), never from here.
 */
void emu_slice_add(struct emu *emu, int fd, enum gost_digest which,
    emu_slice_done *done, void *arg);
/* Read one slice.  Returns whether something is left to do. */
bool emu_slice_step(struct emu *emu);
/* Forget what waits, without a word. */
void emu_slices_free(struct emu_slices *slices); /* NULL is fine */

#endif
