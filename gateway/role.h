/*
 * gateway/role.h - what every role is given when it starts.
 *
 * A role runs in its own process: it opens what it needs, locks itself in
 * (gateway/sandbox), tells parent IPC_READY and serves its loop until IPC_STOP
 * or until parent is gone.
 */
#ifndef GATEWAY_ROLE_H
#define GATEWAY_ROLE_H

#include <stddef.h>

#include "gateway/ipc.h"

struct config;

struct role_start {
	const struct config *config;
	enum ipc_role role;
	int index; /* among openers, sealers */
	int control_fd; /* to parent */
	const int *listen_fds; /* front: sockets parent opened */
	int listen_count;
	int metrics_fd; /* gateway/metrics; 0 or less: none */
	size_t metrics_page, metrics_pages; /* its own, and how many */
};

/* Each returns the exit status of its process: 0 asked to stop, 1 can't go on. */
int role_front(const struct role_start *start);
int role_store(const struct role_start *start);
int role_opener(const struct role_start *start);
int role_sealer(const struct role_start *start);
int role_signer(const struct role_start *start);
int role_courier(const struct role_start *start);
int role_filer(const struct role_start *start);

/* "front", "store" ... */
const char *role_name(enum ipc_role role);

#endif
