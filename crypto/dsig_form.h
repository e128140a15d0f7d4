/*
 * crypto/dsig_form.h - whether a ds:Signature has the one form we accept.
 *
 * The form is checked before any cryptography: every element, attribute and
 * text of the signature is accounted for, and what is not expected is refused.
 * So nothing is left in it that a processor could be led astray by.
 * Source: smev PROTOCOL 12.2 and 12.3.
 */
#ifndef CRYPTO_DSIG_FORM_H
#define CRYPTO_DSIG_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

#include "crypto/gost.h"

struct dsig_suite;
struct dsig_ids;
struct err;

struct dsig_form {
	const struct dsig_suite *suite;
	bool enveloped; /* the first transform is enveloped-signature */
	const xmlNode *signed_info;
	char *id; /* what the references name */
	unsigned char value[GOST_SIGNATURE_MAX];
	size_t value_bytes;
	unsigned char *cert_der;
	size_t cert_bytes;
};

/*
 * Read signature; on 0 the caller gives *ret back with dsig_form_release().
 *
 * Errors: ERR_REFUSE DSIG_FORM, DSIG_ALGORITHM, DSIG_TARGET (a reference that
 * is not "#id"), DSIG_CERT.
 */
int dsig_form_read(
    const xmlNode *signature, struct dsig_form *ret, struct err *err);
void dsig_form_release(struct dsig_form *form);

/*
 * Check that target is what id names, and that signature and target lie as the
 * transforms say.
 *
 * Errors: ERR_REFUSE DSIG_TARGET.
 */
int dsig_form_target(const struct dsig_form *form, const xmlNode *signature,
    const xmlNode *target, struct err *err);
/* Check that id names nothing but target.  Errors: ERR_REFUSE DSIG_DUP_ID. */
int dsig_form_unique(const struct dsig_form *form, const struct dsig_ids *ids,
    const xmlNode *target, struct err *err);

#endif
