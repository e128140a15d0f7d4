#include "queue/blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

#define PATH_BYTES     4096
#define NAME_BYTES_MAX 100

bool
blob_name_ok(const char *hex)
{
	return strlen(hex) == BLOB_NAME_BYTES - 1
	    && strspn(hex, "0123456789abcdef") == BLOB_NAME_BYTES - 1;
}

static bool
part_name_ok(const char *name)
{
	size_t bytes = strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	return bytes > 0 && bytes <= NAME_BYTES_MAX && name[bytes] == '\0';
}

static int
failed(struct err *err, const char *code, const char *what)
{
	int why = errno; /* err_set() may change it */

	return err_set(err, ERR_RETRY, code, "%s: %s", what, strerror(why));
}

/* False: too long to be one. */
static bool
part_path(char path[PATH_BYTES], const char *folder, const char *name)
{
	int n = snprintf(path, PATH_BYTES, "%s/part/%s", folder, name);

	return n > 0 && n < PATH_BYTES && part_name_ok(name);
}

static bool
blob_path(char path[PATH_BYTES], const char *folder, const char *hex)
{
	int n = snprintf(path, PATH_BYTES, "%s/%.2s/%s", folder, hex, hex);

	return n > 0 && n < PATH_BYTES && blob_name_ok(hex);
}

static int
make_folder(const char *path, struct err *err)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	return failed(err, "BLOB_WRITE", path);
}

int
blob_setup(const char *folder, struct err *err)
{
	char path[PATH_BYTES];

	if (make_folder(folder, err) == -1)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/part", folder);
	if (make_folder(path, err) == -1)
		return -1;
	for (unsigned i = 0; i < BLOB_SHELVES; i++) {
		(void)snprintf(path, sizeof(path), "%s/%02x", folder, i);
		if (make_folder(path, err) == -1)
			return -1;
	}
	return 0;
}

int
blob_begin(const char *folder, const char *name, int64_t *ret_bytes,
    int *ret_fd, struct err *err)
{
	char path[PATH_BYTES];
	struct stat st;
	int fd;

	if (!part_path(path, folder, name))
		return err_set(err, ERR_RETRY, "BLOB_WRITE", "no such name");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return failed(err, "BLOB_WRITE", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		(void)err_set(err, ERR_RETRY, "BLOB_BUSY", "somebody has it");
	} else if (fstat(fd, &st) == -1) {
		(void)failed(err, "BLOB_WRITE", path);
	} else {
		*ret_bytes = st.st_size;
		*ret_fd = fd;
		return 0;
	}
	(void)close(fd);
	return -1;
}

/* The shelf's folder, locked: keeping and removing take turns. */
static int
open_shelf(const char *folder, const char *hex, int lock)
{
	char path[PATH_BYTES];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%.2s", folder, hex);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd != -1 && flock(fd, lock) == -1) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

int
blob_keep(
    const char *folder, const char *name, const char *hex, struct err *err)
{
	char from[PATH_BYTES], to[PATH_BYTES];
	int part = -1, shelf = -1, rc = -1;

	if (!part_path(from, folder, name) || !blob_path(to, folder, hex))
		return err_set(err, ERR_RETRY, "BLOB_WRITE", "no such name");
	part = open(from, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	shelf = open_shelf(folder, hex, LOCK_SH);
	/* Its age counts from here, not from its last byte. */
	if (part == -1 || shelf == -1 || futimens(part, NULL) == -1
	    || fsync(part) == -1 || rename(from, to) == -1
	    || fsync(shelf) == -1)
		(void)failed(err, "BLOB_WRITE", from);
	else
		rc = 0;
	if (shelf != -1)
		(void)close(shelf);
	if (part != -1)
		(void)close(part);
	return rc;
}

void
blob_drop(const char *folder, const char *name)
{
	char path[PATH_BYTES];

	if (part_path(path, folder, name))
		(void)unlink(path);
}

int
blob_put(const char *folder, const char *name, const void *p, size_t bytes,
    const char *hex, struct err *err)
{
	const char *at = p;
	int64_t there;
	ssize_t n = 0;
	int fd;

	if (blob_begin(folder, name, &there, &fd, err) == -1)
		return -1;
	if (there > 0)
		n = ftruncate(fd, 0);
	while (n != -1 && bytes > 0) {
		n = write(fd, at, bytes);
		if (n == -1 && errno == EINTR)
			n = 0;
		if (n > 0) {
			at += n;
			bytes -= (size_t)n;
		}
	}
	if (n == -1)
		(void)failed(err, "BLOB_WRITE", "part of a file");
	(void)close(fd);
	return n == -1 ? -1 : blob_keep(folder, name, hex, err);
}

int
blob_open(const char *folder, const char *hex, int *ret_fd, int64_t *bytes,
    struct err *err)
{
	char path[PATH_BYTES];
	struct stat st;
	int fd;

	if (!blob_path(path, folder, hex))
		return err_set(err, ERR_HOLD, "BLOB_LOST", "no such name");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd == -1 && errno == ENOENT)
		return err_set(err, ERR_HOLD, "BLOB_LOST", "%s", hex);
	if (fd == -1)
		return failed(err, "BLOB_READ", hex);
	if (fstat(fd, &st) == -1) {
		(void)failed(err, "BLOB_READ", hex);
		(void)close(fd);
		return -1;
	}
	*bytes = st.st_size;
	*ret_fd = fd;
	return 0;
}

/* Whether the file name below folder was last written before before_ms. */
static bool
is_old(int folder, const char *name, int64_t before_ms)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0
	    && S_ISREG(st.st_mode)
	    && (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000
	    < before_ms;
}

size_t
blob_old(const char *folder, unsigned shelf, int64_t before_ms, size_t max,
    char (*ret)[BLOB_NAME_BYTES])
{
	char path[PATH_BYTES];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	(void)snprintf(
	    path, sizeof(path), "%s/%02x", folder, shelf % BLOB_SHELVES);
	dir = opendir(path);
	if (dir == NULL)
		return 0;
	while (count < max && (entry = readdir(dir)) != NULL)
		if (blob_name_ok(entry->d_name)
		    && is_old(dirfd(dir), entry->d_name, before_ms))
			memcpy(ret[count++], entry->d_name, BLOB_NAME_BYTES);
	(void)closedir(dir);
	return count;
}

bool
blob_remove(const char *folder, const char *hex, int64_t before_ms)
{
	bool gone = false;
	int shelf;

	if (!blob_name_ok(hex))
		return false;
	shelf = open_shelf(folder, hex, LOCK_EX);
	if (shelf == -1)
		return false;
	if (is_old(shelf, hex, before_ms))
		gone = unlinkat(shelf, hex, 0) == 0;
	(void)close(shelf);
	return gone;
}

size_t
blob_sweep_parts(const char *folder, int64_t before_ms)
{
	char path[PATH_BYTES];
	struct dirent *entry;
	size_t count = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/part", folder);
	dir = opendir(path);
	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL)
		if (part_name_ok(entry->d_name)
		    && is_old(dirfd(dir), entry->d_name, before_ms)
		    && unlinkat(dirfd(dir), entry->d_name, 0) == 0)
			count++;
	(void)closedir(dir);
	return count;
}
