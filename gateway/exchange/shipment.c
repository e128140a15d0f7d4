#include "gateway/exchange/shipment.h"

#include <string.h>

#include "base/clock.h"
#include "base/rand.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/door/door_deliver.h"
#include "gateway/exchange/backoff.h"
#include "gateway/exchange/lane.h"
#include "queue/journal.h"
#include "queue/verdict.h"
#include "smev/smev.h"
#include "store/store.h"
#include "xsd/xml_date.h"

#define DAY_MS INT64_C(86400000)

static int64_t
pause_of(const struct shipment *s)
{
	const struct config *config = s->lane->desk->config;

	return backoff_pause_ms(backoff_of(s->code), &config->retry,
	    s->envelope.attempt, rand_u64());
}

/* The time to answer counts from when SMEV took it (PROTOCOL 6), as SMEV tells;
 * a clock that is a day off is not believed. */
static int64_t
taken_ms(const struct shipment *s)
{
	int64_t now = clock_now_ms(), said;

	if (s->sent_at == NULL || xml_datetime_parse(s->sent_at, &said) == -1
	    || said < now - DAY_MS || said > now + DAY_MS)
		return now;
	return said;
}

static int64_t
answer_by_ms(struct store_tx *tx, const struct shipment *s)
{
	const struct config *config = s->lane->desk->config;

	if (s->lane->op != SMEV_SEND_REQUEST)
		return 0;
	if (strcmp(s->envelope.kind, CONFIG_DOOR) == 0)
		return door_answer_by_ms(
		    tx, s->lane->desk, &s->envelope, taken_ms(s));
	for (size_t i = 0; i < config->datatype_count; i++)
		if (strcmp(config->datatypes[i].adapter, s->envelope.kind) == 0)
			return taken_ms(s)
			    + config->datatypes[i].deadline_s * 1000;
	return 0;
}

/* Who rests from now on, or goes on; those who waited for that are due. */
static void
record_rest(struct store_tx *tx, const struct rest *rest)
{
	if (rest->realm == NULL)
		return;
	if (rest->until_ms != 0)
		rest_put(tx, rest);
	else
		rest_end(tx, rest->realm, rest->name);
}

/* The same bytes, or, when SMEV does not find the files, another message with
 * files that are brought anew. */
static void
again(struct store_tx *tx, const struct shipment *s)
{
	int64_t due_ms = clock_now_ms() + pause_of(s);

	if (strcmp(s->code, "SMEV_FTP_FILES") == 0)
		(void)verdict_return(
		    tx, s->envelope.id, due_ms, s->code, s->why);
	else
		outbox_retry(tx, s->envelope.id, due_ms, s->code, s->why);
}

void
shipment_record(struct store_tx *tx, struct batch_job *job)
{
	struct shipment *s = SHIPMENT_OF(job);
	int64_t limit = s->lane->desk->config->retry.send_attempts;

	record_rest(tx, &s->rest);
	record_rest(tx, &s->own_rest);
	if (s->hasten != NULL)
		(void)outbox_hasten(
		    tx, s->lane->name, s->place->name, s->hasten);
	if (s->ends == ENDS_RETRY && s->envelope.attempt >= limit
	    && !backoff_endless(backoff_of(s->code)))
		s->ends = ENDS_HELD;
	if (s->ends == ENDS_HELD
	    && door_unsent(tx, &s->envelope, s->code, s->why))
		s->ends = ENDS_REFUSED;
	switch (s->ends) {
	case ENDS_DELIVERED:
		outbox_delivered(tx, s->envelope.id, answer_by_ms(tx, s));
		break;
	case ENDS_RENEW:
		outbox_renew(tx, s->envelope.id);
		break;
	case ENDS_REFUSED:
		break; /* who sent it was told */
	case ENDS_HELD:
		outbox_held(tx, s->envelope.id, s->code, s->why);
		break;
	case ENDS_RETRY:
		again(tx, s);
		return; /* the journal keeps ends, not tries */
	}
	journal_add(tx,
	    &(struct journal_entry){ .event = s->ends == ENDS_DELIVERED
		    ? "delivered"
		    : s->ends == ENDS_HELD    ? "out-held"
		    : s->ends == ENDS_REFUSED ? "out-refused"
					      : "renewed",
		.packet_id = s->envelope.message_id,
		.source = s->lane->name,
		.digest = "",
		.detail = s->code });
}
