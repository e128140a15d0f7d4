#include "config.h"

#include "store/store_driver.h"

int
pgsql_open(const char *url, struct store **ret_store, struct err *err)
{
	(void)url;
	(void)ret_store;
	return err_set(err, ERR_FATAL, "STO_URL",
	    "this program was built without PostgreSQL");
}
