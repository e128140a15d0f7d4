/*
 * Runs in an opener: an official's signature («ЭП-СП») over the business root.
 *
 * It is looked at wherever there is one, and has to be there where the data
 * type says so.  Namespaces of business data do not change with the envelope's
 * version, so SMEV's conversion leaves it good.  Source: smev PROTOCOL 12.6.
 */
#include "gateway/flow/personal.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "crypto/dsig.h"
#include "gateway/config.h"
#include "gateway/door/door_hear.h"
#include "gateway/flow/flow.h"
#include "gateway/flow/packet.h"
#include "gateway/flow/trusts.h"
#include "smev/smev.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

const char *
personal_judge(struct packet *packet, xmlNode *signature, const xmlNode *target,
    struct trust *trust, bool *ret_whole)
{
	struct dsig_verdict verdict;
	struct err err;

	*ret_whole = false;
	if (dsig_verify_among(packet->doc, packet->ids, signature, target,
		trust, &verdict, &err)
	    == -1)
		return arena_strdup(packet->arena, err.code);
	*ret_whole = verdict.digest_ok && verdict.value_ok;
	if (*ret_whole && (trust == NULL || verdict.trusted))
		return NULL;
	return arena_strdup(packet->arena, verdict.why.code);
}

/* A response for a system behind the door passes as an error, so that it
 * hears of it; all others are refused. */
static void
complain(struct packet *packet, const char *code, const char *why)
{
	if (packet->job.op == SMEV_GET_RESPONSE && door_passes(packet)) {
		packet->door_code = code;
		return;
	}
	defects_add(&packet->defects,
	    &(struct defect){ .level = DEFECT_FATAL,
		.code = code,
		.line = xml_node_line(packet->root),
		.path = xml_path(packet->root, packet->arena),
		.text = why });
}

void
flow_personal(const struct flow_tools *tools, struct packet *packet)
{
	const struct smev_answer *answer = &packet->answer;
	const char *why;
	bool whole;

	if (FAILPOINT("opener.personal") || packet->job.channel != CHANNEL_SMEV)
		return;
	if (answer->personal_signature == NULL) {
		if (config_personal(tools->config,
			packet->job.op == SMEV_GET_REQUEST,
			xml_ns(packet->root), xml_name(packet->root)))
			complain(packet, "SMEV_PERSONAL_NONE", "");
		return;
	}
	why = personal_judge(packet, answer->personal_signature, packet->root,
	    trusts_others(tools->trusts), &whole);
	if (why == NULL)
		return;
	/* An operator renews a revocation list; nobody is refused for it. */
	if (strcmp(why, "DSIG_CRL_STALE") == 0)
		complain(packet, why, "");
	else
		complain(packet,
		    whole ? "SMEV_PERSONAL_TRUST" : "SMEV_PERSONAL_BAD", why);
}
