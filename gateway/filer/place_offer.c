/* Files of out/: offered to store, and what becomes of them after its answer. */
#include "gateway/filer/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/config.h"
#include "gateway/door/door_text.h"
#include "gateway/filer/filer_job.h"
#include "gateway/filer/place_own.h"
#include "gateway/filer/watch.h"
#include "gateway/ipc.h"

#define TELL_MS        60000 /* between two lines about files */
#define BODY_BYTES_MAX ((size_t)60 << 20) /* what one IPC message carries */
#define ERROR_SUFFIX   ".error.xml"

/* A file can't be read or moved: one line for all of them, now and then. */
static void
tell_file(struct place *place, const struct err *err, int64_t now)
{
	if (place->told_ms != 0 && now - place->told_ms < TELL_MS)
		return;
	place->told_ms = now;
	log_event(LOG_LEVEL_ERROR,
	    "event=folder from=%s result=stuck code=%s why=\"%s\"",
	    place->source->name, err->code, err->text);
}

/* The file, its bytes in body, and unchanged while it was read. */
static int
read_file(struct place *place, int out, const struct watched *file,
    struct stat *ret_stat, struct buf *body, struct err *err)
{
	size_t max = (size_t)place->config->http.body_bytes;
	struct stat after;
	int fd = folder_open(out, file->name, ret_stat, err), rc;

	if (fd == -1)
		return -1;
	if (max > BODY_BYTES_MAX)
		max = BODY_BYTES_MAX;
	if (ret_stat->st_size > (off_t)max)
		rc = err_set(
		    err, ERR_REFUSE, "FILE_LARGE", "больше %zu байт", max);
	else
		rc = folder_read(fd, max, body, err);
	if (rc == 0
	    && (fstat(fd, &after) == -1 || !folder_same(&after, ret_stat)))
		rc = err_set(err, ERR_RETRY, "DOOR_FOLDER", "still written");
	(void)close(fd);
	return rc;
}

static void
set_asked(struct place *place, const char *name, const struct stat *st)
{
	static uint64_t last;

	/* An answer to the process before us finds nobody. */
	if (last == 0)
		last = (uint64_t)clock_now_ms() << 20;
	free(place->name);
	place->name = xstrdup(name);
	place->stat = *st;
	place->id = ++last;
	place->asked = true;
}

/*
 * The file under way, if it is still the one that was read; what the system
 * has put in its place meanwhile is another message.
 */
static struct watched *
still_there(struct place *place, int out)
{
	struct watched *file = watch_find(place->watch, place->name);
	struct stat st;

	if (fstatat(out, place->name, &st, AT_SYMLINK_NOFOLLOW) == -1
	    || !folder_same(&st, &place->stat)) {
		if (file != NULL)
			watch_forget(place->watch, file);
		return NULL;
	}
	return file;
}

/* It was accepted: the file goes. */
static int
retire(struct place *place, int out, struct err *err)
{
	char as[FOLDER_NAME_BYTES];
	int done, rc;

	(void)FAILPOINT("filer.dropped");
	if (!place->source->folder_keep) {
		if (unlinkat(out, place->name, 0) == 0)
			return 0;
		return err_set(err, ERR_RETRY, "DOOR_FOLDER", "%s: %s",
		    FOLDER_OUT, strerror(errno));
	}
	done = place_sub(place, FOLDER_DONE, err);
	if (done == -1)
		return -1;
	rc = folder_move(out, place->name, done, as, err);
	(void)close(done);
	return rc;
}

/* It was not: what is wrong stands beside it, before it is moved there. */
static int
refuse(struct place *place, int out, const struct filed *filed, struct err *err)
{
	char as[FOLDER_NAME_BYTES], told[FOLDER_NAME_BYTES + 16];
	int refused = place_sub(place, FOLDER_REFUSED, err), rc;
	struct buf xml;

	if (refused == -1)
		return -1;
	buf_init(&xml, 0);
	door_text_refusal(
	    filed->code, filed->why, filed->client_id, clock_now_ms(), &xml);
	rc = folder_free_name(refused, place->name, as, err);
	if (rc == 0) {
		(void)snprintf(told, sizeof(told), "%.*s%s",
		    (int)(FOLDER_NAME_BYTES - sizeof(ERROR_SUFFIX)), as,
		    ERROR_SUFFIX);
		rc = folder_put(
		    refused, place->tmp, told, xml.data, xml.bytes, err);
	}
	(void)FAILPOINT("filer.refused");
	if (rc == 0)
		rc = folder_move(out, place->name, refused, as, err);
	buf_release(&xml);
	(void)close(refused);
	if (rc == 0)
		log_event(LOG_LEVEL_INFO,
		    "stage=folder from=%s result=refused code=%s",
		    place->source->name, filed->code);
	return rc;
}

static void
finish(struct place *place, const struct filed *filed, int64_t now)
{
	struct watched *file = NULL;
	struct err err;
	int out = place_sub(place, FOLDER_OUT, &err), rc = -1;

	if (out == -1) {
		place_tell(place, place->trouble, &err);
		return; /* it is asked about again once the folder is back */
	}
	file = still_there(place, out);
	if (file != NULL) {
		rc = filed->fate == FILED_REFUSED
		    ? refuse(place, out, filed, &err)
		    : retire(place, out, &err);
		if (rc == 0) {
			watch_forget(place->watch, file);
		} else {
			tell_file(place, &err, now);
			watch_pause(file, now);
		}
	}
	(void)close(out);
}

bool
place_dropped(
    struct place *place, uint64_t id, const struct filed *filed, int64_t now)
{
	if (!place->asked || place->id != id)
		return false;
	place->asked = false;
	if (filed->fate == FILED_LATER) {
		place->pause_ms = place->pause_ms == 0 ? PLACE_LOOK_MIN_MS
		    : place->pause_ms < place->config->filer.scan_ms
		    ? place->pause_ms * 2
		    : place->pause_ms;
		place->later_ms = now + place->pause_ms;
		return true;
	}
	place->pause_ms = 0;
	finish(place, filed, now);
	return true;
}

void
place_unasked(struct place *place)
{
	place->asked = false;
}

/* What can't be offered: it is refused here, changes still, or is gone. */
static void
not_offered(struct place *place, int out, struct watched *file,
    const struct err *why, int64_t now)
{
	struct filed filed = { .fate = FILED_REFUSED,
		.code = why->code,
		.why = why->text,
		.client_id = "" };
	struct stat st;
	bool there = fstatat(out, file->name, &st, AT_SYMLINK_NOFOLLOW) == 0
	    && S_ISREG(st.st_mode);

	if (!there) {
		watch_forget(place->watch, file);
	} else if (strcmp(why->code, "FILE_LARGE") == 0) {
		set_asked(place, file->name, &st);
		place->asked = false;
		finish(place, &filed, now);
	} else {
		tell_file(place, why, now); /* not for our eyes, say */
		watch_pause(file, now);
	}
}

void
place_offer(struct place *place, struct ipc_peer *store, struct watched *file,
    int64_t now)
{
	struct file_job job = { .source = place->source->name, .name = "" };
	struct buf body, out;
	struct stat st;
	struct err err;
	int dir = place_sub(place, FOLDER_OUT, &err);

	if (dir == -1) {
		place_tell(place, place->trouble, &err);
		place->later_ms = now + place->config->filer.scan_ms;
		return;
	}
	buf_init(&body, 0);
	buf_init(&out, 0);
	if (read_file(place, dir, file, &st, &body, &err) == -1) {
		not_offered(place, dir, file, &err, now);
	} else if (!folder_same(&st, &file->stat)) {
		watch_see(place->watch, file->name, &st, false, now);
	} else {
		set_asked(place, file->name, &st);
		job.body = body.data;
		job.body_bytes = body.bytes;
		file_job_write(&job, &out);
		place->asked =
		    ipc_send(store, IPC_DROP, place->id, out.data, out.bytes);
		(void)FAILPOINT("filer.offered");
	}
	buf_release(&out);
	buf_release(&body);
	(void)close(dir);
}
