#include "test/lib/ftp_run.h"

#include "test/lib/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/err.h"
#include "gateway/exchange/multi.h"

#define TIME_MS 20000

struct event_base *base;
static struct multi *multi;
struct ftp *ftp;
struct ftp_store store;
char part[64];
static bool there;

void
on_done(const struct ftp_result *result, void *arg)
{
	struct got *got = arg;

	got->result = *result;
	(void)snprintf(got->code, sizeof(got->code), "%s", result->code);
	(void)snprintf(got->why, sizeof(got->why), "%s", result->why);
	got->done = true;
}

int
open_part(void)
{
	return open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

struct ftp_job
job_for(const char *path)
{
	return (struct ftp_job){ .url = store.url,
		.user = "anonymous",
		.password = "smev",
		.paths = { path, "" },
		.bytes_max = 1 << 30,
		.timeout_ms = TIME_MS,
		.tries = 3,
		.digests = 1U << GOST_STREEBOG_256 };
}

struct got
run(const struct ftp_job *job)
{
	struct got got = { .done = false };

	ftp_start(ftp, job, open_part(), on_done, &got);
	assert_false(got.done);
	assert_int_equal(ftp_running(ftp), 1);
	while (!got.done)
		assert_int_not_equal(event_base_loop(base, EVLOOP_ONCE), -1);
	assert_int_equal(ftp_running(ftp), 0);
	return got;
}

void
write_part(size_t bytes)
{
	FILE *file = fopen(part, "w");

	assert_non_null(file);
	for (size_t i = 0; i < bytes; i++)
		(void)fputc(ftp_store_byte(i), file);
	assert_int_equal(fclose(file), 0);
}

void
assert_file(const char *path, size_t bytes)
{
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	for (size_t i = 0; i < bytes; i++)
		if (fgetc(file) != ftp_store_byte(i))
			fail_msg("byte %zu of %s differs", i, path);
	assert_int_equal(fgetc(file), EOF);
	(void)fclose(file);
}

void
assert_digest(const struct got *got, enum gost_digest which, size_t bytes)
{
	unsigned char want[GOST_DIGEST_MAX], *p = malloc(bytes + 1);

	assert_non_null(p);
	for (size_t i = 0; i < bytes; i++)
		p[i] = ftp_store_byte(i);
	gost_digest(which, p, bytes, want);
	free(p);
	assert_int_equal(
	    got->result.digest_bytes[which], gost_digest_bytes(which));
	assert_memory_equal(
	    got->result.digest[which], want, gost_digest_bytes(which));
}

void
assert_whole(const struct got *got, size_t bytes)
{
	if (got->result.kind != 0)
		fail_msg("%s: %s", got->code, got->why);
	assert_int_equal(got->result.bytes, bytes);
	assert_digest(got, GOST_STREEBOG_256, bytes);
	assert_file(part, bytes);
}

int
set_up_all(void **state)
{
	struct err err;

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	there = ftp_store_there();
	base = event_base_new();
	if (gost_setup(NULL, &err) == -1
	    || multi_new(base, "", &multi, &err) == -1)
		fail_msg("%s", err.text);
	return 0;
}

int
tear_down_all(void **state)
{
	(void)state;
	multi_free(multi);
	event_base_free(base);
	return 0;
}

int
set_up(void **state)
{
	int fd;

	(void)state;
	(void)snprintf(part, sizeof(part), "/tmp/kontingent-part-XXXXXX");
	fd = mkstemp(part);
	assert_int_not_equal(fd, -1);
	(void)close(fd);
	ftp = ftp_new(multi);
	return 0;
}

int
tear_down(void **state)
{
	(void)state;
	ftp_free(ftp);
	ftp_store_end(&store);
	(void)unlink(part);
	return 0;
}

void
need_server(void)
{
	if (!there)
		skip();
}
