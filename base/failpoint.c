#include "base/failpoint.h"

#ifdef KONTINGENT_FAILPOINTS

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POINTS_MAX 64

struct point {
	char name[64];
	char action[8];
	long skip;
};

static struct point points[POINTS_MAX];
static size_t point_count;
static bool loaded;

static void
load(void)
{
	const char *list = getenv("KONTINGENT_FAILPOINTS");
	struct point *point;

	loaded = true;
	while (list != NULL && *list != '\0' && point_count < POINTS_MAX) {
		point = &points[point_count];
		point->skip = 0;
		if (sscanf(list, "%63[^=,]=%7[^:,]:%ld", point->name,
			point->action, &point->skip)
		    >= 2)
			point_count++;
		list = strchr(list, ',');
		if (list != NULL)
			list++;
	}
}

/* One process alone gets to create the mark of name. */
static bool
first_of_all(const char *name)
{
	const char *dir = getenv("KONTINGENT_FAILPOINT_ONCE");
	char path[512];
	int fd;

	if (dir == NULL)
		return true;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd == -1)
		return false;
	(void)close(fd);
	return true;
}

static bool
fire(struct point *point)
{
	if (!first_of_all(point->name))
		return false;
	if (strcmp(point->action, "kill") == 0)
		(void)raise(SIGKILL);
	if (strcmp(point->action, "hang") == 0)
		for (;;)
			(void)pause();
	if (strcmp(point->action, "exit") == 0)
		_exit(70);
	return true;
}

bool
failpoint_hit(const char *name)
{
	if (!loaded)
		load();
	for (size_t i = 0; i < point_count; i++)
		if (strcmp(points[i].name, name) == 0 && points[i].skip-- == 0)
			return fire(&points[i]);
	return false;
}

#else
/* ISO C wants a declaration in every file. */
typedef int failpoint_off;
#endif
