#include "gateway/exchange/ftp_easy.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "gateway/exchange/ftp_job.h"
#include "gateway/exchange/multi.h"

#define ROOM_BYTES 262144L /* libcurl's, for either direction */

/* A part of a path: nothing that leaves its folder or ends a command. */
static bool
part_ok(const char *p, size_t bytes)
{
	if (bytes == 0 || (bytes == 1 && p[0] == '.')
	    || (bytes == 2 && p[0] == '.' && p[1] == '.'))
		return false;
	for (size_t i = 0; i < bytes; i++)
		if ((unsigned char)p[i] < ' ' || p[i] == 0x7f || p[i] == '\\')
			return false;
	return true;
}

static bool
add_path(CURL *easy, const char *path, struct buf *url)
{
	char *escaped;
	size_t bytes;

	while (*path == '/')
		path++;
	for (;; path += bytes + 1) {
		bytes = strcspn(path, "/");
		if (!part_ok(path, bytes))
			return false;
		escaped = curl_easy_escape(easy, path, (int)bytes);
		buf_addc(url, '/');
		buf_adds(url, escaped == NULL ? "" : escaped);
		curl_free(escaped);
		if (path[bytes] == '\0')
			return true;
	}
}

static bool
set_url(CURL *easy, const struct ftp_job *job, const char *path)
{
	size_t bytes = strlen(job->url);
	struct buf url;
	bool ok;

	if (!str_begins(job->url, "ftp://") && !str_begins(job->url, "ftps://"))
		return false;
	while (bytes > 0 && job->url[bytes - 1] == '/')
		bytes--;
	buf_init(&url, 0);
	buf_add(&url, job->url, bytes);
	ok = add_path(easy, path, &url);
	if (ok)
		(void)curl_easy_setopt(easy, CURLOPT_URL, buf_text(&url));
	buf_release(&url);
	return ok;
}

CURL *
ftp_easy(struct multi *multi, const struct ftp_job *job, const char *path)
{
	CURL *easy = multi_easy(multi, "ftp,ftps");
	long timeout_ms = (long)job->timeout_ms;

	if (!set_url(easy, job, path)) {
		curl_easy_cleanup(easy);
		return NULL;
	}
	/* Not in the URL: that may be shown, and is no place for a '@'. */
	(void)curl_easy_setopt(easy, CURLOPT_USERNAME, job->user);
	(void)curl_easy_setopt(easy, CURLOPT_PASSWORD, job->password);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_FTP_SKIP_PASV_IP, 1L);
	(void)curl_easy_setopt(
	    easy, CURLOPT_FTP_FILEMETHOD, (long)CURLFTPMETHOD_SINGLECWD);
	(void)curl_easy_setopt(easy, CURLOPT_FTP_CREATE_MISSING_DIRS,
	    (long)(job->upload ? CURLFTP_CREATE_DIR_RETRY
			       : CURLFTP_CREATE_DIR_NONE));
	(void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, ROOM_BYTES);
	(void)curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, ROOM_BYTES);
	return easy;
}

/* libcurl makes headers of the reply, for the standard output. */
static size_t
on_reply(char *p, size_t size, size_t count, void *arg)
{
	(void)p;
	(void)arg;
	return size * count;
}

void
ftp_easy_ask(CURL *easy)
{
	(void)curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_reply);
}

bool
ftp_easy_missing(CURLcode result, long reply)
{
	return result == CURLE_REMOTE_FILE_NOT_FOUND
	    || result == CURLE_REMOTE_ACCESS_DENIED
	    || (result == CURLE_FTP_COULDNT_RETR_FILE && reply == 550);
}
