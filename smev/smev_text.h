/*
 * smev/smev_text.h - texts of an envelope and the lengths schemas give them.
 */
#ifndef SMEV_SMEV_TEXT_H
#define SMEV_SMEV_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Neither NULL nor "". */
bool smev_given(const char *s);
/* Characters of UTF-8 text: what xs:maxLength counts. */
size_t smev_chars(const char *s);

#endif
