#include "gateway/exchange/haul.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/ipc.h"
#include "gateway/loop.h"

#define RUNNING_MAX  8 /* at a time */
#define COURIERS_MAX 3 /* that may die of one */
#define TRIES        3

struct haul {
	struct haul *next;
	struct desk *desk;
	struct arena *arena;
	uint64_t id;
	struct ftp_job job;
	int fd;
	bool running;
	int couriers; /* that died meanwhile */
	haul_done *done;
	void *arg;
};

struct haul *
haul_start(struct desk *desk, const struct ftp_job *job, int fd,
    haul_done *done, void *arg)
{
	const struct config_smev *smev = &desk->config->smev;
	struct haul **at = &desk->hauls, *haul = xcalloc(1, sizeof(*haul));

	haul->desk = desk;
	haul->id = ++desk->next_id;
	haul->arena = arena_new();
	ftp_job_copy(job, haul->arena, &haul->job);
	haul->job.url = smev->ftp_url;
	haul->job.timeout_ms = smev->ftp_timeout_ms;
	haul->job.tries = TRIES;
	haul->fd = fd;
	haul->done = done;
	haul->arg = arg;
	while (*at != NULL) /* in the order they came */
		at = &(*at)->next;
	*at = haul;
	return haul;
}

static void
end(struct haul *haul, const struct ftp_result *result)
{
	struct haul **at = &haul->desk->hauls;

	while (*at != haul)
		at = &(*at)->next;
	*at = haul->next;
	(void)close(haul->fd);
	haul->done(result, haul->arg);
	arena_free(haul->arena);
	free(haul);
}

void
haul_ended(struct desk *desk, const struct ipc_message *msg)
{
	struct haul *haul = desk->hauls;
	struct ftp_result result = { .kind = 0 };

	while (haul != NULL && haul->id != msg->id)
		haul = haul->next;
	if (haul == NULL || !haul->running)
		return;
	if (!ftp_result_read(msg, haul->arena, &result))
		result = (struct ftp_result){ .kind = ERR_RETRY,
			.code = "X_INTERNAL",
			.why = "courier can't be understood" };
	end(haul, &result);
	haul_tick(desk);
}

void
haul_courier_gone(struct desk *desk)
{
	static const struct ftp_result gone = { .kind = ERR_RETRY,
		.code = "X_ROLE_AWAY",
		.why = "couriers died of it" };
	struct haul *haul, *next;

	for (haul = desk->hauls; haul != NULL; haul = next) {
		next = haul->next;
		if (!haul->running)
			continue;
		haul->running = false;
		if (++haul->couriers >= COURIERS_MAX)
			end(haul, &gone);
	}
}

void
haul_tick(struct desk *desk)
{
	struct ipc_peer *courier = loop_peer(desk->loop, ROLE_COURIER, 0);
	size_t running = 0;
	struct buf out;

	if (courier == NULL)
		return;
	for (const struct haul *h = desk->hauls; h != NULL; h = h->next)
		running += h->running;
	for (struct haul *h = desk->hauls; h != NULL && running < RUNNING_MAX;
	     h = h->next) {
		if (h->running)
			continue;
		buf_init(&out, 0);
		ftp_job_write(&h->job, &out);
		h->running = ipc_send_fd(
		    courier, IPC_FTP, h->id, out.data, out.bytes, h->fd);
		running += h->running;
		buf_release(&out);
	}
}

size_t
haul_count(const struct desk *desk)
{
	size_t count = 0;

	for (const struct haul *h = desk->hauls; h != NULL; h = h->next)
		count++;
	return count;
}
