/*
 * test/lib/keys.h - test CA and GOST keys, made at the first use.
 *
 * They lie in $KONTINGENT_TEST_KEYS, else in test-keys/ of the build folder,
 * where scripts/make-keys puts them: NAME.key and NAME.pem for ca, caller,
 * caller512, smev, personal, zags, source, sgo, federal, xcha, expired,
 * future, revoked (by ca.crl), stranger (of strangeca), and for TLS tlsca,
 * tls, tls-source, tls-sgo, tls-zags, tls-rsa.
 */
#ifndef TEST_LIB_KEYS_H
#define TEST_LIB_KEYS_H

/* Make the keys if need be, point $KONTINGENT_OPENSSL_CONF to the source's
 * file and call gost_setup().  Ends the program when that fails. */
void keys_setup(void);
/* The folder; valid for the life of the program. */
const char *keys_folder(void);
/* "FOLDER/name"; valid until the eighth call after this one. */
const char *keys_path(const char *name);
/* A path below the published references ($KONTINGENT_SHARED, else ../shared
 * beside the source), or NULL where they are absent; valid as above. */
const char *shared_path(const char *name);

#endif
