/*
 * queue/blob.h - contents of files, in a folder beside the database.
 *
 *	FOLDER/ab/ab12...	a blob, named by the hex Streebog-256 of its content
 *	FOLDER/part/NAME	one that is being written, by a name of the caller's
 *
 * A blob never changes, is whole and on disk once it has its name, and lies
 * there once however many files refer to it.  Rows of the table file refer to
 * it: a blob is kept first, the transaction with its row commits after.  What
 * is not referred to is found by its age and removed in small steps.
 */
#ifndef QUEUE_BLOB_H
#define QUEUE_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define BLOB_NAME_BYTES 65 /* hex and its NUL */
#define BLOB_SHELVES    256 /* folders of blobs, by the first byte */

/* Whether hex may be the name of a blob. */
bool blob_name_ok(const char *hex);
/*
 * Make the folder and those in it, as far as they are missing: 0700.
 *
 * Errors: ERR_RETRY BLOB_WRITE.
 */
int blob_setup(const char *folder, struct err *err);
/*
 * Open FOLDER/part/name for reading and writing; what is there already stays,
 * and *ret_bytes says how much that is.  name: up to 100 letters, digits and
 * '-'.  The caller closes *ret_fd; until that and all its copies, in whatever
 * process, are closed, the part is the caller's alone.
 *
 * Errors: ERR_RETRY BLOB_WRITE, BLOB_BUSY somebody has it.
 */
int blob_begin(const char *folder, const char *name, int64_t *ret_bytes,
    int *ret_fd, struct err *err);
/*
 * The part is whole and hex is its digest: it is on disk, by that name, when
 * this returns.  A blob that was there is the same, and counts as young again.
 *
 * Errors: ERR_RETRY BLOB_WRITE: the part is still there, or gone.
 */
int blob_keep(
    const char *folder, const char *name, const char *hex, struct err *err);
/* A part is of no more use; one that is not there is fine. */
void blob_drop(const char *folder, const char *name);
/* blob_begin(), write and blob_keep() for what is in memory. */
int blob_put(const char *folder, const char *name, const void *p, size_t bytes,
    const char *hex, struct err *err);
/*
 * Open a blob for reading; the caller closes *ret_fd.
 *
 * Errors: ERR_HOLD BLOB_LOST it is not there; ERR_RETRY BLOB_READ.
 */
int blob_open(const char *folder, const char *hex, int *ret_fd, int64_t *bytes,
    struct err *err);
/*
 * Names of up to max blobs of a shelf (0 to BLOB_SHELVES - 1) that nobody kept
 * since before_ms (UTC): whether a file refers to them the caller has to ask.
 */
size_t blob_old(const char *folder, unsigned shelf, int64_t before_ms,
    size_t max, char (*ret)[BLOB_NAME_BYTES]);
/* Remove the blob unless somebody kept it since; true when it is gone. */
bool blob_remove(const char *folder, const char *hex, int64_t before_ms);
/* Remove parts nobody wrote to since before_ms; how many. */
size_t blob_sweep_parts(const char *folder, int64_t before_ms);

#endif
