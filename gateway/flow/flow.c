/*
 * gateway/flow/flow.c - the way of a packet.
 *
 *	front    store           opener                             store
 *	-----    ------  -------------------------------  ----------------------
 *	bytes -> (look)   open
 *	         accept <-+          packet id is known: inbox row, commit, 202
 *	         (read) ----> verify, records, validate, decode
 *	                              |
 *	                              +-> identify, apply, route, inbox done:
 *	                                  settle, one transaction for a batch
 *
 * Who says what a packet is called stands inside the XML, and only an opener
 * may read XML: so open comes before accept, and keeps the tree for the rest.
 * Runs in an opener.
 */
#include "gateway/flow/flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/mem.h"
#include "gateway/config.h"
#include "gateway/flow/packet.h"
#include "gateway/flow/trusts.h"
#include "xsd/xml_doc.h"
#include "xsd/xsd_registry.h"

typedef void stage_fn(const struct flow_tools *tools, struct packet *packet);

static const struct stage {
	const char *name;
	stage_fn *run;
} stages[] = {
	{ "open", flow_open },
	{ "verify", flow_verify },
	{ "personal", flow_personal },
	{ "records", flow_records },
	{ "validate", flow_validate },
	{ "decode", flow_decode },
};

int
flow_tools_open(
    const struct config *config, struct flow_tools *ret, struct err *err)
{
	ret->config = config;
	if (xsd_registry_load(*config->schema_folder == '\0'
		    ? xsd_registry_folder()
		    : config->schema_folder,
		&ret->schemas, err)
	    == -1)
		return -1;
	return trusts_open(config, &ret->trusts, err);
}

struct packet *
packet_new(const struct open_job *job)
{
	struct packet *packet = xcalloc(1, sizeof(*packet));

	packet->arena = arena_new();
	packet->job = *job;
	packet->job.source = arena_strdup(packet->arena, job->source);
	packet->job.content_type =
	    arena_strdup(packet->arena, job->content_type);
	packet->job.digest = arena_strdup(packet->arena, job->digest);
	packet->packet_id = packet->code = packet->why = "";
	packet->door_code = "";
	defects_init(&packet->defects, packet->arena);
	return packet;
}

void
packet_free(struct packet *packet)
{
	if (packet == NULL)
		return;
	xml_doc_free(packet->doc);
	arena_free(packet->arena);
	free(packet);
}

void
packet_refuse(struct packet *packet, const struct err *err)
{
	defects_add(&packet->defects,
	    &(struct defect){
		.level = DEFECT_FATAL, .code = err->code, .text = err->text });
}

/* Nothing more can be learnt of it. */
static bool
ended(const struct packet *packet)
{
	return packet->defects.total != 0
	    && packet->defects.worst == DEFECT_FATAL;
}

void
flow_look(const struct flow_tools *tools, struct packet *packet)
{
	stages[0].run(tools, packet);
}

void
flow_read(const struct flow_tools *tools, struct packet *packet)
{
	size_t count = sizeof(stages) / sizeof(stages[0]);

	for (size_t i = 1; i < count && !ended(packet) && packet->doc != NULL
	     && packet->root != NULL;
	     i++)
		stages[i].run(tools, packet);
}
