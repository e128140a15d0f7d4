/*
 * model/name_text.h - the walk over characters behind model/name.h.
 */
#ifndef MODEL_NAME_TEXT_H
#define MODEL_NAME_TEXT_H

struct arena;

enum name_text_flag {
	NAME_TEXT_DASHES = 1, /* every dash is "-", no spaces around it */
	NAME_TEXT_UPPER = 2, /* upper case, yo is ye, one apostrophe */
	NAME_TEXT_COMPAT = 4, /* NFKC instead of NFC */
	NAME_TEXT_CYRILLIC = 8, /* Latin look-alikes become Cyrillic */
	NAME_TEXT_TRIM = 16, /* no punctuation at the ends of the whole */
};

/*
 * text, which is UTF-8, cleaned as flags (an or of name_text_flag) say; in
 * arena.
 */
const char *name_text_clean(struct arena *arena, const char *text, int flags);

#endif
