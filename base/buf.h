/*
 * base/buf.h - a growing byte buffer with a hard limit.
 *
 * Past its limit it stops growing and remembers that; buf_full() tells.  The
 * bytes are always followed by a NUL that is not counted.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* NULL until something was added */
	size_t bytes;
	size_t room;
	size_t limit_bytes; /* 0 means none */
	bool full; /* something did not fit */
};

/* Empty, to hold at most limit_bytes; 0 is no limit.  buf_release() it. */
void buf_init(struct buf *buf, size_t limit_bytes);
void buf_release(struct buf *buf);
void buf_clear(struct buf *buf); /* empty, memory kept */
void buf_add(struct buf *buf, const void *p, size_t bytes);
void buf_adds(struct buf *buf, const char *s);
void buf_addc(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
bool buf_full(const struct buf *buf);
/* The bytes as a string; "" when empty.  Valid until the next change. */
const char *buf_text(const struct buf *buf);

#endif
