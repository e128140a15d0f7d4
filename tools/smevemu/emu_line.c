#include "tools/smevemu/emu_line.h"

#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

int
emu_line_wrong(const struct emu_line *line, const char *what, const char *word)
{
	return err_set(line->err, ERR_FATAL, "EMU_CONF", "%s: \"%.100s\"", what,
	    word == NULL ? "" : word);
}

const char *
emu_line_split(struct emu_line *line, const char *text, bool *ret_ok)
{
	const char *begin;

	line->count = 0;
	*ret_ok = true;
	for (;;) {
		text += strspn(text, " \t\r");
		if (*text == '\0' || *text == '\n' || *text == '#')
			break;
		if (line->count == EMU_LINE_WORDS) {
			*ret_ok = false;
			break;
		}
		begin = text;
		if (*text == '"') {
			begin = ++text;
			text += strcspn(text, "\"\n");
			*ret_ok = *ret_ok && *text == '"';
		} else {
			text += strcspn(text, " \t\r\n");
		}
		line->words[line->count++] =
		    arena_strndup(line->arena, begin, (size_t)(text - begin));
		if (*text == '"')
			text++;
	}
	text += strcspn(text, "\n");
	return *text == '\n' ? text + 1 : text;
}

const char *
emu_line_path(const struct emu_line *line, const char *word)
{
	if (*word == '/' || line->folder == NULL)
		return word;
	return arena_printf(line->arena, "%s/%s", line->folder, word);
}

int
emu_line_duration(
    const struct emu_line *line, const char *word, int64_t *ret_ms)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = { { "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 },
		{ "h", 3600000 } };
	char digits[16];
	size_t length = strspn(word, "0123456789");
	int64_t value;

	if (length == 0 || length > 9)
		return emu_line_wrong(line, "not a time", word);
	str_copy(digits, length + 1, word);
	if (str_int(digits, 0, INT_MAX, &value) == -1)
		return emu_line_wrong(line, "not a time", word);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(word + length, units[i].unit) == 0) {
			*ret_ms = value * units[i].ms;
			return 0;
		}
	}
	return emu_line_wrong(line, "not a time", word);
}

int
emu_line_number(
    const struct emu_line *line, const char *word, int64_t high, int64_t *ret)
{
	if (str_int(word, 0, high, ret) == -1)
		return emu_line_wrong(line, "not a number", word);
	return 0;
}

int
emu_line_choice(
    const struct emu_line *line, const char *yes, const char *no, bool *ret)
{
	const char *word = line->words[1];

	if (strcmp(word, yes) != 0 && strcmp(word, no) != 0)
		return emu_line_wrong(line, "not understood", word);
	*ret = strcmp(word, yes) == 0;
	return 0;
}
