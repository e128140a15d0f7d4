#include "base/wire.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

static void
put_le(struct buf *buf, uint64_t value, size_t bytes)
{
	unsigned char le[8];

	for (size_t i = 0; i < bytes; i++)
		le[i] = (unsigned char)(value >> (8 * i));
	buf_add(buf, le, bytes);
}

void
wire_put_int(struct buf *buf, int64_t value)
{
	put_le(buf, (uint64_t)value, 8);
}

void
wire_put_blob(struct buf *buf, const void *p, size_t bytes)
{
	assert(bytes <= UINT32_MAX);
	put_le(buf, bytes, 4);
	buf_add(buf, p, bytes);
}

void
wire_put_text(struct buf *buf, const char *text)
{
	wire_put_blob(buf, text, text == NULL ? 0 : strlen(text));
}

void
wire_open(struct wire *wire, const void *p, size_t bytes)
{
	*wire = (struct wire){ .at = p, .left = bytes };
}

static const unsigned char *
take(struct wire *wire, size_t bytes)
{
	const unsigned char *p = wire->at;

	if (wire->bad || bytes > wire->left) {
		wire->bad = true;
		return NULL;
	}
	wire->at += bytes;
	wire->left -= bytes;
	return p;
}

static uint64_t
take_le(struct wire *wire, size_t bytes)
{
	const unsigned char *p = take(wire, bytes);
	uint64_t value = 0;

	for (size_t i = 0; p != NULL && i < bytes; i++)
		value |= (uint64_t)p[i] << (8 * i);
	return value;
}

int64_t
wire_int(struct wire *wire)
{
	return (int64_t)take_le(wire, 8);
}

int64_t
wire_range(struct wire *wire, int64_t low, int64_t high)
{
	int64_t value = wire_int(wire);

	if (value < low || value > high)
		wire->bad = true;
	return wire->bad ? low : value;
}

const void *
wire_blob(struct wire *wire, size_t *ret_bytes)
{
	size_t bytes = (size_t)take_le(wire, 4);
	const unsigned char *p = take(wire, bytes);

	*ret_bytes = p == NULL ? 0 : bytes;
	return p;
}

const char *
wire_text(struct wire *wire, struct arena *arena)
{
	size_t bytes;
	const char *p = wire_blob(wire, &bytes);

	if (p == NULL)
		return "";
	if (memchr(p, '\0', bytes) != NULL || !str_utf8(p, bytes)) {
		wire->bad = true;
		return "";
	}
	return arena_strndup(arena, p, bytes);
}

bool
wire_ok(const struct wire *wire)
{
	return !wire->bad && wire->left == 0;
}
