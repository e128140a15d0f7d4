/*
 * gateway/listen.h - the doors: listening sockets that parent opens and keeps,
 * so that a replaced front finds them open.
 */
#ifndef GATEWAY_LISTEN_H
#define GATEWAY_LISTEN_H

struct config;
struct err;

#define LISTEN_MAX 16

/*
 * Open every socket of http.listen, with TCP_NODELAY.
 *
 * Errors: ERR_FATAL LST_OPEN, none stays open.
 */
int listen_open(const struct config *config, int ret_fds[LISTEN_MAX],
    int *ret_count, struct err *err);
/* Where fd listens, for people: "127.0.0.1:8080". */
void listen_name(int fd, char *ret, unsigned long room);

#endif
