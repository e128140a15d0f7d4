/*
 * gateway/flow/flow.h - one packet's way through an opener.
 *
 * The table of stages stands in flow.c.  A stage gets a packet and returns; it
 * never calls another stage and never goes back.  What store does before
 * (accept) and after (settle) is in flow/accept and flow/settle.
 */
#ifndef GATEWAY_FLOW_FLOW_H
#define GATEWAY_FLOW_FLOW_H

struct config;
struct err;
struct flow_tools;
struct open_job;
struct packet;

/*
 * Load schemas and trusted certificates; before the sandbox.
 *
 * Errors: those of xsd/ and crypto/, ERR_FATAL.
 */
int flow_tools_open(
    const struct config *config, struct flow_tools *ret, struct err *err);

/* A packet for job, whose texts are copied; free it with packet_free(). */
struct packet *packet_new(const struct open_job *job);
void packet_free(struct packet *packet); /* NULL is fine */

/* The first stage: bytes to document.  Defects say what is wrong. */
void flow_look(const struct flow_tools *tools, struct packet *packet);
/* All stages after the first, until one finds the packet unusable. */
void flow_read(const struct flow_tools *tools, struct packet *packet);

/* The stages, in their order; each in the file of its name. */
void flow_open(const struct flow_tools *tools, struct packet *packet);
void flow_verify(const struct flow_tools *tools, struct packet *packet);
void flow_personal(const struct flow_tools *tools, struct packet *packet);
void flow_records(const struct flow_tools *tools, struct packet *packet);
void flow_validate(const struct flow_tools *tools, struct packet *packet);
void flow_decode(const struct flow_tools *tools, struct packet *packet);

/* Make an error of a stage the packet's defect: the packet is refused. */
void packet_refuse(struct packet *packet, const struct err *err);

#endif
