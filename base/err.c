#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

#undef err_set /* base/err.h: for the analyzer only */

int
err_set(
    struct err *err, enum err_kind kind, const char *code, const char *fmt, ...)
{
	va_list ap;

	err->kind = kind;
	(void)snprintf(err->code, sizeof(err->code), "%s", code);
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -1;
}

const char *
err_kind_name(enum err_kind kind)
{
	static const char *const names[] = { "none", "retry", "refuse", "hold",
		"fatal" };

	return names[kind];
}
