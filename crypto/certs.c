#include "crypto/certs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/sha.h>

#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/gost.h"

/* SHA-256 of the DER in hex to struct cert: a name, not a proof. */
static struct map *kept;

static void
cert_free(void *arg)
{
	struct cert *cert = arg;

	if (cert == NULL)
		return;
	EVP_PKEY_CTX_free(cert->verifier);
	EVP_PKEY_free(cert->key);
	X509_free(cert->x509);
	free(cert);
}

static int
is_gost(int nid)
{
	return nid == NID_id_GostR3410_2012_256
	    || nid == NID_id_GostR3410_2012_512 || nid == NID_id_GostR3410_2001;
}

/* The certificate of der, or NULL with *ret_why. */
static struct cert *
take_apart(const unsigned char *der, size_t bytes, const char **ret_why)
{
	struct cert *cert = xcalloc(1, sizeof(*cert));
	const unsigned char *p = der;
	unsigned char digest[GOST_DIGEST_MAX];

	*ret_why = "not a certificate";
	cert->x509 = bytes > INT_MAX ? NULL : d2i_X509(NULL, &p, (long)bytes);
	if (cert->x509 == NULL || p != der + bytes)
		goto fail;
	*ret_why = "the certificate has no GOST key";
	cert->key = X509_get_pubkey(cert->x509);
	if (cert->key == NULL)
		goto fail;
	cert->key_nid = EVP_PKEY_get_base_id(cert->key);
	if (!is_gost(cert->key_nid))
		goto fail;
	cert->verifier = EVP_PKEY_CTX_new(cert->key, NULL);
	if (cert->verifier == NULL || EVP_PKEY_verify_init(cert->verifier) <= 0)
		goto fail;
	gost_digest(GOST_STREEBOG_256, der, bytes, digest);
	str_hex(cert->fingerprint, digest, 32);
	return cert;
fail:
	ERR_clear_error();
	cert_free(cert);
	return NULL;
}

int
certs_get(const unsigned char *der, size_t bytes, const struct cert **ret_cert,
    struct err *err)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char name[2 * SHA256_DIGEST_LENGTH + 1];
	struct cert *cert;
	const char *why;

	if (kept == NULL)
		kept = map_new();
	SHA256(der, bytes, digest);
	str_hex(name, digest, sizeof(digest));
	cert = map_get(kept, name);
	if (cert == NULL) {
		cert = take_apart(der, bytes, &why);
		if (cert == NULL)
			return err_set(
			    err, ERR_REFUSE, "DSIG_CERT", "signature: %s", why);
		if (map_count(kept) >= CERTS_KEPT) {
			map_free(kept, cert_free);
			kept = map_new();
		}
		(void)map_put(kept, name, cert);
	}
	*ret_cert = cert;
	return 0;
}
