/*
 * adapters/adapter.h - a neighbour's words to canonical words and back.
 *
 * Pure functions over a tree or a changeset: no I/O, no SQL, no clock.
 */
#ifndef ADAPTERS_ADAPTER_H
#define ADAPTERS_ADAPTER_H

#include <stdbool.h>

#include <libxml/tree.h>

struct arena;
struct buf;
struct changeset;
struct err;

struct adapter {
	const char *name; /* "zags-fataloiv" */
	const char *namespace_uri; /* of the root element it reads; "" none */
	const char *root; /* its local name; NULL any */
	bool by_record; /* refuses marked records alone: refusal.h */
	/*
	 * Read the validated subtree at root.  A fault of one record is a
	 * defect of ret_change; only what makes the whole unusable is an error.
	 */
	int (*decode)(const xmlNode *root, struct arena *arena,
	    struct changeset **ret_change, struct err *err);
	/* Write the business content for change; NULL if it only reads. */
	int (*encode)(
	    const struct changeset *change, struct buf *out, struct err *err);
};

/* By the root element's name, or NULL. */
const struct adapter *
adapter_for_root(const char *namespace_uri, const char *root);
/* By name, as outbox rows and settings say it, or NULL. */
const struct adapter *adapter_named(const char *name);
/* Row i of the table, or NULL past its end. */
const struct adapter *adapter_at(int i);

#endif
