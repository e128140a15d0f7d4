/*
 * base/uuid.h - UUID v1 (SMEV's MessageID) and v4.
 *
 * v1 has a random multicast node and clock sequence for each process, and
 * never the machine's address.  After fork(2) a child takes new ones: libuuid
 * did not and made duplicates.  Source: RFC 4122 sections 4.1 and 4.5.
 */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#define UUID_BYTES 37 /* text, lower case, and its NUL */

/* A new one as lower-case text with its NUL. */
void uuid_v1(char ret_text[UUID_BYTES]);
void uuid_v4(char ret_text[UUID_BYTES]);
/* Lower or upper case hex 8-4-4-4-12. */
bool uuid_valid(const char *text);
/* 1..5 for a valid text, else 0. */
int uuid_version(const char *text);
/* The time inside a v1 text, milliseconds UTC; text is a valid v1. */
int64_t uuid_v1_ms(const char *text);

#endif
