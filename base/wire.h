/*
 * base/wire.h - fields one after another in bytes, between our processes.
 *
 * Integers are 8 bytes little-endian, texts and blobs a 4-byte length and the
 * bytes.  A reader remembers its first misfit, and every later read gives 0 or
 * "", so that a message is read as a list and wire_ok() asked once at the end.
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

/* Append a value to buf. */
void wire_put_int(struct buf *buf, int64_t value);
/* NULL is written as "". */
void wire_put_text(struct buf *buf, const char *text);
void wire_put_blob(struct buf *buf, const void *p, size_t bytes);

struct wire {
	const unsigned char *at;
	size_t left;
	bool bad; /* something did not fit */
};

/* Read bytes at p from their beginning; they stay the caller's. */
void wire_open(struct wire *wire, const void *p, size_t bytes);
int64_t wire_int(struct wire *wire);
/* From low to high, or bad. */
int64_t wire_range(struct wire *wire, int64_t low, int64_t high);
/* A copy in arena: UTF-8 without NUL, or bad. */
const char *wire_text(struct wire *wire, struct arena *arena);
/* Points into what is read; *ret_bytes is 0 when bad. */
const void *wire_blob(struct wire *wire, size_t *ret_bytes);
/* Everything fitted and nothing is left. */
bool wire_ok(const struct wire *wire);

#endif
