#include "registry/letters.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"

#define LETTERS_MAX 256

/* The bytes of the letter at p, which is well-formed. */
static size_t
letter_bytes(const char *p)
{
	size_t n = 1;

	while (((unsigned char)p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static size_t
letter_count(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text += letter_bytes(text))
		n++;
	return n;
}

const char *
letters_first(struct arena *arena, const char *text, size_t count)
{
	const char *end = text;

	for (; count > 0 && *end != '\0'; count--)
		end += letter_bytes(end);
	return arena_strndup(arena, text, (size_t)(end - text));
}

const char *
letters_last(struct arena *arena, const char *text, size_t count)
{
	size_t there = letter_count(text);

	for (; there > count; there--)
		text += letter_bytes(text);
	return arena_strdup(arena, text);
}

static size_t
split(const char *text, uint32_t letters[LETTERS_MAX])
{
	size_t n = 0;

	for (; *text != '\0' && n < LETTERS_MAX; n++) {
		size_t bytes = letter_bytes(text);

		letters[n] = 0;
		for (size_t i = 0; i < bytes && i < 4; i++)
			letters[n] = letters[n] << 8 | (unsigned char)text[i];
		text += bytes;
	}
	return n;
}

static int
equal(const uint32_t *a, const uint32_t *b, size_t count)
{
	return memcmp(a, b, count * sizeof(*a)) == 0;
}

int
letters_distance(const char *a, const char *b)
{
	uint32_t x[LETTERS_MAX], y[LETTERS_MAX];
	size_t m, n, at = 0;

	if (strcmp(a, b) == 0)
		return 0;
	m = split(a, x);
	n = split(b, y);
	if (m > n + 1 || n > m + 1)
		return 2;
	while (at < m && at < n && x[at] == y[at])
		at++;
	if (m > n)
		return equal(x + at + 1, y + at, n - at) ? 1 : 2;
	if (m < n)
		return equal(x + at, y + at + 1, m - at) ? 1 : 2;
	if (at == m)
		return 2; /* equal as far as they were read */
	if (equal(x + at + 1, y + at + 1, m - at - 1))
		return 1;
	if (at + 1 < m && x[at] == y[at + 1] && x[at + 1] == y[at]
	    && equal(x + at + 2, y + at + 2, m - at - 2))
		return 1;
	return 2;
}
