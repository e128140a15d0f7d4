/*
 * test/unit/smev_samples.h - published samples and schemas, where they are.
 *
 * They are not ours to carry: $KONTINGENT_SHARED, or ../shared beside the
 * sources, has them or the test is skipped.
 */
#ifndef TEST_UNIT_SMEV_SAMPLES_H
#define TEST_UNIT_SMEV_SAMPLES_H

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"

/* The path of name under smev/ of the shared folder; skips when absent. */
static inline const char *
sample_path(struct arena *arena, const char *name)
{
	const char *shared = getenv("KONTINGENT_SHARED");
	const char *path;

	if (shared == NULL)
		shared = TOP_SRCDIR "/../shared";
	path = arena_printf(arena, "%s/smev/%s", shared, name);
	if (access(path, R_OK) != 0) {
		print_message("%s is not there: set KONTINGENT_SHARED\n", path);
		skip();
	}
	return path;
}

#endif
