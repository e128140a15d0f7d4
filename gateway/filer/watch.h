/*
 * gateway/filer/watch.h - which files of out/ are complete.
 *
 * A file counts when it was renamed into the folder, or when it has not changed
 * for some time.  At most WATCH_MAX are watched; the rest wait in the folder.
 * No I/O: the caller says what it sees, and when.
 */
#ifndef GATEWAY_FILER_WATCH_H
#define GATEWAY_FILER_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define WATCH_MAX 4096

struct watch;

/* A file that was seen. */
struct watched {
	char *name; /* as the system called it: any bytes but / and NUL */
	struct stat stat;
	int64_t since_ms; /* unchanged */
	bool moved; /* renamed into the folder, and unchanged since */
	bool seen; /* in the look under way */
	int64_t pause_ms, not_before_ms;
};

/* One that has seen nothing. */
struct watch *watch_new(void);
void watch_free(struct watch *watch); /* NULL is fine */
/* Whether a file of that name may be a message: *.xml, not hidden. */
bool watch_counts(const char *name);

/* A look through the folder begins, ends: what was not seen is forgotten.
 * Returns whether some file is not complete yet, or was not taken up. */
void watch_begin(struct watch *watch);
bool watch_end(struct watch *watch, int64_t now_ms, int64_t settle_ms);
/* There is that file; moved: it has just been renamed into the folder. */
void watch_see(struct watch *watch, const char *name, const struct stat *st,
    bool moved, int64_t now_ms);
struct watched *watch_find(struct watch *watch, const char *name); /* or NULL */
/* The complete file that was written first, or NULL. */
struct watched *
watch_next(struct watch *watch, int64_t now_ms, int64_t settle_ms);
/* Leave it alone for a while, longer each time. */
void watch_pause(struct watched *file, int64_t now_ms);
void watch_forget(struct watch *watch, struct watched *file);
size_t watch_count(const struct watch *watch);

#endif
