#include "gateway/http/http_chunk.h"

#include <stdbool.h>

#include "base/buf.h"

#define EXTRA_BYTES_MAX 8192 /* nobody needs extensions or trailers */
#define DIGITS_MAX      8

void
http_chunk_init(struct http_chunk *chunk)
{
	*chunk = (struct http_chunk){ .state = CHUNK_SIZE };
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static enum http_chunk_state
size_char(struct http_chunk *chunk, char c)
{
	int value = hex_value(c);

	if (value >= 0) {
		chunk->left = chunk->left * 16 + (uint64_t)value;
		return ++chunk->digits <= DIGITS_MAX ? CHUNK_SIZE : CHUNK_BAD;
	}
	if (chunk->digits == 0)
		return CHUNK_BAD;
	if (c == '\r')
		return CHUNK_SIZE_LF;
	return c == ';' ? CHUNK_EXTENSION : CHUNK_BAD;
}

/* A byte that carries no data; extra bytes are counted against a flood. */
static enum http_chunk_state
extra_char(struct http_chunk *chunk, char c, enum http_chunk_state at_cr)
{
	if (c == '\r')
		return at_cr;
	if (c == '\n' || ++chunk->extra_bytes > EXTRA_BYTES_MAX)
		return CHUNK_BAD;
	return chunk->state == CHUNK_TRAILER ? CHUNK_TRAILER_LINE
					     : chunk->state;
}

static enum http_chunk_state
expect(char c, char wanted, enum http_chunk_state next)
{
	return c == wanted ? next : CHUNK_BAD;
}

static enum http_chunk_state
next_state(struct http_chunk *chunk, char c)
{
	switch (chunk->state) {
	case CHUNK_SIZE:
		return size_char(chunk, c);
	case CHUNK_EXTENSION:
		return extra_char(chunk, c, CHUNK_SIZE_LF);
	case CHUNK_SIZE_LF:
		return expect(
		    c, '\n', chunk->left > 0 ? CHUNK_DATA : CHUNK_TRAILER);
	case CHUNK_DATA_CR:
		return expect(c, '\r', CHUNK_DATA_LF);
	case CHUNK_DATA_LF:
		chunk->digits = 0;
		return expect(c, '\n', CHUNK_SIZE);
	case CHUNK_TRAILER:
		return extra_char(chunk, c, CHUNK_END_LF);
	case CHUNK_TRAILER_LINE:
		return extra_char(chunk, c, CHUNK_TRAILER_LF);
	case CHUNK_TRAILER_LF:
		return expect(c, '\n', CHUNK_TRAILER);
	case CHUNK_END_LF:
		return expect(c, '\n', CHUNK_DONE);
	default:
		return CHUNK_BAD;
	}
}

size_t
http_chunk_feed(
    struct http_chunk *chunk, const char *p, size_t bytes, struct buf *body)
{
	size_t at = 0;

	while (at < bytes && chunk->state != CHUNK_DONE
	    && chunk->state != CHUNK_BAD && !buf_full(body)) {
		size_t part = bytes - at;

		if (chunk->state != CHUNK_DATA) {
			chunk->state = next_state(chunk, p[at++]);
			continue;
		}
		if (part > chunk->left)
			part = (size_t)chunk->left;
		buf_add(body, p + at, part);
		at += part;
		chunk->left -= part;
		if (chunk->left == 0)
			chunk->state = CHUNK_DATA_CR;
	}
	return at;
}
