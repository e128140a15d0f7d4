#include "gateway/flow/job.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/wire.h"
#include "gateway/ipc.h"

#define BODIES_MAX 1000 /* changesets of one envelope */
#define FILES_MAX  1000 /* files of one message */

void
open_job_write(const struct open_job *job, struct buf *out)
{
	wire_put_int(out, job->channel);
	wire_put_int(out, job->op);
	wire_put_text(out, job->source);
	wire_put_text(out, job->content_type);
	wire_put_text(out, job->digest);
	wire_put_blob(out, job->body, job->body_bytes);
}

bool
open_job_read(
    const struct ipc_message *msg, struct arena *arena, struct open_job *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->channel = (enum channel)wire_range(&wire, 0, CHANNEL_END - 1);
	ret->op = (int)wire_range(&wire, 0, 16);
	ret->source = wire_text(&wire, arena);
	ret->content_type = wire_text(&wire, arena);
	ret->digest = wire_text(&wire, arena);
	ret->body = wire_blob(&wire, &ret->body_bytes);
	return wire_ok(&wire);
}

void
opened_write(const struct opened *opened, struct buf *out)
{
	wire_put_text(out, opened->packet_id);
	wire_put_text(out, opened->kind);
	wire_put_blob(out, opened->changeset, opened->changeset_bytes);
	wire_put_blob(out, opened->door, opened->door_bytes);
}

bool
opened_read(
    const struct ipc_message *msg, struct arena *arena, struct opened *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->packet_id = wire_text(&wire, arena);
	ret->kind = wire_text(&wire, arena);
	ret->changeset = wire_blob(&wire, &ret->changeset_bytes);
	ret->door = wire_blob(&wire, &ret->door_bytes);
	return wire_ok(&wire);
}

/* The texts of struct decoded, in the order in which they travel. */
#define DECODED_TEXTS(d)                                           \
	&(d)->message_id, &(d)->ack_id, &(d)->original_message_id, \
	    &(d)->reply_to, &(d)->sender, &(d)->sending_timestamp, \
	    &(d)->datatype, &(d)->source, &(d)->code, &(d)->why,   \
	    &(d)->guessed_id, &(d)->eol, &(d)->status, &(d)->queues

void
decoded_write(const struct decoded *decoded, struct buf *out)
{
	const char *const *const texts[] = { DECODED_TEXTS(decoded) };

	wire_put_int(out, decoded->need_body);
	wire_put_int(out, decoded->answer);
	wire_put_int(out, decoded->signature_ok);
	wire_put_int(out, decoded->test);
	wire_put_int(out, decoded->broadcast);
	wire_put_int(out, decoded->failed);
	wire_put_int(out, decoded->status_code);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		wire_put_text(out, *texts[i]);
	wire_put_blob(out, decoded->changeset, decoded->changeset_bytes);
	wire_put_blob(out, decoded->door, decoded->door_bytes);
	wire_put_blob(out, decoded->files, decoded->files_bytes);
}

bool
decoded_read(
    const struct ipc_message *msg, struct arena *arena, struct decoded *ret)
{
	const char **const texts[] = { DECODED_TEXTS(ret) };
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->need_body = wire_range(&wire, 0, 1) == 1;
	ret->answer = (int)wire_range(&wire, 0, 32);
	ret->signature_ok = wire_range(&wire, 0, 1) == 1;
	ret->test = wire_range(&wire, 0, 1) == 1;
	ret->broadcast = wire_range(&wire, 0, 1) == 1;
	ret->failed = wire_range(&wire, 0, 1) == 1;
	ret->status_code = wire_range(&wire, INT32_MIN, INT32_MAX);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = wire_text(&wire, arena);
	ret->changeset = wire_blob(&wire, &ret->changeset_bytes);
	ret->door = wire_blob(&wire, &ret->door_bytes);
	ret->files = wire_blob(&wire, &ret->files_bytes);
	return wire_ok(&wire);
}

static void
seal_file_write(const struct seal_file *file, struct buf *out)
{
	wire_put_int(out, file->by_ftp);
	wire_put_text(out, file->id);
	wire_put_text(out, file->name);
	wire_put_text(out, file->mime);
	wire_put_text(out, file->namespace_uri);
	wire_put_text(out, file->signature);
	wire_put_blob(out, file->digest, file->digest_bytes);
	wire_put_int(out, file->bytes);
	wire_put_blob(out, file->content, file->content_bytes);
}

static void
seal_file_read(struct wire *wire, struct arena *arena, struct seal_file *ret)
{
	ret->by_ftp = wire_range(wire, 0, 1) == 1;
	ret->id = wire_text(wire, arena);
	ret->name = wire_text(wire, arena);
	ret->mime = wire_text(wire, arena);
	ret->namespace_uri = wire_text(wire, arena);
	ret->signature = wire_text(wire, arena);
	ret->digest = wire_blob(wire, &ret->digest_bytes);
	ret->bytes = wire_range(wire, 0, INT64_MAX);
	ret->content = wire_blob(wire, &ret->content_bytes);
}

void
seal_job_write(const struct seal_job *job, struct buf *out)
{
	wire_put_int(out, job->op);
	wire_put_text(out, job->message_id);
	wire_put_text(out, job->kind);
	wire_put_text(out, job->to);
	wire_put_text(out, job->namespace_uri);
	wire_put_text(out, job->root);
	wire_put_text(out, job->timestamp);
	wire_put_int(out, job->accepted);
	wire_put_int(out, job->test);
	wire_put_int(out, job->eol_ms);
	wire_put_int(out, (int64_t)job->body_count);
	for (size_t i = 0; i < job->body_count; i++)
		wire_put_blob(out, job->bodies[i], job->body_bytes[i]);
	wire_put_int(out, (int64_t)job->file_count);
	for (size_t i = 0; i < job->file_count; i++)
		seal_file_write(&job->files[i], out);
	wire_put_int(out, job->mtom);
}

bool
seal_job_read(
    const struct ipc_message *msg, struct arena *arena, struct seal_job *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->op = (int)wire_range(&wire, 0, 16);
	ret->message_id = wire_text(&wire, arena);
	ret->kind = wire_text(&wire, arena);
	ret->to = wire_text(&wire, arena);
	ret->namespace_uri = wire_text(&wire, arena);
	ret->root = wire_text(&wire, arena);
	ret->timestamp = wire_text(&wire, arena);
	ret->accepted = wire_range(&wire, 0, 1) == 1;
	ret->test = wire_range(&wire, 0, 1) == 1;
	ret->eol_ms = wire_range(&wire, 0, INT64_MAX);
	ret->body_count = (size_t)wire_range(&wire, 0, BODIES_MAX);
	ret->bodies =
	    arena_alloc(arena, (ret->body_count + 1) * sizeof(*ret->bodies));
	ret->body_bytes = arena_alloc(
	    arena, (ret->body_count + 1) * sizeof(*ret->body_bytes));
	for (size_t i = 0; i < ret->body_count; i++)
		ret->bodies[i] = wire_blob(&wire, &ret->body_bytes[i]);
	ret->file_count = (size_t)wire_range(&wire, 0, FILES_MAX);
	ret->files =
	    arena_alloc(arena, (ret->file_count + 1) * sizeof(*ret->files));
	for (size_t i = 0; i < ret->file_count; i++)
		seal_file_read(&wire, arena, &ret->files[i]);
	ret->mtom = wire_range(&wire, 0, 1) == 1;
	return wire_ok(&wire);
}

void
sealed_write(const struct sealed *sealed, struct buf *out)
{
	wire_put_int(out, sealed->kind);
	wire_put_text(out, sealed->code);
	wire_put_text(out, sealed->why);
	wire_put_text(out, sealed->soap_action);
	wire_put_text(out, sealed->content_type);
	wire_put_blob(out, sealed->call, sealed->call_bytes);
}

bool
sealed_read(
    const struct ipc_message *msg, struct arena *arena, struct sealed *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->kind = (int)wire_range(&wire, 0, 4);
	ret->code = wire_text(&wire, arena);
	ret->why = wire_text(&wire, arena);
	ret->soap_action = wire_text(&wire, arena);
	ret->content_type = wire_text(&wire, arena);
	ret->call = wire_blob(&wire, &ret->call_bytes);
	return wire_ok(&wire);
}

void
call_job_write(const struct call_job *job, struct buf *out)
{
	wire_put_text(out, job->url);
	wire_put_text(out, job->soap_action);
	wire_put_text(out, job->content_type);
	wire_put_int(out, job->timeout_ms);
	wire_put_int(out, job->max_bytes);
	wire_put_blob(out, job->body, job->body_bytes);
}

bool
call_job_read(
    const struct ipc_message *msg, struct arena *arena, struct call_job *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->url = wire_text(&wire, arena);
	ret->soap_action = wire_text(&wire, arena);
	ret->content_type = wire_text(&wire, arena);
	ret->timeout_ms = wire_int(&wire);
	ret->max_bytes = wire_int(&wire);
	ret->body = wire_blob(&wire, &ret->body_bytes);
	return wire_ok(&wire);
}

void
called_write(const struct called *called, struct buf *out)
{
	wire_put_int(out, called->http);
	wire_put_text(out, called->content_type);
	wire_put_text(out, called->error);
	wire_put_int(out, called->took_ms);
	wire_put_blob(out, called->body, called->body_bytes);
}

bool
called_read(
    const struct ipc_message *msg, struct arena *arena, struct called *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->http = (int)wire_range(&wire, 0, 999);
	ret->content_type = wire_text(&wire, arena);
	ret->error = wire_text(&wire, arena);
	ret->took_ms = wire_int(&wire);
	ret->body = wire_blob(&wire, &ret->body_bytes);
	return wire_ok(&wire);
}

void
sign_job_write(const struct sign_job *job, struct buf *out)
{
	wire_put_int(out, job->use);
	wire_put_int(out, job->form);
	wire_put_blob(out, job->digest, job->digest_bytes);
	wire_put_int(out, job->at_ms);
}

bool
sign_job_read(const struct ipc_message *msg, struct sign_job *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->use = (int)wire_range(&wire, 0, KEY_USES - 1);
	ret->form = (int)wire_range(&wire, 0, SIGN_FORMS - 1);
	ret->digest = wire_blob(&wire, &ret->digest_bytes);
	ret->at_ms = wire_int(&wire);
	return wire_ok(&wire);
}

void
signed_write(const struct signed_value *value, struct buf *out)
{
	wire_put_int(out, value->use);
	wire_put_int(out, value->algorithm);
	wire_put_text(out, value->cert_base64);
	wire_put_text(out, value->code);
	wire_put_text(out, value->why);
	wire_put_blob(out, value->value, value->value_bytes);
}

bool
signed_read(const struct ipc_message *msg, struct arena *arena,
    struct signed_value *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->use = (int)wire_range(&wire, 0, KEY_USES - 1);
	ret->algorithm = (int)wire_range(&wire, 0, 2);
	ret->cert_base64 = wire_text(&wire, arena);
	ret->code = wire_text(&wire, arena);
	ret->why = wire_text(&wire, arena);
	ret->value = wire_blob(&wire, &ret->value_bytes);
	return wire_ok(&wire);
}
