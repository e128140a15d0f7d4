/*
 * tools/smevsign.h - what the two halves of smevsign(1) share.
 */
#ifndef TOOLS_SMEVSIGN_H
#define TOOLS_SMEVSIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "crypto/gost.h"

struct buf;
struct err;
struct trust;

/* Attachments of SMEV's file store may be larger than any message. */
#define FILE_LIMIT_BYTES ((size_t)1 << 30)

/* What the program ends with. */
enum { EXIT_GOOD = 0, EXIT_BAD = 1, EXIT_USAGE = 2, EXIT_UNABLE = 3 };

struct options {
	const char *file; /* "-" for standard input */
	const char *id, *key, *cert, *trust, *data;
	enum gost_digest algorithm;
};

/* Say err on standard error; returns status. */
int complain(const struct err *err, int status);
/* Write out to standard output; EXIT_GOOD or EXIT_UNABLE. */
int put_out(const struct buf *out);
/* "ok" or "bad" */
const char *ok_bad(bool good);
/* A trust in the CA of --trust, or none; EXIT_GOOD or EXIT_UNABLE. */
int load_trust(const struct options *opt, struct trust **ret);

/* The commands sign-cms and verify-cms; they return what to end with. */
int do_sign_cms(const struct options *opt);
int do_verify_cms(const struct options *opt);

#endif
