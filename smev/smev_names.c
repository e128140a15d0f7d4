#include "smev/smev_names.h"

#include <assert.h>
#include <string.h>

#include "smev/smev_codec.h"

#define TYPES SMEV_NS_BEGIN

static const struct {
	const char *types, *basic, *faults;
} namespaces[] = {
	[SMEV_1_1] = { TYPES "1.1", TYPES "basic/1.1", TYPES "faults/1.1" },
	[SMEV_1_2] = { TYPES "1.2", TYPES "basic/1.2", TYPES "faults/1.2" },
	[SMEV_1_3] = { TYPES "1.3", TYPES "basic/1.3", TYPES "faults/1.3" },
	[SMEV_1_1_2014] = { TYPES "1.1", TYPES "basic/1.1",
	    TYPES "faults/1.1" },
};

static const char *const actions[] = {
	[SMEV_SEND_REQUEST] = "urn:SendRequest",
	[SMEV_SEND_RESPONSE] = "urn:SendResponse",
	[SMEV_GET_REQUEST] = "urn:GetRequest",
	[SMEV_GET_RESPONSE] = "urn:GetResponse",
	[SMEV_GET_STATUS] = "urn:GetStatus",
	[SMEV_ACK] = "urn:Ack",
	[SMEV_QUEUE_STATISTICS] = "urn:GetIncomingQueueStatistics",
};

const char *
smev_ns_types(enum smev_version version)
{
	return namespaces[version].types;
}

const char *
smev_ns_basic(enum smev_version version)
{
	return namespaces[version].basic;
}

const char *
smev_ns_faults(enum smev_version version)
{
	return namespaces[version].faults;
}

bool
smev_version_of(const char *uri, enum smev_version *ret_version)
{
	for (int v = SMEV_1_1; v <= SMEV_1_3; v++) {
		if (strcmp(uri, namespaces[v].types) == 0) {
			*ret_version = (enum smev_version)v;
			return true;
		}
	}
	return false;
}

const char *
smev_soap_action(enum smev_op op)
{
	assert((size_t)op < sizeof(actions) / sizeof(actions[0]));
	return actions[op];
}

const char *
smev_op_name(enum smev_op op)
{
	return smev_soap_action(op) + strlen("urn:");
}
