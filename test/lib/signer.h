/*
 * test/lib/signer.h - documents signed for tests of crypto/ and above.
 */
#ifndef TEST_LIB_SIGNER_H
#define TEST_LIB_SIGNER_H

#include <stdbool.h>

#include <libxml/tree.h>

struct buf;
struct keypair;
struct trust;

/* Keys, gost_setup() and dsig_setup(): what most tests begin with. */
void signer_setup(void);
/* NAME.key and NAME.pem of the test keys; ends the program if that fails. */
struct keypair *signer_key(const char *name);
/* A trust in the test CA. */
struct trust *signer_trust(void);
/*
 * Append xml to *out with "@SIGNATURE@" replaced by a ds:Signature over the
 * element whose Id is id; enveloped: the mark lies inside that element.
 */
void sign_text(const char *xml, const char *id, bool enveloped,
    const struct keypair *key, struct buf *out);
/* The first element called name (any namespace) below or at node; or NULL. */
xmlNode *find_element(xmlNode *node, const char *name);
xmlNode *find_id(xmlNode *node, const char *id);

#endif
