/*
 * Runs in an opener: the signatures inside a registry message, record by
 * record.  SMEV's own signature covers them all, and stays what decides
 * whether the message is SMEV's word at all; these say whose word a record is,
 * and they survive a change of the envelope's version.
 *
 * Source: smev PROTOCOL 11.3, 12.6.
 */
#include "gateway/flow/flow.h"

#include <string.h>

#include "adapters/adapter.h"
#include "adapters/refusal.h"
#include "base/codes.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "crypto/dsig.h"
#include "gateway/config.h"
#include "gateway/door/door_hear.h"
#include "gateway/flow/packet.h"
#include "gateway/flow/personal.h"
#include "gateway/flow/trusts.h"
#include "smev/smev_registry.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

static const char *
judge(const struct flow_tools *tools, struct packet *packet, xmlNode *signature,
    const xmlNode *target)
{
	bool whole;

	return personal_judge(
	    packet, signature, target, trusts_others(tools->trusts), &whole);
}

static const char *
judge_record(const struct flow_tools *tools, struct packet *packet,
    const struct smev_record *record)
{
	const char *code = NULL;

	if (record->content == NULL || record->signed_badly
	    || record->personal_count > SMEV_RECORD_PERSONAL_MAX)
		return "SMEV_RECORD";
	if (record->signature != NULL)
		code = judge(tools, packet, record->signature, record->record);
	else if (packet->datatype->record_signature
	    == RECORD_SIGNATURE_REQUIRED)
		code = "SMEV_RECORD_UNSIGNED";
	for (size_t i = 0; i < record->personal_count && code == NULL; i++)
		code =
		    judge(tools, packet, record->personal[i], record->content);
	return code;
}

/* A reason that an operator removes (an old revocation list) is no reason to
 * refuse: the message waits for him whole. */
static bool
refused_alone(const struct packet *packet, const char *code)
{
	const struct code *row = code_find(code);

	return packet->adapter != NULL && packet->adapter->by_record
	    && !door_passes(packet) && (row == NULL || row->kind != ERR_HOLD);
}

/* What is wrong with a record costs it, or, where it can't, the message. */
static void
blame(struct packet *packet, xmlNode *record, const char *code)
{
	if (refused_alone(packet, code))
		refusal_mark(record, code);
	else
		defects_add(&packet->defects,
		    &(struct defect){ .level = DEFECT_FATAL,
			.code = code,
			.line = xml_node_line(record),
			.path = xml_path(record, packet->arena) });
}

void
flow_records(const struct flow_tools *tools, struct packet *packet)
{
	struct smev_record *records;
	size_t count;
	struct err err;

	if (FAILPOINT("opener.records") || packet->job.channel != CHANNEL_SMEV
	    || packet->datatype == NULL
	    || packet->datatype->record_signature == RECORD_SIGNATURE_NONE)
		return;
	if (smev_registry_read(
		packet->root, packet->arena, &records, &count, &err)
		== -1
	    || (count != 0
		&& dsig_ids_new(packet->doc, &packet->ids, &err) == -1)) {
		packet_refuse(packet, &err);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const char *code = judge_record(tools, packet, &records[i]);

		if (code != NULL)
			blame(packet, records[i].element, code);
	}
	dsig_ids_free(packet->ids);
	packet->ids = NULL;
}
