#include "queue/queue.h"

#include "queue/queue_backend.h"
#include "store/store.h"

static int node_of_ours = 1;

void
queue_setup(int node)
{
	node_of_ours = node;
}

int
queue_node(void)
{
	return node_of_ours;
}

const struct queue_backend *
queue_backend(struct store_tx *tx)
{
	return store_kind(store_of(tx)) == STORE_PGSQL ? &queue_pgsql
						       : &queue_sqlite;
}
