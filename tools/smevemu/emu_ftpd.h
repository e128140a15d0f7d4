/*
 * tools/smevemu/emu_ftpd.h - the FTP server of the file store: a process of
 * its own, started, watched and stopped by its pid, told the accounts through
 * a pipe whose end is its end too.
 *
 * One that dies is started again on the same port with the same accounts.
 */
#ifndef SMEVEMU_EMU_FTPD_H
#define SMEVEMU_EMU_FTPD_H

#include <stdbool.h>
#include <stdint.h>

struct emu_ftpd;
struct err;
struct event_base;

/*
 * Start the server and wait until it listens; port 0 takes any free one.
 *
 * Errors: ERR_FATAL EMU_FTPD it does not start.
 */
int emu_ftpd_start(struct event_base *base, const char *address, int port,
    struct emu_ftpd **ret_ftpd, struct err *err);
void emu_ftpd_stop(struct emu_ftpd *ftpd); /* NULL is fine */
int emu_ftpd_port(const struct emu_ftpd *ftpd);
/* The pid, for who wants to see it die. */
int emu_ftpd_pid(const struct emu_ftpd *ftpd);
/*
 * An account that is good as soon as this returns.  home is a folder that is
 * there; without write it can only be read.
 */
void emu_ftpd_add(struct emu_ftpd *ftpd, const char *user, const char *password,
    bool write, const char *home);
/* No such account any more; its sessions end. */
void emu_ftpd_remove(struct emu_ftpd *ftpd, const char *user);
/*
 * kind: "refuse" a login, "cut" a transfer after n bytes, "slow" it to n bytes
 * a second; the first times ones, 0: each.  user "*": all that may write.
 */
void emu_ftpd_hurt(struct emu_ftpd *ftpd, const char *user, const char *kind,
    int64_t n, int64_t times);
void emu_ftpd_heal(struct emu_ftpd *ftpd); /* forget all hurts */

#endif
