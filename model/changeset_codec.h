/*
 * model/changeset_codec.h - a changeset as bytes between processes and in the
 * outbox, checked when read as if a stranger had sent it.
 */
#ifndef MODEL_CHANGESET_CODEC_H
#define MODEL_CHANGESET_CODEC_H

#include <stddef.h>

struct arena;
struct buf;
struct changeset;
struct err;

/* Append change to *buf: magic, version, then length-prefixed fields. */
void changeset_encode(const struct changeset *change, struct buf *buf);
/*
 * Read exactly bytes at p; every text is valid UTF-8 without NUL, every count
 * bounded by the bytes that are there.
 *
 * Errors: ERR_HOLD CHG_FORMAT not a changeset of this version.
 */
int changeset_decode(const void *p, size_t bytes, struct arena *arena,
    struct changeset **ret_change, struct err *err);

#endif
