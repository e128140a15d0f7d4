/* Runs in store, inside settle's transaction. */
#include "gateway/flow/route.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/defect.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "model/changeset.h"
#include "model/changeset_codec.h"
#include "model/domain_event.h"
#include "model/protocol.h"
#include "queue/outbox.h"
#include "xsd/xml_date.h"

/* Until when who asked has to have our answer; 0: nobody says. */
static int64_t
due_by_ms(const struct transit *transit)
{
	const struct config_datatype *type = config_datatype_named(
	    transit->desk->config, transit->decoded.datatype);
	int64_t sent_ms;

	if (xml_datetime_parse(transit->decoded.sending_timestamp, &sent_ms)
	    == -1)
		sent_ms = transit->received_ms;
	return type == NULL ? 0 : sent_ms + type->deadline_s * 1000;
}

static void
put(struct store_tx *tx, const struct transit *transit, const char *lane,
    const struct config_datatype *type, const char *kind, const char *subject,
    const char *dedup_key, const struct changeset *change)
{
	bool answer = strcmp(lane, LANE_ANSWERS) == 0;
	struct buf body;

	buf_init(&body, 0);
	changeset_encode(change, &body);
	outbox_put(tx,
	    &(struct message){
		.lane = lane,
		.destination = answer ? transit->decoded.sender : type->name,
		.kind = kind,
		.subject = subject,
		.dedup_key = dedup_key,
		.reply_to = answer ? transit->decoded.reply_to : "",
		.due_by_ms = answer ? due_by_ms(transit) : 0,
		.eol_ms = answer || type->eol_s == 0
		    ? 0
		    : clock_now_ms() + type->eol_s * 1000,
		.cause = transit->packet_id,
		.body = body.data,
		.body_bytes = body.bytes,
		.due_ms = clock_now_ms(),
	    });
	buf_release(&body);
}

/* The federal segment hears of every change of a learner, in its order. */
static void
tell_federal(struct store_tx *tx, struct transit *transit,
    const struct domain_event *event)
{
	const struct config *config = transit->desk->config;
	const struct config_datatype *type = NULL;

	for (size_t i = config->datatype_count; i > 0; i--)
		if (!config->datatypes[i - 1].provider
		    && strcmp(config->datatypes[i - 1].adapter, "federal-push")
			== 0)
			type = &config->datatypes[i - 1];
	if (type == NULL || event->snapshot == NULL)
		return;
	put(tx, transit, LANE_FEDERAL, type, "federal-push", event->subject,
	    arena_printf(transit->arena, "federal:%s:%lld", event->subject,
		(long long)event->change_seq),
	    event->snapshot);
}

static struct changeset *
answer_of(struct transit *transit, const char *status, const char *code,
    const char *text)
{
	struct changeset *change = changeset_new(transit->arena);
	struct answer *answer = arena_alloc(transit->arena, sizeof(*answer));

	*answer = (struct answer){
		.status = status, .code = code, .text = text, .federal_guid = ""
	};
	change->kind = "ANSWER";
	change->mode = MODE_ANSWER;
	if (transit->change != NULL)
		change->their_id = transit->change->their_id;
	changeset_records(change, transit->arena, 1);
	change->records[0].rec_no = 1;
	change->records[0].kind = RECORD_ANSWER;
	change->records[0].answer = answer;
	return change;
}

static void
put_answer(struct store_tx *tx, struct transit *transit, const char *kind,
    const struct changeset *change)
{
	put(tx, transit, LANE_ANSWERS, NULL, kind, "",
	    arena_printf(transit->arena, "answer:%s", transit->packet_id),
	    change);
}

/* The code of the gravest defect, of equals the first. */
static const char *
worst_code(const struct defects *defects)
{
	for (size_t i = 0; i < defects->count; i++)
		if (defects->items[i].level == defects->worst)
			return defects->items[i].code;
	return "X_INTERNAL";
}

/* One answer speaks for all records: it is good when each was taken. */
static bool
any_rejected(const struct protocol *protocol)
{
	for (size_t i = 0; i < protocol->outcome_count; i++)
		if (protocol->outcomes[i].result == RESULT_REJECTED)
			return true;
	return false;
}

void
flow_route(struct store_tx *tx, struct transit *transit,
    const struct domain_events *events, const struct protocol *protocol)
{
	const struct changeset *change = transit->change;
	bool answered = false;

	for (const struct domain_event *e = events->first; e != NULL;
	     e = e->next) {
		if (e->type == EVENT_ANSWER_OWED) {
			put_answer(
			    tx, transit, change->reply_kind, e->snapshot);
			answered = true;
		} else if (!transit->test) {
			tell_federal(tx, transit, e);
		}
	}
	/* One answer a message, however many records it has. */
	if (answered || *change->reply_kind == '\0'
	    || transit->channel != CHANNEL_SMEV
	    || *transit->decoded.reply_to == '\0')
		return;
	/* A question that could not be asked has no data for an answer. */
	if (change->mode == MODE_QUERY)
		route_reject(tx, transit, worst_code(&change->defects), "");
	else
		put_answer(tx, transit, change->reply_kind,
		    answer_of(transit, any_rejected(protocol) ? "error" : "ok",
			"", ""));
}

void
route_reject(struct store_tx *tx, struct transit *transit, const char *code,
    const char *why)
{
	const struct code *row = code_find(code);
	const char *smev =
	    row == NULL || *row->smev == '\0' ? "FAILURE" : row->smev;
	const char *text = row == NULL ? why : row->title;

	if (transit->channel != CHANNEL_SMEV
	    || *transit->decoded.reply_to == '\0')
		return;
	/* NO_DATA and its like travel as they are; a failure says our code. */
	put_answer(tx, transit, "reject",
	    answer_of(transit, "rejected",
		strcmp(smev, "FAILURE") == 0 ? code : smev, text));
}
