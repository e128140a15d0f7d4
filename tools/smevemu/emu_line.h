/*
 * tools/smevemu/emu_line.h - one line of configuration as words, and what a
 * word may say.
 */
#ifndef SMEVEMU_EMU_LINE_H
#define SMEVEMU_EMU_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EMU_LINE_WORDS 64

struct arena;
struct emu;
struct err;

struct emu_line {
	struct emu *emu;
	const char *folder; /* where paths start; NULL: as they are */
	struct arena *arena; /* of the words */
	char *words[EMU_LINE_WORDS];
	size_t count;
	struct err *err;
};

/*
 * Cut the first line of text into words; false in *ret_ok: a quote is open or
 * there are too many.  Returns what follows the line.
 */
const char *
emu_line_split(struct emu_line *line, const char *text, bool *ret_ok);
/* Set ERR_FATAL EMU_CONF, which names word (NULL none); returns -1. */
int
emu_line_wrong(const struct emu_line *line, const char *what, const char *word);
/* word as a path, in the arena. */
const char *emu_line_path(const struct emu_line *line, const char *word);
/* "500ms", "30s", "15m", "24h", or seconds.  Errors: EMU_CONF. */
int emu_line_duration(
    const struct emu_line *line, const char *word, int64_t *ret_ms);
/* From 0 to high.  Errors: EMU_CONF. */
int emu_line_number(
    const struct emu_line *line, const char *word, int64_t high, int64_t *ret);
/* The first word after the directive, one of two.  Errors: EMU_CONF. */
int emu_line_choice(
    const struct emu_line *line, const char *yes, const char *no, bool *ret);

#endif
