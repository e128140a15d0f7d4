/*
 * test/unit/c14n_model.h - random documents, and a second opinion on what their
 * canonical form and SMEV transform are.
 */
#ifndef TEST_UNIT_C14N_MODEL_H
#define TEST_UNIT_C14N_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <libxml/tree.h>

struct buf;

/* Append a well-formed document; the same for the same seed. */
void model_document(uint64_t seed, struct buf *out);
/*
 * Append exclusive c14n of the subtree at element without that at skip (or
 * NULL), by libxml2, which xmlsec uses too.
 */
void model_c14n(xmlNode *element, const xmlNode *skip, struct buf *out);
/*
 * Append the SMEV transform of canonical octets, over a tree and with lists
 * where the product scans.  Source: smev PROTOCOL 13.
 *
 * Returns false for what can't be expressed: no namespace, xml:lang.
 */
bool model_transform(const struct buf *canonical, struct buf *out);

#endif
