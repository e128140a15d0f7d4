#include "gateway/exchange/parcel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/uuid.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/exchange/haul.h"
#include "gateway/keys_view.h"
#include "gateway/metrics.h"
#include "queue/blob.h"
#include "queue/file.h"
#include "queue/outbox.h"
#include "smev/smev_base64.h"
#include "store/store.h"

/*
 *	pack: inside? -> read, done
 *	      else name folders -> for each: upload -> written down -> done
 *
 * Listed in desk.packings.
 */
struct packing {
	struct batch_job job; /* first: writes down */
	struct batch_job lease_job;
	struct packing *next;
	struct desk *desk;
	struct arena *arena;
	int64_t envelope_id;
	const struct file_list *files;
	enum gost_digest digest; /* by which files are signed */
	size_t at;
	bool prolonging, ended;
	int64_t prolong_ms; /* mono: when next */
	parcel_done *done;
	void *arg;
};

#define LEASE_PACKING(job)                                  \
	((struct packing *)(void *)((char *)(job)-offsetof( \
	    struct packing, lease_job)))

static void next_file(struct packing *p);

void
parcel_files(struct store_tx *tx, const struct envelope *envelope,
    struct arena *arena, struct file_list *ret)
{
	struct file_list *lists =
	    arena_alloc(arena, (envelope->message_count + 1) * sizeof(*lists));
	size_t count = 0;

	for (size_t i = 0; i < envelope->message_count; i++) {
		file_list(tx, 0, envelope->messages[i].id, arena, &lists[i]);
		count += lists[i].count;
	}
	*ret = (struct file_list){ .count = 0 };
	if (count == 0)
		return;
	ret->files = arena_alloc(arena, count * sizeof(*ret->files));
	for (size_t i = 0; i < envelope->message_count; i++)
		for (size_t j = 0; j < lists[i].count; j++)
			ret->files[ret->count++] = lists[i].files[j];
}

static void
packing_free(struct packing *p)
{
	struct packing **at = &p->desk->packings;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	free(p);
}

static void
end(struct packing *p, const struct parcel *parcel, const struct err *err)
{
	if (err != NULL)
		metrics_add(METRIC_FILES_FAILED, 1);
	p->done(parcel, err, p->arg);
	p->ended = true;
	if (!p->prolonging) /* else when that job is done */
		packing_free(p);
}

static void
fail(struct packing *p, enum err_kind kind, const char *code, const char *why)
{
	struct err err;

	(void)err_set(&err, kind, code, "%s", why);
	end(p, NULL, &err);
}

/* What the file is called in its folder: never a path. */
static const char *
store_name(const struct file *file)
{
	const char *name = file->name;

	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0
	    || strpbrk(name, "/\\") != NULL)
		return "file";
	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return "file";
	return name;
}

static struct seal_file
seal_file_of(const struct file *file)
{
	return (struct seal_file){ .by_ftp = file->by_ftp,
		.id = file->ref_id,
		.name = store_name(file),
		.mime = *file->mime == '\0' ? "application/octet-stream"
					    : file->mime,
		.namespace_uri = file->namespace_uri,
		.signature = file->signature,
		.digest = "",
		.bytes = file->bytes,
		.content = "" };
}

/* The whole blob into arena. */
static int
read_blob(struct packing *p, const struct file *file, struct seal_file *ret,
    struct err *err)
{
	size_t at = 0, bytes;
	int64_t size;
	char *content;
	ssize_t n = 1;
	int fd;

	if (blob_open(p->desk->files_folder, file->digest, &fd, &size, err)
	    == -1)
		return -1;
	bytes = (size_t)size;
	content = arena_alloc(p->arena, bytes + 1);
	while (at < bytes && n > 0) {
		n = read(fd, content + at, bytes - at);
		if (n > 0)
			at += (size_t)n;
		else if (n == -1 && errno == EINTR)
			n = 1;
	}
	(void)close(fd);
	if (at != bytes || size != file->bytes)
		return err_set(err, ERR_HOLD, "BLOB_LOST", "%s is not whole",
		    file->digest);
	ret->content = content;
	ret->content_bytes = bytes;
	return 0;
}

static void
pack_inside(struct packing *p)
{
	struct parcel parcel = { .count = p->files->count, .mtom = true };
	struct err err;

	parcel.files =
	    arena_alloc(p->arena, parcel.count * sizeof(*parcel.files));
	for (size_t i = 0; i < parcel.count; i++) {
		const struct file *file = &p->files->files[i];

		parcel.files[i] = seal_file_of(file);
		parcel.files[i].by_ftp = false;
		if (*file->ref_id == '\0')
			parcel.files[i].id =
			    arena_printf(p->arena, "F%zu", i + 1);
		if (read_blob(p, file, &parcel.files[i], &err) == -1) {
			end(p, NULL, &err);
			return;
		}
	}
	end(p, &parcel, NULL);
}

/* All lie in the store. */
static void
pack_refs(struct packing *p)
{
	struct parcel parcel = { .count = p->files->count };

	parcel.files =
	    arena_alloc(p->arena, parcel.count * sizeof(*parcel.files));
	for (size_t i = 0; i < parcel.count; i++) {
		const struct file *file = &p->files->files[i];
		struct seal_file *to = &parcel.files[i];

		*to = seal_file_of(file);
		to->by_ftp = true;
		to->digest = smev_unbase64(file->hash, strlen(file->hash),
		    p->arena, &to->digest_bytes);
	}
	end(p, &parcel, NULL);
}

static void
run_stored(struct store_tx *tx, struct batch_job *job)
{
	struct packing *p = (struct packing *)(void *)job;
	const struct file *file = &p->files->files[p->at];

	file_stored(tx, file->id, file->hash);
}

static void
done_stored(struct batch_job *job, const struct err *err)
{
	struct packing *p = (struct packing *)(void *)job;

	(void)FAILPOINT("parcel.stored");
	if (err != NULL) {
		end(p, NULL, err);
		return;
	}
	metrics_add(METRIC_FILES_SENT, 1);
	p->at++;
	next_file(p);
}

static void
on_hauled(const struct ftp_result *result, void *arg)
{
	struct packing *p = arg;
	struct file *file = &p->files->files[p->at];
	char hex[65];
	size_t bytes;

	(void)FAILPOINT("parcel.hauled");
	if (result->kind != ERR_NONE) {
		fail(p, (enum err_kind)result->kind, result->code, result->why);
		return;
	}
	str_hex(hex, result->digest[GOST_STREEBOG_256], 32);
	if (strcmp(hex, file->digest) != 0) {
		fail(p, ERR_HOLD, "BLOB_LOST", "the content has changed");
		return;
	}
	file->hash = smev_base64(result->digest[p->digest],
	    result->digest_bytes[p->digest], p->arena, &bytes);
	p->job.run = run_stored;
	p->job.done = done_stored;
	batch_add(p->desk->batch, &p->job);
}

/* It lies there, and its digest is one that our key signs. */
static bool
is_stored(struct packing *p, const struct file *file)
{
	size_t bytes = 0;

	return file->stored_ms != 0
	    && smev_unbase64(file->hash, strlen(file->hash), p->arena, &bytes)
	    != NULL
	    && bytes == gost_digest_bytes(p->digest);
}

static void
next_file(struct packing *p)
{
	const struct file *file;
	struct ftp_job job = { .upload = true,
		.user = "",
		.password = "",
		.paths = { "", "" },
		.digests = 1U << GOST_STREEBOG_256 | 1U << p->digest };
	struct err err;
	int fd;

	while (p->at < p->files->count && is_stored(p, &p->files->files[p->at]))
		p->at++;
	if (p->at == p->files->count) {
		pack_refs(p);
		return;
	}
	file = &p->files->files[p->at];
	job.paths[0] =
	    arena_printf(p->arena, "%s/%s", file->ref_id, store_name(file));
	if (blob_open(
		p->desk->files_folder, file->digest, &fd, &job.bytes_max, &err)
	    == -1) {
		end(p, NULL, &err);
		return;
	}
	if (job.bytes_max != file->bytes) {
		(void)close(fd);
		fail(p, ERR_HOLD, "BLOB_LOST", "the content is not whole");
		return;
	}
	(void)haul_start(p->desk, &job, fd, on_hauled, p);
	haul_tick(p->desk);
}

/* Each gets its folder, before anything is put there. */
static void
run_refer(struct store_tx *tx, struct batch_job *job)
{
	struct packing *p = (struct packing *)(void *)job;
	char uuid[UUID_BYTES];

	for (size_t i = 0; i < p->files->count; i++) {
		struct file *file = &p->files->files[i];

		if (file->by_ftp && uuid_valid(file->ref_id))
			continue;
		uuid_v1(uuid);
		file->by_ftp = true;
		file->stored_ms = 0;
		file->ref_id = arena_strdup(p->arena, uuid);
		file_refer(tx, file->id, true, file->ref_id, "");
	}
}

static void
done_refer(struct batch_job *job, const struct err *err)
{
	struct packing *p = (struct packing *)(void *)job;

	if (err != NULL)
		end(p, NULL, err);
	else
		next_file(p);
}

/* Of all together; *ret_forced: somebody wants the store for one of them. */
static int64_t
sum(const struct file_list *files, bool *ret_forced)
{
	int64_t bytes = 0;

	*ret_forced = false;
	for (size_t i = 0; i < files->count; i++) {
		bytes += files->files[i].bytes;
		*ret_forced |= files->files[i].by_ftp;
	}
	return bytes;
}

void
parcel_pack(struct desk *desk, int64_t envelope_id,
    const struct file_list *files, struct arena *arena, parcel_done *done,
    void *arg)
{
	const struct config_smev *smev = &desk->config->smev;
	struct packing *p = xcalloc(1, sizeof(*p));
	bool forced;
	int64_t bytes = sum(files, &forced);

	p->desk = desk;
	p->arena = arena;
	p->envelope_id = envelope_id;
	p->files = files;
	p->digest = keys_view_digest(desk->keys, clock_now_ms());
	p->prolong_ms = clock_mono_ms() + desk->config->lease_ms / 3;
	p->done = done;
	p->arg = arg;
	p->next = desk->packings;
	desk->packings = p;
	if (bytes > smev->file_bytes) {
		fail(p, ERR_HOLD, "FILE_LARGE", "more than smev.file_bytes");
	} else if (!forced && bytes <= smev->mtom_bytes) {
		pack_inside(p);
	} else if (*smev->ftp_url == '\0') {
		fail(p, ERR_RETRY, "FTP_OFF", "no smev.ftp_url");
	} else {
		p->job.run = run_refer;
		p->job.done = done_refer;
		batch_add(desk->batch, &p->job);
	}
}

static void
run_prolong(struct store_tx *tx, struct batch_job *job)
{
	struct packing *p = LEASE_PACKING(job);

	outbox_prolong(tx, p->envelope_id, p->desk->config->lease_ms);
}

static void
done_prolong(struct batch_job *job, const struct err *err)
{
	struct packing *p = LEASE_PACKING(job);

	(void)err; /* it is tried again before the lease ends */
	p->prolonging = false;
	if (p->ended)
		packing_free(p);
}

void
parcel_tick(struct desk *desk, int64_t mono_ms)
{
	for (struct packing *p = desk->packings; p != NULL; p = p->next) {
		if (p->ended || p->prolonging || mono_ms < p->prolong_ms)
			continue;
		p->prolong_ms = mono_ms + desk->config->lease_ms / 3;
		p->prolonging = true;
		p->lease_job.run = run_prolong;
		p->lease_job.done = done_prolong;
		batch_add(desk->batch, &p->lease_job);
	}
}
