/*
 * gateway/exchange/ftp_easy.h - a curl handle for a name in SMEV's file store.
 * Included by exchange/ftp.c only.
 */
#ifndef GATEWAY_EXCHANGE_FTP_EASY_H
#define GATEWAY_EXCHANGE_FTP_EASY_H

#include <stdbool.h>

#include <curl/curl.h>

struct ftp_job;
struct multi;

/*
 * A handle for path below job's url by its account; the caller cleans it up.
 *
 * Returns NULL: the url is none of ftp:// and ftps://, or path is none that a
 * file may have: an empty part, "." or "..", a control character.
 */
CURL *
ftp_easy(struct multi *multi, const struct ftp_job *job, const char *path);
/* Only ask how large it is: CURLINFO_CONTENT_LENGTH_DOWNLOAD_T. */
void ftp_easy_ask(CURL *easy);
/* Whether that end with that reply says that there is no such file. */
bool ftp_easy_missing(CURLcode result, long reply);

#endif
