/*
 * crypto/exc_c14n.h - Exclusive XML Canonicalization 1.0 of one subtree.
 *
 * Without comments and without an InclusiveNamespaces list: the only form that
 * SMEV uses.  libxml2 has one too, but walks the whole document for a subtree
 * and does not escape namespace names.  Source: W3C xml-exc-c14n.
 */
#ifndef CRYPTO_EXC_C14N_H
#define CRYPTO_EXC_C14N_H

#include <libxml/tree.h>

struct buf;
struct err;

/*
 * Append the canonical octets of the subtree at element to *out, as if the
 * subtree at skip (a descendant, or NULL) were not there.
 *
 * Errors: ERR_REFUSE DSIG_TRANSFORM: a prefix without a namespace, an entity
 * that was not expanded.
 */
int exc_c14n(const xmlNode *element, const xmlNode *skip, struct buf *out,
    struct err *err);

#endif
