/*
 * tools/smevemu/emu_conf.h - the configuration: lines of words, also taken at
 * run time.  smevemu(8) is the reference.
 *
 * A word ends at a blank; "..." keeps blanks; # begins a comment.  Paths are
 * relative to the folder of the file they stand in.
 */
#ifndef SMEVEMU_EMU_CONF_H
#define SMEVEMU_EMU_CONF_H

#include <stdbool.h>
#include <stddef.h>

struct emu;
struct emu_line;
struct emu_manner;
struct err;

/*
 * Carry out the lines of text, which is called name in messages; folder is
 * where its paths start.
 *
 * Errors: ERR_FATAL EMU_CONF with name and line, or those of loading keys.
 */
int emu_conf_text(struct emu *emu, const char *name, const char *folder,
    const char *text, struct err *err);
int emu_conf_file(struct emu *emu, const char *path, struct err *err);
/*
 * The setting name of *manner, when it is one, from value; *has (or NULL) says
 * from then on that it was made.
 *
 * Returns 1, 0 when there is no such setting, or -1.  Errors: EMU_CONF.
 */
int emu_conf_manner(struct emu_line *line, const char *name, const char *value,
    struct emu_manner *manner, struct emu_manner *has);
/* The line of a participant, which may be known already. */
int emu_conf_participant(struct emu_line *line);
/* Lines about files. */
int emu_conf_ftp(struct emu_line *line);
int emu_conf_ftp_limit(struct emu_line *line);
int emu_conf_file_checks(struct emu_line *line);
int emu_conf_file_signatures(struct emu_line *line);
int emu_conf_attachment_limit(struct emu_line *line);
/* Lines of messages to be sent. */
int emu_conf_send(struct emu_line *line);
int emu_conf_cancel(struct emu_line *line);
/* Tell the file store the rules on Upload: all, or the last one. */
void emu_conf_uploads(struct emu *emu, bool last);

#endif
