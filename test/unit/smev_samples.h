/*
 * test/unit/smev_samples.h - published samples and schemas, where they are.
 *
 * They are not ours to carry: $KONTINGENT_SHARED, or ../shared beside the
 * sources, has them or the test is skipped.
 */
#ifndef TEST_UNIT_SMEV_SAMPLES_H
#define TEST_UNIT_SMEV_SAMPLES_H

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"

static inline const char *
sample_name(struct arena *arena, const char *name)
{
	const char *shared = getenv("KONTINGENT_SHARED");

	if (shared == NULL)
		shared = TOP_SRCDIR "/../shared";
	return arena_printf(arena, "%s/smev/%s", shared, name);
}

static inline bool
sample_there(struct arena *arena, const char *name)
{
	return access(sample_name(arena, name), R_OK) == 0;
}

/* The path of name under smev/ of the shared folder; skips when absent. */
static inline const char *
sample_path(struct arena *arena, const char *name)
{
	const char *path = sample_name(arena, name);

	if (access(path, R_OK) != 0) {
		print_message("%s is not there: set KONTINGENT_SHARED\n", path);
		skip();
	}
	return path;
}

#endif
