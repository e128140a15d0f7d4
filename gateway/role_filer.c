/*
 * gateway/role_filer.c - opens the folders of other systems, and nobody else
 * does.
 *
 * It reads no XML, reaches no network and no database: what it finds in out/
 * goes to store as bytes, what store has for in/ it writes.  It is a process of
 * its own, and not a part of front, because front may not stall while a large
 * file is copied, and because front, who talks to strangers, has no business in
 * folders.
 */
#include "gateway/role.h"

#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/filer/carrier.h"
#include "gateway/filer/filer_job.h"
#include "gateway/filer/place.h"
#include "gateway/loop.h"
#include "gateway/sandbox.h"

#define TICK_MS     100
#define EVENT_BYTES 16384

struct filer {
	const struct config *config;
	struct loop *loop;
	struct place **places;
	size_t place_count;
	struct carrier *carrier;
	struct event *more; /* has no work of its own: it ends a wait */
	int notify_fd;
};

static struct place *
place_of(const struct filer *filer, const char *source)
{
	for (size_t i = 0; i < filer->place_count; i++)
		if (strcmp(place_name(filer->places[i]), source) == 0)
			return filer->places[i];
	return NULL;
}

static void
on_letter(
    struct filer *filer, struct ipc_peer *peer, const struct ipc_message *msg)
{
	struct arena *arena = arena_new();
	struct filed filed = { .fate = FILED_LATER,
		.code = "DOOR_FOLDER",
		.why = "",
		.client_id = "" };
	struct place *place;
	struct file_job job;
	struct buf out;

	buf_init(&out, 0);
	if (file_job_read(msg, arena, &job)) {
		place = place_of(filer, job.source);
		if (place != NULL)
			place_letter(place, &job, arena, &filed);
		filed_write(&filed, &out);
		(void)ipc_answer(
		    peer, IPC_LETTERED, msg->id, out.data, out.bytes);
	}
	buf_release(&out);
	arena_free(arena);
}

/* A file to copy; whose, stands in the job. */
static void
on_copy(
    struct filer *filer, struct ipc_peer *peer, const struct ipc_message *msg)
{
	struct arena *arena = arena_new();
	struct place *place = NULL;
	struct file_job job;

	if (file_job_read(msg, arena, &job))
		place = place_of(filer, job.source);
	carrier_begin(filer->carrier, place, peer, msg);
	arena_free(arena);
}

static void
on_dropped(struct filer *filer, const struct ipc_message *msg)
{
	struct arena *arena = arena_new();
	int64_t now = clock_mono_ms();
	struct filed filed;

	if (filed_read(msg, arena, &filed))
		for (size_t i = 0; i < filer->place_count; i++)
			if (place_dropped(
				filer->places[i], msg->id, &filed, now))
				break;
	arena_free(arena);
}

static void
on_message(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct filer *filer = arg;

	if (ipc_peer_role(peer) != ROLE_STORE)
		return;
	if (msg->type == IPC_LETTER)
		on_letter(filer, peer, msg);
	else if (msg->type == IPC_TAKE || msg->type == IPC_GIVE)
		on_copy(filer, peer, msg);
	else if (msg->type == IPC_DROPPED)
		on_dropped(filer, msg);
}

/* What was asked has no answer any more, and is asked again. */
static void
on_peer_gone(struct ipc_peer *peer, void *arg)
{
	struct filer *filer = arg;

	if (ipc_peer_role(peer) != ROLE_STORE)
		return;
	carrier_stop(filer->carrier);
	for (size_t i = 0; i < filer->place_count; i++)
		place_unasked(filer->places[i]);
}

static void
on_event(struct filer *filer, const struct inotify_event *event)
{
	int64_t now = clock_mono_ms();

	for (size_t i = 0; i < filer->place_count; i++) {
		struct place *place = filer->places[i];

		if ((event->mask & IN_Q_OVERFLOW) != 0)
			place_written(place, now);
		else if (!place_watches(place, event->wd))
			continue;
		else if ((event->mask & IN_MOVED_TO) != 0 && event->len > 0)
			place_moved(place, event->name, now);
		else
			place_written(place, now);
	}
}

static void
on_notify(evutil_socket_t fd, short what, void *arg)
{
	_Alignas(struct inotify_event) char room[EVENT_BYTES];
	struct filer *filer = arg;
	ssize_t bytes = read(fd, room, sizeof(room));
	const struct inotify_event *event;

	(void)what;
	for (ssize_t at = 0; at < bytes;
	     at += (ssize_t)(sizeof(*event) + event->len)) {
		event = (const void *)(room + at);
		on_event(filer, event);
	}
}

static void
turn(void *arg)
{
	struct filer *filer = arg;
	struct ipc_peer *store = loop_peer(filer->loop, ROLE_STORE, 0);
	int64_t now = clock_mono_ms();

	for (size_t i = 0; i < filer->place_count; i++)
		if (!place_step(filer->places[i], store, now)) {
			log_event(LOG_LEVEL_INFO,
			    "event=folder from=%s result=appeared",
			    place_name(filer->places[i]));
			loop_stop(filer->loop, 0);
		}
	if (carrier_step(filer->carrier, store))
		event_active(filer->more, EV_TIMEOUT, 0);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg; /* turn() does the rest */
}

static void
open_places(struct filer *filer)
{
	const struct config *config = filer->config;

	filer->places =
	    xcalloc(config->source_count + 1, sizeof(struct place *));
	for (size_t i = 0; i < config->source_count; i++)
		if (*config->sources[i].folder != '\0')
			filer->places[filer->place_count++] = place_new(
			    config, &config->sources[i], filer->notify_fd);
}

int
role_filer(const struct role_start *start)
{
	static const struct loop_calls calls = {
		.message = on_message, .peer_gone = on_peer_gone, .turn = turn
	};
	struct timeval tick = { .tv_usec = TICK_MS * 1000 };
	struct filer *filer = xcalloc(1, sizeof(*filer));
	struct event *event;
	struct err err;

	/* The folders are shared with the group that owns them. */
	(void)umask(0007);
	filer->config = start->config;
	if (gost_setup(start->config->openssl_conf, &err) == -1)
		goto failed;
	filer->loop = loop_new(start, &calls, filer);
	filer->notify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (sandbox_drop_user(start->config, &err) == -1)
		goto failed;
	open_places(filer);
	filer->carrier = carrier_new(start->config);
	if (sandbox_enter(ROLE_FILER, start->config, &err) == -1)
		goto failed;
	filer->more = event_new(loop_base(filer->loop), -1, 0, on_tick, NULL);
	if (filer->place_count != 0) {
		event = event_new(
		    loop_base(filer->loop), -1, EV_PERSIST, on_tick, filer);
		(void)event_add(event, &tick);
	}
	if (filer->notify_fd != -1) {
		event = event_new(loop_base(filer->loop), filer->notify_fd,
		    EV_READ | EV_PERSIST, on_notify, filer);
		(void)event_add(event, NULL);
	}
	return loop_run(filer->loop);
failed:
	log_event(LOG_LEVEL_ERROR,
	    "event=start result=failed code=%s why=\"%s\"", err.code, err.text);
	return 1;
}
