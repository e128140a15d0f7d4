/*
 * tools/smevemu/emu_cert.h - certificates and what is wrong with a signature,
 * in SMEV's words.  Source: smev PROTOCOL 9.
 */
#ifndef SMEVEMU_EMU_CERT_H
#define SMEVEMU_EMU_CERT_H

#include <libxml/tree.h>
#include <openssl/x509.h>

struct emu;
struct err;

/* The certificate in KeyInfo of signature; NULL: there is none.  X509_free()
 * it. */
X509 *emu_cert_of(const xmlNode *signature);
/*
 * Turn why, of crypto/, into *err: what names the signature ("ЭП-ОВ"), cert is
 * its certificate or NULL.  Returns -1.
 *
 * Errors: ERR_REFUSE EMU_SIGN_TARGET, EMU_CERT_NONE, EMU_CERT_EXPIRED,
 * EMU_CERT_REVOKED, EMU_CERT_UNKNOWN, EMU_SIGN_INVALID.
 */
int emu_cert_words(
    const char *what, const struct err *why, X509 *cert, struct err *err);
/*
 * Whether somebody may sign with cert: one of a participant, or one that
 * `trust` and `personal` make good; anybody may while neither was given.
 *
 * Errors: as emu_cert_words().
 */
int emu_cert_check(
    const struct emu *emu, const char *what, X509 *cert, struct err *err);
/* The same for a participant's own, which needs to be known to nobody else. */
int emu_cert_revoked(const struct emu *emu, X509 *cert, struct err *err);

#endif
