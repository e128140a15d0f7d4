/*
 * tools/smevemu/emu_filecheck.h - files of the store that a message names:
 * there, one a folder, not too large, with the digest and signature they say.
 *
 * What takes long comes after the answer, as in SMEV: such a message is in no
 * queue until its files are known to be good, and is rejected when they are
 * not.  Source: smev PROTOCOL 7.7 and 8.2.
 */
#ifndef SMEVEMU_EMU_FILECHECK_H
#define SMEVEMU_EMU_FILECHECK_H

struct arena;
struct emu;
struct emu_call;
struct emu_facts;
struct emu_files;
struct emu_harm;
struct emu_message;
struct emu_participant;
struct err;

/*
 * What call says of files in the store; *ret_files stays NULL when it has
 * none.  Nothing is moved yet.
 *
 * Errors: ERR_REFUSE EMU_ATTACHMENT a header is not filled as it has to be
 * (or, when files are checked before the answer, any trouble with them),
 * EMU_ATTACHMENT_SIZE.
 */
int emu_filecheck_read(struct emu *emu, const struct emu_call *call,
    const struct emu_participant *sender, const struct emu_harm *harm,
    struct arena *arena, struct emu_files **ret_files, struct emu_facts *facts,
    struct err *err);
/* msg has these files and waits until they are checked. */
void emu_filecheck_hold(struct emu_message *msg, struct emu_files *files);
/* Move the files away from sender and begin to check them. */
void emu_filecheck_start(struct emu *emu, const struct emu_participant *sender,
    struct emu_files *files);

#endif
