/*
 * store/migrate.h - tables, brought to the newest shape in order.
 *
 * Each schema file is compiled in, applied in its own transaction under a lock,
 * and remembered in schema_version with its checksum; a file that has landed
 * never changes.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

struct err;
struct store;

/*
 * Apply what is missing.
 *
 * Errors: ERR_FATAL STO_NEWER the database is newer than this program,
 * STO_SCHEMA a landed file differs; ERR_RETRY the database is not reached.
 */
int store_migrate(struct store *store, struct err *err);

#endif
