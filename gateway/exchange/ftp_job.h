/*
 * gateway/exchange/ftp_job.h - what store asks of the courier about a file in
 * SMEV's file store, and what it is told: IPC_FTP, IPC_FTPED.
 *
 * The file itself is a descriptor that goes with the question: the courier
 * reads or writes it, and knows no path.
 */
#ifndef GATEWAY_EXCHANGE_FTP_JOB_H
#define GATEWAY_EXCHANGE_FTP_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/gost.h"

struct arena;
struct buf;
struct ipc_message;

#define FTP_PATHS   2
#define FTP_DIGESTS 3 /* enum gost_digest */

struct ftp_job {
	bool upload;
	const char *url; /* ftp:// or ftps://, host and perhaps a folder */
	const char *user, *password; /* "": the courier's own account */
	/* Below url, tried in this order; the second "" if there is one only.
	 * An upload makes the folder of the first. */
	const char *paths[FTP_PATHS];
	int64_t bytes_max; /* of the file */
	int64_t timeout_ms; /* without progress */
	int64_t tries; /* without progress worth it */
	unsigned digests; /* wanted: 1 << enum gost_digest */
};

/* store to courier: bring that file. */
void ftp_job_write(const struct ftp_job *job, struct buf *out);
bool ftp_job_read(
    const struct ipc_message *msg, struct arena *arena, struct ftp_job *ret);

/* A copy whose texts are in arena. */
void ftp_job_copy(
    const struct ftp_job *job, struct arena *arena, struct ftp_job *ret);

struct ftp_result {
	int kind; /* enum err_kind; 0: the file is whole */
	const char *code, *why;
	bool resumed; /* a part was there from before */
	int64_t bytes; /* of the file now */
	int64_t took_ms;
	int64_t tries; /* connections that it took */
	size_t digest_bytes[FTP_DIGESTS]; /* 0: not wanted */
	unsigned char digest[FTP_DIGESTS][GOST_DIGEST_MAX];
};

/* courier to store: what became of it. */
void ftp_result_write(const struct ftp_result *result, struct buf *out);
bool ftp_result_read(
    const struct ipc_message *msg, struct arena *arena, struct ftp_result *ret);

#endif
