/*
 * crypto/trust.h - whose certificates count: pinned ones and chains to a CA.
 */
#ifndef CRYPTO_TRUST_H
#define CRYPTO_TRUST_H

#include <stdint.h>

#include <openssl/x509.h>

struct err;
struct trust;

/* How many verified certificates a trust remembers before it forgets all. */
#define TRUST_REMEMBERED 1024

/* Trusts nobody yet; trust_free() it. */
struct trust *trust_new(void);
void trust_free(struct trust *trust); /* NULL is fine */
/*
 * Add every certificate of the file, or of the files *.pem, *.crt, *.cer, *.crl
 * in the folder, as an anchor; revocation lists there are used for all of a
 * chain.  PEM or DER.
 *
 * Errors: ERR_FATAL TRUST_READ.
 */
int trust_add_ca(struct trust *trust, const char *path, struct err *err);
/*
 * Pin one certificate: it is trusted by itself while its dates hold.
 *
 * Errors: ERR_FATAL TRUST_READ.
 */
int trust_pin(struct trust *trust, const char *pem_path, struct err *err);
/* Pin by Streebog-256 fingerprint of the DER, hex. */
void trust_pin_fingerprint(struct trust *trust, const char *hex);
/*
 * Whether cert counts at at_ms (UTC): pinned, or a chain to an anchor, dates
 * and CRLs included.  Verified certificates are remembered, bounded, until an
 * anchor, a pin or a CRL is added or a date of their chain has passed.
 *
 * Errors: ERR_REFUSE DSIG_EXPIRED, DSIG_NOT_YET, DSIG_REVOKED, DSIG_TRUST;
 * ERR_HOLD DSIG_CRL_STALE the CRL itself has expired.
 */
int
trust_check(struct trust *trust, X509 *cert, int64_t at_ms, struct err *err);
/* The same for a caller who has cert's fingerprint at hand already. */
int trust_check_known(struct trust *trust, X509 *cert,
    const char fingerprint[65], int64_t at_ms, struct err *err);
/* The first and the last moment of its dates, UTC; 0 for what can't be read. */
void
trust_dates(X509 *cert, int64_t *ret_not_before_ms, int64_t *ret_not_after_ms);
/* When a revocation list was made, and when the next one is due. */
void trust_crl_dates(
    X509_CRL *crl, int64_t *ret_this_update_ms, int64_t *ret_next_update_ms);
/* Streebog-256 of the DER as hex. */
void trust_fingerprint(X509 *cert, char ret_hex[65]);

#endif
