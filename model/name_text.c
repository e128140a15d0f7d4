#include "model/name_text.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/arena.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Upper-case letters that look the same; MODEL 4.1. */
static const struct {
	UChar latin, cyrillic;
} alike[] = {
	{ 'A', 0x410 }, { 'B', 0x412 }, { 'C', 0x421 }, { 'E', 0x415 },
	{ 'H', 0x41d }, { 'K', 0x41a }, { 'M', 0x41c }, { 'O', 0x41e },
	{ 'P', 0x420 }, { 'T', 0x422 }, { 'X', 0x425 }, { 'Y', 0x423 },
	{ 0xcb, 0x415 }, /* E with diaeresis stands for yo */
};

static const UChar dashes[] = { '-', 0x2010, 0x2011, 0x2012, 0x2013, 0x2014,
	0x2015, 0x2212, 0x2043, 0xfe58, 0xfe63, 0xff0d };
static const UChar apostrophes[] = { '\'', '`', 0xb4, 0x2b9, 0x2bb, 0x2bc,
	0x2bd, 0x2018, 0x2019, 0x201b, 0x2032, 0xff07 };

static bool
among(UChar c, const UChar *set, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (set[i] == c)
			return true;
	return false;
}

/* text as UTF-16 in one of the normal forms; NUL after it. */
static UChar *
to_utf16(struct arena *arena, const char *text, bool compat, int32_t *ret_units)
{
	UErrorCode status = U_ZERO_ERROR;
	const UNormalizer2 *form = compat ? unorm2_getNFKCInstance(&status)
					  : unorm2_getNFCInstance(&status);
	int32_t bytes = (int32_t)strlen(text), units = 0, needed;
	UChar *from = arena_alloc(arena, ((size_t)bytes + 1) * sizeof(*from));
	UChar *to;

	(void)u_strFromUTF8WithSub(
	    from, bytes + 1, &units, text, bytes, 0xfffd, NULL, &status);
	assert(U_SUCCESS(status));
	*ret_units = units;
	if (unorm2_isNormalized(form, from, units, &status))
		return from;
	needed = unorm2_normalize(form, from, units, NULL, 0, &status);
	assert(status == U_BUFFER_OVERFLOW_ERROR);
	status = U_ZERO_ERROR;
	to = arena_alloc(arena, ((size_t)needed + 1) * sizeof(*to));
	*ret_units =
	    unorm2_normalize(form, from, units, to, needed + 1, &status);
	assert(U_SUCCESS(status));
	return to;
}

static UChar *
to_upper(struct arena *arena, UChar *s, int32_t *units)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t room = *units * 3 + 1;
	UChar *to = arena_alloc(arena, (size_t)room * sizeof(*to));

	*units = u_strToUpper(to, room, s, *units, "", &status);
	assert(U_SUCCESS(status));
	return to;
}

/* Drop what can't be seen, and make spaces and dashes plain and single. */
static int32_t
squeeze(UChar *s, int32_t units, int flags)
{
	bool plain_dash = (flags & NAME_TEXT_DASHES) != 0;
	int32_t n = 0;

	for (int32_t i = 0; i < units; i++) {
		UChar c = s[i];

		if (u_isUWhiteSpace(c)) {
			if (n == 0 || s[n - 1] == ' '
			    || (plain_dash && s[n - 1] == '-'))
				continue;
			c = ' ';
		} else if (u_iscntrl(c) || u_charType(c) == U_FORMAT_CHAR) {
			continue;
		} else if (plain_dash && among(c, dashes, COUNT(dashes))) {
			c = '-';
			if (n > 0 && s[n - 1] == ' ')
				n--;
			if (n > 0 && s[n - 1] == '-')
				continue;
		}
		s[n++] = c;
	}
	while (n > 0 && s[n - 1] == ' ')
		n--;
	return n;
}

static void
unify(UChar *s, int32_t units)
{
	for (int32_t i = 0; i < units; i++) {
		if (s[i] == 0x401)
			s[i] = 0x415;
		else if (among(s[i], apostrophes, COUNT(apostrophes)))
			s[i] = '\'';
	}
}

static UChar
cyrillic_of(UChar c)
{
	for (size_t i = 0; i < COUNT(alike); i++)
		if (alike[i].latin == c)
			return alike[i].cyrillic;
	return 0;
}

/* What letters one word has. */
struct word {
	bool cyrillic, latin, latin_only; /* latin_only: some looks like none */
};

static struct word
word_letters(const UChar *s, int32_t units)
{
	struct word word = { 0 };

	for (int32_t i = 0; i < units; i++) {
		UErrorCode status = U_ZERO_ERROR;
		UScriptCode script = uscript_getScript(s[i], &status);

		if (script == USCRIPT_CYRILLIC)
			word.cyrillic = true;
		if (script == USCRIPT_LATIN) {
			word.latin = true;
			if (cyrillic_of(s[i]) == 0)
				word.latin_only = true;
		}
	}
	return word;
}

static int32_t
word_end(const UChar *s, int32_t from, int32_t units)
{
	while (from < units && s[from] != ' ' && s[from] != '-')
		from++;
	return from;
}

/*
 * A word of both alphabets is a Cyrillic one mistyped.  A word of look-alikes
 * only is Cyrillic too, unless another word shows that the whole is Latin.
 */
static void
make_cyrillic(UChar *s, int32_t units)
{
	bool latin_source = false;

	for (int32_t i = 0, end; i < units; i = end + 1) {
		struct word word;

		end = word_end(s, i, units);
		word = word_letters(s + i, end - i);
		if (!word.cyrillic && word.latin_only)
			latin_source = true;
	}
	for (int32_t i = 0, end; i < units; i = end + 1) {
		struct word word;

		end = word_end(s, i, units);
		word = word_letters(s + i, end - i);
		if (!word.latin || (!word.cyrillic && latin_source))
			continue;
		for (int32_t k = i; k < end; k++)
			if (cyrillic_of(s[k]) != 0)
				s[k] = cyrillic_of(s[k]);
	}
}

/* Without what is neither letter nor digit at both ends. */
static UChar *
trim(UChar *s, int32_t *units)
{
	while (*units > 0 && u_ispunct(s[*units - 1]) && s[*units - 1] != ')')
		(*units)--;
	while (*units > 0 && (u_ispunct(*s) || *s == ' ') && *s != '(') {
		s++;
		(*units)--;
	}
	while (*units > 0 && s[*units - 1] == ' ')
		(*units)--;
	return s;
}

const char *
name_text_clean(struct arena *arena, const char *text, int flags)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t units, bytes = 0;
	UChar *s =
	    to_utf16(arena, text, (flags & NAME_TEXT_COMPAT) != 0, &units);
	char *out;

	units = squeeze(s, units, flags);
	if (flags & NAME_TEXT_UPPER) {
		s = to_upper(arena, s, &units);
		unify(s, units);
	}
	if (flags & NAME_TEXT_CYRILLIC)
		make_cyrillic(s, units);
	if (flags & NAME_TEXT_TRIM)
		s = trim(s, &units);
	out = arena_alloc(arena, (size_t)units * 3 + 1);
	(void)u_strToUTF8WithSub(
	    out, units * 3 + 1, &bytes, s, units, 0xfffd, NULL, &status);
	assert(U_SUCCESS(status));
	return out;
}
