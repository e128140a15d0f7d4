/*
 * The commands of smevsign(1) about files: PKCS#7 beside an attachment.
 */
#include "tools/smevsign.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "crypto/cms.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"

/* Digest a file piece by piece. */
static int
digest_file(const char *path, enum gost_digest which, unsigned char *ret)
{
	FILE *file = str_equal(path, "-") ? stdin : fopen(path, "rb");
	struct gost_stream stream;
	char piece[65536];
	size_t bytes;
	bool bad;

	if (file == NULL) {
		(void)fprintf(stderr, "smevsign: %s can't be read\n", path);
		return EXIT_UNABLE;
	}
	gost_stream_init(&stream, which);
	while ((bytes = fread(piece, 1, sizeof(piece), file)) != 0)
		gost_stream_add(&stream, piece, bytes);
	bad = ferror(file) != 0;
	gost_stream_end(&stream, ret);
	gost_stream_release(&stream);
	if (file != stdin)
		(void)fclose(file);
	if (bad)
		(void)fprintf(stderr, "smevsign: %s can't be read\n", path);
	return bad ? EXIT_UNABLE : EXIT_GOOD;
}

int
do_sign_cms(const struct options *opt)
{
	unsigned char digest[GOST_DIGEST_MAX];
	struct keypair *key = NULL;
	enum gost_digest which;
	struct buf out;
	struct err err;
	int status;

	buf_init(&out, 0);
	if (keypair_load(opt->key, opt->cert, &key, &err) == -1)
		return complain(&err, EXIT_UNABLE);
	which = (enum gost_digest)keypair_digest(key);
	status = digest_file(opt->file, which, digest);
	if (status == EXIT_GOOD
	    && cms_sign(key, digest, gost_digest_bytes(which), clock_now_ms(),
		   &out, &err)
		== -1)
		status = complain(&err, EXIT_UNABLE);
	if (status == EXIT_GOOD)
		status = put_out(&out);
	buf_release(&out);
	keypair_free(key);
	return status;
}

static int
check_cms(const struct options *opt, struct cms *cms, struct trust *trust)
{
	unsigned char digest[GOST_DIGEST_MAX];
	struct cms_verdict verdict;
	bool has_data = opt->data != NULL;
	int status = has_data ? digest_file(opt->data, cms_digest(cms), digest)
			      : EXIT_GOOD;

	if (status != EXIT_GOOD)
		return status;
	cms_check(cms, has_data ? digest : NULL, trust, &verdict);
	(void)printf("signature=1 digest=%s value=%s trust=%s\n",
	    has_data ? ok_bad(verdict.digest_ok) : "-",
	    ok_bad(verdict.value_ok), verdict.trusted ? "yes" : "no");
	return verdict.value_ok && (verdict.digest_ok || !has_data)
		&& (verdict.trusted || trust == NULL)
	    ? EXIT_GOOD
	    : EXIT_BAD;
}

int
do_verify_cms(const struct options *opt)
{
	struct trust *trust = NULL;
	struct cms *cms = NULL;
	struct buf sig;
	struct err err;
	int status;

	buf_init(&sig, 0);
	status = load_trust(opt, &trust);
	if (status == EXIT_GOOD
	    && file_read(opt->file, FILE_LIMIT_BYTES, &sig, &err) == -1)
		status = complain(&err, EXIT_UNABLE);
	if (status == EXIT_GOOD
	    && cms_read(buf_text(&sig), sig.bytes, &cms, &err) == -1)
		status = complain(&err, EXIT_BAD);
	if (status == EXIT_GOOD)
		status = check_cms(opt, cms, trust);
	cms_free(cms);
	buf_release(&sig);
	trust_free(trust);
	return status;
}
