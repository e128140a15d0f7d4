#include "gateway/role.h"

const char *
role_name(enum ipc_role role)
{
	static const char *const names[ROLE_COUNT] = {
		[ROLE_PARENT] = "parent",
		[ROLE_FRONT] = "front",
		[ROLE_STORE] = "store",
		[ROLE_OPENER] = "opener",
		[ROLE_SEALER] = "sealer",
		[ROLE_SIGNER] = "signer",
		[ROLE_COURIER] = "courier",
		[ROLE_FILER] = "filer",
	};

	return names[role];
}
