#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

static char log_role[32] = "-";
static enum log_level log_limit = LOG_LEVEL_INFO;
static bool log_journal;

void
log_open(const char *role, enum log_level level)
{
	str_copy(log_role, sizeof(log_role), role);
	log_limit = level;
	log_journal = getenv("JOURNAL_STREAM") != NULL;
}

static int
prefix(char *line, size_t room, enum log_level level)
{
	int64_t now_ms = clock_now_ms();
	time_t seconds = (time_t)(now_ms / 1000);
	struct tm tm;

	if (log_journal)
		return snprintf(
		    line, room, "<%d>role=%s ", (int)level, log_role);
	(void)gmtime_r(&seconds, &tm);
	return snprintf(line, room,
	    "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ level=%d role=%s ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, (int)(now_ms % 1000), (int)level, log_role);
}

void
log_event(enum log_level level, const char *fmt, ...)
{
	char line[2048];
	va_list ap;
	int used, n;

	if (level > log_limit)
		return;
	used = prefix(line, sizeof(line), level);
	va_start(ap, fmt);
	n = vsnprintf(line + used, sizeof(line) - (size_t)used - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	used += n;
	if ((size_t)used > sizeof(line) - 2)
		used = (int)sizeof(line) - 2;
	for (int i = 0; i < used; i++)
		if ((unsigned char)line[i] < 0x20)
			line[i] = ' ';
	line[used++] = '\n';
	/* One write, so that lines of several processes do not mix. */
	if (write(STDERR_FILENO, line, (size_t)used) < 0)
		return;
}

const char *
log_value(char *dst, unsigned long room, const char *text)
{
	unsigned long used = 0;
	bool plain = *text != '\0';

	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == '"' || *p == '=')
			plain = false;
	if (plain) {
		str_copy(dst, room, text);
		return dst;
	}
	dst[used++] = '"';
	for (; *text != '\0' && used + 3 < room; text++) {
		if (*text == '"' || *text == '\\')
			dst[used++] = '\\';
		dst[used++] = (unsigned char)*text < ' ' ? ' ' : *text;
	}
	dst[used++] = '"';
	dst[used] = '\0';
	return dst;
}
