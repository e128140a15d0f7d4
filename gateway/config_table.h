/*
 * gateway/config_table.h - every setting: the one table behind the parser, the
 * defaults, the ranges and the explanation.
 */
#ifndef GATEWAY_CONFIG_TABLE_H
#define GATEWAY_CONFIG_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_type {
	SETTING_INT, /* int64_t from low to high */
	SETTING_BOOL, /* bool */
	SETTING_TEXT, /* const char *; at least low bytes */
	SETTING_WORD, /* const char *: one of words */
	SETTING_FILE, /* const char *: "" or a file that can be read */
	SETTING_LIST, /* struct config_list of texts */
	SETTING_FILES, /* struct config_list of files that can be read */
	SETTING_DIGESTS, /* struct config_list of 64 hex digits each */
	SETTING_WORDS /* struct config_list, each one of words */
};

struct setting {
	const char *section; /* "" at the top */
	const char *name;
	enum setting_type type;
	const char *unit; /* "" none */
	const char *fallback; /* the default as written; "" none */
	int64_t low, high;
	const char *words; /* "a|b|c" */
	bool restart; /* counts only after a restart, not a reload */
	size_t offset; /* in struct config, or in the section's struct */
	const char *sentence; /* English, what it does */
};

/* Sections with a title, of which there may be many. */
bool setting_titled(const char *section);
/* Row i, or NULL past the end; rows of one section stand together. */
const struct setting *setting_at(size_t i);
/* The row of section and name, or NULL. */
const struct setting *setting_find(const char *section, const char *name);
/* "integer", "boolean" ... */
const char *setting_type_name(enum setting_type type);
/* Whether word is one of words, "a|b|c". */
bool setting_word(const char *words, const char *word);

#endif
