/*
 * gateway/sandbox.h - a role gives up what it does not need.
 *
 * doc/SANDBOX.md prints the table of system calls per role, and the test tries
 * forbidden ones.
 */
#ifndef GATEWAY_SANDBOX_H
#define GATEWAY_SANDBOX_H

#include "gateway/ipc.h"

struct config;
struct err;

/*
 * Lock this process in for good: the settings' user when started as root, no
 * new privileges, rlimits, landlock where the kernel has it, and the role's
 * list of system calls.  Call once all is opened.
 *
 * Errors: ERR_FATAL SBX_USER no such user, SBX_RULES the kernel refused.
 */
int
sandbox_enter(enum ipc_role role, const struct config *config, struct err *err);

/*
 * Only the first part: become the settings' user when started as root.  For a
 * role that makes files, before it makes them.
 *
 * Errors: ERR_FATAL SBX_USER.
 */
int sandbox_drop_user(const struct config *config, struct err *err);

/* The same for a signer with a key on a token: what its module may call. */
const char *sandbox_module_rules(void);
/* The system calls that role may make besides those that all may; "" none. */
const char *sandbox_rules(enum ipc_role role);

#endif
