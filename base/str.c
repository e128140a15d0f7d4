#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
str_copy(char *dst, size_t room, const char *src)
{
	size_t n = strlen(src);

	if (room == 0)
		return;
	if (n >= room) {
		n = room - 1;
		while (n > 0 && ((unsigned char)src[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(dst, src, n);
	dst[n] = '\0';
}

/* Bytes of the character at p, or 0 when it is not one.  RFC 3629. */
static size_t
utf8_len(const unsigned char *p, size_t left)
{
	static const struct {
		unsigned char low, high; /* of the first byte */
		unsigned char low2, high2; /* of the second */
		size_t bytes;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (p[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (p[0] < forms[i].low || p[0] > forms[i].high)
			continue;
		if (left < forms[i].bytes || p[1] < forms[i].low2
		    || p[1] > forms[i].high2)
			return 0;
		for (size_t k = 2; k < forms[i].bytes; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].bytes;
	}
	return 0;
}

bool
str_utf8(const char *s, size_t bytes)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n;

	for (size_t i = 0; i < bytes; i += n)
		if ((n = utf8_len(p + i, bytes - i)) == 0)
			return false;
	return true;
}

bool
str_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
str_begins(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

int
str_int(const char *s, int64_t low, int64_t high, int64_t *ret)
{
	long long value;
	char *end;

	if ((*s < '0' || *s > '9') && *s != '-')
		return -1;
	errno = 0;
	value = strtoll(s, &end, 10);
	if (errno != 0 || *end != '\0' || end == s || value < low
	    || value > high)
		return -1;
	*ret = value;
	return 0;
}

void
str_plain(char *s, const char *also)
{
	for (; *s != '\0'; s++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXY"
			   "Z0123456789-_",
			*s)
			== NULL
		    && strchr(also, *s) == NULL)
			*s = '_';
}

void
str_hex(char *dst, const void *p, size_t bytes)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *from = p;

	for (size_t i = 0; i < bytes; i++) {
		*dst++ = digits[from[i] >> 4];
		*dst++ = digits[from[i] & 15];
	}
	*dst = '\0';
}

void
str_mask(char *dst, size_t room, const char *s)
{
	size_t chars = 0, seen = 0, used = 0, n;

	for (const char *p = s; *p != '\0'; p++)
		chars += ((unsigned char)*p & 0xc0) != 0x80;
	for (; *s != '\0'; s += n, seen++) {
		for (n = 1; ((unsigned char)s[n] & 0xc0) == 0x80; n++)
			;
		if (chars > 4 && seen + 2 >= chars) {
			if (used + n >= room)
				break;
			memcpy(dst + used, s, n);
			used += n;
		} else {
			if (used + 1 >= room)
				break;
			dst[used++] = '*';
		}
	}
	if (room != 0)
		dst[used] = '\0';
}
