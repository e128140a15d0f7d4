#include "queue/queue.h"

#include "queue/queue_backend.h"
#include "store/store.h"

const struct queue_backend *
queue_backend(struct store_tx *tx)
{
	return store_kind(store_of(tx)) == STORE_PGSQL ? &queue_pgsql
						       : &queue_sqlite;
}
