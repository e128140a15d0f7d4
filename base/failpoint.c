#include "base/failpoint.h"

#ifdef KONTINGENT_FAILPOINTS

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define POINTS_MAX 64

struct point {
	char name[64];
	char word[64]; /* "": any */
	char action[8];
	long skip, times;
};

static struct point points[POINTS_MAX];
static size_t point_count;
static bool loaded;
/* How often each was passed, by this process and all that have its memory. */
static atomic_long *passed;

/* name[@word]=action[:skip[:times]] up to a comma. */
static bool
read_point(const char *text, struct point *point)
{
	char *at;

	*point = (struct point){ .skip = 0, .times = 1 };
	if (sscanf(text, "%63[^=,]=%7[^:,]:%ld:%ld", point->name, point->action,
		&point->skip, &point->times)
	    < 2)
		return false;
	at = strchr(point->name, '@');
	if (at != NULL) {
		(void)snprintf(point->word, sizeof(point->word), "%s", at + 1);
		*at = '\0';
	}
	return true;
}

static void
load(void)
{
	const char *list = getenv("KONTINGENT_FAILPOINTS");

	loaded = true;
	while (list != NULL && *list != '\0' && point_count < POINTS_MAX) {
		if (read_point(list, &points[point_count]))
			point_count++;
		list = strchr(list, ',');
		if (list != NULL)
			list++;
	}
	if (point_count == 0)
		return;
	passed = mmap(NULL, POINTS_MAX * sizeof(*passed),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (passed == MAP_FAILED)
		point_count = 0;
}

/* By tgkill(2), which every role may call; init is nobody's parent here. */
static void
kill_parent(void)
{
	pid_t parent = getppid();

	if (parent > 1)
		(void)syscall(SYS_tgkill, parent, parent, SIGKILL);
}

static bool
fire(const struct point *point)
{
	if (strcmp(point->action, "killall") == 0)
		kill_parent();
	if (strncmp(point->action, "kill", 4) == 0)
		(void)raise(SIGKILL);
	if (strcmp(point->action, "hang") == 0)
		for (;;)
			(void)pause();
	if (strcmp(point->action, "exit") == 0)
		_exit(70);
	return true;
}

bool
failpoint_hit(const char *name, const char *word)
{
	if (!loaded)
		load();
	for (size_t i = 0; i < point_count; i++) {
		const struct point *point = &points[i];
		long before;

		if (strcmp(point->name, name) != 0
		    || (*point->word != '\0' && strcmp(point->word, word) != 0))
			continue;
		before = atomic_fetch_add(&passed[i], 1);
		if (before >= point->skip
		    && before < point->skip + point->times)
			return fire(point);
	}
	return false;
}

#else
/* ISO C wants a declaration in every file. */
typedef int failpoint_off;
#endif
