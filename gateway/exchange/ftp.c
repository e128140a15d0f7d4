#include "gateway/exchange/ftp.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include <curl/curl.h>
#include <event2/event.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/mem.h"
#include "base/rand.h"
#include "gateway/exchange/ftp_easy.h"
#include "gateway/exchange/ftp_sums.h"
#include "gateway/exchange/multi.h"
#include "queue/retry.h"

#define STEP_BYTES   ((size_t)1024 * 1024) /* read for the digests at a time */
#define WORTH_BYTES  (1024 * 1024) /* so much progress makes tries new */
#define FLUSH_BYTES  (8 * 1024 * 1024) /* given to the disk on the way */
#define PAUSE_MS     300 /* after the first try */
#define PAUSE_MS_MAX 10000
#define WATCH_MS     25 /* how exact a time-out is, at best */

/*
 *	READING -> TRYING -> (upload: ASKING) -> end
 *	             ^ |
 *	             PAUSE
 *
 * READING takes the digest of what the file has, in steps, so that the loop
 * goes on; TRYING moves bytes; ASKING asks the server how much it has.
 */
enum phase { READING, TRYING, ASKING, PAUSE, REFUSED };

struct transfer {
	struct multi_task task; /* first: cast back by TRANSFER_OF */
	struct ftp *ftp;
	struct arena *arena;
	struct ftp_job job;
	enum phase phase;
	int fd;
	struct event *timer, *watch;
	struct ftp_sums sums;
	int64_t have; /* bytes in fd */
	int64_t read_to; /* of them, seen by the sums */
	int64_t flushed, try_from;
	int64_t begun_ms, moved_ms; /* mono */
	int64_t tries;
	size_t path;
	bool too_large, disk_failed, anew;
	struct ftp_result result;
	ftp_done *done;
	void *arg;
	TAILQ_ENTRY(transfer) link;
};

struct ftp {
	struct multi *multi;
	size_t running;
	char *room; /* STEP_BYTES, for all */
	TAILQ_HEAD(transfers, transfer) transfers;
};

#define TRANSFER_OF(task) ((struct transfer *)(void *)(task))

static void start_try(struct transfer *t);

static void
drop_easy(struct transfer *t)
{
	multi_remove(&t->task);
	if (t->task.easy != NULL)
		curl_easy_cleanup(t->task.easy);
	t->task.easy = NULL;
}

static void
transfer_free(struct transfer *t)
{
	TAILQ_REMOVE(&t->ftp->transfers, t, link);
	t->ftp->running--;
	drop_easy(t);
	event_free(t->timer);
	event_free(t->watch);
	ftp_sums_release(&t->sums);
	(void)close(t->fd);
	arena_free(t->arena);
	free(t);
}

static void
finish(
    struct transfer *t, enum err_kind kind, const char *code, const char *why)
{
	t->result.kind = (int)kind;
	t->result.code = code;
	t->result.why = why;
	t->result.bytes = t->have;
	t->result.took_ms = clock_mono_ms() - t->begun_ms;
	if (kind == ERR_NONE)
		ftp_sums_end(&t->sums, &t->result);
	drop_easy(t);
	t->done(&t->result, t->arg);
	transfer_free(t);
}

static void
wait_ms(struct transfer *t, enum phase phase, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000 };

	t->phase = phase;
	(void)evtimer_add(t->timer, &tv);
}

/* From its beginning: what is there is not what it should be. */
static bool
begin_anew(struct transfer *t)
{
	if (!t->job.upload && ftruncate(t->fd, 0) == -1)
		return false;
	t->anew = true;
	if (t->job.upload)
		return true;
	ftp_sums_release(&t->sums);
	ftp_sums_init(&t->sums, t->job.digests);
	t->have = t->read_to = t->flushed = t->try_from = 0;
	t->result.resumed = false;
	return true;
}

/* Later once more, or that was the last time. */
static void
try_failed(struct transfer *t, const char *code, const char *why)
{
	drop_easy(t);
	if (t->have - t->try_from >= WORTH_BYTES && !t->job.upload)
		t->tries = 0;
	if (++t->tries >= t->job.tries)
		finish(t, ERR_RETRY, code, why);
	else
		wait_ms(t, PAUSE,
		    retry_pause_ms(
			t->tries, PAUSE_MS, PAUSE_MS_MAX, rand_u64()));
}

/* A MiB more of the file for the digests; then the transfer begins. */
static void
read_step(struct transfer *t)
{
	ssize_t n = 0;

	if (t->read_to < t->have
	    && lseek(t->fd, t->read_to, SEEK_SET) == t->read_to)
		n = read(t->fd, t->ftp->room, STEP_BYTES);
	if (n > 0) {
		ftp_sums_add(&t->sums, t->ftp->room, (size_t)n);
		t->read_to += n;
	} else if (t->read_to < t->have) {
		finish(t, ERR_RETRY, "BLOB_READ", "a file can't be read");
		return;
	}
	if (t->read_to < t->have)
		wait_ms(t, READING, 0);
	else
		start_try(t);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct transfer *t = arg;

	(void)fd;
	(void)what;
	if (t->phase == REFUSED)
		finish(t, ERR_REFUSE, t->result.code, t->result.why);
	else if (t->phase == READING)
		read_step(t);
	else
		start_try(t);
}

static void
on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct transfer *t = arg;

	(void)fd;
	(void)what;
	if ((t->phase == TRYING || t->phase == ASKING)
	    && clock_mono_ms() - t->moved_ms > t->job.timeout_ms)
		try_failed(t, "FTP_SLOW", "no progress in time");
}

/* The disk is two such ranges behind at most, so that the fsync at the end, in
 * store, which nobody else may wait for long, finds little to do. */
static void
flush(struct transfer *t)
{
	if (t->flushed >= FLUSH_BYTES)
		(void)sync_file_range(t->fd, t->flushed - FLUSH_BYTES,
		    FLUSH_BYTES, SYNC_FILE_RANGE_WRITE_AND_WAIT);
	(void)sync_file_range(
	    t->fd, t->flushed, t->have - t->flushed, SYNC_FILE_RANGE_WRITE);
	t->flushed = t->have;
}

/* Bytes of a download. */
static size_t
on_bytes(char *p, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	size_t bytes = size * count, left = bytes;
	ssize_t n = 0;

	(void)FAILPOINT("ftp.bytes");
	if ((int64_t)bytes > t->job.bytes_max - t->have) {
		t->too_large = true;
		return 0;
	}
	while (left > 0) {
		n = write(t->fd, p + (bytes - left), left);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			t->disk_failed = true;
			return 0;
		}
		left -= (size_t)n;
	}
	ftp_sums_add(&t->sums, p, bytes);
	t->have += (int64_t)bytes;
	t->read_to = t->have;
	t->moved_ms = clock_mono_ms();
	if (t->have - t->flushed >= FLUSH_BYTES)
		flush(t);
	return bytes;
}

/* Bytes for an upload. */
static size_t
on_wanted(char *p, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	ssize_t n = read(t->fd, p, size * count);

	(void)FAILPOINT("ftp.wanted");
	t->moved_ms = clock_mono_ms();
	if (n >= 0)
		return (size_t)n;
	t->disk_failed = true;
	return CURL_READFUNC_ABORT;
}

/* The server has so much already. */
static int
on_seek(void *arg, curl_off_t offset, int origin)
{
	struct transfer *t = arg;

	if (origin != SEEK_SET || lseek(t->fd, offset, SEEK_SET) != offset)
		return CURL_SEEKFUNC_FAIL;
	t->result.resumed |= offset > 0;
	return CURL_SEEKFUNC_OK;
}

/* It is not by this name; by the other one? */
static void
try_other_path(struct transfer *t)
{
	drop_easy(t);
	if (!t->job.upload && t->path + 1 < FTP_PATHS
	    && *t->job.paths[t->path + 1] != '\0') {
		t->path++;
		wait_ms(t, PAUSE, 0);
		return;
	}
	finish(t, ERR_RETRY, "FTP_MISSING", "the store has no such file");
}

/* What the try came to; everything but success is a decision. */
static void
judge(struct transfer *t, CURLcode result)
{
	const char *why = curl_easy_strerror(result);
	long reply = 0;

	(void)curl_easy_getinfo(t->task.easy, CURLINFO_RESPONSE_CODE, &reply);
	if (t->too_large || result == CURLE_FILESIZE_EXCEEDED) {
		finish(t, ERR_REFUSE, "FILE_LARGE",
		    "the file is larger than allowed");
	} else if (t->disk_failed) {
		finish(t, ERR_RETRY, t->job.upload ? "BLOB_READ" : "BLOB_WRITE",
		    "the file on the disk can't be used");
	} else if (result == CURLE_LOGIN_DENIED) {
		finish(t, ERR_RETRY, "FTP_LOGIN", why);
	} else if (ftp_easy_missing(result, reply) && !t->job.upload) {
		try_other_path(t);
	} else if (result == CURLE_BAD_DOWNLOAD_RESUME) {
		if (begin_anew(t))
			try_failed(t, "FTP_TROUBLE", why);
		else
			finish(t, ERR_RETRY, "BLOB_WRITE", "can't be cut");
	} else if (result == CURLE_COULDNT_CONNECT
	    || result == CURLE_COULDNT_RESOLVE_HOST) {
		try_failed(t, "FTP_UNREACHABLE", why);
	} else {
		try_failed(t, "FTP_TROUBLE", why);
	}
}

/* How much the server says that it has now. */
static void
judge_size(struct transfer *t)
{
	curl_off_t there = -1;

	(void)curl_easy_getinfo(
	    t->task.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &there);
	if (there == -1 || there == t->have) { /* -1: it can't say */
		finish(t, ERR_NONE, "", "");
		return;
	}
	if (there > t->have)
		(void)begin_anew(t);
	try_failed(t, "FTP_TROUBLE", "the store has another size");
}

static void
ask_size(struct transfer *t)
{
	drop_easy(t);
	t->phase = ASKING;
	t->moved_ms = clock_mono_ms();
	t->task.easy = ftp_easy(t->ftp->multi, &t->job, t->job.paths[t->path]);
	assert(t->task.easy != NULL); /* it was a name before */
	ftp_easy_ask(t->task.easy);
	multi_add(t->ftp->multi, &t->task);
}

static void
on_ended(struct multi_task *task, CURLcode result)
{
	struct transfer *t = TRANSFER_OF(task);

	if (result != CURLE_OK)
		judge(t, result);
	else if (t->phase == ASKING)
		judge_size(t);
	else if (t->job.upload)
		ask_size(t);
	else
		finish(t, ERR_NONE, "", "");
}

static void
prepare_upload(struct transfer *t, CURL *easy)
{
	(void)curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_wanted);
	(void)curl_easy_setopt(easy, CURLOPT_READDATA, t);
	(void)curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
	(void)curl_easy_setopt(easy, CURLOPT_SEEKDATA, t);
	(void)curl_easy_setopt(
	    easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->have);
	/* -1: SIZE, then APPE of the rest. */
	(void)curl_easy_setopt(easy, CURLOPT_RESUME_FROM_LARGE,
	    (curl_off_t)(t->anew || t->have == 0 ? 0 : -1));
}

static void
prepare_download(struct transfer *t, CURL *easy)
{
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	(void)curl_easy_setopt(
	    easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->job.bytes_max);
	(void)curl_easy_setopt(
	    easy, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)t->have);
}

static void
start_try(struct transfer *t)
{
	CURL *easy = ftp_easy(t->ftp->multi, &t->job, t->job.paths[t->path]);
	int64_t at = t->job.upload ? 0 : t->have;

	if (easy == NULL) {
		finish(t, ERR_REFUSE, "FTP_NAME", "no name for the store");
		return;
	}
	t->task.easy = easy;
	if (lseek(t->fd, at, SEEK_SET) != at) {
		finish(t, ERR_RETRY, "BLOB_READ", "a file can't be read");
		return;
	}
	if (t->job.upload)
		prepare_upload(t, easy);
	else
		prepare_download(t, easy);
	t->phase = TRYING;
	t->result.tries++;
	t->try_from = t->have;
	t->moved_ms = clock_mono_ms();
	multi_add(t->ftp->multi, &t->task);
}

/* What there is of the file, and how it is watched. */
static void
begin(struct transfer *t)
{
	int64_t every = t->job.timeout_ms / 4;
	struct timeval tv;
	struct stat st;

	if (every < WATCH_MS)
		every = WATCH_MS;
	tv = (struct timeval){ .tv_sec = every / 1000,
		.tv_usec = every % 1000 * 1000 };
	(void)event_add(t->watch, &tv);
	ftp_sums_init(&t->sums, t->job.digests);
	t->have = fstat(t->fd, &st) == 0 ? st.st_size : 0;
	t->result.resumed = !t->job.upload && t->have > 0;
	if (!t->job.upload && t->have > t->job.bytes_max)
		(void)begin_anew(t);
	wait_ms(t, READING, 0);
	if (t->job.upload && t->have > t->job.bytes_max) {
		t->result.code = "FILE_LARGE";
		t->result.why = "the file is larger than allowed";
		t->phase = REFUSED;
	}
}

struct ftp *
ftp_new(struct multi *multi)
{
	struct ftp *ftp = xcalloc(1, sizeof(*ftp));

	TAILQ_INIT(&ftp->transfers);
	ftp->multi = multi;
	ftp->room = xcalloc(1, STEP_BYTES);
	return ftp;
}

void
ftp_abort(struct ftp *ftp)
{
	struct transfer *t;

	while ((t = TAILQ_FIRST(&ftp->transfers)) != NULL)
		transfer_free(t); /* NOLINT: it leaves the list */
}

void
ftp_free(struct ftp *ftp)
{
	if (ftp == NULL)
		return;
	ftp_abort(ftp);
	free(ftp->room);
	free(ftp);
}

void
ftp_start(struct ftp *ftp, const struct ftp_job *job, int fd, ftp_done *done,
    void *arg)
{
	struct transfer *t = xcalloc(1, sizeof(*t));
	struct event_base *base = multi_base(ftp->multi);

	t->ftp = ftp;
	t->arena = arena_new();
	ftp_job_copy(job, t->arena, &t->job);
	t->fd = fd;
	t->done = done;
	t->arg = arg;
	t->begun_ms = clock_mono_ms();
	t->task.ended = on_ended;
	t->timer = evtimer_new(base, on_timer, t);
	t->watch = event_new(base, -1, EV_PERSIST, on_watch, t);
	TAILQ_INSERT_TAIL(&ftp->transfers, t, link);
	ftp->running++;
	begin(t);
}

size_t
ftp_running(const struct ftp *ftp)
{
	return ftp->running;
}
