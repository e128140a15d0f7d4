/*
 * gateway/exchange/ftp_sums.h - digests of a file while it travels.  Included
 * by exchange/ftp.c only.
 */
#ifndef GATEWAY_EXCHANGE_FTP_SUMS_H
#define GATEWAY_EXCHANGE_FTP_SUMS_H

#include <stddef.h>

#include "crypto/gost.h"
#include "gateway/exchange/ftp_job.h"

struct ftp_sums {
	unsigned wanted; /* 1 << enum gost_digest */
	struct gost_stream streams[FTP_DIGESTS];
};

/* Those of wanted, over nothing yet; ftp_sums_release() it. */
void ftp_sums_init(struct ftp_sums *sums, unsigned wanted);
void ftp_sums_release(struct ftp_sums *sums);
void ftp_sums_add(struct ftp_sums *sums, const void *p, size_t bytes);
/* All of them into ret; sums start anew. */
void ftp_sums_end(struct ftp_sums *sums, struct ftp_result *ret);

#endif
