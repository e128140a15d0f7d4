/*
 * gateway/filer/copy.h - one file on its way between the folder of a system and
 * our folder of files (queue/blob), a piece at a time.
 *
 * In constant memory however large it is, and so that others have their turn
 * between two pieces.  Nothing appears under its name before it is whole and on
 * the disk.
 */
#ifndef GATEWAY_FILER_COPY_H
#define GATEWAY_FILER_COPY_H

#include <stdbool.h>
#include <stdint.h>

struct copy;
struct err;

struct copy_sums {
	char hex[65]; /* Streebog-256: the name of the blob */
	char hex_512[129]; /* Streebog-512, if it was wanted; else "" */
	int64_t bytes;
};

/*
 * From the regular file at path below folder to a blob in blobs; part names it
 * meanwhile.  max: of bytes.
 *
 * Returns NULL with *err: ERR_REFUSE DOOR_FILE_PATH, FILE_LARGE; those of
 * folder.h and of blob.h.
 */
struct copy *copy_take(int folder, const char *path, const char *blobs,
    const char *part, int64_t max, bool want_512, struct err *err);
/*
 * From the blob called hex to the file called name in the folder called shelf
 * in FOLDER_FILES below folder; both are made, and what has that name is
 * replaced.
 *
 * Returns NULL with *err: those of folder.h and of blob.h.
 */
struct copy *copy_give(int folder, const char *shelf, const char *name,
    const char *blobs, const char *hex, struct err *err);
/*
 * The next piece.  Returns 1: there is more; 0: it is done, with *ret_sums of
 * what was taken; -1 with *err: RETRY DOOR_FILE_BUSY it changes meanwhile, or
 * as above.
 */
int copy_step(struct copy *copy, struct copy_sums *ret_sums, struct err *err);
void copy_free(struct copy *copy); /* NULL is fine */

#endif
