#include "smev/smev_text.h"

bool
smev_given(const char *s)
{
	return s != NULL && *s != '\0';
}

size_t
smev_chars(const char *s)
{
	size_t chars = 0;

	for (; *s != '\0'; s++)
		chars += ((unsigned char)*s & 0xC0) != 0x80;
	return chars;
}
