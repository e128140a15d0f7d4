#include "crypto/trust.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"

/* A CA bundle with its texts; a CRL of a large CA is some megabytes. */
#define BUNDLE_LIMIT_BYTES (64 * 1024 * 1024)

struct trust {
	X509_STORE *store;
	struct map *pinned; /* fingerprint to itself */
	struct map *verified; /* fingerprint to struct window */
	bool has_crl;
	int64_t crl_until_ms; /* the first CRL to grow stale */
};

/* When a chain that was verified holds without another look. */
struct window {
	int64_t from_ms, until_ms;
};

struct trust *
trust_new(void)
{
	struct trust *trust = xcalloc(1, sizeof(*trust));

	trust->store = X509_STORE_new();
	if (trust->store == NULL)
		abort();
	/* An intermediate that was named as an anchor is one. */
	X509_STORE_set_flags(trust->store, X509_V_FLAG_PARTIAL_CHAIN);
	trust->pinned = map_new();
	trust->verified = map_new();
	trust->crl_until_ms = INT64_MAX;
	return trust;
}

void
trust_free(struct trust *trust)
{
	if (trust == NULL)
		return;
	X509_STORE_free(trust->store);
	map_free(trust->pinned, free);
	map_free(trust->verified, free);
	free(trust);
}

static void
forget(struct trust *trust)
{
	map_free(trust->verified, free);
	trust->verified = map_new();
}

/* 0 stands for a date that can't be read: long past. */
static int64_t
asn1_ms(const ASN1_TIME *when)
{
	struct tm tm;

	if (when == NULL || ASN1_TIME_to_tm(when, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm) * 1000;
}

static void
add_crl(struct trust *trust, X509_CRL *crl)
{
	int64_t until_ms = asn1_ms(X509_CRL_get0_nextUpdate(crl));

	if (X509_STORE_add_crl(trust->store, crl) != 1)
		abort();
	if (until_ms != 0 && until_ms < trust->crl_until_ms)
		trust->crl_until_ms = until_ms;
	if (!trust->has_crl)
		X509_STORE_set_flags(trust->store, X509_V_FLAG_CRL_CHECK);
	trust->has_crl = true;
}

/* Add what the PEM file holds; *ret_count grows by the objects found. */
static int
add_file(
    struct trust *trust, const char *path, size_t *ret_count, struct err *err)
{
	static char none[] = ""; /* the pass phrase: never ask */
	STACK_OF(X509_INFO) *infos = NULL;
	struct err why;
	struct buf buf;
	BIO *bio = NULL;
	int rc = -1;

	buf_init(&buf, 0);
	if (file_read(path, BUNDLE_LIMIT_BYTES, &buf, &why) == -1) {
		err_set(err, ERR_FATAL, "TRUST_READ", "%s", why.text);
		goto out;
	}
	bio = BIO_new_mem_buf(buf_text(&buf), (int)buf.bytes);
	infos =
	    bio == NULL ? NULL : PEM_X509_INFO_read_bio(bio, NULL, NULL, none);
	if (infos == NULL) {
		err_set(err, ERR_FATAL, "TRUST_READ",
		    "%s: not PEM, or a certificate in it is broken", path);
		goto out;
	}
	for (int i = 0; i < sk_X509_INFO_num(infos); i++) {
		const X509_INFO *info = sk_X509_INFO_value(infos, i);

		if (info->x509 != NULL) {
			if (X509_STORE_add_cert(trust->store, info->x509) != 1)
				abort();
			++*ret_count;
		}
		if (info->crl != NULL) {
			add_crl(trust, info->crl);
			++*ret_count;
		}
	}
	rc = 0;
out:
	ERR_clear_error();
	sk_X509_INFO_pop_free(infos, X509_INFO_free);
	BIO_free(bio);
	buf_release(&buf);
	return rc;
}

static bool
is_trust_file(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL
	    && (str_equal(dot, ".pem") || str_equal(dot, ".crt")
		|| str_equal(dot, ".crl"));
}

static int
add_folder(
    struct trust *trust, const char *path, size_t *ret_count, struct err *err)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	struct buf name;
	int rc = 0;

	if (dir == NULL)
		return err_set(err, ERR_FATAL, "TRUST_READ",
		    "%s: the folder can't be read", path);
	buf_init(&name, 0);
	while (rc == 0 && (entry = readdir(dir)) != NULL) {
		if (!is_trust_file(entry->d_name))
			continue;
		buf_clear(&name);
		buf_addf(&name, "%s/%s", path, entry->d_name);
		rc = add_file(trust, buf_text(&name), ret_count, err);
	}
	buf_release(&name);
	closedir(dir);
	return rc;
}

int
trust_add_ca(struct trust *trust, const char *path, struct err *err)
{
	struct stat st;
	size_t count = 0;
	int rc;

	forget(trust);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		rc = add_folder(trust, path, &count, err);
	else
		rc = add_file(trust, path, &count, err);
	if (rc == 0 && count == 0)
		rc = err_set(err, ERR_FATAL, "TRUST_READ",
		    "%s: no certificate found", path);
	return rc;
}

int
trust_pin(struct trust *trust, const char *pem_path, struct err *err)
{
	char fingerprint[65];
	X509 *cert;
	struct err why;

	if (cert_load(pem_path, &cert, &why) == -1)
		return err_set(err, ERR_FATAL, "TRUST_READ", "%s", why.text);
	trust_fingerprint(cert, fingerprint);
	X509_free(cert);
	trust_pin_fingerprint(trust, fingerprint);
	return 0;
}

void
trust_pin_fingerprint(struct trust *trust, const char *hex)
{
	char lower[65];
	size_t i;

	for (i = 0; i < sizeof(lower) - 1 && hex[i] != '\0'; i++)
		lower[i] =
		    (char)(hex[i] >= 'A' && hex[i] <= 'F' ? hex[i] - 'A' + 'a'
							  : hex[i]);
	lower[i] = '\0';
	forget(trust);
	free(map_put(trust->pinned, lower, xstrdup(lower)));
}

void
trust_fingerprint(X509 *cert, char ret_hex[65])
{
	unsigned char digest[GOST_DIGEST_MAX], *der = NULL;
	int der_bytes = i2d_X509(cert, &der);

	if (der_bytes <= 0)
		abort();
	gost_digest(GOST_STREEBOG_256, der, (size_t)der_bytes, digest);
	str_hex(ret_hex, digest, 32);
	OPENSSL_free(der);
}

/* A CA without a CRL among ours is not an error; a revoked one is. */
static int
allow_missing_crl(int ok, X509_STORE_CTX *ctx)
{
	if (!ok
	    && X509_STORE_CTX_get_error(ctx) == X509_V_ERR_UNABLE_TO_GET_CRL) {
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
		return 1;
	}
	return ok;
}

static int
refused(int why, struct err *err)
{
	const char *text = X509_verify_cert_error_string(why);

	switch (why) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return err_set(err, ERR_REFUSE, "DSIG_EXPIRED", "%s", text);
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return err_set(err, ERR_REFUSE, "DSIG_NOT_YET", "%s", text);
	case X509_V_ERR_CERT_REVOKED:
		return err_set(err, ERR_REFUSE, "DSIG_REVOKED", "%s", text);
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
		return err_set(err, ERR_HOLD, "DSIG_CRL_STALE", "%s", text);
	default:
		return err_set(err, ERR_REFUSE, "DSIG_TRUST", "%s", text);
	}
}

void
trust_dates(X509 *cert, int64_t *ret_not_before_ms, int64_t *ret_not_after_ms)
{
	*ret_not_before_ms = asn1_ms(X509_get0_notBefore(cert));
	*ret_not_after_ms = asn1_ms(X509_get0_notAfter(cert));
}

static int
check_dates(X509 *cert, int64_t at_ms, struct window *ret, struct err *err)
{
	trust_dates(cert, &ret->from_ms, &ret->until_ms);
	if (at_ms < ret->from_ms)
		return refused(X509_V_ERR_CERT_NOT_YET_VALID, err);
	if (at_ms > ret->until_ms)
		return refused(X509_V_ERR_CERT_HAS_EXPIRED, err);
	return 0;
}

/* A certificate that says what its key is for must say signatures. */
static int
check_usage(X509 *cert, struct err *err)
{
	if ((X509_get_key_usage(cert)
		& (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION))
	    == 0)
		return err_set(err, ERR_REFUSE, "DSIG_TRUST",
		    "the certificate is not for signatures");
	return 0;
}

static int
check_chain(struct trust *trust, X509 *cert, int64_t at_ms, struct window *ret,
    struct err *err)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) * chain;
	struct err ignored;
	int rc = -1;

	if (ctx == NULL
	    || X509_STORE_CTX_init(ctx, trust->store, cert, NULL) != 1)
		abort();
	X509_STORE_CTX_set_time(ctx, 0, (time_t)(at_ms / 1000));
	X509_STORE_CTX_set_verify_cb(ctx, allow_missing_crl);
	if (X509_verify_cert(ctx) != 1) {
		refused(X509_STORE_CTX_get_error(ctx), err);
		goto out;
	}
	*ret = (struct window){ INT64_MIN, trust->crl_until_ms };
	chain = X509_STORE_CTX_get0_chain(ctx);
	for (int i = 0; i < sk_X509_num(chain); i++) {
		struct window one;

		(void)check_dates(
		    sk_X509_value(chain, i), at_ms, &one, &ignored);
		if (one.from_ms > ret->from_ms)
			ret->from_ms = one.from_ms;
		if (one.until_ms < ret->until_ms)
			ret->until_ms = one.until_ms;
	}
	rc = 0;
out:
	ERR_clear_error();
	X509_STORE_CTX_free(ctx);
	return rc;
}

static void
remember(struct trust *trust, const char *fingerprint, struct window window)
{
	struct window *kept = xcalloc(1, sizeof(*kept));

	*kept = window;
	if (map_count(trust->verified) >= TRUST_REMEMBERED)
		forget(trust);
	free(map_put(trust->verified, fingerprint, kept));
}

int
trust_check_known(struct trust *trust, X509 *cert, const char fingerprint[65],
    int64_t at_ms, struct err *err)
{
	const struct window *known = map_get(trust->verified, fingerprint);
	struct window window;

	if (known != NULL && at_ms >= known->from_ms
	    && at_ms <= known->until_ms)
		return 0;
	if (map_get(trust->pinned, fingerprint) != NULL) {
		if (check_dates(cert, at_ms, &window, err) == -1)
			return -1;
	} else if (check_chain(trust, cert, at_ms, &window, err) == -1
	    || check_usage(cert, err) == -1) {
		return -1;
	}
	remember(trust, fingerprint, window);
	return 0;
}

int
trust_check(struct trust *trust, X509 *cert, int64_t at_ms, struct err *err)
{
	char fingerprint[65];

	trust_fingerprint(cert, fingerprint);
	return trust_check_known(trust, cert, fingerprint, at_ms, err);
}
