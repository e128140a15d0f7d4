/*
 * gateway/flow/encode.h - in a sealer: canonical words to a call of SMEV.
 */
#ifndef GATEWAY_FLOW_ENCODE_H
#define GATEWAY_FLOW_ENCODE_H

#include <stdbool.h>

struct arena;
struct buf;
struct config;
struct err;
struct seal_job;
struct smev_send;

/* Whether job is a SendRequest or SendResponse, which has content. */
bool flow_encode_sends(const struct seal_job *job);
/*
 * What such a job says, without its files; all of it lives in arena.  A response
 * whose answer says no_data, ambiguous or rejected becomes a RequestRejected.
 *
 * Errors: ERR_HOLD X_ENCODER no adapter writes that kind, CHG_FORMAT the stored
 * body can't be read; and those of the adapter.
 */
int flow_encode_send(const struct config *config, const struct seal_job *job,
    struct arena *arena, struct smev_send *ret, struct err *err);
/* Append the unsigned call of any other job to *out. */
void flow_encode_other(
    const struct config *config, const struct seal_job *job, struct buf *out);

#endif
