#include "gateway/filer/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/failpoint.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/gost.h"
#include "gateway/filer/folder.h"
#include "queue/blob.h"

#define PIECE_BYTES ((size_t)256 << 10)
#define STEP_BYTES  ((int64_t)4 << 20) /* between two turns of the loop */
#define SYNC_BYTES  ((int64_t)32 << 20) /* then the disk begins to write */
#define TMP_NAME    ".kontingent.tmp"

struct copy {
	int from, to, dir; /* dir: of a gift */
	bool take, want_512;
	struct stat stat; /* of what is taken, before */
	int64_t bytes, max, synced;
	struct gost_stream sum, sum_512;
	const char *blobs;
	char part[64]; /* of a blob */
	char name[FOLDER_NAME_BYTES]; /* of a gift */
	char *room;
};

static struct copy *
copy_new(const char *blobs)
{
	struct copy *copy = xcalloc(1, sizeof(*copy));

	copy->from = copy->to = copy->dir = -1;
	copy->blobs = blobs;
	copy->room = xcalloc(1, PIECE_BYTES);
	return copy;
}

void
copy_free(struct copy *copy)
{
	if (copy == NULL)
		return;
	if (copy->from != -1)
		(void)close(copy->from);
	if (copy->to != -1)
		(void)close(copy->to);
	if (copy->dir != -1)
		(void)close(copy->dir);
	if (copy->take) {
		gost_stream_release(&copy->sum);
		if (copy->want_512)
			gost_stream_release(&copy->sum_512);
	}
	free(copy->room);
	free(copy);
}

struct copy *
copy_take(int folder, const char *path, const char *blobs, const char *part,
    int64_t max, bool want_512, struct err *err)
{
	struct copy *copy = copy_new(blobs);
	int64_t there;

	copy->from = folder_open(folder, path, &copy->stat, err);
	if (copy->from == -1)
		goto failed;
	if (copy->stat.st_size > max) {
		(void)err_set(err, ERR_REFUSE, "FILE_LARGE", "больше %lld байт",
		    (long long)max);
		goto failed;
	}
	str_copy(copy->part, sizeof(copy->part), part);
	if (blob_begin(blobs, part, &there, &copy->to, err) == -1)
		goto failed;
	if (ftruncate(copy->to, 0) == -1) {
		(void)err_set(
		    err, ERR_RETRY, "BLOB_WRITE", "part: %s", strerror(errno));
		goto failed;
	}
	copy->max = max;
	copy->take = true;
	copy->want_512 = want_512;
	gost_stream_init(&copy->sum, GOST_STREEBOG_256);
	if (want_512)
		gost_stream_init(&copy->sum_512, GOST_STREEBOG_512);
	return copy;
failed:
	copy_free(copy);
	return NULL;
}

struct copy *
copy_give(int folder, const char *shelf, const char *name, const char *blobs,
    const char *hex, struct err *err)
{
	struct copy *copy = copy_new(blobs);
	int files = folder_sub(folder, FOLDER_FILES, true, err);

	str_copy(copy->name, sizeof(copy->name), name);
	if (files == -1)
		goto failed;
	copy->dir = folder_sub(files, shelf, true, err);
	(void)close(files);
	if (copy->dir == -1
	    || blob_open(blobs, hex, &copy->from, &copy->max, err) == -1)
		goto failed;
	copy->to = folder_begin(copy->dir, TMP_NAME, err);
	if (copy->to == -1)
		goto failed;
	return copy;
failed:
	copy_free(copy);
	return NULL;
}

/* What is written so far begins to go to the disk, so that the end of a large
 * file does not take long. */
static void
sync_some(struct copy *copy)
{
	if (copy->bytes - copy->synced < SYNC_BYTES)
		return;
	(void)sync_file_range(copy->to, copy->synced,
	    copy->bytes - copy->synced, SYNC_FILE_RANGE_WRITE);
	copy->synced = copy->bytes;
}

static int
write_piece(struct copy *copy, size_t bytes, struct err *err)
{
	if (folder_write(copy->to, copy->room, bytes, err) == -1)
		return copy->take
		    ? err_set(err, ERR_RETRY, "BLOB_WRITE", "no room")
		    : -1;
	copy->bytes += (int64_t)bytes;
	if (!copy->take)
		return 0;
	if (copy->bytes > copy->max)
		return err_set(err, ERR_REFUSE, "FILE_LARGE",
		    "больше %lld байт", (long long)copy->max);
	gost_stream_add(&copy->sum, copy->room, bytes);
	if (copy->want_512)
		gost_stream_add(&copy->sum_512, copy->room, bytes);
	return 0;
}

/* It did not change while it was copied, and is ours now. */
static int
keep(struct copy *copy, struct copy_sums *ret, struct err *err)
{
	unsigned char digest[GOST_DIGEST_MAX];
	struct stat after;

	if (fstat(copy->from, &after) == -1 || !folder_same(&copy->stat, &after)
	    || copy->bytes != copy->stat.st_size) {
		blob_drop(copy->blobs, copy->part);
		return err_set(err, ERR_RETRY, "DOOR_FILE_BUSY", "%s", "");
	}
	*ret = (struct copy_sums){ .bytes = copy->bytes };
	gost_stream_end(&copy->sum, digest);
	str_hex(ret->hex, digest, gost_digest_bytes(GOST_STREEBOG_256));
	if (copy->want_512) {
		gost_stream_end(&copy->sum_512, digest);
		str_hex(
		    ret->hex_512, digest, gost_digest_bytes(GOST_STREEBOG_512));
	}
	(void)FAILPOINT("filer.copied");
	return blob_keep(copy->blobs, copy->part, ret->hex, err);
}

static int
hand_over(struct copy *copy, struct err *err)
{
	(void)FAILPOINT("filer.given");
	if (copy->bytes != copy->max)
		return err_set(err, ERR_RETRY, "BLOB_READ", "too short");
	return folder_end(copy->dir, copy->to, TMP_NAME, copy->name, err);
}

int
copy_step(struct copy *copy, struct copy_sums *ret_sums, struct err *err)
{
	int64_t until = copy->bytes + STEP_BYTES;
	ssize_t n = 1;

	while (n > 0 && copy->bytes < until) {
		n = read(copy->from, copy->room, PIECE_BYTES);
		if (n > 0 && write_piece(copy, (size_t)n, err) == -1)
			return -1;
	}
	if (n == -1)
		return err_set(err, ERR_RETRY,
		    copy->take ? "DOOR_FOLDER" : "BLOB_READ", "read: %s",
		    strerror(errno));
	sync_some(copy);
	if (n > 0)
		return 1;
	return copy->take ? keep(copy, ret_sums, err) : hand_over(copy, err);
}
