#include "tools/smevemu/emu_state.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "tools/smevemu/emu_ftpd.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_script.h"

const char *
emu_role_name(enum emu_role role)
{
	static const char *const names[] = { "client", "zags", "federal",
		"consumer", "provider" };

	return names[role];
}

void
emu_state_string(const char *text, struct buf *out)
{
	const char *plain;

	if (text == NULL) {
		buf_adds(out, "null");
		return;
	}
	buf_addc(out, '"');
	for (; *text != '\0'; text++) {
		plain = text;
		while ((unsigned char)*text >= ' ' && *text != '"'
		    && *text != '\\')
			text++;
		buf_add(out, plain, (size_t)(text - plain));
		if (*text == '\0')
			break;
		if (*text == '"' || *text == '\\')
			buf_addf(out, "\\%c", *text);
		else
			buf_addf(out, "\\u%04x", (unsigned)*text);
	}
	buf_addc(out, '"');
}

static void
field(const char *name, const char *text, struct buf *out)
{
	buf_addf(out, ",\"%s\":", name);
	emu_state_string(text, out);
}

static void
write_participant(const struct emu_participant *p, struct buf *out)
{
	const struct emu_queue *queue = &p->responses;

	buf_adds(out, "{\"name\":");
	emu_state_string(p->name, out);
	field("title", p->title, out);
	field("role", emu_role_name(p->role), out);
	field("fingerprint", p->fingerprint, out);
	buf_addf(out,
	    ",\"calls\":%" PRIu64 ",\"pushes\":%u,\"push_failures\":%u,"
	    "\"requests\":%zu,\"statuses\":%zu,\"responses\":[",
	    p->call_count, p->pushes, p->push_failures,
	    p->requests.waiting.count, p->statuses.waiting.count);
	for (; queue != NULL; queue = queue->next) {
		buf_adds(out, "{\"node\":");
		emu_state_string(queue->node, out);
		buf_addf(out, ",\"count\":%zu}%s", queue->waiting.count,
		    queue->next == NULL ? "" : ",");
	}
	buf_adds(out, "]}");
}

static void
write_type(const struct emu_type *type, struct buf *out)
{
	const struct emu_type_version *version = type->versions;

	buf_adds(out, "{\"name\":");
	emu_state_string(type->name, out);
	field("provider", type->provider == NULL ? NULL : type->provider->name,
	    out);
	buf_addf(out, ",\"broadcast\":%s,\"versions\":[",
	    type->broadcast ? "true" : "false");
	for (; version != NULL; version = version->next) {
		buf_adds(out, "{\"namespace\":");
		emu_state_string(version->ns, out);
		field("request", version->request, out);
		field("response", version->response, out);
		buf_addf(out, ",\"registry\":%s}%s",
		    version->registry ? "true" : "false",
		    version->next == NULL ? "" : ",");
	}
	buf_adds(out, "]}");
}

static void
write_message(const struct emu_message *msg, struct buf *out)
{
	buf_addf(out,
	    "{\"id\":\"%s\",\"meta_id\":\"%s\",\"kind\":\"%s\",\"state\":"
	    "\"%s\",\"version\":\"%s\"",
	    msg->id, msg->meta_id, emu_kind_name(msg->kind),
	    emu_state_name(msg->state), emu_version_name(msg->version));
	field("sender", msg->sender == NULL ? "SMEV" : msg->sender->name, out);
	field("recipient", msg->recipient == NULL ? NULL : msg->recipient->name,
	    out);
	field("type", msg->type == NULL ? NULL : msg->type->name, out);
	field("namespace", msg->content_ns, out);
	field("root", msg->content_name, out);
	field("reference_id", msg->reference_id, out);
	field("node", msg->node, out);
	if (msg->kind == EMU_RESPONSE || msg->kind == EMU_STATUS) {
		field("answer", msg->answer, out);
		field("original_id",
		    msg->request == NULL ? NULL : msg->request->id, out);
	} else {
		buf_addf(out, ",\"answers\":%u", msg->answers);
	}
	buf_addf(out,
	    ",\"file_bytes\":%zu,\"ftp_user\":\"%s\""
	    ",\"test\":%s,\"received\":%u,\"differing\":%u,\"delivered\":%u,"
	    "\"digest\":\"%s\",\"content_digest\":\"%s\",\"accepted_ms\":"
	    "%" PRId64 ",\"delivered_ms\":%" PRId64 ",\"acked_ms\":%" PRId64
	    "}",
	    msg->file_bytes, msg->ftp_user, msg->test ? "true" : "false",
	    msg->received, msg->differing, msg->delivered, msg->digest,
	    msg->content_digest, msg->accepted_ms, msg->delivered_ms,
	    msg->acked_ms);
}

struct faults {
	struct buf *out;
	bool some;
};

static void
write_rule(const char *line, unsigned hits, void *arg)
{
	struct faults *faults = arg;

	buf_adds(faults->out, faults->some ? ",{\"rule\":" : "{\"rule\":");
	emu_state_string(line, faults->out);
	buf_addf(faults->out, ",\"hits\":%u}", hits);
	faults->some = true;
}

static void
write_counters(const struct emu *emu, struct buf *out)
{
	const struct emu_counters *c = &emu->counters;

	buf_addf(out,
	    "{\"started_ms\":%" PRId64 ",\"counters\":{\"calls\":%" PRIu64
	    ",\"faults\":%" PRIu64 ",\"accepted\":%" PRIu64
	    ",\"repeated\":%" PRIu64 ",\"delivered\":%" PRIu64
	    ",\"acked\":%" PRIu64 ",\"returned\":%" PRIu64
	    ",\"unconfirmed\":%zu,\"messages\":%zu}",
	    emu->started_ms, c->calls, c->faults, c->accepted, c->repeated,
	    c->delivered, c->acked, c->returned, emu->unconfirmed.count,
	    emu->message_count);
}

static void
write_store(const struct emu *emu, struct buf *out)
{
	if (emu->ftpd == NULL)
		return;
	buf_adds(out, ",\"ftp\":{\"address\":");
	emu_state_string(emu->ftp_address, out);
	buf_addf(out, ",\"port\":%d,\"pid\":%d", emu_ftpd_port(emu->ftpd),
	    emu_ftpd_pid(emu->ftpd));
	field("folder", emu->ftp_folder, out);
	buf_adds(out, "}");
}

void
emu_state_write(const struct emu *emu, bool messages, struct buf *out)
{
	const struct emu_participant *participant = emu->participants;
	const struct emu_type *type = emu->types;
	const struct emu_message *msg = emu->made_first;
	struct faults faults = { out, false };

	write_counters(emu, out);
	write_store(emu, out);
	buf_adds(out, ",\"participants\":[");
	for (; participant != NULL; participant = participant->next) {
		write_participant(participant, out);
		buf_adds(out, participant->next == NULL ? "" : ",\n");
	}
	buf_adds(out, "],\n\"types\":[");
	for (; type != NULL; type = type->next) {
		write_type(type, out);
		buf_adds(out, type->next == NULL ? "" : ",\n");
	}
	buf_adds(out, "],\n\"faults\":[");
	emu_script_each(emu->script, write_rule, &faults);
	buf_adds(out, "]");
	if (messages) {
		buf_adds(out, ",\n\"messages\":[\n");
		for (; msg != NULL; msg = msg->made_next) {
			write_message(msg, out);
			buf_adds(out, msg->made_next == NULL ? "" : ",\n");
		}
		buf_adds(out, "]");
	}
	buf_adds(out, "}\n");
}
