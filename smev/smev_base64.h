/*
 * smev/smev_base64.h - base64 as one line, and back from any lines.
 */
#ifndef SMEV_SMEV_BASE64_H
#define SMEV_SMEV_BASE64_H

#include <stddef.h>

struct arena;

/* NUL-terminated, in arena; *ret_bytes without the NUL. */
char *smev_base64(
    const void *p, size_t bytes, struct arena *arena, size_t *ret_bytes);
/*
 * Decode text of bytes, white space ignored.  Returns memory of arena with
 * *ret_bytes, or NULL: not base64.
 */
void *smev_unbase64(
    const char *text, size_t bytes, struct arena *arena, size_t *ret_bytes);

#endif
