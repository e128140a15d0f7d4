/*
 * gateway/store_setup.h - the database, opened and told what it needs to know:
 * for the store role, and for read commands while the daemon is stopped.
 */
#ifndef GATEWAY_STORE_SETUP_H
#define GATEWAY_STORE_SETUP_H

struct config;
struct err;
struct store;

/*
 * Open the database, bring its tables up, and give journal/ and registry/ what
 * they can't know: how to hash, and whose word counts for what.
 *
 * Errors: those of store_open(), store_migrate(), gost_setup(); FILE_READ,
 * FILE_WRITE the registry's key in the state folder.
 */
int
store_setup(const struct config *config, struct store **ret, struct err *err);

#endif
