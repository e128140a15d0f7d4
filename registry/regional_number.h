/*
 * registry/regional_number.h - the number of a person that is printed and
 * typed: two digits of the region, eleven of a sequence, one check digit.
 *
 * The check digit is that of ISO 7064, MOD 11,10: it finds every wrong digit
 * and almost every exchange of two neighbours.  Source: domain MODEL 2.1.
 */
#ifndef REGISTRY_REGIONAL_NUMBER_H
#define REGISTRY_REGIONAL_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#define REGIONAL_NUMBER_BYTES 15 /* 14 digits and NUL */

/* region is two digits, serial from 1 to 99999999999. */
void regional_number_make(
    const char *region, int64_t serial, char ret_text[REGIONAL_NUMBER_BYTES]);
/* Fourteen digits, the last of them right. */
bool regional_number_valid(const char *text);

#endif
