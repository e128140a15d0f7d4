#include "crypto/trust.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/cert_files.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"

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
	trust->has_crl = true;
}

struct adding {
	struct trust *trust;
	size_t count;
};

static void
on_found(void *arg, const char *path, X509 *cert, X509_CRL *crl)
{
	struct adding *adding = arg;

	(void)path;
	if (cert != NULL
	    && X509_STORE_add_cert(adding->trust->store, cert) != 1)
		abort();
	if (crl != NULL)
		add_crl(adding->trust, crl);
	adding->count++;
}

int
trust_add_ca(struct trust *trust, const char *path, struct err *err)
{
	struct adding adding = { trust, 0 };
	int rc;

	forget(trust);
	rc = cert_files_each(path, on_found, &adding, err);
	if (rc == 0 && adding.count == 0)
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

void
trust_crl_dates(
    X509_CRL *crl, int64_t *ret_this_update_ms, int64_t *ret_next_update_ms)
{
	*ret_this_update_ms = asn1_ms(X509_CRL_get0_lastUpdate(crl));
	*ret_next_update_ms = asn1_ms(X509_CRL_get0_nextUpdate(crl));
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

/*
 * Up to a root where there is one, with the lists of all authorities on the way:
 * an authority may have been revoked, too.  Else up to an intermediate that was
 * named as an anchor, where only the list about cert itself can be judged.
 */
static int
verify(const struct trust *trust, X509_STORE_CTX *ctx, X509 *cert,
    int64_t at_ms, bool to_root)
{
	unsigned long flags = to_root ? 0 : X509_V_FLAG_PARTIAL_CHAIN;

	if (trust->has_crl)
		flags |= X509_V_FLAG_CRL_CHECK
		    | (to_root ? X509_V_FLAG_CRL_CHECK_ALL : 0);
	if (X509_STORE_CTX_init(ctx, trust->store, cert, NULL) != 1)
		abort();
	X509_STORE_CTX_set_flags(ctx, flags);
	X509_STORE_CTX_set_time(ctx, 0, (time_t)(at_ms / 1000));
	X509_STORE_CTX_set_verify_cb(ctx, allow_missing_crl);
	return X509_verify_cert(ctx) == 1 ? X509_V_OK
					  : X509_STORE_CTX_get_error(ctx);
}

static bool
ends_early(int why)
{
	return why == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT
	    || why == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
	    || why == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

static int
check_chain(struct trust *trust, X509 *cert, int64_t at_ms, struct window *ret,
    struct err *err)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) * chain;
	struct err ignored;
	int rc = -1, why;

	if (ctx == NULL)
		abort();
	why = verify(trust, ctx, cert, at_ms, true);
	if (ends_early(why)) {
		X509_STORE_CTX_cleanup(ctx);
		why = verify(trust, ctx, cert, at_ms, false);
	}
	if (why != X509_V_OK) {
		refused(why, err);
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
