/*
 * gateway/flow/ask.c - the messages between front and store; see flow/job.h.
 */
#include "base/buf.h"
#include "base/wire.h"
#include "gateway/flow/job.h"
#include "gateway/ipc.h"

void
ask_write(int type, const struct ask *ask, struct buf *out)
{
	wire_put_text(out, ask->source);
	if (type == IPC_STATUS) {
		wire_put_text(out, ask->packet_id);
	} else if (type == IPC_CHANGES) {
		wire_put_int(out, ask->after);
	} else {
		wire_put_text(out, ask->content_type);
		if (type == IPC_ACCEPT)
			wire_put_int(out, ask->wait_ms);
		if (type == IPC_ACCEPT)
			wire_put_text(out, ask->digest);
		if (type == IPC_DOOR)
			wire_put_text(out, ask->packet_id);
		wire_put_blob(out, ask->body, ask->body_bytes);
	}
}

bool
ask_read(const struct ipc_message *msg, struct arena *arena, struct ask *ret)
{
	struct wire wire;

	*ret = (struct ask){ .digest = "", .packet_id = "" };
	wire_open(&wire, msg->body, msg->bytes);
	ret->source = wire_text(&wire, arena);
	if (msg->type == IPC_STATUS) {
		ret->packet_id = wire_text(&wire, arena);
	} else if (msg->type == IPC_CHANGES) {
		ret->after = wire_int(&wire);
	} else {
		ret->content_type = wire_text(&wire, arena);
		if (msg->type == IPC_ACCEPT)
			ret->wait_ms = wire_int(&wire);
		if (msg->type == IPC_ACCEPT)
			ret->digest = wire_text(&wire, arena);
		if (msg->type == IPC_DOOR)
			ret->packet_id = wire_text(&wire, arena);
		ret->body = wire_blob(&wire, &ret->body_bytes);
	}
	return wire_ok(&wire);
}

void
reply_write(const struct reply *reply, struct buf *out)
{
	wire_put_int(out, reply->http);
	wire_put_text(out, reply->content_type);
	wire_put_int(out, reply->retry_after_s);
	wire_put_blob(out, reply->body, reply->body_bytes);
}

bool
reply_read(
    const struct ipc_message *msg, struct arena *arena, struct reply *ret)
{
	struct wire wire;

	wire_open(&wire, msg->body, msg->bytes);
	ret->http = (int)wire_range(&wire, 100, 599);
	ret->content_type = wire_text(&wire, arena);
	ret->retry_after_s = wire_int(&wire);
	ret->body = wire_blob(&wire, &ret->body_bytes);
	return wire_ok(&wire);
}
