/*
 * smev/smev_routing.h - the Routing block of SendRequest 1.3.
 *
 * Source: smev PROTOCOL 11.3.
 */
#ifndef SMEV_SMEV_ROUTING_H
#define SMEV_SMEV_ROUTING_H

#include "smev/smev.h"

struct arena;
struct err;
struct xml_writer;

/*
 * Whether the routing of send, if any, can be said.
 *
 * Errors: ERR_HOLD SMEV_UNSENDABLE.
 */
int smev_routing_check(const struct smev_send *send, struct err *err);
/* With an empty RoutingSignature; nothing without routing. */
void smev_routing_write(struct xml_writer *w, const struct smev_send *send);
/*
 * What RoutingStatus of status, an AsyncProcessingStatus, says: how many
 * values met which fate, in one line of arena; "" without one.  *ret_code is
 * the row of the first that is no success, or NULL.
 */
const char *smev_routing_read(
    const xmlNode *status, struct arena *arena, const char **ret_code);

#endif
