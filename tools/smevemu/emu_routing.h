/*
 * tools/smevemu/emu_routing.h - who gets a request of 1.3 that says so itself.
 *
 * A type has routes, each from a value to a participant.  The first value of
 * Routing that a route knows decides; what is wrong with Routing is told
 * after the message was accepted.  Source: smev PROTOCOL 7.7 and 11.3.
 */
#ifndef SMEVEMU_EMU_ROUTING_H
#define SMEVEMU_EMU_ROUTING_H

#include "tools/smevemu/emu.h"

struct arena;
struct emu_call;
struct emu_fault;
struct xml_doc;

/* From now on value leads requests of type to participant. */
void emu_routing_add(struct emu_type *type, const char *value,
    struct emu_participant *participant);
void emu_routing_free(struct emu_type *type);
/* Whether a route of type leads to participant. */
bool emu_routing_leads(
    const struct emu_type *type, const struct emu_participant *participant);
/* What is wrong with the routing of a message, told after it was accepted. */
struct emu_routed {
	const struct emu_fault *reject; /* NULL: nothing */
	const char *status; /* RoutingStatus as XML, or NULL */
};

/*
 * The recipient of call, a SendRequest of type by caller: as Routing says, or
 * the provider of type without it, or when something is wrong with it: with
 * values that no route knows, with records it names, with signatures of
 * records.  Strings of *ret live in arena.
 *
 * Returns it, or NULL: nobody.
 */
struct emu_participant *emu_routing_find(const struct emu *emu,
    const struct emu_call *call, struct xml_doc *doc,
    const struct emu_type *type, const struct emu_participant *caller,
    struct arena *arena, struct emu_routed *ret);

#endif
