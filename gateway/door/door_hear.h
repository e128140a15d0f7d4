/*
 * gateway/door/door_hear.h - what SMEV says to a system behind the door, read
 * in an opener after its signature was verified.
 */
#ifndef GATEWAY_DOOR_DOOR_HEAR_H
#define GATEWAY_DOOR_DOOR_HEAR_H

#include <stdbool.h>

struct packet;

/* Whether packet may be for a system behind the door: then nobody here decodes
 * it.  To be asked once it is open. */
bool door_passes(const struct packet *packet);
/* packet->door becomes the struct door_news as bytes, if there is any. */
void door_hear(struct packet *packet);

#endif
