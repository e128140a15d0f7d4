#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

int
file_read(
    const char *path, size_t limit_bytes, struct buf *buf, struct err *err)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO
					: open(path, O_RDONLY | O_CLOEXEC);
	size_t start = buf->bytes;
	char chunk[65536];
	ssize_t n = -1;

	while (fd != -1 && (n = read(fd, chunk, sizeof(chunk))) > 0
	    && buf->bytes - start <= limit_bytes)
		buf_add(buf, chunk, (size_t)n);
	if (fd > STDIN_FILENO)
		(void)close(fd);
	if (fd == -1 || n < 0)
		return err_set(err, ERR_REFUSE, "FILE_READ", "%s: %s", path,
		    strerror(errno));
	if (buf->bytes - start > limit_bytes)
		return err_set(err, ERR_REFUSE, "FILE_LARGE",
		    "%s is larger than %zu bytes", path, limit_bytes);
	return 0;
}

static int
write_all(int fd, const char *p, size_t bytes)
{
	ssize_t n;

	while (bytes > 0) {
		n = write(fd, p, bytes);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		bytes -= (size_t)n;
	}
	return fsync(fd);
}

static int
sync_folder(const char *path)
{
	char copy[4096];
	int fd, rc;

	str_copy(copy, sizeof(copy), path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	rc = fsync(fd);
	(void)close(fd);
	return rc;
}

int
file_write(const char *path, const void *p, size_t bytes, struct err *err)
{
	char name[4096];
	int fd, rc = -1;

	(void)snprintf(name, sizeof(name), "%s.%ld.tmp", path, (long)getpid());
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd != -1) {
		rc = write_all(fd, p, bytes);
		if (close(fd) == -1)
			rc = -1;
	}
	if (rc == 0 && rename(name, path) == 0 && sync_folder(path) == 0)
		return 0;
	rc = errno;
	(void)unlink(name);
	return err_set(
	    err, ERR_RETRY, "FILE_WRITE", "%s: %s", path, strerror(rc));
}
