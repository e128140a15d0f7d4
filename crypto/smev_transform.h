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

/*
 * Any well-formed XML, in any encoding, with or without a declaration or an
 * internal DTD subset; nothing external is loaded.  For the command line: what
 * came from outside is a struct xml_doc already, see smev_transform_tree().
 *
 * Errors: ERR_REFUSE DSIG_TRANSFORM: not well-formed, element in no
 * namespace, xml:lang.
 */
int
smev_transform(const void *xml, size_t bytes, struct buf *out, struct err *err);
/*
 * The octets of a canonicalisation, without parsing them again.
 *
 * Errors: ERR_REFUSE DSIG_TRANSFORM.
 */
int smev_transform_canonical(
    const void *octets, size_t bytes, struct buf *out, struct err *err);
/*
 * Exclusive c14n of the subtree at element, without the subtree at skip (or
 * NULL), and then the transform.
 *
 * Errors: ERR_REFUSE DSIG_TRANSFORM.
 */
int smev_transform_tree(const xmlNode *element, const xmlNode *skip,
    struct buf *out, struct err *err);

#endif
