/*
 * Fuzz target: a message between roles from bytes.  The first byte says which
 * one; what is accepted is written again as the same bytes.
 */
#include "test/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "gateway/flow/job.h"
#include "gateway/ipc.h"

/* Reads msg, and when it is accepted writes it to *out. */
typedef bool
again_fn(const struct ipc_message *msg, struct arena *arena, struct buf *out);

#define AGAIN(name, type)                                       \
	static bool name##_again(const struct ipc_message *msg, \
	    struct arena *arena, struct buf *out)               \
	{                                                       \
		struct type it;                                 \
                                                                \
		return name##_read(msg, arena, &it)             \
		    && (name##_write(&it, out), true);          \
	}

AGAIN(open_job, open_job)
AGAIN(opened, opened)
AGAIN(decoded, decoded)
AGAIN(seal_job, seal_job)
AGAIN(sealed, sealed)
AGAIN(call_job, call_job)
AGAIN(called, called)
AGAIN(signed, signed_value)
AGAIN(reply, reply)

static bool
sign_job_again(
    const struct ipc_message *msg, struct arena *arena, struct buf *out)
{
	struct sign_job job;

	(void)arena;
	return sign_job_read(msg, &job) && (sign_job_write(&job, out), true);
}

static bool
ask_again(const struct ipc_message *msg, struct arena *arena, struct buf *out)
{
	struct ask ask;

	return ask_read(msg, arena, &ask)
	    && (ask_write((int)msg->type, &ask, out), true);
}

static const struct kind {
	enum ipc_type type;
	again_fn *again;
} kinds[] = {
	{ IPC_OPEN, open_job_again },
	{ IPC_OPENED, opened_again },
	{ IPC_DECODED, decoded_again },
	{ IPC_SEAL, seal_job_again },
	{ IPC_SEALED, sealed_again },
	{ IPC_CALL, call_job_again },
	{ IPC_CALLED, called_again },
	{ IPC_SIGN, sign_job_again },
	{ IPC_SIGNED, signed_again },
	{ IPC_ACCEPT, ask_again },
	{ IPC_STATUS, ask_again },
	{ IPC_VALIDATE, ask_again },
	{ IPC_CHANGES, ask_again },
	{ IPC_ANSWER, reply_again },
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const struct kind *kind;
	struct ipc_message msg = { .fd = -1 };
	struct arena *arena;
	struct buf again;

	if (bytes == 0)
		return 0;
	kind = &kinds[data[0] % (sizeof(kinds) / sizeof(kinds[0]))];
	msg.type = kind->type;
	msg.body = data + 1;
	msg.bytes = bytes - 1;
	arena = arena_new();
	buf_init(&again, 0);
	if (kind->again(&msg, arena, &again)
	    && (again.bytes != msg.bytes
		|| memcmp(again.data, msg.body, msg.bytes) != 0))
		abort();
	buf_release(&again);
	arena_free(arena);
	return 0;
}
