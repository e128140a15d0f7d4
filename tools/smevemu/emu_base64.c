#include "tools/smevemu/emu_base64.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/arena.h"

unsigned char *
emu_base64_decode(const char *text, struct arena *arena, size_t *ret_bytes)
{
	size_t length = strlen(text);
	unsigned char *octets = arena_alloc(arena, length + 4);
	EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
	int bytes = 0, tail = 0;
	bool good;

	EVP_DecodeInit(context);
	good = length <= INT_MAX
	    && EVP_DecodeUpdate(context, octets, &bytes,
		   (const unsigned char *)text, (int)length)
		!= -1
	    && EVP_DecodeFinal(context, octets + bytes, &tail) != -1;
	EVP_ENCODE_CTX_free(context);
	*ret_bytes = (size_t)bytes + (size_t)tail;
	return good && *ret_bytes > 0 ? octets : NULL;
}

char *
emu_base64_encode(const void *p, size_t bytes, struct arena *arena)
{
	unsigned char *text = arena_alloc(arena, bytes / 3 * 4 + 8);

	EVP_EncodeBlock(text, p, (int)bytes);
	return (char *)text;
}
