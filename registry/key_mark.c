#include "registry/key_mark.h"

#include <string.h>

#include "base/str.h"
#include "registry/registry.h"
#include "registry/work.h"
#include "store/store.h"

static const char sql_get[] = "SELECT mark FROM registry_key_mark WHERE id = 1";
static const char sql_put[] =
    "INSERT INTO registry_key_mark (id, mark) VALUES (1, $1)"
    " ON CONFLICT (id) DO NOTHING";

bool
key_mark_known(struct store_tx *tx)
{
	return store_one(tx, sql_get, NO_PARAMS) != NULL;
}

bool
key_mark_fits(struct store_tx *tx)
{
	static const char text[] = "registry key mark";
	const struct registry_settings *settings = work_settings();
	unsigned char hash[32];
	char mark[2 * sizeof(hash) + 1];
	struct row *row;

	settings->hmac(settings->hmac_key, text, strlen(text), hash);
	str_hex(mark, hash, sizeof(hash));
	/* Two nodes may be the first at once. */
	store_exec(tx, sql_put, PARAMS(P_TEXT(mark)));
	row = store_one(tx, sql_get, NO_PARAMS);
	return row != NULL && str_equal(row_text(row, 0), mark);
}
