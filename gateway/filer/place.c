#include "gateway/filer/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "gateway/config.h"
#include "gateway/filer/place_own.h"
#include "gateway/filer/watch.h"
#include "gateway/ipc.h"

struct place *
place_new(const struct config *config, const struct config_source *source,
    int notify_fd)
{
	struct place *place = xcalloc(1, sizeof(*place));
	struct err err;

	place->config = config;
	place->source = source;
	place->folder = (struct folder){ .path = source->folder, .fd = -1 };
	place->notify_fd = notify_fd;
	place->wd = -1;
	place->watch = watch_new();
	(void)snprintf(place->tmp, sizeof(place->tmp), ".kontingent-%d.tmp",
	    (int)config->node);
	place->locked = folder_enter(&place->folder, &err) == 0;
	place->dev = place->folder.dev;
	place->ino = place->folder.ino;
	return place;
}

const char *
place_name(const struct place *place)
{
	return place->source->name;
}

void
place_tell(struct place *place, char trouble[24], const struct err *err)
{
	const char *code = err == NULL ? "" : err->code;

	if (strcmp(trouble, code) == 0)
		return;
	str_copy(trouble, 24, code);
	if (err != NULL)
		log_event(LOG_LEVEL_ERROR,
		    "event=folder from=%s result=bad code=%s why=\"%s\"",
		    place->source->name, code, err->text);
	else
		log_event(LOG_LEVEL_INFO, "event=folder from=%s result=good",
		    place->source->name);
}

int
place_sub(struct place *place, const char *name, struct err *err)
{
	if (folder_enter(&place->folder, err) == -1)
		return -1;
	return folder_sub(place->folder.fd, name, true, err);
}

/* All names that count, and what they are, into watch. */
static int
look_through(struct place *place, int out, int64_t now, struct err *err)
{
	DIR *dir = fdopendir(out);
	struct dirent *entry;
	struct stat st;

	if (dir == NULL) {
		(void)close(out);
		return err_set(err, ERR_RETRY, "DOOR_FOLDER", "%s: %s",
		    FOLDER_OUT, strerror(errno));
	}
	watch_begin(place->watch);
	while ((entry = readdir(dir)) != NULL)
		if (watch_counts(entry->d_name)
		    && fstatat(out, entry->d_name, &st, AT_SYMLINK_NOFOLLOW)
			== 0
		    && S_ISREG(st.st_mode))
			watch_see(place->watch, entry->d_name, &st, false, now);
	(void)closedir(dir);
	return 0;
}

static void
look(struct place *place, int64_t now)
{
	const struct config_filer *filer = &place->config->filer;
	int64_t took, soon;
	char path[4200];
	struct err err;
	int out;

	place->looked_ms = now;
	place->look_ms = now + filer->scan_ms;
	/* in/ and the rest are made, so that the system finds them. */
	if ((out = place_sub(place, FOLDER_IN, &err)) != -1) {
		(void)close(out);
		out = place_sub(place, FOLDER_OUT, &err);
	}
	if (out == -1 || look_through(place, out, now, &err) == -1) {
		place_tell(place, place->trouble, &err);
		return;
	}
	place_tell(place, place->trouble, NULL);
	(void)snprintf(
	    path, sizeof(path), "%s/" FOLDER_OUT, place->folder.path);
	place->wd = inotify_add_watch(place->notify_fd, path,
	    IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR | IN_DONT_FOLLOW);
	/* What is not complete yet is looked at sooner; a folder that takes
	 * long is left alone for longer. */
	took = clock_mono_ms() - now;
	soon = filer->settle_ms / 4;
	if (soon < PLACE_LOOK_MIN_MS)
		soon = PLACE_LOOK_MIN_MS;
	if (soon < 10 * took)
		soon = 10 * took;
	if (watch_end(place->watch, now, filer->settle_ms)
	    && soon < filer->scan_ms)
		place->look_ms = now + soon;
}

/* Whether the path leads elsewhere than when this process was locked in. */
static bool
another_folder(const struct place *place)
{
	struct stat st;

	if (stat(place->folder.path, &st) == -1 || !S_ISDIR(st.st_mode))
		return false;
	return !place->locked || st.st_dev != place->dev
	    || st.st_ino != place->ino;
}

bool
place_step(struct place *place, struct ipc_peer *store, int64_t now)
{
	struct watched *file;

	if (place->source->revoked)
		return true;
	if (now >= place->look_ms) {
		if (another_folder(place))
			return false;
		look(place, now);
	}
	if (place->asked || store == NULL || now < place->later_ms)
		return true;
	file = watch_next(place->watch, now, place->config->filer.settle_ms);
	if (file != NULL)
		place_offer(place, store, file, now);
	return true;
}

bool
place_watches(const struct place *place, int watch)
{
	return place->wd == watch;
}

void
place_written(struct place *place, int64_t now)
{
	int64_t soon = place->looked_ms + PLACE_LOOK_MIN_MS;

	if (soon < now)
		soon = now;
	if (soon < place->look_ms)
		place->look_ms = soon;
}

void
place_moved(struct place *place, const char *name, int64_t now)
{
	struct stat st;
	struct err err;
	int out;

	if (place->source->revoked || !watch_counts(name))
		return;
	out = place_sub(place, FOLDER_OUT, &err);
	if (out == -1)
		return; /* the next look says why */
	if (fstatat(out, name, &st, AT_SYMLINK_NOFOLLOW) == 0
	    && S_ISREG(st.st_mode))
		watch_see(place->watch, name, &st, true, now);
	(void)close(out);
}
