/* Runs in an opener: the exact version of the schema. */
#include "gateway/flow/flow.h"

#include "base/err.h"
#include "base/failpoint.h"
#include "gateway/config.h"
#include "gateway/door/door_hear.h"
#include "gateway/flow/packet.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_registry.h"

void
flow_validate(const struct flow_tools *tools, struct packet *packet)
{
	struct err err;

	if (FAILPOINT("opener.validate"))
		return;
	/* What passes through: SMEV has looked at answers, and there may be no
	 * schema of a request. */
	if (door_passes(packet)
	    && (packet->job.op != SMEV_GET_REQUEST
		|| (!packet->datatype->schema_required
		    && !xsd_registry_has(
			tools->schemas, xml_ns(packet->root)))))
		return;
	if (xsd_validate(tools->schemas, packet->root, &packet->defects, &err)
	    == -1)
		packet_refuse(packet, &err);
}
