/*
 * tools/smevemu/emu_caller.h - who calls: the certificate in ЭП-ОВ tells, and
 * nothing else.  Source: smev PROTOCOL 1 and 12.7.
 */
#ifndef SMEVEMU_EMU_CALLER_H
#define SMEVEMU_EMU_CALLER_H

#include "tools/smevemu/emu.h"

struct emu_call;
struct err;
struct xml_doc;

/*
 * Verify the signature of call and find the participant whose certificate
 * made it.
 *
 * Errors: ERR_REFUSE EMU_NO_SIGNATURE, EMU_SIGN_TARGET, EMU_SIGN_INVALID,
 * EMU_CERT_NONE, EMU_CERT_EXPIRED, EMU_SENDER.
 */
int emu_caller_find(const struct emu *emu, const struct emu_call *call,
    struct xml_doc *doc, struct emu_participant **ret_participant,
    struct err *err);
/*
 * Count a call against the limit of participant.
 *
 * Errors: ERR_REFUSE EMU_LIMIT.
 */
int emu_caller_count(struct emu_participant *participant, struct err *err);

#endif
