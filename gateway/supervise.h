/*
 * gateway/supervise.h - start, watch and replace the roles.
 *
 * A role that dies is started again, at once the first time and with a growing
 * pause when it keeps dying.  One that does not answer its ping in time is
 * killed first.  What it owed is in the database.
 */
#ifndef GATEWAY_SUPERVISE_H
#define GATEWAY_SUPERVISE_H

#include <stdbool.h>

#include "gateway/role.h"

struct event_base;
struct supervisor;

/* What a fork runs; returns the status of the process. */
typedef int supervise_child(const struct role_start *start, void *arg);

/*
 * Nothing runs yet.  child(arg) is called in each new process; a role silent
 * for watchdog_ms milliseconds is killed.
 */
struct supervisor *supervisor_new(struct event_base *base, int watchdog_ms,
    supervise_child *child, void *arg);
/* Have count processes of role run; listen_fds go to each of them. */
void supervisor_want(struct supervisor *sup, enum ipc_role role, int count);
/* Name the pair of roles that get a socket between them. */
void supervisor_pair(struct supervisor *sup, enum ipc_role a, enum ipc_role b);
/* Start all that are wanted. */
void supervisor_start(struct supervisor *sup);
/* Reap what has died, after SIGCHLD. */
void supervisor_reap(struct supervisor *sup);
/* Replace all roles, one after another, by new ones from the same call. */
void supervisor_replace(struct supervisor *sup);
/* Stop: doors first, then store, then the rest; the loop ends when all are
 * gone. */
void supervisor_stop(struct supervisor *sup);
/* Every wanted role has said IPC_READY. */
bool supervisor_ready(const struct supervisor *sup);

#endif
