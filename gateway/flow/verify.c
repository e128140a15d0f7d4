/*
 * Runs in an opener: who signed it, and is that whom we expect.
 *
 * A packet's own signature is the last child of its root and covers the root;
 * SMEV's covers Request, Response or MessageMetadata.  Only what is covered is
 * read further on: packet->root lies inside it.
 */
#include "gateway/flow/flow.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "crypto/dsig.h"
#include "gateway/config.h"
#include "gateway/flow/packet.h"
#include "gateway/flow/trusts.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define NS_DSIG "http://www.w3.org/2000/09/xmldsig#"

static bool
inside(const xmlNode *node, const xmlNode *element)
{
	for (; node != NULL; node = node->parent)
		if (node == element)
			return true;
	return false;
}

static void
verify_smev(const struct flow_tools *tools, struct packet *packet)
{
	struct smev_answer *answer = &packet->answer;
	struct dsig_verdict verdict;
	struct err err;

	if (answer->smev_signature == NULL || answer->signed_element == NULL) {
		packet->code = "SMEV_NO_SIGNATURE";
		packet->why = "no signature of SMEV";
	} else if (dsig_require(packet->doc, answer->smev_signature,
		       answer->signed_element, trusts_smev(tools->trusts),
		       &verdict, &err)
	    == -1) {
		packet->code = arena_strdup(packet->arena, err.code);
		packet->why = arena_strdup(packet->arena, err.text);
	} else if (packet->root != NULL
	    && !inside(packet->root, answer->signed_element)) {
		packet->code = "DSIG_TARGET";
		packet->why = "content lies outside what SMEV signed";
	} else {
		packet->signature_ok = true;
	}
	/* Nothing of it is read any further. */
	if (!packet->signature_ok)
		packet->root = NULL;
}

/* The last element child of root when it is a ds:Signature, or NULL. */
static xmlNode *
own_signature(const xmlNode *root)
{
	xmlNode *last = NULL;

	for (xmlNode *n = root->children; n != NULL; n = n->next)
		if (n->type == XML_ELEMENT_NODE)
			last = n;
	return last != NULL && xml_is(last, NS_DSIG, "Signature") ? last : NULL;
}

static void
verify_http(const struct flow_tools *tools, struct packet *packet)
{
	const struct config_source *source = packet->source;
	xmlNode *signature = own_signature(packet->root);
	struct dsig_verdict verdict;
	struct trust *trust;
	struct err err;

	if (signature == NULL) {
		if (source != NULL
		    && source->signature_need == SIGNATURE_REQUIRED)
			defects_add(&packet->defects,
			    &(struct defect){ .level = DEFECT_FATAL,
				.code = "PKT_UNSIGNED" });
		return;
	}
	trust = trusts_source(tools->trusts, packet->job.source);
	if (trust == NULL) {
		(void)err_set(&err, ERR_REFUSE, "PKT_SIGN",
		    "no signer is named for this source");
		packet_refuse(packet, &err);
		return;
	}
	if (dsig_require(
		packet->doc, signature, packet->root, trust, &verdict, &err)
	    == -1)
		packet_refuse(packet, &err);
	else
		packet->signature_ok = true;
}

void
flow_verify(const struct flow_tools *tools, struct packet *packet)
{
	if (FAILPOINT("opener.verify"))
		return;
	if (packet->job.channel == CHANNEL_SMEV)
		verify_smev(tools, packet);
	else
		verify_http(tools, packet);
}
