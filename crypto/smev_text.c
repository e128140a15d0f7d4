#include "crypto/smev_text.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"

/* The reference writes shorter texts by another loop, with other rules. */
#define SHORT_UNITS 12
/* It copies longer ones in blocks and looks no further back than a block. */
#define BLOCK_UNITS 512

bool
slice_equal(struct slice a, struct slice b)
{
	return a.bytes == b.bytes && memcmp(a.p, b.p, a.bytes) == 0;
}

int
slice_compare_utf16(struct slice a, struct slice b)
{
	size_t shorter = a.bytes < b.bytes ? a.bytes : b.bytes;

	for (size_t i = 0; i < shorter; i++) {
		unsigned char x = (unsigned char)a.p[i];
		unsigned char y = (unsigned char)b.p[i];

		if (x == y)
			continue;
		/* Only U+E000..U+FFFF against surrogates (four bytes) differ
		 * from the order of the bytes. */
		if (x >= 0xF0 && (y == 0xEE || y == 0xEF))
			return -1;
		if (y >= 0xF0 && (x == 0xEE || x == 0xEF))
			return 1;
		return x < y ? -1 : 1;
	}
	return (a.bytes > b.bytes) - (a.bytes < b.bytes);
}

bool
smev_text_blank(struct slice text)
{
	for (size_t i = 0; i < text.bytes; i++)
		if ((unsigned char)text.p[i] > 0x20)
			return false;
	return true;
}

static size_t
utf16_units(struct slice text)
{
	size_t units = 0;

	for (size_t i = 0; i < text.bytes; i++) {
		unsigned char c = (unsigned char)text.p[i];

		units += (c & 0xC0) != 0x80;
		units += c >= 0xF0;
	}
	return units;
}

/* Whether the character at p is U+007F..U+009F; *ret_bytes its length. */
static bool
is_control(const char *p, const char *end, size_t *ret_bytes)
{
	if (*p == 0x7F) {
		*ret_bytes = 1;
		return true;
	}
	*ret_bytes = 2;
	return end - p >= 2 && (unsigned char)p[0] == 0xC2
	    && (unsigned char)p[1] <= 0x9F;
}

/*
 * What stands for the character at p, in room of 8; *ret_bytes its length.
 * gt: whether '>' is to be escaped here.
 */
static const char *
text_escape(
    const char *p, const char *end, bool gt, size_t *ret_bytes, char room[8])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char code;

	*ret_bytes = 1;
	if (*p == '<')
		return "&lt;";
	if (*p == '&')
		return "&amp;";
	if (*p == '\r')
		return "&#xd;";
	if (*p == '>')
		return gt ? "&gt;" : NULL;
	if (!is_control(p, end, ret_bytes))
		return NULL;
	code = (unsigned char)p[*ret_bytes - 1];
	memcpy(room, "&#x..;", 7);
	room[3] = hex[code >> 4];
	room[4] = hex[code & 15];
	return room;
}

static bool
text_is_plain(struct slice text)
{
	for (size_t i = 0; i < text.bytes; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '<' || c == '>' || c == '&' || c == '\r' || c == 0x7F
		    || c == 0xC2)
			return false;
	}
	return true;
}

void
smev_put_text(struct buf *out, struct slice text)
{
	const char *p = text.p, *end = text.p + text.bytes, *plain = p;
	bool is_long, escaped = false;
	size_t unit = 0; /* of the character at p */

	if (text_is_plain(text)) {
		buf_add(out, text.p, text.bytes);
		return;
	}
	is_long = utf16_units(text) >= SHORT_UNITS;
	while (p < end) {
		bool gt =
		    (is_long ? unit % BLOCK_UNITS == 0 || escaped : unit == 0)
		    || (p > text.p && p[-1] == ']');
		char room[8];
		size_t bytes;
		const char *escape = text_escape(p, end, gt, &bytes, room);

		escaped = escape != NULL;
		if (escape == NULL) {
			/* On to the next character, whole. */
			unit += 1 + ((unsigned char)*p >= 0xF0);
			for (p++;
			     p < end && ((unsigned char)*p & 0xC0) == 0x80;)
				p++;
			continue;
		}
		buf_add(out, plain, (size_t)(p - plain));
		buf_adds(out, escape);
		p += bytes;
		unit++;
		plain = p;
	}
	buf_add(out, plain, (size_t)(end - plain));
}

static const char *
attr_escape(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\t':
		return "&#x9;";
	case '\n':
		return "&#xa;";
	case '\r':
		return "&#xd;";
	default:
		return NULL;
	}
}

void
smev_put_attr(struct buf *out, struct slice value)
{
	size_t plain = 0;

	for (size_t i = 0; i < value.bytes; i++) {
		const char *escape = attr_escape(value.p[i]);

		if (escape == NULL)
			continue;
		buf_add(out, value.p + plain, i - plain);
		buf_adds(out, escape);
		plain = i + 1;
	}
	buf_add(out, value.p + plain, value.bytes - plain);
}

static size_t
put_utf8(char *dst, unsigned long c)
{
	if (c < 0x80) {
		dst[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		dst[0] = (char)(0xC0 | c >> 6);
		dst[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		dst[0] = (char)(0xE0 | c >> 12);
		dst[1] = (char)(0x80 | (c >> 6 & 0x3F));
		dst[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	dst[0] = (char)(0xF0 | c >> 18);
	dst[1] = (char)(0x80 | (c >> 12 & 0x3F));
	dst[2] = (char)(0x80 | (c >> 6 & 0x3F));
	dst[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

size_t
smev_read_reference(
    const char *p, const char *end, char *dst, size_t *ret_bytes)
{
	static const struct {
		const char *name;
		size_t bytes;
		char c;
	} named[] = { { "&lt;", 4, '<' }, { "&gt;", 4, '>' },
		{ "&amp;", 5, '&' }, { "&quot;", 6, '"' },
		{ "&apos;", 6, '\'' } };
	unsigned long code = 0;
	const char *q = p + 3;

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if ((size_t)(end - p) >= named[i].bytes
		    && memcmp(p, named[i].name, named[i].bytes) == 0) {
			*dst = named[i].c;
			*ret_bytes = named[i].bytes;
			return 1;
		}
	if (end - p < 5 || memcmp(p, "&#x", 3) != 0)
		return 0;
	for (; q < end && *q != ';'; q++) {
		static const char digits[] = "0123456789abcdefABCDEF";
		const char *digit = *q == '\0' ? NULL : strchr(digits, *q);
		unsigned long value;

		if (digit == NULL)
			return 0;
		value = (unsigned long)(digit - digits);
		code = code * 16 + (value > 15 ? value - 6 : value);
		if (code > 0x10FFFF)
			return 0;
	}
	if (q == end || q == p + 3 || code == 0)
		return 0;
	*ret_bytes = (size_t)(q + 1 - p);
	return put_utf8(dst, code);
}
