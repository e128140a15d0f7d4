/*
 * gateway/control.h - the operator's words: a table of commands over the
 * database, by a socket while the daemon runs, and by `kontingentd --ask` for
 * the reading ones while it is stopped.
 *
 * A request is one line, a JSON array of words, with "--json" among them for
 * JSON lines.  The answer is a line "status N" (0 well, 1 the answer is no, 2
 * usage) and then text until the end.  Runs in store.
 */
#ifndef GATEWAY_CONTROL_H
#define GATEWAY_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct config;
struct control;
struct desk;
struct err;
struct store;

/*
 * Listen on the settings' control socket, for its owner and group only.
 *
 * Errors: ERR_FATAL CTL_SOCKET.
 */
int control_open(struct desk *desk, struct control **ret, struct err *err);

/*
 * Do what words say and append the answer to *out.  writing false: commands
 * that change something are refused.
 *
 * Returns the exit status.
 */
int control_do(struct store *store, const struct config *config,
    const char *const *words, size_t count, bool writing, struct buf *out);

#endif
