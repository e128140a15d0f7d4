/*
 * gateway/filer/folder.h - the folder of one system, entered with care.
 *
 * Whoever owns the folder may put there what he likes, at any moment: nothing
 * below it is opened by a link, outside of it, or without looking at what it
 * is.  Only regular files are read, and what is written appears whole or not
 * at all.
 *
 * Errors of all: ERR_RETRY DOOR_FOLDER_FULL no room, DOOR_FOLDER anything else
 * that is wrong with the folder.
 */
#ifndef GATEWAY_FILER_FOLDER_H
#define GATEWAY_FILER_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

struct buf;
struct err;

/* What stands in it. */
#define FOLDER_OUT     "out" /* from the system */
#define FOLDER_IN      "in" /* for it */
#define FOLDER_REFUSED "refused" /* what we could not take, and why */
#define FOLDER_DONE    "done" /* what was sent, where that is kept */
#define FOLDER_FILES   "files" /* attachments of what is in in/, by MessageId */

struct folder {
	const char *path;
	int fd; /* -1 until entered */
	dev_t dev;
	ino_t ino;
};

/*
 * Open the folder, or see that it is still the one at its path: another may
 * have been mounted there.  Returns 0, or -1 and it is closed.
 */
int folder_enter(struct folder *folder, struct err *err);
void folder_leave(struct folder *folder);
/* Whether two looks saw the same file, unchanged. */
bool folder_same(const struct stat *a, const struct stat *b);

/* A descriptor of the folder below dir called name, which is made if make. */
int folder_sub(int dir, const char *name, bool make, struct err *err);
/*
 * A descriptor for reading the regular file at path, which may have slashes,
 * below dir; *ret_stat says what it is.
 *
 * Errors: ERR_REFUSE DOOR_FILE_PATH it is not there, a link, outside, or no
 * regular file.
 */
int
folder_open(int dir, const char *path, struct stat *ret_stat, struct err *err);
/* Append what fd has, up to max bytes.  Errors: ERR_REFUSE FILE_LARGE. */
int folder_read(int fd, size_t max, struct buf *buf, struct err *err);

/* A new, empty file in dir under a name of our own; a descriptor to write. */
int folder_begin(int dir, const char *tmp, struct err *err);
int folder_write(int fd, const void *p, size_t bytes, struct err *err);
/* It is whole: to the disk, and name is it, whatever had that name. */
int
folder_end(int dir, int fd, const char *tmp, const char *name, struct err *err);
/*
 * A file called name in dir with these bytes: written under another name, to
 * the disk, and renamed.  A file of that name with other bytes stays as it is,
 * and the new one gets a number; one with the same bytes is the new one.
 * tmp is a name of our own for the time being.
 */
int folder_put(int dir, const char *tmp, const char *name, const void *p,
    size_t bytes, struct err *err);
/*
 * Move the file from one folder to another, with a number if there is one of
 * its name already.  ret_name has FOLDER_NAME_BYTES.
 */
int folder_move(
    int from, const char *name, int to, char *ret_name, struct err *err);
/* The name that folder_move() would give. */
int folder_free_name(int to, const char *name, char *ret_name, struct err *err);

#define FOLDER_NAME_BYTES 256

#endif
