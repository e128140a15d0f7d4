/*
 * tools/smevemu/emu_mime.h - multipart/related, in and out.
 *
 * Source: smev PROTOCOL 2.1 and 8.1.
 */
#ifndef SMEVEMU_EMU_MIME_H
#define SMEVEMU_EMU_MIME_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

/* Whether a Content-Type says multipart/related. */
bool emu_mime_is_multipart(const char *content_type);
/*
 * Append the root part of body to *out, each xop:Include in it replaced by the
 * base64 text of its part.
 *
 * Errors: ERR_REFUSE EMU_SOAP the parts can't be told apart or one is missing.
 */
int emu_mime_open(const char *content_type, const void *body, size_t bytes,
    struct buf *out, struct err *err);
/*
 * Wrap xml as a multipart/related answer: append it to *out and write its
 * Content-Type to type.  xop: contents and signatures of files become parts of
 * their own, as SMEV's server does with all base64Binary.
 */
void emu_mime_wrap(
    const struct buf *xml, bool xop, struct buf *out, char *type, size_t room);

#endif
