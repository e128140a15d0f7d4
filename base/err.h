/*
 * base/err.h - why something failed, and what may be done about it.
 *
 * A function that can fail returns 0, or -1 with *err filled, once, at the
 * place that saw the failure.  Callers pass it up unchanged.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_kind {
	ERR_NONE = 0,
	ERR_RETRY, /* not now: the same call may succeed later */
	ERR_REFUSE, /* never: the sender has to change the packet */
	ERR_HOLD, /* a person has to decide; others go on */
	ERR_FATAL, /* this process can't go on: config, broken store */
};

struct err {
	enum err_kind kind;
	char code[24]; /* for machines, a row of doc/codes.tsv */
	char text[240]; /* for people, one line, no personal data */
};

/* Fill *err and return -1, so that a failure is one statement. */
int err_set(struct err *err, enum err_kind kind, const char *code,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
#ifdef __clang_analyzer__
/* It sees a file at a time, and has to be told what err_set() returns. */
#define err_set(...) ((void)(err_set)(__VA_ARGS__), -1)
#endif

/* "retry", "refuse", "hold", "fatal" or "none": the word of kind. */
const char *err_kind_name(enum err_kind kind);

#endif
