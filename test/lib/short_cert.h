/*
 * test/lib/short_cert.h - certificates and lists of any dates, for tests of what
 * ends.  They are of ECDSA, made up, and signed by one another.
 */
#ifndef TEST_LIB_SHORT_CERT_H
#define TEST_LIB_SHORT_CERT_H

#include "test/lib/unit.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

struct short_cert {
	EVP_PKEY *key;
	X509 *cert;
};

static inline void
short_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(ext);
	assert_int_equal(X509_add_ext(cert, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

/* By issuer, or by itself when that is NULL; dates in milliseconds. */
static inline struct short_cert
short_cert_new(const char *name, const struct short_cert *issuer, long serial,
    int64_t from_ms, int64_t until_ms)
{
	struct short_cert made = { EVP_EC_gen("P-256"), X509_new() };
	X509_NAME *subject = X509_NAME_new();

	assert_non_null(made.key);
	(void)X509_set_version(made.cert, 2);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(made.cert), serial);
	(void)ASN1_TIME_set(
	    X509_getm_notBefore(made.cert), (time_t)(from_ms / 1000));
	(void)ASN1_TIME_set(
	    X509_getm_notAfter(made.cert), (time_t)(until_ms / 1000));
	(void)X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
	    (const unsigned char *)name, -1, -1, 0);
	(void)X509_set_subject_name(made.cert, subject);
	(void)X509_set_issuer_name(made.cert,
	    issuer == NULL ? subject : X509_get_subject_name(issuer->cert));
	(void)X509_set_pubkey(made.cert, made.key);
	short_extension(made.cert, NID_basic_constraints, "critical,CA:TRUE");
	short_extension(made.cert, NID_key_usage,
	    "critical,digitalSignature,keyCertSign,cRLSign");
	assert_true(X509_sign(made.cert,
			issuer == NULL ? made.key : issuer->key, EVP_sha256())
	    > 0);
	X509_NAME_free(subject);
	return made;
}

static inline void
short_cert_free(struct short_cert *made)
{
	EVP_PKEY_free(made->key);
	X509_free(made->cert);
}

/* A list of issuer; revoked may be 0: nobody. */
static inline X509_CRL *
short_crl_new(const struct short_cert *issuer, long revoked, int64_t from_ms,
    int64_t until_ms)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *at = ASN1_TIME_set(NULL, (time_t)(from_ms / 1000));

	(void)X509_CRL_set_version(crl, 1);
	(void)X509_CRL_set_issuer_name(
	    crl, X509_get_subject_name(issuer->cert));
	(void)X509_CRL_set1_lastUpdate(crl, at);
	if (revoked != 0) {
		X509_REVOKED *entry = X509_REVOKED_new();
		ASN1_INTEGER *serial = ASN1_INTEGER_new();

		(void)ASN1_INTEGER_set(serial, revoked);
		(void)X509_REVOKED_set_serialNumber(entry, serial);
		(void)X509_REVOKED_set_revocationDate(entry, at);
		(void)X509_CRL_add0_revoked(crl, entry);
		ASN1_INTEGER_free(serial);
	}
	ASN1_TIME_free(at);
	at = ASN1_TIME_set(NULL, (time_t)(until_ms / 1000));
	(void)X509_CRL_set1_nextUpdate(crl, at);
	ASN1_TIME_free(at);
	assert_true(X509_CRL_sign(crl, issuer->key, EVP_sha256()) > 0);
	return crl;
}

/* To FOLDER/NAME: der where the name ends with .cer or .crl, else PEM. */
static inline void
short_write(
    const char *folder, const char *name, const X509 *cert, const X509_CRL *crl)
{
	char path[300];
	bool der = strstr(name, ".cer") != NULL || strstr(name, ".crl") != NULL;
	FILE *file;
	int good;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	good = cert != NULL
	    ? der ? i2d_X509_fp(file, cert) : PEM_write_X509(file, cert)
	    : der ? i2d_X509_CRL_fp(file, crl)
		  : PEM_write_X509_CRL(file, crl);
	assert_int_equal(good, 1);
	assert_int_equal(fclose(file), 0);
}

#endif
