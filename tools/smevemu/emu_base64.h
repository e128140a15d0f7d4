/*
 * tools/smevemu/emu_base64.h - base64 of envelopes to octets and back.
 */
#ifndef SMEVEMU_EMU_BASE64_H
#define SMEVEMU_EMU_BASE64_H

#include <stddef.h>

struct arena;

/*
 * The octets of text, which may be wrapped, in arena; NULL: it is no base64.
 */
unsigned char *
emu_base64_decode(const char *text, struct arena *arena, size_t *ret_bytes);
/* bytes at p as one line. */
char *emu_base64_encode(const void *p, size_t bytes, struct arena *arena);

#endif
