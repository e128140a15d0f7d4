#include "gateway/filer/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/failpoint.h"

#define NUMBERS_MAX 1000 /* files of one name in one folder */
#define CUT_BYTES   200 /* a name that gets something added is cut to */

static int
bad(struct err *err, const char *what)
{
	bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;

	return err_set(err, ERR_RETRY,
	    full ? "DOOR_FOLDER_FULL" : "DOOR_FOLDER", "%s: %s", what,
	    strerror(errno));
}

/* Never out of dir, and by no link. */
static int
open_below(int dir, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC | O_NOFOLLOW),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS
		    | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

void
folder_leave(struct folder *folder)
{
	if (folder->fd != -1)
		(void)close(folder->fd);
	folder->fd = -1;
}

int
folder_enter(struct folder *folder, struct err *err)
{
	struct stat st;

	if (stat(folder->path, &st) == -1) {
		(void)bad(err, "folder");
		folder_leave(folder);
		return -1;
	}
	if (folder->fd != -1 && folder->dev == st.st_dev
	    && folder->ino == st.st_ino)
		return 0;
	folder_leave(folder);
	folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd == -1 || fstat(folder->fd, &st) == -1) {
		(void)bad(err, "folder");
		folder_leave(folder);
		return -1;
	}
	folder->dev = st.st_dev;
	folder->ino = st.st_ino;
	return 0;
}

bool
folder_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino
	    && a->st_size == b->st_size
	    && a->st_mtim.tv_sec == b->st_mtim.tv_sec
	    && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec
	    && a->st_ctim.tv_sec == b->st_ctim.tv_sec
	    && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

int
folder_sub(int dir, const char *name, bool make, struct err *err)
{
	int fd = open_below(dir, name, O_RDONLY | O_DIRECTORY);

	if (fd == -1 && errno == ENOENT && make
	    && (mkdirat(dir, name, 0770) == 0 || errno == EEXIST))
		fd = open_below(dir, name, O_RDONLY | O_DIRECTORY);
	return fd == -1 ? bad(err, name) : fd;
}

int
folder_open(int dir, const char *path, struct stat *ret_stat, struct err *err)
{
	/* Not to wait for the other end of a pipe. */
	int fd = open_below(dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd == -1 && (errno == EIO || errno == EMFILE || errno == ENFILE))
		return bad(err, "file");
	if (fd == -1)
		return err_set(
		    err, ERR_REFUSE, "DOOR_FILE_PATH", "%s", strerror(errno));
	if (fstat(fd, ret_stat) == 0 && S_ISREG(ret_stat->st_mode))
		return fd;
	(void)close(fd);
	return err_set(err, ERR_REFUSE, "DOOR_FILE_PATH", "no regular file");
}

int
folder_read(int fd, size_t max, struct buf *buf, struct err *err)
{
	char room[65536];
	ssize_t n;

	while ((n = read(fd, room, sizeof(room))) > 0) {
		if (buf->bytes + (size_t)n > max)
			return err_set(err, ERR_REFUSE, "FILE_LARGE",
			    "more than %zu bytes", max);
		buf_add(buf, room, (size_t)n);
	}
	return n == -1 ? bad(err, "read") : 0;
}

static int
write_all(int fd, const void *p, size_t bytes)
{
	const char *at = p;

	while (bytes > 0) {
		ssize_t n = write(fd, at, bytes);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		at += n;
		bytes -= (size_t)n;
	}
	return 0;
}

/* Whether the file called name in dir has just these bytes. */
static bool
has_bytes(int dir, const char *name, const void *p, size_t bytes)
{
	struct stat st;
	struct buf buf;
	struct err err;
	bool same = false;
	int fd = folder_open(dir, name, &st, &err);

	if (fd == -1)
		return false;
	buf_init(&buf, 0);
	if ((size_t)st.st_size == bytes
	    && folder_read(fd, bytes, &buf, &err) == 0)
		same = buf.bytes == bytes
		    && (bytes == 0 || memcmp(buf.data, p, bytes) == 0);
	buf_release(&buf);
	(void)close(fd);
	return same;
}

/* name, or name~2 and so on, the number before ".xml".  Cut at a byte that
 * begins a character. */
static void
numbered(const char *name, int number, char ret[FOLDER_NAME_BYTES])
{
	const char *end = name + strlen(name), *dot = strrchr(name, '.');
	int keep;

	if (number == 1) {
		(void)snprintf(ret, FOLDER_NAME_BYTES, "%s", name);
		return;
	}
	if (dot == NULL || end - dot > 8)
		dot = end;
	keep = (int)(dot - name);
	if (keep > CUT_BYTES)
		keep = CUT_BYTES;
	while (keep > 0 && ((unsigned char)name[keep] & 0xc0) == 0x80)
		keep--;
	(void)snprintf(
	    ret, FOLDER_NAME_BYTES, "%.*s~%d%s", keep, name, number, dot);
}

/*
 * As renameat2(2) that replaces nothing, where a file system does not know it,
 * too: a link does not replace either, and where there are none the name is
 * looked at first.
 */
static int
rename_new(int from, const char *name, int to, const char *as)
{
	struct stat st;

	if (renameat2(from, name, to, as, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (linkat(from, name, to, as, 0) == 0)
		return unlinkat(from, name, 0);
	if (errno == EEXIST)
		return -1;
	if (fstatat(to, as, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(from, name, to, as);
}

static int
open_tmp(int dir, const char *tmp)
{
	(void)unlinkat(dir, tmp, 0); /* of a process that died */
	return openat(dir, tmp,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0660);
}

int
folder_begin(int dir, const char *tmp, struct err *err)
{
	int fd = open_tmp(dir, tmp);

	return fd == -1 ? bad(err, "write") : fd;
}

int
folder_write(int fd, const void *p, size_t bytes, struct err *err)
{
	return write_all(fd, p, bytes) == 0 ? 0 : bad(err, "write");
}

int
folder_end(int dir, int fd, const char *tmp, const char *name, struct err *err)
{
	if (fsync(fd) == -1 || renameat(dir, tmp, dir, name) == -1
	    || fsync(dir) == -1)
		return bad(err, "write");
	return 0;
}

static int
write_tmp(int dir, const char *tmp, const void *p, size_t bytes)
{
	int fd = open_tmp(dir, tmp), saved;

	if (fd == -1)
		return -1;
	if (write_all(fd, p, bytes) == 0 && fsync(fd) == 0)
		return close(fd);
	saved = errno;
	(void)close(fd);
	errno = saved;
	return -1;
}

int
folder_put(int dir, const char *tmp, const char *name, const void *p,
    size_t bytes, struct err *err)
{
	char as[FOLDER_NAME_BYTES];
	int rc = -1, saved;

	if (write_tmp(dir, tmp, p, bytes) == -1)
		goto failed;
	(void)FAILPOINT("filer.written");
	for (int number = 1; rc == -1 && number < NUMBERS_MAX; number++) {
		numbered(name, number, as);
		rc = rename_new(dir, tmp, dir, as);
		if (rc == -1 && errno != EEXIST)
			goto failed;
		if (rc == -1 && has_bytes(dir, as, p, bytes)) {
			(void)unlinkat(dir, tmp, 0);
			rc = 0;
		}
	}
	if (rc == 0 && fsync(dir) == 0)
		return 0;
failed:
	saved = errno;
	(void)unlinkat(dir, tmp, 0);
	errno = saved;
	return bad(err, "write");
}

int
folder_free_name(int to, const char *name, char *ret_name, struct err *err)
{
	struct stat st;

	for (int number = 1; number < NUMBERS_MAX; number++) {
		numbered(name, number, ret_name);
		if (fstatat(to, ret_name, &st, AT_SYMLINK_NOFOLLOW) == -1
		    && errno == ENOENT)
			return 0;
	}
	errno = EEXIST;
	return bad(err, "name");
}

int
folder_move(int from, const char *name, int to, char *ret_name, struct err *err)
{
	for (int number = 1; number < NUMBERS_MAX; number++) {
		numbered(name, number, ret_name);
		if (rename_new(from, name, to, ret_name) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return bad(err, "move");
}
