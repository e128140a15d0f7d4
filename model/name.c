#include "model/name.h"

#include <assert.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/arena.h"
#include "model/document.h"
#include "model/entity.h"
#include "model/field.h"
#include "model/name_text.h"
#include "model/snils.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Words of the key form that say there is no name. */
static const char *const absent_words[] = { "НЕТ", "ОТСУТСТВУЕТ", "Б/О",
	"БЕЗ ОТЧЕСТВА", "НЕ ИМЕЕТ", "НЕ ИМЕЕТСЯ", "ПРОЧЕРК" };

/* Words of the key form that say that nobody knows the name. */
static const char *const unknown_words[] = { "НЕИЗВЕСТНЫЙ", "НЕИЗВЕСТНАЯ",
	"НЕИЗВЕСТНОЕ", "НЕИЗВЕСТНО", "НЕИЗВЕСТЕН", "НЕИЗВЕСТНА", "НЕ ИЗВЕСТНО",
	"НЕ ИЗВЕСТЕН", "НЕ ИЗВЕСТНА", "НЕ УСТАНОВЛЕНО", "НЕ УСТАНОВЛЕН",
	"НЕ УСТАНОВЛЕНА", "НЕ УСТАНОВЛЕНЫ", "НЕУСТАНОВЛЕНО", "НЕУСТАНОВЛЕН",
	"НЕУСТАНОВЛЕНА", "НЕУСТАНОВЛЕННЫЙ", "НЕУСТАНОВЛЕННАЯ",
	"НЕУСТАНОВЛЕННОЕ ЛИЦО", "НЕИЗВЕСТНОЕ ЛИЦО", "НЕ ОПОЗНАН", "НЕ ОПОЗНАНА",
	"НЕОПОЗНАННЫЙ", "НЕОПОЗНАННАЯ", "НЕТ ДАННЫХ", "НЕТ СВЕДЕНИЙ",
	"НЕ УКАЗАНО", "НЕ УКАЗАН", "НЕ УКАЗАНА", "ТЕСТ" };

static const struct {
	const char *word, *unified;
} suffixes[] = {
	{ "ОГЛЫ", "ОГЛЫ" },
	{ "ОГЛУ", "ОГЛЫ" },
	{ "ОГЛИ", "ОГЛЫ" },
	{ "УЛЫ", "ОГЛЫ" },
	{ "УУЛУ", "ОГЛЫ" },
	{ "КЫЗЫ", "КЫЗЫ" },
	{ "ГЫЗЫ", "КЫЗЫ" },
	{ "КИЗИ", "КЫЗЫ" },
};

void
name_setup(void)
{
	struct arena *arena = arena_new();

	(void)name_key(arena, NAME_PATRONYMIC, "Ёж-Ёжоглы\u00e9", NULL);
	(void)name_odd("Ё1");
	arena_free(arena);
}

static bool
listed(const char *key, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], key) == 0)
			return true;
	return false;
}

const char *
name_clean(struct arena *arena, const char *text)
{
	return name_text_clean(arena, text, NAME_TEXT_DASHES);
}

const char *
text_clean(struct arena *arena, const char *text)
{
	return name_text_clean(arena, text, 0);
}

const char *
text_key(struct arena *arena, const char *text)
{
	return name_text_clean(
	    arena, text, NAME_TEXT_DASHES | NAME_TEXT_UPPER | NAME_TEXT_COMPAT);
}

/* Where the last word of key that may be a suffix starts, glued or not. */
static const char *
patronymic_key(struct arena *arena, const char *key)
{
	size_t bytes = strlen(key);

	for (size_t i = 0; i < COUNT(suffixes); i++) {
		size_t tail = strlen(suffixes[i].word), stem = bytes - tail;
		bool apart;

		if (bytes <= tail || strcmp(key + stem, suffixes[i].word) != 0)
			continue;
		apart = key[stem - 1] == ' ' || key[stem - 1] == '-';
		if (apart)
			stem--;
		if (stem < (apart ? 1 : 6)) /* three letters before it */
			continue;
		return arena_printf(
		    arena, "%.*s %s", (int)stem, key, suffixes[i].unified);
	}
	return key;
}

const char *
name_key(struct arena *arena, enum name_part part, const char *text,
    enum name_verdict *ret_verdict)
{
	enum name_verdict verdict = NAME_IS;
	const char *key = name_text_clean(arena, text,
	    NAME_TEXT_DASHES | NAME_TEXT_UPPER | NAME_TEXT_COMPAT
		| NAME_TEXT_CYRILLIC | NAME_TEXT_TRIM);

	if (*key == '\0' || listed(key, absent_words, COUNT(absent_words))) {
		key = "";
		verdict = NAME_ABSENT;
	} else if (listed(key, unknown_words, COUNT(unknown_words))) {
		verdict = NAME_PLACEHOLDER;
	} else if (part == NAME_PATRONYMIC) {
		key = patronymic_key(arena, key);
	}
	if (ret_verdict != NULL)
		*ret_verdict = verdict;
	return key;
}

bool
name_same(
    struct arena *arena, enum name_part part, const char *a, const char *b)
{
	enum name_verdict first, second;
	const char *key_a = name_key(arena, part, a, &first);
	const char *key_b = name_key(arena, part, b, &second);

	return first == NAME_IS && second == NAME_IS
	    && strcmp(key_a, key_b) == 0;
}

bool
name_odd(const char *text)
{
	int32_t at = 0, bytes = (int32_t)strlen(text);

	while (at < bytes) {
		UErrorCode status = U_ZERO_ERROR;
		UScriptCode script;
		UChar32 c;

		U8_NEXT(text, at, bytes, c);
		if (c < 0 || u_isdigit(c))
			return true;
		if (!u_isalpha(c)) {
			if (strchr("<>{}[]@#$%^&*=+_\\|~;:?!\"",
				c < 128 ? (int)c : ' ')
			    != NULL)
				return true;
			continue;
		}
		script = uscript_getScript(c, &status);
		if (script != USCRIPT_CYRILLIC && script != USCRIPT_LATIN
		    && script != USCRIPT_COMMON && script != USCRIPT_INHERITED)
			return true;
	}
	return false;
}

static enum name_verdict
judge(struct arena *arena, enum name_part part, const struct value *value)
{
	const char *text = value_text(value);
	enum name_verdict verdict = NAME_ABSENT;

	if (text != NULL)
		(void)name_key(arena, part, text, &verdict);
	return verdict;
}

static bool
has_key(const struct person *person, const struct document *documents,
    size_t document_count)
{
	char digits[SNILS_BYTES];
	const char *snils = value_text(&person->snils);

	if (snils != NULL && snils_parse(snils, digits) <= SNILS_SUSPECT)
		return true;
	for (size_t i = 0; i < document_count; i++)
		if (document_usable(&documents[i]))
			return true;
	return false;
}

bool
person_unusable(struct arena *arena, const struct person *person,
    const struct document *documents, size_t document_count)
{
	enum name_verdict surname =
	    judge(arena, NAME_SURNAME, &person->surname);
	enum name_verdict given = judge(arena, NAME_GIVEN, &person->given_name);
	const char *country = value_text(&person->citizenship);
	const char *given_text = value_text(&person->given_name);
	bool key = has_key(person, documents, document_count);

	if (value_text(&person->unidentified) != NULL)
		return true;
	if (surname != NAME_IS && given != NAME_IS)
		return true;
	/* A given name Тест beside a surname is somebody's made-up record. */
	if (given == NAME_PLACEHOLDER
	    && strcmp(name_key(arena, NAME_GIVEN, given_text, NULL), "ТЕСТ")
		!= 0)
		return true;
	if (surname == NAME_PLACEHOLDER && !key)
		return true;
	return country != NULL && strcmp(country, "000") == 0 && !key;
}
