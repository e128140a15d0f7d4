#include "gateway/config.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "gateway/config_table.h"

/* Texts of the table are ours: only a quote or backslash needs care. */
static void
json_text(FILE *out, const char *name, const char *value)
{
	(void)fprintf(out, "\"%s\":\"", name);
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			(void)fputc('\\', out);
		(void)fputc(*value, out);
	}
	(void)fputs("\",", out);
}

static void
explain_json(FILE *out, const char *name, const struct setting *set)
{
	(void)fputc('{', out);
	json_text(out, "setting", name);
	json_text(out, "type", setting_type_name(set->type));
	json_text(out, "unit", set->unit);
	json_text(out, "default", set->fallback);
	json_text(out, "words", set->words);
	if (set->type == SETTING_INT)
		(void)fprintf(out, "\"low\":%" PRId64 ",\"high\":%" PRId64 ",",
		    set->low, set->high);
	json_text(out, "applies", set->restart ? "restart" : "reload");
	(void)fprintf(out, "\"text\":\"%s\"}\n", set->sentence);
}

static const char *
or_dash(const char *s)
{
	return *s != '\0' ? s : "-";
}

static void
explain_line(FILE *out, const char *name, const struct setting *set)
{
	char low[24] = "-", high[24] = "-";

	if (set->type == SETTING_INT) {
		(void)snprintf(low, sizeof(low), "%" PRId64, set->low);
		(void)snprintf(high, sizeof(high), "%" PRId64, set->high);
	}
	(void)fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s%s%s\n", name,
	    setting_type_name(set->type), or_dash(set->unit),
	    or_dash(set->fallback), low, high,
	    set->restart ? "restart" : "reload", set->sentence,
	    *set->words != '\0' ? " One of " : "", set->words);
}

size_t
config_explain(FILE *out, const char *prefix, bool json)
{
	const struct setting *set;
	size_t count = 0;

	for (size_t i = 0; (set = setting_at(i)) != NULL; i++) {
		char name[80];

		(void)snprintf(name, sizeof(name), "%s%s%s", set->section,
		    *set->section != '\0' ? "." : "", set->name);
		if (!str_begins(name, prefix))
			continue;
		count++;
		if (json)
			explain_json(out, name, set);
		else
			explain_line(out, name, set);
	}
	return count;
}
