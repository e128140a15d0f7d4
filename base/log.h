/*
 * base/log.h - one line an event, key=value; for gateway/ and tools/ only.
 *
 * A line goes to standard error with a syslog priority "<6>" in front when
 * standard error is the journal.  Never log a name, a number of a document or
 * a SNILS.  Values with spaces or control characters come out quoted.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARN = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

/* Who speaks ("store", "opener-0") and how much; before the first line. */
void log_open(const char *role, enum log_level level);

/*
 * Print one line: pairs of key and printf format are the caller's, as in
 * log_event(LOG_LEVEL_INFO, "packet=%s stage=validate result=refused", id).
 */
void log_event(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Make text safe as a value: quotes it when needed.  Returns dst. */
const char *log_value(char *dst, unsigned long room, const char *text);

#endif
