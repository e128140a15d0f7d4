#include "crypto/cert_files.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

/* A CA bundle with its texts; a CRL of a large CA is some megabytes. */
#define BUNDLE_LIMIT_BYTES (64 * 1024 * 1024)

/* One certificate or list in DER. */
static bool
each_der(const char *path, const struct buf *buf, cert_found *found, void *arg)
{
	const unsigned char *begin = (const void *)buf_text(buf), *p = begin;
	X509 *cert = d2i_X509(NULL, &p, (long)buf->bytes);
	X509_CRL *crl = NULL;
	bool good;

	if (cert == NULL) {
		p = begin;
		crl = d2i_X509_CRL(NULL, &p, (long)buf->bytes);
	}
	good = (cert != NULL || crl != NULL) && p == begin + buf->bytes;
	if (good)
		found(arg, path, cert, crl);
	X509_free(cert);
	X509_CRL_free(crl);
	return good;
}

/* As many as there are in PEM; false: there is none, or a broken one. */
static bool
each_pem(const char *path, const struct buf *buf, cert_found *found, void *arg)
{
	static char none[] = ""; /* the pass phrase: never ask */
	BIO *bio = BIO_new_mem_buf(buf_text(buf), (int)buf->bytes);
	STACK_OF(X509_INFO) *infos =
	    bio == NULL ? NULL : PEM_X509_INFO_read_bio(bio, NULL, NULL, none);
	int count = infos == NULL ? 0 : sk_X509_INFO_num(infos);

	for (int i = 0; i < count; i++) {
		const X509_INFO *info = sk_X509_INFO_value(infos, i);

		if (info->x509 != NULL)
			found(arg, path, info->x509, NULL);
		if (info->crl != NULL)
			found(arg, path, NULL, info->crl);
	}
	sk_X509_INFO_pop_free(infos, X509_INFO_free);
	BIO_free(bio);
	return infos != NULL;
}

static int
each_file(const char *path, cert_found *found, void *arg, struct err *err)
{
	struct err why;
	struct buf buf;
	int rc = 0;

	buf_init(&buf, 0);
	if (file_read(path, BUNDLE_LIMIT_BYTES, &buf, &why) == -1)
		rc = err_set(err, ERR_FATAL, "TRUST_READ", "%s", why.text);
	else if (!each_der(path, &buf, found, arg)
	    && !each_pem(path, &buf, found, arg))
		rc = err_set(err, ERR_FATAL, "TRUST_READ",
		    "%s: not PEM, or a certificate in it is broken", path);
	ERR_clear_error();
	buf_release(&buf);
	return rc;
}

static bool
is_cert_file(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL
	    && (str_equal(dot, ".pem") || str_equal(dot, ".crt")
		|| str_equal(dot, ".cer") || str_equal(dot, ".crl"));
}

int
cert_files_each(const char *path, cert_found *found, void *arg, struct err *err)
{
	const struct dirent *entry;
	struct stat st;
	struct buf name;
	DIR *dir;
	int rc = 0;

	if (stat(path, &st) == -1 || !S_ISDIR(st.st_mode))
		return each_file(path, found, arg, err);
	dir = opendir(path);
	if (dir == NULL)
		return err_set(err, ERR_FATAL, "TRUST_READ",
		    "%s: the folder can't be read", path);
	buf_init(&name, 0);
	while (rc == 0 && (entry = readdir(dir)) != NULL) {
		if (!is_cert_file(entry->d_name))
			continue;
		buf_clear(&name);
		buf_addf(&name, "%s/%s", path, entry->d_name);
		rc = each_file(buf_text(&name), found, arg, err);
	}
	buf_release(&name);
	closedir(dir);
	return rc;
}
