/* Runs in an opener: a neighbour's words to a changeset. */
#include "gateway/flow/flow.h"

#include <string.h>

#include <openssl/evp.h>

#include "adapters/adapter.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/str.h"
#include "crypto/exc_c14n.h"
#include "gateway/config.h"
#include "gateway/door/door_hear.h"
#include "gateway/flow/packet.h"
#include "model/changeset.h"
#include "xsd/xml_read.h"

static bool
listed(const struct config_list *list, const char *word)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], word) == 0)
			return true;
	return list->count == 0;
}

/* May this source say this kind of thing, and about this organisation? */
static void
check_rights(struct packet *packet)
{
	const struct config_source *source = packet->source;
	const struct changeset *change = packet->change;
	const char *code = NULL;

	if (source == NULL)
		return;
	for (size_t i = 0; i < change->record_count && code == NULL; i++)
		if (!listed(&source->kinds,
			record_kind_name(change->records[i].kind)))
			code = "SRC_DENIED";
	if (code == NULL && !listed(&source->scope, change->scope))
		code = "SCOPE_DENIED";
	if (code == NULL && packet->job.channel == CHANNEL_HTTP
	    && *change->source != '\0'
	    && strcmp(change->source, source->name) != 0)
		code = "SRC_OTHER";
	if (code != NULL)
		defects_add(&packet->defects,
		    &(struct defect){ .level = DEFECT_FATAL, .code = code });
}

/*
 * ContentSha256, if the header has it: over the canonical form of each Record,
 * one after another.  kontingent-packet(5) defines it.
 */
static void
check_hash(struct packet *packet)
{
	const char *want = packet->change->content_sha256;
	unsigned char sum[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *md;
	unsigned bytes = 0;
	char hex[65];
	struct buf out;
	struct err err;

	if (*want == '\0')
		return;
	md = EVP_MD_CTX_new();
	buf_init(&out, 0);
	(void)EVP_DigestInit_ex(md, EVP_sha256(), NULL);
	for (const xmlNode *n = xml_child(packet->root, NULL, "Record");
	     n != NULL; n = xml_next(n, NULL, "Record")) {
		buf_clear(&out);
		if (exc_c14n(n, NULL, &out, &err) == -1)
			packet_refuse(packet, &err);
		(void)EVP_DigestUpdate(md, buf_text(&out), out.bytes);
	}
	(void)EVP_DigestFinal_ex(md, sum, &bytes);
	str_hex(hex, sum, 32);
	if (strcmp(hex, want) != 0)
		defects_add(&packet->defects,
		    &(struct defect){ .level = DEFECT_FATAL,
			.code = "PKT_HASH",
			.path = "Packet/Header/ContentSha256" });
	buf_release(&out);
	EVP_MD_CTX_free(md);
}

/* What is declared as from below node is declared as to from now on. */
static void
rename_namespace(xmlNode *root, const char *from, const char *to)
{
	for (xmlNode *n = root; n != NULL; n = xml_following(root, n)) {
		xmlNs *ns = n->ns;

		if (ns == NULL || strcmp((const char *)ns->href, from) != 0)
			continue;
		xmlFree((xmlChar *)(uintptr_t)ns->href);
		ns->href = xmlStrdup((const xmlChar *)to);
	}
}

/*
 * A version of the data type that has no adapter of its own: its words are
 * those of the named one, in another namespace, and so is the answer.
 */
static int
decode(struct packet *packet, struct changeset **ret, struct err *err)
{
	const struct adapter *adapter = packet->adapter;
	const char *uri =
	    packet->datatype == NULL ? "" : packet->datatype->namespace_uri;
	bool other = *uri != '\0' && strcmp(uri, adapter->namespace_uri) != 0;

	if (other)
		rename_namespace(packet->root, uri, adapter->namespace_uri);
	if (adapter->decode(packet->root, packet->arena, ret, err) == -1)
		return -1;
	if (other && *(*ret)->reply_kind != '\0')
		(*ret)->reply_kind = arena_printf(
		    packet->arena, "%s@%s", (*ret)->reply_kind, uri);
	return 0;
}

void
flow_decode(const struct flow_tools *tools, struct packet *packet)
{
	struct changeset *change;
	struct err err;

	(void)tools;
	if (FAILPOINT_OF("opener.decode", packet->packet_id)
	    || door_passes(packet))
		return;
	if (packet->job.channel == CHANNEL_SMEV && packet->datatype == NULL) {
		(void)err_set(&err, ERR_REFUSE, "PKT_UNKNOWN_TYPE",
		    "no datatype of the settings has this root");
		packet_refuse(packet, &err);
		return;
	}
	if (packet->adapter == NULL || packet->adapter->decode == NULL) {
		(void)err_set(&err, ERR_REFUSE, "PKT_UNKNOWN_TYPE",
		    "nobody here reads %s", (const char *)packet->root->name);
		packet_refuse(packet, &err);
		return;
	}
	if (decode(packet, &change, &err) == -1) {
		packet_refuse(packet, &err);
		return;
	}
	packet->change = change;
	check_rights(packet);
	check_hash(packet);
	/* One list, in the order in which the stages found them. */
	for (size_t i = 0; i < change->defects.count; i++)
		defects_add(&packet->defects, &change->defects.items[i]);
	/* What it could not keep was found all the same. */
	packet->defects.total += change->defects.total - change->defects.count;
	change->defects = packet->defects;
	change->packet_id = packet->packet_id;
	if (packet->source != NULL)
		change->source = packet->source->name;
}
