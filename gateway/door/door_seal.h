/*
 * gateway/door/door_seal.h - in a sealer: what a system behind the door says
 * becomes a call of SMEV.
 */
#ifndef GATEWAY_DOOR_DOOR_SEAL_H
#define GATEWAY_DOOR_DOOR_SEAL_H

struct arena;
struct buf;
struct err;
struct seal_job;
struct smev_send;

/*
 * Append the unsigned call for job, whose only body is a struct door_outgoing.
 * send has what every call has, and is filled with the rest.
 *
 * Errors: ERR_HOLD CHG_FORMAT the body can't be read; those of
 * smev_write_send().
 */
int door_seal(const struct seal_job *job, struct smev_send *send,
    struct arena *arena, struct buf *out, struct err *err);

#endif
