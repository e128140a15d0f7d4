/* Runs in an opener: the exact version of the schema. */
#include "gateway/flow/flow.h"

#include "base/err.h"
#include "base/failpoint.h"
#include "gateway/flow/packet.h"
#include "xsd/xsd_registry.h"

void
flow_validate(const struct flow_tools *tools, struct packet *packet)
{
	struct err err;

	if (FAILPOINT("opener.validate"))
		return;
	if (xsd_validate(tools->schemas, packet->root, &packet->defects, &err)
	    == -1)
		packet_refuse(packet, &err);
}
