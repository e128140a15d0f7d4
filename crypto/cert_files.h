/*
 * crypto/cert_files.h - certificates and revocation lists in files and folders.
 */
#ifndef CRYPTO_CERT_FILES_H
#define CRYPTO_CERT_FILES_H

#include <openssl/x509.h>

struct err;

/* One that was found in the file path; the other of the two is NULL.  They are
 * the reader's, up_ref() what is to stay. */
typedef void cert_found(void *arg, const char *path, X509 *cert, X509_CRL *crl);

/*
 * Give each certificate and list of the file at path, or of the files *.pem,
 * *.crt, *.cer and *.crl in the folder there, to found.  A file is PEM, with as
 * many as it likes, or one of them in DER, as authorities publish them.
 *
 * Errors: ERR_FATAL TRUST_READ; those before it were given.
 */
int cert_files_each(
    const char *path, cert_found *found, void *arg, struct err *err);

#endif
