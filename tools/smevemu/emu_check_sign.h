/*
 * tools/smevemu/emu_check_sign.h - each ds:Signature of a document, over what
 * SMEV wants it to cover.  Source: smev PROTOCOL 12.1 and 12.3.
 */
#ifndef SMEVEMU_EMU_CHECK_SIGN_H
#define SMEVEMU_EMU_CHECK_SIGN_H

struct buf;
struct emu;
struct emu_remarks;
struct xml_doc;

/* A note for each signature, a remark for each that is wrong. */
void emu_check_signatures(const struct emu *emu, struct xml_doc *doc,
    struct emu_remarks *remarks, struct buf *notes);

#endif
