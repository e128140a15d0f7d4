/* Runs in an opener: bytes to document, and what the packet calls itself. */
#include "gateway/flow/flow.h"

#include <string.h>

#include "adapters/adapter.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/str.h"
#include "base/uuid.h"
#include "gateway/config.h"
#include "gateway/door/door_look.h"
#include "gateway/flow/packet.h"
#include "smev/smev_codec.h"
#include "smev/smev_push.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

static struct xml_limits
limits_of(const struct config *config)
{
	return (struct xml_limits){
		.body_bytes = (size_t)config->http.body_bytes,
		.depth = (int)config->limits.xml_depth,
		.elements = (int)config->limits.xml_elements,
		.attributes = (int)config->limits.xml_attributes,
		.name_bytes = (size_t)config->limits.xml_name_bytes,
		.text_bytes = (size_t)config->limits.xml_text_bytes,
	};
}

/*
 * A native format has no PacketId: the first 32 digits of the content's digest
 * name it, so that the same content is the same packet.
 */
static const char *
id_of_digest(struct packet *packet)
{
	const char *d = packet->job.digest;

	if (strlen(d) < 32)
		return "";
	return arena_printf(packet->arena, "%.8s-%.4s-%.4s-%.4s-%.12s", d,
	    d + 8, d + 12, d + 16, d + 20);
}

static void
defect(struct packet *packet, const char *code, const xmlNode *at)
{
	defects_add(&packet->defects,
	    &(struct defect){ .level = DEFECT_FATAL,
		.code = code,
		.line = at == NULL ? 0 : xml_node_line(at),
		.path = at == NULL ? "" : xml_path(at, packet->arena) });
}

/* PacketId of a canonical packet, without which nobody could ask after it. */
static void
read_packet_id(struct packet *packet)
{
	const xmlNode *header = xml_child(packet->root, NULL, "Header");
	const char *id = header == NULL
	    ? NULL
	    : xml_child_text(header, NULL, "PacketId", packet->arena);
	char lower[UUID_BYTES];

	if (id == NULL || !uuid_valid(id)) {
		defect(packet, "PKT_NO_ID", packet->root);
		return;
	}
	for (size_t i = 0; i < UUID_BYTES; i++)
		lower[i] = id[i] >= 'A' && id[i] <= 'F'
		    ? (char)(id[i] - 'A' + 'a')
		    : id[i];
	packet->packet_id = arena_strdup(packet->arena, lower);
}

static void
open_http(const struct flow_tools *tools, struct packet *packet)
{
	struct xml_limits limits = limits_of(tools->config);
	struct err err;

	packet->source = config_source(tools->config, packet->job.source);
	if (xml_doc_parse(packet->job.body, packet->job.body_bytes, &limits,
		&packet->doc, &err)
	    == -1) {
		packet_refuse(packet, &err);
		return;
	}
	packet->root = xml_doc_root(packet->doc);
	packet->adapter =
	    adapter_for_root(xml_ns(packet->root), xml_name(packet->root));
	if (packet->adapter == NULL) {
		defect(packet, "PKT_UNKNOWN_TYPE", packet->root);
		return;
	}
	if (strcmp(packet->adapter->name, "packet") == 0)
		read_packet_id(packet);
	else
		packet->packet_id = id_of_digest(packet);
	(void)FAILPOINT_OF("opener.look", packet->packet_id);
}

/* By either root, as long as nobody behind the door means it. */
static const struct config_datatype *
other_role(const struct config *config, const xmlNode *root)
{
	const struct config_datatype *type =
	    config_datatype(config, xml_ns(root), xml_name(root));

	return type == NULL || strcmp(type->adapter, CONFIG_DOOR) == 0 ? NULL
								       : type;
}

static void
open_smev(const struct flow_tools *tools, struct packet *packet)
{
	struct smev_answer *answer = &packet->answer;
	struct err err;

	if (smev_read_answer((enum smev_op)packet->job.op,
		packet->job.content_type, packet->job.body,
		packet->job.body_bytes, packet->arena, &packet->doc, answer,
		&err)
	    == -1) {
		packet_refuse(packet, &err);
		return;
	}
	packet->root = answer->content;
	packet->packet_id = answer->ack_id;
	if (packet->root == NULL)
		return;
	packet->adapter =
	    adapter_for_root(xml_ns(packet->root), xml_name(packet->root));
	packet->datatype = config_datatype_as(tools->config,
	    packet->job.op == SMEV_GET_REQUEST, xml_ns(packet->root),
	    xml_name(packet->root));
	if (packet->datatype == NULL) /* a broadcast, or a word of old */
		packet->datatype = other_role(tools->config, packet->root);
	/* A version that no adapter is made for is read by the one that the
	 * settings name. */
	if (packet->adapter == NULL && packet->datatype != NULL)
		packet->adapter = adapter_named(packet->datatype->adapter);
	if (packet->datatype != NULL)
		packet->source =
		    config_source(tools->config, packet->datatype->source);
	(void)FAILPOINT_OF("opener.smev",
	    packet->datatype == NULL ? "" : packet->datatype->name);
}

/* Which queues it names is all the same: each is asked. */
static void
open_push(struct packet *packet)
{
	struct smev_push push;
	struct err err;

	if (smev_push_read(packet->job.body, packet->job.body_bytes,
		packet->arena, &push, &err)
	    == -1)
		packet_refuse(packet, &err);
}

void
flow_open(const struct flow_tools *tools, struct packet *packet)
{
	if (FAILPOINT("opener.open"))
		return;
	if (packet->job.channel == CHANNEL_DOOR
	    || packet->job.channel == CHANNEL_FOLDER)
		door_look(tools, packet);
	else if (packet->job.channel == CHANNEL_SMEV)
		open_smev(tools, packet);
	else if (packet->job.channel == CHANNEL_PUSH)
		open_push(packet);
	else
		open_http(tools, packet);
	packet->job.body = NULL;
	packet->job.body_bytes = 0;
}
