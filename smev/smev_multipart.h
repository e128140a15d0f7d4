/*
 * smev/smev_multipart.h - a call with files beside its envelope (MTOM).
 *
 * For a struct smev_send with mtom: its signed envelope refers to the files by
 * cid.  Source: XOP 1.0, RFC 2387; smev PROTOCOL 8.1.
 */
#ifndef SMEV_SMEV_MULTIPART_H
#define SMEV_SMEV_MULTIPART_H

#include <stddef.h>

struct buf;
struct err;
struct smev_send;

/*
 * Append the HTTP body for the signed envelope and the contents of send, and
 * its Content-Type to *type.  boundary: letters, digits and '-', up to 70,
 * chosen at random.
 *
 * Errors: ERR_HOLD SMEV_UNSENDABLE the boundary stands in a part, or the body
 * does not fit into out.
 */
int smev_write_multipart(const struct smev_send *send, const char *envelope,
    size_t bytes, const char *boundary, struct buf *out, struct buf *type,
    struct err *err);

#endif
