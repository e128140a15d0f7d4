#include "gateway/filer/watch.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/map.h"
#include "base/mem.h"
#include "gateway/filer/folder.h"

#define PAUSE_MIN_MS 200
#define PAUSE_MAX_MS 60000

struct watch {
	struct watched *files[WATCH_MAX];
	size_t count;
	bool more; /* than there is room for */
	struct map *by_name;
};

struct watch *
watch_new(void)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	watch->by_name = map_new();
	return watch;
}

static void
drop(struct watch *watch, size_t at)
{
	struct watched *file = watch->files[at];

	(void)map_take(watch->by_name, file->name);
	free(file->name);
	free(file);
	watch->files[at] = watch->files[--watch->count];
}

void
watch_free(struct watch *watch)
{
	if (watch == NULL)
		return;
	while (watch->count > 0)
		drop(watch, watch->count - 1);
	map_free(watch->by_name, NULL);
	free(watch);
}

bool
watch_counts(const char *name)
{
	size_t bytes = strlen(name);

	return bytes > 4 && name[0] != '.'
	    && strcasecmp(name + bytes - 4, ".xml") == 0;
}

void
watch_begin(struct watch *watch)
{
	watch->more = false;
	for (size_t i = 0; i < watch->count; i++)
		watch->files[i]->seen = false;
}

static bool
complete(const struct watched *file, int64_t now_ms, int64_t settle_ms)
{
	return file->moved || now_ms - file->since_ms >= settle_ms;
}

bool
watch_end(struct watch *watch, int64_t now_ms, int64_t settle_ms)
{
	bool open = watch->more;

	for (size_t i = watch->count; i > 0; i--)
		if (!watch->files[i - 1]->seen)
			drop(watch, i - 1);
	for (size_t i = 0; i < watch->count; i++)
		open |= !complete(watch->files[i], now_ms, settle_ms);
	return open;
}

void
watch_see(struct watch *watch, const char *name, const struct stat *st,
    bool moved, int64_t now_ms)
{
	struct watched *file = map_get(watch->by_name, name);

	if (file == NULL && watch->count == WATCH_MAX) {
		watch->more = true;
		return;
	}
	if (file == NULL) {
		file = xcalloc(1, sizeof(*file));
		file->name = xstrdup(name);
		watch->files[watch->count++] = file;
		(void)map_put(watch->by_name, name, file);
	} else if (folder_same(&file->stat, st)) {
		file->moved |= moved;
		file->seen = true;
		return;
	}
	file->stat = *st;
	file->since_ms = now_ms;
	file->moved = moved;
	file->pause_ms = file->not_before_ms = 0;
	file->seen = true;
}

struct watched *
watch_find(struct watch *watch, const char *name)
{
	return map_get(watch->by_name, name);
}

/* By the time of its last change, then by name: the order it was written in. */
static bool
before(const struct watched *a, const struct watched *b)
{
	const struct timespec *x = &a->stat.st_mtim, *y = &b->stat.st_mtim;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec;
	if (x->tv_nsec != y->tv_nsec)
		return x->tv_nsec < y->tv_nsec;
	return strcmp(a->name, b->name) < 0;
}

struct watched *
watch_next(struct watch *watch, int64_t now_ms, int64_t settle_ms)
{
	struct watched *first = NULL;

	for (size_t i = 0; i < watch->count; i++) {
		struct watched *file = watch->files[i];

		if (complete(file, now_ms, settle_ms)
		    && now_ms >= file->not_before_ms
		    && (first == NULL || before(file, first)))
			first = file;
	}
	return first;
}

void
watch_pause(struct watched *file, int64_t now_ms)
{
	file->pause_ms = file->pause_ms == 0    ? PAUSE_MIN_MS
	    : file->pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS
						: file->pause_ms * 2;
	file->not_before_ms = now_ms + file->pause_ms;
}

void
watch_forget(struct watch *watch, struct watched *file)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->files[i] == file) {
			drop(watch, i);
			return;
		}
}

size_t
watch_count(const struct watch *watch)
{
	return watch->count;
}
