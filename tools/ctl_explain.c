#include "tools/ctl_explain.h"

#include <stdio.h>

#include <jansson.h>

#include "base/codes.h"

static void
print_json(const struct code *code)
{
	json_t *row = json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:s}",
	    "code", code->code, "kind", err_kind_name(code->kind), "actor",
	    code->actor, "http", code->http, "smev", code->smev, "title",
	    code->title, "cause", code->cause, "next", code->next);

	(void)json_dumpf(row, stdout, JSON_COMPACT);
	(void)putchar('\n');
	json_decref(row);
}

static void
print_text(const struct code *code)
{
	(void)printf("%s: %s\n  причина:     %s\n  что делать:  %s\n"
		     "  кто:         %s\n  вид:         %s\n",
	    code->code, code->title, code->cause, code->next, code->actor,
	    err_kind_name(code->kind));
	if (code->http != 0)
		(void)printf("  HTTP:        %d\n", code->http);
	if (*code->smev != '\0')
		(void)printf("  СМЭВ:        %s\n", code->smev);
}

bool
ctl_explain(const char *code, bool json)
{
	const struct code *row;

	for (size_t i = 0; code == NULL && (row = code_at(i)) != NULL; i++) {
		if (json)
			print_json(row);
		else
			(void)printf("%-24s %s\n", row->code, row->title);
	}
	if (code == NULL)
		return true;
	if ((row = code_find(code)) == NULL)
		return false;
	if (json)
		print_json(row);
	else
		print_text(row);
	return true;
}
