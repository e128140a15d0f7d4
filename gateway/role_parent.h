/*
 * gateway/role_parent.h - starts, watches and replaces the roles.
 */
#ifndef GATEWAY_ROLE_PARENT_H
#define GATEWAY_ROLE_PARENT_H

struct config;

/* Run until SIGTERM or SIGINT; SIGHUP reloads.  Owns config.  Returns the exit
 * status of the daemon. */
int role_parent(struct config *config);

#endif
