/*
 * base/file.h - whole files: read with a limit, replaced at once.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>

struct buf;
struct err;

/*
 * Append the file at path, or standard input for "-", to *buf.
 *
 * Errors: ERR_REFUSE FILE_READ can't read it, FILE_LARGE over limit_bytes.
 */
int file_read(
    const char *path, size_t limit_bytes, struct buf *buf, struct err *err);
/*
 * Write bytes to a temporary name beside path, fsync it, rename it to path and
 * fsync the folder: a reader sees the old file or the whole new one.
 *
 * Errors: ERR_RETRY FILE_WRITE.
 */
int file_write(const char *path, const void *p, size_t bytes, struct err *err);

#endif
