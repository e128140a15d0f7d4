/*
 * smev/smev_sign.h - where the signature goes: between writer and signer.
 */
#ifndef SMEV_SMEV_SIGN_H
#define SMEV_SMEV_SIGN_H

#define SMEV_WRAPPER_OPEN  "<t:CallerInformationSystemSignature>"
#define SMEV_WRAPPER_CLOSE "</t:CallerInformationSystemSignature>"
/* Every unsigned call has it; what follows is escaped text and tags of ours. */
#define SMEV_EMPTY_WRAPPER   SMEV_WRAPPER_OPEN SMEV_WRAPPER_CLOSE

#define SMEV_ROUTING_OPEN    "<r:RoutingSignature>"
#define SMEV_ROUTING_CLOSE   "</r:RoutingSignature>"
#define SMEV_ROUTING_WRAPPER SMEV_ROUTING_OPEN SMEV_ROUTING_CLOSE

#endif
