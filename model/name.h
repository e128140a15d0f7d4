/*
 * model/name.h - names of people: as kept, and as compared.
 *
 * A name has a cleaned form, which is kept and shown, and a key form, which
 * is only compared: no case, no yo, one dash, one apostrophe, and Latin
 * letters that only look Cyrillic made Cyrillic.  Words that say "there is
 * none" and "nobody knows" are told from names.  Source: domain MODEL 4.1.
 */
#ifndef MODEL_NAME_H
#define MODEL_NAME_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct document;
struct person;
struct value;

enum name_part { NAME_SURNAME, NAME_GIVEN, NAME_PATRONYMIC };

enum name_verdict {
	NAME_IS, /* a name */
	NAME_ABSENT, /* "-", "нет", "без отчества", or no letter at all */
	NAME_PLACEHOLDER, /* "неизвестный", "не установлено", "тест" */
};

/* Load what ICU needs; once in a process, before it is locked in. */
void name_setup(void);

/*
 * NFC, one space for any run of spaces (NBSP too), no space at the ends or
 * around a dash, "-" for every dash, no invisible or control characters;
 * letters and case stay.  For any text of people, in arena; text is UTF-8.
 */
const char *name_clean(struct arena *arena, const char *text);
/* The same without touching dashes: addresses, titles, issuers. */
const char *text_clean(struct arena *arena, const char *text);
/*
 * The key form in arena; "" when text holds no name.  *ret_verdict, which may
 * be NULL, tells a placeholder, whose key form is still given.
 *
 * A suffix of a patronymic ("оглы", "улы"; "кызы", "гызы") comes out as a
 * word of its own and in one spelling, ОГЛЫ or КЫЗЫ.
 */
const char *name_key(struct arena *arena, enum name_part part, const char *text,
    enum name_verdict *ret_verdict);
/* Key forms of both, compared; a name that is no name equals nothing. */
bool name_same(
    struct arena *arena, enum name_part part, const char *a, const char *b);
/* The key form of text that is not a name: clean, upper case, no yo. */
const char *text_key(struct arena *arena, const char *text);
/* A letter of text is neither Cyrillic nor Latin, or there is a digit or a
 * sign that no name has: P_NAME_CHARS. */
bool name_odd(const char *text);

/*
 * The rule M0: this can't be matched with anybody and nobody may be made of
 * it, because the person is unidentified, the surname or the given name is a
 * placeholder or neither is there, or the citizenship is 000 and there is no
 * key (a SNILS or a usable document) beside the name.  A surname that is a
 * placeholder word is a name where the given name is one and there is a key.
 */
bool person_unusable(struct arena *arena, const struct person *person,
    const struct document *documents, size_t document_count);

#endif
