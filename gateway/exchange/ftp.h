/*
 * gateway/exchange/ftp.h - files to and from SMEV's file store, by libcurl.
 *
 * In constant memory, on the loop of whoever calls.  A broken transfer goes on
 * where it stopped: what is there of a download is read once more for the
 * digests, then the rest is asked for; an upload goes on after what the server
 * has.  Passive mode, no proxies, and the data connection goes to the host of
 * the control connection, whatever that says.  Source: smev PROTOCOL 8.2.
 */
#ifndef GATEWAY_EXCHANGE_FTP_H
#define GATEWAY_EXCHANGE_FTP_H

#include <stddef.h>

#include "gateway/exchange/ftp_job.h"

struct ftp;
struct multi;

/* What became of it; all in result is valid during the call. */
typedef void ftp_done(const struct ftp_result *result, void *arg);

/* Over multi, which must outlive it. */
struct ftp *ftp_new(struct multi *multi);
/* What is under way ends without done(); what is there stays. */
void ftp_free(struct ftp *ftp); /* NULL is fine */
/*
 * Bring the file of job to fd or from it; fd is ours from now on, at any
 * position.  done() comes later, never from here.
 *
 * In result: RETRY FTP_UNREACHABLE, FTP_SLOW, FTP_LOGIN, FTP_MISSING,
 * FTP_TROUBLE, BLOB_WRITE, BLOB_READ; REFUSE FILE_LARGE, FTP_NAME.
 */
void ftp_start(struct ftp *ftp, const struct ftp_job *job, int fd,
    ftp_done *done, void *arg);
/* As ftp_free(), but ftp can be used further. */
void ftp_abort(struct ftp *ftp);
/* Transfers under way. */
size_t ftp_running(const struct ftp *ftp);

#endif
