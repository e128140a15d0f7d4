/*
 * model/protocol.h - what became of a packet, record by record.
 *
 * store fills it while it applies a changeset; gateway writes it as XML.
 * Source: domain PACKETS 1.3.
 */
#ifndef MODEL_PROTOCOL_H
#define MODEL_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/defect.h"

enum record_result {
	RESULT_CREATED = 1,
	RESULT_UPDATED,
	RESULT_UNCHANGED,
	RESULT_LINKED,
	RESULT_PROVISIONAL,
	RESULT_CONFLICT,
	RESULT_REJECTED,
	RESULT_STALE,
	RESULT_FOUND,
	RESULT_END
};

struct record_outcome {
	long rec_no;
	const char *external_key;
	enum record_result result;
	const char *regional_number; /* "" if none */
	const char *entity_id; /* ours; not shown outside */
};

struct protocol {
	const char *packet_id; /* "" when not known */
	const char *status; /* ACCEPTED, PARTIAL, REFUSED, HELD */
	const char *kind;
	int64_t started_ms, finished_ms;
	struct record_outcome *outcomes;
	size_t outcome_count;
	struct defects defects; /* of the packet and its records */
};

/* "CREATED" ... as the protocol says it; "" for no result. */
const char *record_result_name(enum record_result result);

#endif
