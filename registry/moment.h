/*
 * registry/moment.h - times as sources write them, and days.
 */
#ifndef REGISTRY_MOMENT_H
#define REGISTRY_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "model/pdate.h"

struct value;

/*
 * Milliseconds UTC of "2026-11-22T10:00:00.5+03:00", the same without a zone
 * (taken as UTC), or a date alone (its midnight).
 *
 * Returns 0 with *ret_ms, or -1: it is none of these.
 */
int moment_parse(const char *text, int64_t *ret_ms);
/* The UTC day of ms as YYYY-MM-DD. */
void moment_day(int64_t ms, char ret_text[PDATE_BYTES]);
/* The date in value; false unless it is set and a date. */
bool moment_date(const struct value *value, struct pdate *ret_date);
/* Whole months from a to b by their earliest days; below 0 if b is before. */
int moment_months(const struct pdate *a, const struct pdate *b);

#endif
