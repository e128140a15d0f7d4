/*
 * model/pdate.h - dates that may lack their day, or their day and month.
 *
 * ZAGS states a birth or a death as it is known: "2015-03-08", "2015-03" or
 * "2015".  Source: domain MODEL 1.4 (pdate).
 */
#ifndef MODEL_PDATE_H
#define MODEL_PDATE_H

#include <stdbool.h>

#define PDATE_BYTES 11 /* "2015-03-08" and NUL */

struct pdate {
	int year; /* 1..9999 */
	int month; /* 1..12, or 0: not known */
	int day; /* 1..31, or 0: not known */
};

/*
 * Read YYYY-MM-DD, YYYY-MM, YYYY or DD.MM.YYYY, each with or without the time
 * zone that xs:date allows after it (it is dropped); the day must exist in
 * its month, and leap years count.
 *
 * Returns 0 with *ret_date, or -1.
 */
int pdate_parse(const char *text, struct pdate *ret_date);
/*
 * As pdate_parse(), with the normal form in ret_text: what is kept everywhere.
 */
int pdate_normal(const char *text, char ret_text[PDATE_BYTES]);
/* From parts, month and day 0 when not known.  Returns 0, or -1: no such day.
 */
int pdate_make(int year, int month, int day, struct pdate *ret_date);
void pdate_format(const struct pdate *date, char ret_text[PDATE_BYTES]);
/* Year, month and day are known. */
bool pdate_full(const struct pdate *date);
/* By the earliest possible day: below, equal to or above 0. */
int pdate_compare(const struct pdate *a, const struct pdate *b);
/* The same day, and both are full: what matching calls equal. */
bool pdate_same(const struct pdate *a, const struct pdate *b);
/* Nothing that both know differs. */
bool pdate_may_be(const struct pdate *a, const struct pdate *b);
/* Days from 1970-01-01 to the earliest possible day; may be below 0. */
long pdate_days(const struct pdate *date);

#endif
