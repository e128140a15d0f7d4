/*
 * gateway/flow/typed.h - in a sealer: what the settings of a data type add to a
 * message of ours, and in which version its content is written.
 *
 * A message's kind is the name of its adapter; an answer to a version that the
 * adapter has no name for carries the namespace it was asked in: "NAME@URI".
 */
#ifndef GATEWAY_FLOW_TYPED_H
#define GATEWAY_FLOW_TYPED_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct config;
struct config_datatype;
struct smev_send;

/* The adapter's name of a kind, in arena, and the namespace ("" none). */
const char *
typed_adapter(const char *kind, struct arena *arena, const char **ret_uri);
/* The data type whose requests an adapter writes, or NULL. */
const struct config_datatype *
typed_request(const struct config *config, const char *adapter);
/*
 * xml of bytes, in arena, with the namespace from declared as to wherever it is
 * declared; xml is of ours, so a declaration stands in double quotes.
 */
const char *typed_rename(const char *xml, size_t bytes, const char *from,
    const char *to, struct arena *arena, size_t *ret_bytes);
/* Codes of processes and transactions, end of life (eol_ms 0: none), routing:
 * what type says, into *send, in arena. */
void typed_fill(const struct config_datatype *type, int64_t eol_ms,
    struct arena *arena, struct smev_send *send);

#endif
