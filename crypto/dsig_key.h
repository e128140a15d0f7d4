/*
 * crypto/dsig_key.h - GOST keys as xmlsec1 carries them.
 */
#ifndef CRYPTO_DSIG_KEY_H
#define CRYPTO_DSIG_KEY_H

#include <xmlsec/xmlsec.h>

#include <xmlsec/keys.h>
#include <xmlsec/keysdata.h>

#include <openssl/evp.h>

/* The klass of GOST keys, of all lengths. */
xmlSecKeyDataId dsig_key_klass(void);
/* The key in data, which belongs to data; NULL if data is of another klass. */
EVP_PKEY *dsig_key_evp(xmlSecKeyDataPtr data);

#endif
