/*
 * tools/smevemu/emu_exchange.h - one call of a participant: checked in SMEV's
 * order, carried out, answered.
 *
 * Source: smev PROTOCOL 7.7 for the order of checks.
 */
#ifndef SMEVEMU_EMU_EXCHANGE_H
#define SMEVEMU_EMU_EXCHANGE_H

#include "base/buf.h"
#include "tools/smevemu/emu.h"

/* What goes back; the caller releases body. */
struct emu_answer {
	int status; /* of HTTP */
	struct buf body;
	bool multipart; /* body is to be a part of multipart/related */
	bool xop; /* and its base64Binary parts of their own */
	bool soap_env; /* the newer dialect's headers */
	bool cut; /* close the connection instead */
	bool reset; /* cut, and with a reset */
	bool silent; /* never answer, keep the connection */
	int64_t delay_ms; /* wait before any of it */
};

/*
 * Carry out the envelope of bytes that came to the endpoint of version.  All
 * that goes wrong is an answer too.
 */
void emu_exchange(struct emu *emu, enum emu_version version, const void *xml,
    size_t bytes, struct emu_answer *ret_answer);

#endif
