/*
 * tools/ctl_explain.h - kontingentctl explain: the catalogue of codes, for
 * people and as JSON.
 */
#ifndef TOOLS_CTL_EXPLAIN_H
#define TOOLS_CTL_EXPLAIN_H

#include <stdbool.h>

/*
 * Print the row of code, or a line for each row where code is NULL.
 *
 * Returns whether there is such a code.
 */
bool ctl_explain(const char *code, bool json);

#endif
