/*
 * gateway/config_check.h - what one setting alone can't show: that settings
 * agree with one another.
 */
#ifndef GATEWAY_CONFIG_CHECK_H
#define GATEWAY_CONFIG_CHECK_H

#include <stdbool.h>

struct config;
struct err;

/*
 * Check config, and fill in what follows from it (cores, source defaults).
 *
 * Errors: ERR_FATAL CONF_VALUE, CONF_REF; the text begins with the file.
 */
int config_check(struct config *config, struct err *err);

/*
 * Check that every brace of the file at path is closed: the parser takes the
 * end of a file for the end of a section, and a file cut off for a whole one.
 *
 * Errors: ERR_FATAL CONF_READ, CONF_SYNTAX.
 */
int config_check_braces(const char *path, struct err *err);

/*
 * The same for the keys alone; the short one of section smev becomes one of
 * them, called "smev".
 *
 * Errors: ERR_FATAL CONF_VALUE, CONF_REF.
 */
int config_check_keys(struct config *config, struct err *err);

/* Whether it is a plain word: names go into logs, addresses, keys of tables. */
bool config_plain_name(const char *name);

#endif
