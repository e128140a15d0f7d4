#include "gateway/flow/fail.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/err.h"
#include "base/rand.h"
#include "base/uuid.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/exchange/polled.h"
#include "gateway/flow/route.h"
#include "gateway/protocol_xml.h"
#include "model/changeset.h"
#include "model/protocol.h"
#include "queue/inbox.h"
#include "queue/journal.h"
#include "queue/queue.h"
#include "queue/retry.h"
#include "store/store.h"

/* The first of the worst defects gives the packet its code. */
static const char *
worst_code(const struct defects *defects)
{
	for (size_t i = 0; i < defects->count; i++)
		if (defects->items[i].level == defects->worst)
			return defects->items[i].code;
	return "";
}

int
fail_http(const struct protocol *protocol)
{
	const struct code *code = code_find(worst_code(&protocol->defects));

	return code == NULL || code->http == 0 ? 422 : code->http;
}

void
fail_refuse(struct store_tx *tx, struct transit *t, struct protocol *protocol)
{
	protocol->defects = t->change->defects;
	protocol->status = "REFUSED";
	t->state_name = INBOX_REFUSED;
	t->code = worst_code(&protocol->defects);
	route_reject(tx, t, t->code, "");
}

bool
fail_waits(const struct transit *t, struct err *ret_why)
{
	const struct code *row = code_find(worst_code(&t->change->defects));

	if (t->channel != CHANNEL_SMEV || row == NULL || row->kind != ERR_HOLD)
		return false;
	(void)err_set(ret_why, ERR_HOLD, row->code, "%s", "");
	return true;
}

void
fail_count(struct transit *t, struct protocol *protocol)
{
	size_t bad = 0;

	for (size_t i = 0; i < protocol->outcome_count; i++) {
		enum record_result result = protocol->outcomes[i].result;

		bad += result == RESULT_REJECTED || result == RESULT_CONFLICT;
	}
	protocol->status = bad == 0         ? "ACCEPTED"
	    : bad < protocol->outcome_count ? "PARTIAL"
					    : "REFUSED";
	t->state_name = INBOX_APPLIED;
	if (bad != 0)
		t->code = worst_code(&protocol->defects);
}

/* Keep protocol as XML in the transit. */
static void
write_protocol(struct transit *t, struct protocol *protocol)
{
	struct buf xml;

	protocol->packet_id = t->packet_id;
	protocol->finished_ms = clock_now_ms();
	t->http = strcmp(protocol->status, "REFUSED") == 0 ? fail_http(protocol)
							   : 200;
	buf_init(&xml, 0);
	protocol_xml(protocol, &xml);
	t->protocol = arena_memdup(t->arena, xml.data, xml.bytes);
	t->protocol_bytes = xml.bytes;
	buf_release(&xml);
}

static void
settle_row(struct store_tx *tx, struct transit *t)
{
	inbox_settle(tx, t->inbox_id, t->state_name, t->code, t->why,
	    t->protocol, t->protocol_bytes);
	journal_add(tx,
	    &(struct journal_entry){ .event = t->state_name,
		.packet_id = t->packet_id,
		.source = t->source,
		.digest = t->digest,
		.detail = t->code });
}

void
fail_finish(struct store_tx *tx, struct transit *t, struct protocol *protocol)
{
	write_protocol(t, protocol);
	settle_row(tx, t);
}

/* Nothing of the packet was applied, and its row says why. */
static void
end_with(struct store_tx *tx, struct transit *t, const char *state,
    const char *status, const char *code, const char *why)
{
	struct protocol protocol = {
		.status = status, .kind = t->kind, .started_ms = t->received_ms
	};

	defects_init(&protocol.defects, t->arena);
	if (t->change != NULL)
		protocol.defects = t->change->defects;
	defects_add(&protocol.defects,
	    &(struct defect){ .level = DEFECT_FATAL, .code = code });
	t->state_name = state;
	t->code = arena_strdup(t->arena, code);
	t->why = arena_strdup(t->arena, why);
	write_protocol(t, &protocol);
	settle_row(tx, t);
}

void
fail_settle(struct store_tx *tx, struct transit *t, const struct err *err)
{
	switch (err->kind) {
	case ERR_REFUSE:
		end_with(tx, t, INBOX_REFUSED, "REFUSED", err->code, err->text);
		route_reject(tx, t, err->code, err->text);
		return;
	case ERR_HOLD:
		end_with(tx, t, INBOX_HELD, "HELD", err->code, err->text);
		return;
	default:
		return; /* the commit fails, and the row waits as before */
	}
}

bool
fail_named(struct store_tx *tx, struct transit *t, const char *source,
    const char *packet_id)
{
	if (strcmp(t->packet_id, packet_id) == 0)
		return true;
	if (inbox_rename(tx, t->inbox_id, source, packet_id) == 0) {
		(void)inbox_cancel(tx, t->inbox_id, "came again");
		t->state_name = "duplicate";
		return false;
	}
	/* Under either name the journal knows what came. */
	journal_add(tx,
	    &(struct journal_entry){ .event = "accepted",
		.packet_id = packet_id,
		.source = source,
		.digest = t->digest,
		.detail = t->packet_id });
	t->packet_id = arena_strdup(t->arena, packet_id);
	t->source = source;
	return true;
}

void
fail_poison(struct store_tx *tx, struct transit *t)
{
	bool smev = t->channel == CHANNEL_SMEV;
	struct inbox_packet packet = { .source = smev ? "smev" : t->source,
		.channel = smev ? "smev" : "http",
		.content_type = t->content_type,
		.body = t->body,
		.body_bytes = t->body_bytes,
		.meta = smev ? polled_op_name(t->op) : "",
		.received_ms = t->received_ms };
	char id[UUID_BYTES];

	if (t->inbox_id == 0) { /* nobody could read what it is called */
		uuid_v4(id);
		t->packet_id = packet.packet_id = arena_strdup(t->arena, id);
		if (smev)
			polled_digest(t);
		packet.digest = t->digest;
		(void)inbox_put(tx, &packet, t->arena);
		t->inbox_id = packet.id;
		t->source = packet.source;
		journal_add(tx,
		    &(struct journal_entry){ .event = "accepted",
			.packet_id = t->packet_id,
			.source = t->source,
			.digest = t->digest,
			.detail = "poison" });
	}
	end_with(tx, t, INBOX_HELD, "HELD", "PKT_POISON", "openers died of it");
	t->http = 202;
}
