/*
 * tools/smevemu/emu_outgoing.h - requests of built-in participants with files,
 * inside the envelope (MTOM) or in the store (FTP), each signed.
 */
#ifndef SMEVEMU_EMU_OUTGOING_H
#define SMEVEMU_EMU_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/uuid.h"

struct emu;
struct emu_participant;
struct err;

struct emu_attach {
	bool by_ftp;
	const char *path;
};

/*
 * Send content, a document of bytes, with these files, as a request of from to
 * the provider of its type.  Files for the store are digested in slices, so
 * the message may be made some time later; its MessageID is ret_id.
 *
 * Errors: of emu_compose_request(); ERR_REFUSE FILE_READ, EMU_STORE.
 */
int emu_outgoing_send(struct emu *emu, struct emu_participant *from,
    const void *content, size_t bytes, const struct emu_attach *files,
    size_t count, char ret_id[UUID_BYTES], struct err *err);

#endif
