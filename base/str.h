/*
 * base/str.h - bounded string tools.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copy src into dst, cut at room - 1 bytes but never inside a UTF-8 character. */
void str_copy(char *dst, size_t room, const char *src);
/* Well-formed UTF-8 without surrogates or overlong forms. */
bool str_utf8(const char *s, size_t bytes);
/* Equal, both may be NULL, and NULL equals NULL only. */
bool str_equal(const char *a, const char *b);
bool str_begins(const char *s, const char *prefix);
/*
 * A decimal integer that fills s, from low to high.
 * Returns 0 with *ret, or -1.
 */
int str_int(const char *s, int64_t low, int64_t high, int64_t *ret);
/* Lower-case hex of bytes at p; dst has 2 * bytes + 1 bytes. */
void str_hex(char *dst, const void *p, size_t bytes);
/* Make s a word that a path may hold: Latin letters, digits, - and _ stay, and
 * the characters of also; all else becomes _. */
void str_plain(char *s, const char *also);
/*
 * A personal value as a protocol may show it: all but the last two letters or
 * digits become '*'.  Cut to room.
 */
void str_mask(char *dst, size_t room, const char *s);

#endif
