/*
 * tools/smevemu/emu_sign.h - signing an element of ours, and moving a message
 * from one version of the envelope to another.
 */
#ifndef SMEVEMU_EMU_SIGN_H
#define SMEVEMU_EMU_SIGN_H

#include <stdbool.h>

#include "tools/smevemu/emu_wire.h"

struct buf;
struct err;
struct keypair;

/*
 * Append ds:Signature over the root of xml, a document of its own whose root
 * has an Id.  spoil: flip a bit of the value.
 *
 * Errors: those of xml_doc_parse(), dsig_prepare() and keypair_sign().
 */
int emu_sign(const struct keypair *key, const char *xml, size_t bytes,
    bool spoil, struct buf *out, struct err *err);
/*
 * Append xml with the envelope namespaces of version from renamed to those of
 * version to, and nothing else changed.  Source: smev PROTOCOL 12.6.
 */
void emu_convert(const char *xml, size_t bytes, enum emu_version from,
    enum emu_version to, struct buf *out);

#endif
