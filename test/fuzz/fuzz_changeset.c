/*
 * Fuzz target: a changeset from bytes; what is accepted encodes to the same.
 */
#include "test/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "model/changeset.h"
#include "model/changeset_codec.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct arena *arena = arena_new();
	struct changeset *change = NULL;
	struct err err = { 0 };
	struct buf again;

	buf_init(&again, 0);
	if (changeset_decode(data, bytes, arena, &change, &err) == -1) {
		if (err.kind != ERR_HOLD || *err.text == '\0')
			abort();
	} else {
		changeset_encode(change, &again);
		if (again.bytes != bytes
		    || memcmp(again.data, data, bytes) != 0)
			abort();
	}
	buf_release(&again);
	arena_free(arena);
	return 0;
}
