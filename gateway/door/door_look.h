/*
 * gateway/door/door_look.h - a call of the adapter's service, read in an
 * opener.
 *
 * A call that is wrong in any way is a call too: it says DOOR_REFUSED and why.
 */
#ifndef GATEWAY_DOOR_DOOR_LOOK_H
#define GATEWAY_DOOR_DOOR_LOOK_H

struct flow_tools;
struct packet;

/* Read the SOAP in packet->job; packet->door is the struct door_call as bytes,
 * always. */
void door_look(const struct flow_tools *tools, struct packet *packet);

#endif
