/*
 * gateway/http/http_chunk.h - a chunked body, read strictly as it comes.
 *
 * Pure.  A size is 1 to 8 hexadecimal digits and nothing else; extensions are
 * skipped and bounded, trailers too.  Source: RFC 9112, 7.1.
 */
#ifndef GATEWAY_HTTP_HTTP_CHUNK_H
#define GATEWAY_HTTP_HTTP_CHUNK_H

#include <stddef.h>
#include <stdint.h>

struct buf;

enum http_chunk_state {
	CHUNK_SIZE, /* hexadecimal digits */
	CHUNK_EXTENSION, /* behind ';' up to CR */
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_TRAILER, /* at the start of a line behind the last chunk */
	CHUNK_TRAILER_LINE,
	CHUNK_TRAILER_LF,
	CHUNK_END_LF,
	CHUNK_DONE,
	CHUNK_BAD
};

struct http_chunk {
	enum http_chunk_state state;
	int digits;
	uint64_t left; /* of this chunk */
	size_t extra_bytes; /* extensions and trailers so far */
};

/* At the beginning of a body. */
void http_chunk_init(struct http_chunk *chunk);
/*
 * Take bytes at p, and append what is body to *body, until the body's end.
 *
 * Returns how many were taken; chunk->state is CHUNK_DONE at the end, or
 * CHUNK_BAD.  A body over body's limit is buf_full().
 */
size_t http_chunk_feed(
    struct http_chunk *chunk, const char *p, size_t bytes, struct buf *body);

#endif
