/*
 * gateway/flow/encode.h - in a sealer: canonical words to a call of SMEV.
 */
#ifndef GATEWAY_FLOW_ENCODE_H
#define GATEWAY_FLOW_ENCODE_H

struct arena;
struct buf;
struct config;
struct err;
struct seal_job;

/*
 * Append the unsigned call that job asks for to *out.  A response whose answer
 * says no_data, ambiguous or rejected becomes a RequestRejected.
 *
 * Errors: ERR_HOLD X_ENCODER no adapter writes that kind, CHG_FORMAT the stored
 * body can't be read; and those of the adapter and codec.
 */
int flow_encode(const struct config *config, const struct seal_job *job,
    struct arena *arena, struct buf *out, struct err *err);

#endif
