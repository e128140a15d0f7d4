/*
 * smev/smev_xop.h - xop:Include back to base64.
 *
 * SMEV's answers put parts even inside the signed subtree (SignaturePKCS7), and
 * its digest was made of the base64 text, on one line.  Source: XOP 1.0; smev
 * PROTOCOL 8.1.
 */
#ifndef SMEV_SMEV_XOP_H
#define SMEV_SMEV_XOP_H

#include <libxml/tree.h>

struct arena;
struct err;
struct mime_message;

/*
 * Put the base64 of its part in place of every xop:Include under root.
 *
 * Errors: ERR_RETRY SMEV_MIME: a part is missing, Include is not alone in its
 * element, or the tree would outgrow the message by far.
 */
int smev_xop_inline(const struct mime_message *message, xmlNode *root,
    struct arena *arena, struct err *err);

#endif
