#include "gateway/door/door_take.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/door/door_job.h"
#include "gateway/filer/filer_job.h"
#include "gateway/ipc.h"
#include "gateway/loop.h"
#include "queue/blob.h"
#include "queue/file.h"

struct take { /* of one message */
	struct take *next;
	struct transit *transit;
	const struct door_call *call;
	struct file *files;
	size_t at; /* which of them is under way */
	uint64_t id; /* of the question */
	int64_t left; /* bytes that all the rest may have */
	door_taken *done;
};

static void
end(struct take *take, const struct err *err)
{
	struct transit *t = take->transit;
	struct take **at = &t->desk->takes;
	door_taken *done = take->done;

	while (*at != take)
		at = &(*at)->next;
	*at = take->next;
	free(take);
	done(t, err);
}

static void
ask_next(struct take *take)
{
	struct desk *desk = take->transit->desk;
	struct ipc_peer *filer = loop_peer(desk->loop, ROLE_FILER, 0);
	const struct door_file *file = &take->call->files[take->at];
	struct file_job job = { .source = take->transit->source,
		.name = file->path,
		.bytes = take->left,
		.want_512 = *file->digest != '\0' && file->by_512 };
	struct buf out;
	struct err err;
	bool sent;

	take->id = ++desk->next_id;
	buf_init(&out, 0);
	file_job_write(&job, &out);
	sent = filer != NULL
	    && ipc_send(filer, IPC_TAKE, take->id, out.data, out.bytes);
	buf_release(&out);
	if (!sent) {
		(void)err_set(&err, ERR_RETRY, "X_ROLE_AWAY", "no filer");
		end(take, &err);
	}
}

void
door_take(struct transit *t, const struct door_call *call, struct file *files,
    door_taken *done)
{
	const struct config *config = t->desk->config;
	const struct config_source *source = config_source(config, t->source);
	struct take *take;
	struct err err;

	if (source == NULL || *source->folder == '\0') {
		(void)err_set(&err, ERR_REFUSE, "DOOR_FILES", "%s", "");
		done(t, &err);
		return;
	}
	take = xcalloc(1, sizeof(*take));
	*take = (struct take){ .next = t->desk->takes,
		.transit = t,
		.call = call,
		.files = files,
		.left = config->smev.file_bytes,
		.done = done };
	t->desk->takes = take;
	ask_next(take);
}

/* What a file is by its name, for SMEV's header. */
static const char *
mime_of(const char *name)
{
	static const char *const types[][2] = {
		{ ".pdf", "application/pdf" },
		{ ".xml", "application/xml" },
		{ ".zip", "application/zip" },
		{ ".sig", "application/pkcs7-signature" },
		{ ".p7s", "application/pkcs7-signature" },
		{ ".jpg", "image/jpeg" },
		{ ".jpeg", "image/jpeg" },
		{ ".png", "image/png" },
		{ ".tif", "image/tiff" },
		{ ".tiff", "image/tiff" },
		{ ".txt", "text/plain" },
		{ ".csv", "text/csv" },
		{ ".rtf", "application/rtf" },
		{ ".doc", "application/msword" },
		{ ".xls", "application/vnd.ms-excel" },
		{ ".docx",
		    "application/vnd.openxmlformats-officedocument"
		    ".wordprocessingml.document" },
		{ ".xlsx",
		    "application/vnd.openxmlformats-officedocument"
		    ".spreadsheetml.sheet" },
	};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]);
	     i++)
		if (strcasecmp(dot, types[i][0]) == 0)
			return types[i][1];
	return "application/octet-stream";
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* The file is here: what it is, if that is what was signed. */
static int
note(struct take *take, const struct filed *filed, struct err *err)
{
	const struct door_file *asked = &take->call->files[take->at];
	const char *digest = asked->by_512 ? filed->digest_512 : filed->digest;
	const char *name = base_name(asked->path);

	if (!blob_name_ok(filed->digest) || filed->bytes > take->left)
		return err_set(err, ERR_RETRY, "X_INTERNAL", "no such blob");
	if (*asked->digest != '\0' && strcmp(asked->digest, digest) != 0)
		return err_set(
		    err, ERR_REFUSE, "CMS_DIGEST", "%.150s", asked->path);
	take->left -= filed->bytes;
	take->files[take->at] = (struct file){ .ordinal = (int64_t)take->at + 1,
		.name = name,
		.mime = mime_of(name),
		.digest = arena_strdup(take->transit->arena, filed->digest),
		.bytes = filed->bytes,
		.signature = asked->signature,
		.signer = asked->signer,
		.by_ftp = asked->reference };
	return 0;
}

void
door_take_heard(struct desk *desk, const struct ipc_message *msg)
{
	struct take *take = desk->takes;
	struct filed filed;
	struct err err;

	while (take != NULL && take->id != msg->id)
		take = take->next;
	if (take == NULL)
		return;
	if (!filed_read(msg, take->transit->arena, &filed)) {
		(void)err_set(&err, ERR_RETRY, "X_INTERNAL", "filer");
		end(take, &err);
	} else if (filed.fate != FILED_DONE) {
		(void)err_set(&err,
		    filed.fate == FILED_LATER ? ERR_RETRY : ERR_REFUSE,
		    filed.code, "%.150s: %.80s",
		    take->call->files[take->at].path, filed.why);
		end(take, &err);
	} else if (note(take, &filed, &err) == -1) {
		end(take, &err);
	} else if (++take->at == take->call->file_count) {
		end(take, NULL);
	} else {
		ask_next(take);
	}
}

void
door_take_gone(struct desk *desk)
{
	struct take *take, *next;
	struct err err;

	(void)err_set(&err, ERR_RETRY, "X_ROLE_AWAY", "filer was replaced");
	for (take = desk->takes; take != NULL; take = next) {
		next = take->next;
		end(take, &err);
	}
}

void
door_take_put(
    struct store_tx *tx, int64_t outbox_id, struct file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		files[i].outbox_id = outbox_id;
		file_put(tx, &files[i]);
	}
}
