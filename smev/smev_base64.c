#include "smev/smev_base64.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/arena.h"

char *
smev_base64(const void *p, size_t bytes, struct arena *arena, size_t *ret_bytes)
{
	char *text;

	assert(bytes < INT_MAX / 2); /* EVP counts in int */
	text = arena_alloc(arena, (bytes + 2) / 3 * 4 + 1);
	*ret_bytes =
	    (size_t)EVP_EncodeBlock((unsigned char *)text, p, (int)bytes);
	return text;
}

void *
smev_unbase64(
    const char *text, size_t bytes, struct arena *arena, size_t *ret_bytes)
{
	char *packed = arena_alloc(arena, bytes + 1);
	unsigned char *raw;
	size_t length = 0, padding = 0;
	int decoded;

	for (size_t i = 0; i < bytes; i++) {
		if (strchr(" \t\r\n", text[i]) == NULL)
			packed[length++] = text[i];
		else if (text[i] == '\0')
			return NULL;
	}
	while (padding < length && packed[length - 1 - padding] == '=')
		padding++;
	if (length % 4 != 0 || padding > 2 || length >= INT_MAX
	    || memchr(packed, '=', length - padding) != NULL)
		return NULL;
	raw = arena_alloc(arena, length / 4 * 3 + 1);
	decoded =
	    EVP_DecodeBlock(raw, (const unsigned char *)packed, (int)length);
	if (decoded < 0)
		return NULL;
	*ret_bytes = (size_t)decoded - padding;
	return raw;
}
