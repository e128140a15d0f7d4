/*
 * test/lib/ipc_link.h - a pair of ipc_peers in one process, and what a stranger
 * might put on its wire.
 */
#ifndef TEST_LIB_IPC_LINK_H
#define TEST_LIB_IPC_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/ipc.h"

#define QUEUE_MAX 8
#define SEEN_MAX  64
#define LARGE     ((size_t)64 * 1024 + 1)

/* A pair: here sends, there receives and remembers. */
struct link {
	struct event_base *base;
	struct ipc_peer *here, *there;
	int raw; /* our end, when it is no peer; else -1 */
	uint64_t ids[SEEN_MAX];
	enum ipc_type types[SEEN_MAX];
	size_t seen, gone;
	char *body; /* of the last message */
	size_t bytes;
	int fd; /* the last that came, or -1 */
	size_t free_at; /* free there in the handler of that message */
};

/* The head of a frame, as one end of a pair writes it. */
struct frame {
	uint32_t magic;
	uint16_t type, in_memfd;
	uint64_t id, bytes;
};

/* A pair; raw: our end is a bare socket. */
struct link *link_new(bool raw);
/* For cmocka. */
int link_set_up(void **state);
int link_set_up_raw(void **state);
int link_tear_down(void **state);
/* Turn until nothing is left to do at once. */
void link_turn(struct link *link);
size_t open_descriptors(void);
/* One datagram as a stranger might send it, with count descriptors. */
void link_send_raw(
    int to, const void *p, size_t bytes, const int *fds, size_t count);
/* What ipc_send() without a body puts on the wire. */
struct frame link_frame(enum ipc_type type);

#endif
