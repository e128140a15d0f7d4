#include "gateway/filer/filer_job.h"

#include "base/buf.h"
#include "base/wire.h"
#include "gateway/ipc.h"

void
file_job_write(const struct file_job *job, struct buf *out)
{
	wire_put_text(out, job->source);
	wire_put_text(out, job->name);
	wire_put_text(out, job->shelf);
	wire_put_text(out, job->digest);
	wire_put_int(out, job->bytes);
	wire_put_int(out, job->want_512);
	wire_put_blob(out, job->body, job->body_bytes);
}

bool
file_job_read(
    const struct ipc_message *msg, struct arena *arena, struct file_job *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->source = wire_text(&wire, arena);
	ret->name = wire_text(&wire, arena);
	ret->shelf = wire_text(&wire, arena);
	ret->digest = wire_text(&wire, arena);
	ret->bytes = wire_int(&wire);
	ret->want_512 = wire_range(&wire, 0, 1) == 1;
	ret->body = wire_blob(&wire, &ret->body_bytes);
	return wire_ok(&wire);
}

void
filed_write(const struct filed *filed, struct buf *out)
{
	wire_put_int(out, filed->fate);
	wire_put_text(out, filed->code);
	wire_put_text(out, filed->why);
	wire_put_text(out, filed->client_id);
	wire_put_text(out, filed->digest);
	wire_put_text(out, filed->digest_512);
	wire_put_int(out, filed->bytes);
}

bool
filed_read(
    const struct ipc_message *msg, struct arena *arena, struct filed *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->fate = (enum filed_fate)wire_range(&wire, 0, FILED_FATE_END - 1);
	ret->code = wire_text(&wire, arena);
	ret->why = wire_text(&wire, arena);
	ret->client_id = wire_text(&wire, arena);
	ret->digest = wire_text(&wire, arena);
	ret->digest_512 = wire_text(&wire, arena);
	ret->bytes = wire_range(&wire, 0, INT64_MAX);
	return wire_ok(&wire);
}
