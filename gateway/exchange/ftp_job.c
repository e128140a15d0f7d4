#include "gateway/exchange/ftp_job.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/wire.h"
#include "gateway/ipc.h"

void
ftp_job_write(const struct ftp_job *job, struct buf *out)
{
	wire_put_int(out, job->upload);
	wire_put_text(out, job->url);
	wire_put_text(out, job->user);
	wire_put_text(out, job->password);
	for (size_t i = 0; i < FTP_PATHS; i++)
		wire_put_text(out, job->paths[i]);
	wire_put_int(out, job->bytes_max);
	wire_put_int(out, job->timeout_ms);
	wire_put_int(out, job->tries);
	wire_put_int(out, job->digests);
}

bool
ftp_job_read(
    const struct ipc_message *msg, struct arena *arena, struct ftp_job *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->upload = wire_range(&wire, 0, 1) == 1;
	ret->url = wire_text(&wire, arena);
	ret->user = wire_text(&wire, arena);
	ret->password = wire_text(&wire, arena);
	for (size_t i = 0; i < FTP_PATHS; i++)
		ret->paths[i] = wire_text(&wire, arena);
	ret->bytes_max = wire_range(&wire, 0, INT64_MAX);
	ret->timeout_ms = wire_range(&wire, 1, INT64_MAX);
	ret->tries = wire_range(&wire, 1, 1000);
	ret->digests = (unsigned)wire_range(&wire, 0, (1 << FTP_DIGESTS) - 1);
	return wire_ok(&wire);
}

void
ftp_job_copy(
    const struct ftp_job *job, struct arena *arena, struct ftp_job *ret)
{
	*ret = *job;
	ret->url = arena_strdup(arena, job->url);
	ret->user = arena_strdup(arena, job->user);
	ret->password = arena_strdup(arena, job->password);
	for (size_t i = 0; i < FTP_PATHS; i++)
		ret->paths[i] = arena_strdup(arena, job->paths[i]);
}

void
ftp_result_write(const struct ftp_result *result, struct buf *out)
{
	wire_put_int(out, result->kind);
	wire_put_text(out, result->code);
	wire_put_text(out, result->why);
	wire_put_int(out, result->resumed);
	wire_put_int(out, result->bytes);
	wire_put_int(out, result->took_ms);
	wire_put_int(out, result->tries);
	for (size_t i = 0; i < FTP_DIGESTS; i++)
		wire_put_blob(out, result->digest[i], result->digest_bytes[i]);
}

bool
ftp_result_read(
    const struct ipc_message *msg, struct arena *arena, struct ftp_result *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->kind = (int)wire_range(&wire, 0, 4);
	ret->code = wire_text(&wire, arena);
	ret->why = wire_text(&wire, arena);
	ret->resumed = wire_range(&wire, 0, 1) == 1;
	ret->bytes = wire_range(&wire, 0, INT64_MAX);
	ret->took_ms = wire_int(&wire);
	ret->tries = wire_range(&wire, 0, INT64_MAX);
	for (size_t i = 0; i < FTP_DIGESTS; i++) {
		size_t bytes;
		const void *p = wire_blob(&wire, &bytes);

		if (bytes > GOST_DIGEST_MAX)
			return false;
		ret->digest_bytes[i] = bytes;
		if (bytes != 0)
			memcpy(ret->digest[i], p, bytes);
	}
	return wire_ok(&wire);
}
