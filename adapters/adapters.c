/*
 * The one table of neighbours: a new one is a file of its own and a row here.
 */
#include <string.h>

#include "adapters/adapter.h"
#include "adapters/federal/federal.h"
#include "adapters/packet.h"
#include "adapters/zags/zags_fatal.h"
#include "adapters/zags/zags_fataloiv.h"
#include "adapters/zags/zags_rogdzp.h"

/* Root is one of several: Request around a registry, or a bare request. */
#define ZAGS(name, ns, request, decode, encode)         \
	{ name, ns, "Request", true, decode, encode },  \
	{                                               \
		name, ns, request, true, decode, encode \
	}

static const struct adapter adapters[] = {
	{ "packet", PACKET_NS, "Packet", false, packet_decode, NULL },
	ZAGS("zags-fataloiv", ZAGS_FATALOIV_NS, "FATALOIVRequest",
	    zags_fataloiv_decode, zags_fataloiv_encode),
	ZAGS("zags-fatal", ZAGS_FATAL_NS, "FATALRequest", zags_fatal_decode,
	    zags_fatal_encode),
	ZAGS("zags-rogdzp", ZAGS_ROGDZP_NS, "ROGDZPRequest", zags_rogdzp_decode,
	    zags_rogdzp_encode),
	ZAGS("zags-rogdzp-4.0.0", ZAGS_ROGDZP_400_NS, "ROGDZPRequest",
	    zags_rogdzp_400_decode, zags_rogdzp_400_encode),
	{ "federal-push", FEDERAL_NS, "PushChangesResponse", false,
	    federal_push_decode, federal_push_encode },
	{ "federal-learner", FEDERAL_NS, "GetLearnerRequest", false,
	    federal_learner_decode, federal_learner_encode },
};

#define ADAPTER_COUNT (int)(sizeof(adapters) / sizeof(adapters[0]))

const struct adapter *
adapter_for_root(const char *namespace_uri, const char *root)
{
	for (int i = 0; i < ADAPTER_COUNT; i++)
		if (strcmp(adapters[i].namespace_uri, namespace_uri) == 0
		    && strcmp(adapters[i].root, root) == 0)
			return &adapters[i];
	return NULL;
}

const struct adapter *
adapter_named(const char *name)
{
	for (int i = 0; i < ADAPTER_COUNT; i++)
		if (strcmp(adapters[i].name, name) == 0)
			return &adapters[i];
	return NULL;
}

const struct adapter *
adapter_at(int i)
{
	return i >= 0 && i < ADAPTER_COUNT ? &adapters[i] : NULL;
}
