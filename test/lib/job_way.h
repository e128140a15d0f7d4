/*
 * test/lib/job_way.h - a message of gateway/flow/job.h on its way: for the
 * tests that it survives, and that one cut or made longer is none.
 */
#ifndef TEST_LIB_JOB_WAY_H
#define TEST_LIB_JOB_WAY_H

#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "gateway/ipc.h"

#define LONGEST 512 /* bytes of a message here */

struct way {
	struct arena *arena;
	struct buf bytes;
};

static inline int
way_set_up(void **state)
{
	struct way *way = calloc(1, sizeof(*way));

	assert_non_null(way);
	way->arena = arena_new();
	buf_init(&way->bytes, 0);
	*state = way;
	return 0;
}

static inline int
way_tear_down(void **state)
{
	struct way *way = *state;

	buf_release(&way->bytes);
	arena_free(way->arena);
	free(way);
	return 0;
}

static inline struct ipc_message
message(const struct way *way, enum ipc_type type)
{
	return (struct ipc_message){ .type = type,
		.body = way->bytes.data,
		.bytes = way->bytes.bytes,
		.fd = -1 };
}

static inline void
same_blob(const void *p, size_t bytes, const char *want)
{
	assert_int_equal(bytes, strlen(want));
	assert_memory_equal(p, want, bytes);
}

/*
 * Expect read to refuse the message in way when it is cut at any byte or has
 * one more; read reads msg.  Each try gets a copy of exact size, for a
 * sanitizer to guard.
 */
#define REFUSES_OTHER_SIZES(way, of, read)                                   \
	do {                                                                 \
		size_t whole = (way)->bytes.bytes;                           \
                                                                             \
		assert_in_range(whole, 1, LONGEST);                          \
		for (size_t n = 0; n <= whole + 1; n++) {                    \
			char *copy = calloc(1, n + (n == 0));                \
                                                                             \
			assert_non_null(copy);                               \
			msg = (struct ipc_message){ .type = (of),            \
				.body = copy,                                \
				.bytes = n,                                  \
				.fd = -1 };                                  \
			memcpy(                                              \
			    copy, (way)->bytes.data, n < whole ? n : whole); \
			if ((read) != (n == whole))                          \
				fail_msg("%zu of %zu bytes", n, whole);      \
			free(copy);                                          \
		}                                                            \
	} while (0)

#endif
