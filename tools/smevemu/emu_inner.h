/*
 * tools/smevemu/emu_inner.h - signatures inside a message: of the official
 * (ЭП-СП) over the business data, of records of a registry, and PKCS#7 of the
 * files that came with the envelope.
 *
 * Source: smev PROTOCOL 7.7, 8.3, 11.3 and 12.1.
 */
#ifndef SMEVEMU_EMU_INNER_H
#define SMEVEMU_EMU_INNER_H

#include <stdbool.h>

#include <libxml/tree.h>

struct arena;
struct emu;
struct emu_call;
struct emu_remarks;
struct err;
struct xml_doc;

/*
 * Check them all; personal: ЭП-СП has to be there.  Each that is wrong is a
 * remark, and the first is the error.
 *
 * Errors: ERR_REFUSE EMU_NO_SIGNATURE, EMU_SIGN_..., EMU_CERT_..., EMU_CONTENT
 * records that are none, EMU_ATTACHMENT files without signature.
 */
int emu_inner_check(const struct emu *emu, const struct emu_call *call,
    struct xml_doc *doc, bool personal, struct emu_remarks *remarks,
    struct err *err);
/* Only the attachments inside call: remarks, and no error. */
void emu_inner_files(const struct emu *emu, const struct emu_call *call,
    struct emu_remarks *remarks);
/* What can be said of files in the store without the store. */
void emu_inner_refs(const struct emu *emu, const struct emu_call *call,
    struct emu_remarks *remarks);
/* Registry of the business data of call, or NULL. */
xmlNode *emu_inner_registry(const struct emu_call *call);
/*
 * Whether the RecordSignature of record, if it has one, is right; why it is
 * not goes into *err.
 */
bool emu_inner_record(const struct emu *emu, struct xml_doc *doc,
    const xmlNode *record, struct err *err);

#endif
