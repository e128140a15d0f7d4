/*
 * crypto/smev_transform.h - urn://smev-gov-ru/xmldsig/transform.
 *
 * Octets of exclusive c14n (or any XML) in, octets to be digested out.
 * Source: smev PROTOCOL 13.
 */
#ifndef CRYPTO_SMEV_TRANSFORM_H
#define CRYPTO_SMEV_TRANSFORM_H

#include <stddef.h>

#include <libxml/tree.h>

struct buf;
struct err;

#define SMEV_TRANSFORM_URI "urn://smev-gov-ru/xmldsig/transform"

/* Errors: ERR_REFUSE DSIG_TRANSFORM: element in no namespace, xml:lang. */
int
smev_transform(const void *xml, size_t bytes, struct buf *out, struct err *err);

#endif
