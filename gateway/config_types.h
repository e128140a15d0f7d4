/*
 * gateway/config_types.h - data types: one section may name several versions.
 *
 * In struct config each version is a row of its own, with the name and all the
 * settings of its section; rows of one section stand together, the first one
 * is the version that we send in.
 */
#ifndef GATEWAY_CONFIG_TYPES_H
#define GATEWAY_CONFIG_TYPES_H

struct config;
struct config_datatype;
struct err;

/* A row for each namespace of each section; before the check. */
void config_types_expand(struct config *config);
/*
 * Whether what type says of the messages we send can be said.
 *
 * Errors: ERR_FATAL CONF_VALUE, CONF_REF.
 */
int config_types_check(const struct config *config,
    const struct config_datatype *type, struct err *err);

#endif
