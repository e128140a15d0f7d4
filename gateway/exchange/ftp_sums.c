#include "gateway/exchange/ftp_sums.h"

static bool
wanted(const struct ftp_sums *sums, size_t i)
{
	return (sums->wanted & 1U << i) != 0;
}

void
ftp_sums_init(struct ftp_sums *sums, unsigned want)
{
	sums->wanted = want;
	for (size_t i = 0; i < FTP_DIGESTS; i++)
		if (wanted(sums, i))
			gost_stream_init(
			    &sums->streams[i], (enum gost_digest)i);
}

void
ftp_sums_release(struct ftp_sums *sums)
{
	for (size_t i = 0; i < FTP_DIGESTS; i++)
		if (wanted(sums, i))
			gost_stream_release(&sums->streams[i]);
	sums->wanted = 0;
}

void
ftp_sums_add(struct ftp_sums *sums, const void *p, size_t bytes)
{
	for (size_t i = 0; i < FTP_DIGESTS; i++)
		if (wanted(sums, i))
			gost_stream_add(&sums->streams[i], p, bytes);
}

void
ftp_sums_end(struct ftp_sums *sums, struct ftp_result *ret)
{
	for (size_t i = 0; i < FTP_DIGESTS; i++) {
		if (!wanted(sums, i))
			continue;
		gost_stream_end(&sums->streams[i], ret->digest[i]);
		ret->digest_bytes[i] = gost_digest_bytes((enum gost_digest)i);
	}
}
