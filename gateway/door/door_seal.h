/*
 * gateway/door/door_seal.h - in a sealer: what a system behind the door says
 * becomes a call of SMEV.
 */
#ifndef GATEWAY_DOOR_DOOR_SEAL_H
#define GATEWAY_DOOR_DOOR_SEAL_H

struct arena;
struct err;
struct seal_job;
struct smev_send;

/*
 * Fill send, which has what every call has, with what job says, whose only body
 * is a struct door_outgoing.  Texts live in arena.
 *
 * Errors: ERR_HOLD CHG_FORMAT the body can't be read.
 */
int door_seal(const struct seal_job *job, struct smev_send *send,
    struct arena *arena, struct err *err);

#endif
