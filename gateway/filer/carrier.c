#include "gateway/filer/carrier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "gateway/config.h"
#include "gateway/filer/copy.h"
#include "gateway/filer/filer_job.h"
#include "gateway/filer/place_own.h"
#include "gateway/ipc.h"
#include "queue/blob.h"

#define COPIES_MAX 32 /* at a time; more are asked for again */

struct load { /* one of them */
	struct copy *copy; /* NULL: free */
	enum ipc_type answer;
	uint64_t id;
};

struct carrier {
	const struct config *config;
	char blobs[4096];
	struct load loads[COPIES_MAX];
};

struct carrier *
carrier_new(const struct config *config)
{
	struct carrier *carrier = xcalloc(1, sizeof(*carrier));
	struct err err;

	carrier->config = config;
	(void)snprintf(carrier->blobs, sizeof(carrier->blobs), "%s/files",
	    config->state_folder);
	if (blob_setup(carrier->blobs, &err) == -1)
		log_event(LOG_LEVEL_ERROR,
		    "event=files result=bad code=%s why=\"%s\"", err.code,
		    err.text);
	return carrier;
}

/* With sums, or NULL: with err. */
static void
answer(struct ipc_peer *store, enum ipc_type type, uint64_t id,
    const struct copy_sums *sums, const struct err *err)
{
	struct filed filed = { .fate = sums != NULL ? FILED_DONE
		    : err->kind == ERR_RETRY        ? FILED_LATER
						    : FILED_REFUSED,
		.code = sums != NULL ? "" : err->code,
		.why = sums != NULL ? "" : err->text,
		.digest = sums == NULL ? "" : sums->hex,
		.digest_512 = sums == NULL ? "" : sums->hex_512,
		.bytes = sums == NULL ? 0 : sums->bytes };
	struct buf out;

	buf_init(&out, 0);
	filed_write(&filed, &out);
	if (store != NULL)
		(void)ipc_answer(store, type, id, out.data, out.bytes);
	buf_release(&out);
}

/*
 * The path below the folder: as it is, or an absolute one without its
 * beginning.  What leads out of the folder is found when it is opened.
 */
static const char *
path_below(const char *folder, const char *path)
{
	size_t bytes = strlen(folder);

	if (path[0] == '/' && strncmp(path, folder, bytes) == 0
	    && path[bytes] == '/')
		path += bytes;
	else if (path[0] == '/')
		return path; /* openat2(2) refuses it */
	return path + strspn(path, "/");
}

static struct copy *
begin(struct carrier *carrier, struct place *place, size_t slot,
    const struct file_job *job, bool take, struct err *err)
{
	char part[64];

	if (folder_enter(&place->folder, err) == -1)
		return NULL;
	(void)snprintf(part, sizeof(part), "take-%d-%zu",
	    (int)carrier->config->node, slot);
	if (take)
		return copy_take(place->folder.fd,
		    path_below(place->folder.path, job->name), carrier->blobs,
		    part, job->bytes, job->want_512, err);
	return copy_give(place->folder.fd, job->shelf, job->name,
	    carrier->blobs, job->digest, err);
}

void
carrier_begin(struct carrier *carrier, struct place *place,
    struct ipc_peer *store, const struct ipc_message *msg)
{
	bool take = msg->type == IPC_TAKE;
	enum ipc_type type = take ? IPC_TAKEN : IPC_GIVEN;
	struct copy *copy = NULL;
	struct file_job job;
	struct arena *arena = arena_new();
	size_t slot = 0;
	struct err err;

	while (slot < COPIES_MAX && carrier->loads[slot].copy != NULL)
		slot++;
	if (!file_job_read(msg, arena, &job) || place == NULL)
		(void)err_set(&err, ERR_RETRY, "DOOR_FOLDER", "%s", "");
	else if (slot == COPIES_MAX)
		(void)err_set(&err, ERR_RETRY, "X_BUSY", "%s", "");
	else
		copy = begin(carrier, place, slot, &job, take, &err);
	if (copy == NULL)
		answer(store, type, msg->id, NULL, &err);
	else
		carrier->loads[slot] = (struct load){ copy, type, msg->id };
	arena_free(arena);
}

bool
carrier_step(struct carrier *carrier, struct ipc_peer *store)
{
	bool more = false;

	for (size_t i = 0; i < COPIES_MAX; i++) {
		struct load *load = &carrier->loads[i];
		struct copy_sums sums = { .hex = "" };
		struct err err;
		int rc;

		if (load->copy == NULL)
			continue;
		rc = copy_step(load->copy, &sums, &err);
		more |= rc == 1;
		if (rc == 1)
			continue;
		answer(store, load->answer, load->id, rc == 0 ? &sums : NULL,
		    &err);
		copy_free(load->copy);
		load->copy = NULL;
	}
	return more;
}

void
carrier_stop(struct carrier *carrier)
{
	for (size_t i = 0; i < COPIES_MAX; i++) {
		copy_free(carrier->loads[i].copy);
		carrier->loads[i].copy = NULL;
	}
}
