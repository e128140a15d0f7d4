/*
 * tools/smevemu/emu_admin.h - the pages below / that are not SMEV's.
 */
#ifndef SMEVEMU_EMU_ADMIN_H
#define SMEVEMU_EMU_ADMIN_H

struct buf;
struct emu;
struct evhttp_request;

/* Answer req, whose path is no endpoint of SMEV. */
void emu_admin(struct emu *emu, struct evhttp_request *req);
/* Answer req with status, type and body. */
void emu_admin_reply(struct evhttp_request *req, int status, const char *type,
    const struct buf *body);

#endif
