#include "tools/smevemu/emu_wire.h"

#include <string.h>

#define SERVICE "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/"

static const char *const namespaces[5][EMU_VERSIONS] = {
	{ SERVICE "1.1", SERVICE "1.2", SERVICE "1.3" },
	{ SERVICE "basic/1.1", SERVICE "basic/1.2", SERVICE "basic/1.3" },
	{ SERVICE "faults/1.1", SERVICE "faults/1.2", SERVICE "faults/1.3" },
	{ "", "", SERVICE "routing/1.3" },
	{ "", "", SERVICE "directive/1.3" },
};

static const char *const ops[EMU_OPS] = { "SendRequest", "SendResponse",
	"GetRequest", "GetResponse", "Ack", "GetStatus",
	"GetIncomingQueueStatistics" };

const char *
emu_ns(enum emu_ns which, enum emu_version version)
{
	return namespaces[which][version];
}

int
emu_ns_find(const char *uri, enum emu_version *ret_version)
{
	if (strncmp(uri, SERVICE, strlen(SERVICE)) != 0)
		return -1;
	for (int which = 0; which < 4; which++) {
		for (int v = 0; v < EMU_VERSIONS; v++) {
			if (strcmp(namespaces[which][v], uri) == 0) {
				*ret_version = (enum emu_version)v;
				return which;
			}
		}
	}
	return -1;
}

const char *
emu_op_name(enum emu_op op)
{
	return ops[op];
}

int
emu_op_find(const char *name)
{
	for (int op = 0; op < EMU_OPS; op++) {
		if (strcmp(ops[op], name) == 0)
			return op;
	}
	return -1;
}
