#include "tools/smevemu/emu_slice.h"

#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/mem.h"
#include "tools/smevemu/emu.h"

#define SLICE_BYTES (256 << 10) /* some milliseconds */

struct slice {
	struct slice *next;
	int fd;
	struct gost_stream stream;
	emu_slice_done *done;
	void *arg;
};

struct emu_slices {
	struct slice *first, **end;
	struct event *turn; /* NULL without a loop */
	unsigned char room[SLICE_BYTES];
};

static void
slice_free(struct slice *slice)
{
	close(slice->fd);
	gost_stream_release(&slice->stream);
	free(slice);
}

void
emu_slices_free(struct emu_slices *slices)
{
	struct slice *slice, *next;

	if (slices == NULL)
		return;
	for (slice = slices->first; slice != NULL; slice = next) {
		next = slice->next;
		slice_free(slice);
	}
	if (slices->turn != NULL)
		event_free(slices->turn);
	free(slices);
}

/* One slice a turn of the loop: calls come in between. */
static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval now = { 0, 0 };
	struct emu *emu = arg;

	(void)fd;
	(void)what;
	if (emu_slice_step(emu))
		evtimer_add(emu->slices->turn, &now);
}

void
emu_slice_add(struct emu *emu, int fd, enum gost_digest which,
    emu_slice_done *done, void *arg)
{
	static const struct timeval now = { 0, 0 };
	struct slice *slice = xcalloc(1, sizeof(*slice));

	if (emu->slices == NULL) {
		emu->slices = xcalloc(1, sizeof(*emu->slices));
		emu->slices->end = &emu->slices->first;
	}
	slice->fd = fd;
	slice->done = done;
	slice->arg = arg;
	gost_stream_init(&slice->stream, which);
	*emu->slices->end = slice;
	emu->slices->end = &slice->next;
	if (emu->base == NULL)
		return;
	if (emu->slices->turn == NULL)
		emu->slices->turn = evtimer_new(emu->base, on_turn, emu);
	evtimer_add(emu->slices->turn, &now);
}

bool
emu_slice_step(struct emu *emu)
{
	struct emu_slices *slices = emu->slices;
	unsigned char digest[GOST_DIGEST_MAX];
	struct slice *slice;
	ssize_t n;

	if (slices == NULL || slices->first == NULL)
		return false;
	slice = slices->first;
	n = read(slice->fd, slices->room, sizeof(slices->room));
	if (n > 0) {
		gost_stream_add(&slice->stream, slices->room, (size_t)n);
		return true;
	}
	slices->first = slice->next;
	if (slices->first == NULL)
		slices->end = &slices->first;
	if (n == 0)
		gost_stream_end(&slice->stream, digest);
	slice->done(slice->arg, n == 0 ? digest : NULL);
	slice_free(slice);
	return slices->first != NULL;
}
